//! UntagInstanceProfile: removes tags of an instance profile by their keys.

use crate::{instance_profile, tags};
use contract::Fault;
use model::iam::shapes::UntagInstanceProfileRequest;
use service::Cx;

/// Finds the profile and removes its tags.
///
/// # Errors
/// `NoSuchEntity`.
pub async fn run(cx: &Cx, input: UntagInstanceProfileRequest) -> Result<(), Fault> {
    cx.write(async |tx| {
        let remove = |stored: &str| tags::remove(stored, &input.tag_keys);
        instance_profile::change_tags(tx, cx.account(), &input.instance_profile_name, remove).await
    })
    .await
}
