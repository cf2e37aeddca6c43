//! TagInstanceProfile: sets tags of an instance profile; others stay.

use crate::{instance_profile, tags};
use contract::Fault;
use model::iam::shapes::TagInstanceProfileRequest;
use service::Cx;

/// Finds the profile and sets its tags.
///
/// # Errors
/// `NoSuchEntity`, `InvalidInput`, `LimitExceeded`.
pub async fn run(cx: &Cx, input: TagInstanceProfileRequest) -> Result<(), Fault> {
    cx.write(async |tx| {
        let merge = |stored: &str| tags::merge(stored, &input.tags, "TagsPerInstanceProfile");
        instance_profile::change_tags(tx, cx.account(), &input.instance_profile_name, merge).await
    })
    .await
}
