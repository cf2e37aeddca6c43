//! DeleteGroup: removes a group; its members stay.

use crate::{fault, pool};
use contract::Fault;
use model::cognito_idp::DeleteGroupRequest;
use service::Cx;
use store::table::groups;

/// Runs the operation.
///
/// # Errors
/// There is no such pool or group.
pub async fn run(cx: &Cx, input: DeleteGroupRequest) -> Result<(), Fault> {
    let pool = pool::of_caller(cx, &input.user_pool_id).await?;
    cx.write(
        async |tx| {
            if groups::delete(tx, &pool.id, &input.group_name).await? { Ok(()) } else { Err(fault::no_such_group()) }
        },
    )
    .await
}
