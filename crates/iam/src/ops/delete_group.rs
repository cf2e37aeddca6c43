//! DeleteGroup: removes a group that holds nothing and nobody any more.

use crate::attachment;
use crate::owner::Owner;
use contract::Fault;
use model::iam::error;
use model::iam::shapes::DeleteGroupRequest;
use service::Cx;
use store::table::{iam_groups, iam_users};

/// Finds the group, looks for what it still holds, removes it.
///
/// # Errors
/// `NoSuchEntity`, `DeleteConflict`.
pub async fn run(cx: &Cx, input: DeleteGroupRequest) -> Result<(), Fault> {
    cx.write(async |tx| {
        let group = Owner::group(tx, cx.account(), &input.group_name).await?;
        if !iam_users::list_of_group(tx, &group.account, &group.id, "", 1).await?.is_empty() {
            return Err(error::delete_conflict("Cannot delete entity, must remove users from group first."));
        }
        attachment::demand_none(tx, &group).await?;
        iam_groups::delete(tx, &group.account, &crate::name::key(&group.name)).await?;
        Ok(tx.touch_catalog().await?)
    })
    .await
}
