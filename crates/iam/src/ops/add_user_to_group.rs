//! AddUserToGroup: a user who is in already stays in.

use crate::{group, quota, user};
use contract::Fault;
use model::iam::shapes::AddUserToGroupRequest;
use service::Cx;
use store::table::{iam_group_members, iam_groups};

/// Finds both and joins them.
///
/// # Errors
/// `NoSuchEntity`, `LimitExceeded`.
pub async fn run(cx: &Cx, input: AddUserToGroupRequest) -> Result<(), Fault> {
    cx.write(async |tx| {
        let group = group::find(tx, cx.account(), &input.group_name).await?;
        let user = user::find(tx, cx.account(), &input.user_name).await?;
        if !iam_group_members::insert(tx, &group.id, &user.id, cx.now()).await? {
            return Ok(());
        }
        if iam_groups::list_of_user(tx, cx.account(), &user.id, "", 100).await?.len() > quota::GROUPS_PER_USER {
            return Err(quota::exceeded("GroupsPerUser", quota::GROUPS_PER_USER));
        }
        Ok(tx.touch_catalog().await?)
    })
    .await
}
