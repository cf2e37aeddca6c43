//! TagUser: sets tags of a user; others stay.

use crate::{tags, user};
use contract::Fault;
use model::iam::shapes::TagUserRequest;
use service::Cx;
use store::table::iam_users::{self, IamUser};

/// Finds the user and sets its tags.
///
/// # Errors
/// `NoSuchEntity`, `InvalidInput`, `LimitExceeded`.
pub async fn run(cx: &Cx, input: TagUserRequest) -> Result<(), Fault> {
    cx.write(async |tx| {
        let found = user::find(tx, cx.account(), &input.user_name).await?;
        let tags = tags::merge(&found.tags, &input.tags, "TagsPerUser")?;
        iam_users::update(tx, &IamUser { tags, ..found }).await?;
        Ok(tx.touch_catalog().await?)
    })
    .await
}
