//! UntagUser: removes tags of a user by their keys.

use crate::{tags, user};
use contract::Fault;
use model::iam::shapes::UntagUserRequest;
use service::Cx;
use store::table::iam_users::{self, IamUser};

/// Finds the user and removes its tags.
///
/// # Errors
/// `NoSuchEntity`.
pub async fn run(cx: &Cx, input: UntagUserRequest) -> Result<(), Fault> {
    cx.write(async |tx| {
        let found = user::find(tx, cx.account(), &input.user_name).await?;
        let tags = tags::remove(&found.tags, &input.tag_keys)?;
        iam_users::update(tx, &IamUser { tags, ..found }).await?;
        Ok(tx.touch_catalog().await?)
    })
    .await
}
