//! AdminRemoveUserFromGroup: ends a membership; one that is not there is ended already.

use crate::{fault, pool, user};
use contract::Fault;
use model::cognito_idp::AdminRemoveUserFromGroupRequest;
use service::Cx;
use store::table::{group_members, groups};

/// Runs the operation.
///
/// # Errors
/// There is no such pool, user or group.
pub async fn run(cx: &Cx, input: AdminRemoveUserFromGroupRequest) -> Result<(), Fault> {
    let pool = pool::of_caller(cx, &input.user_pool_id).await?;
    cx.write(async |tx| {
        let user = user::find(tx, &pool, &input.username).await?.ok_or_else(fault::no_such_user)?;
        groups::find(tx, &pool.id, &input.group_name).await?.ok_or_else(fault::no_such_group)?;
        group_members::delete(tx, &pool.id, &input.group_name, &user.sub).await?;
        Ok(())
    })
    .await
}
