//! RemoveUserFromGroup: a user who is not in stays out.

use crate::{group, user};
use contract::Fault;
use model::iam::shapes::RemoveUserFromGroupRequest;
use service::Cx;
use store::table::iam_group_members;

/// Finds both and parts them.
///
/// # Errors
/// `NoSuchEntity`.
pub async fn run(cx: &Cx, input: RemoveUserFromGroupRequest) -> Result<(), Fault> {
    cx.write(async |tx| {
        let group = group::find(tx, cx.account(), &input.group_name).await?;
        let user = user::find(tx, cx.account(), &input.user_name).await?;
        iam_group_members::delete(tx, &group.id, &user.id).await?;
        Ok(tx.touch_catalog().await?)
    })
    .await
}
