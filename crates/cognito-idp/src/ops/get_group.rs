//! GetGroup: one group of a pool.

use crate::{fault, group, pool};
use contract::Fault;
use model::cognito_idp::{GetGroupRequest, GetGroupResponse};
use service::Cx;
use store::table::groups;

/// Runs the operation.
///
/// # Errors
/// There is no such pool or group.
pub async fn run(cx: &Cx, input: GetGroupRequest) -> Result<GetGroupResponse, Fault> {
    let pool = pool::of_caller(cx, &input.user_pool_id).await?;
    let row = cx.read(async |tx| Ok(groups::find(tx, &pool.id, &input.group_name).await?)).await?;
    Ok(GetGroupResponse { group: Some(group::shape(row.ok_or_else(fault::no_such_group)?)) })
}
