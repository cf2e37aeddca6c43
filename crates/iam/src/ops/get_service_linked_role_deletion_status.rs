//! GetServiceLinkedRoleDeletionStatus: what became of the deletion of a service-linked role.

use contract::Fault;
use model::iam::error;
use model::iam::shapes::{
    DeletionTaskFailureReasonType, GetServiceLinkedRoleDeletionStatusRequest,
    GetServiceLinkedRoleDeletionStatusResponse,
};
use service::Cx;
use store::table::iam_deletion_tasks;

/// Finds the task.
///
/// # Errors
/// `InvalidInput`: the id of something else; `NoSuchEntity`.
pub async fn run(
    cx: &Cx,
    input: GetServiceLinkedRoleDeletionStatusRequest,
) -> Result<GetServiceLinkedRoleDeletionStatusResponse, Fault> {
    let id = &input.deletion_task_id;
    if !id.starts_with("task/aws-service-role/") {
        return Err(error::invalid_input(format!("Deletion task id {id} is not valid.")));
    }
    let found = cx.read(async |tx| Ok(iam_deletion_tasks::find(tx, cx.account(), id).await?)).await?;
    let task = found.ok_or_else(|| error::no_such_entity(format!("Deletion task {id} cannot be found.")))?;
    Ok(GetServiceLinkedRoleDeletionStatusResponse {
        status: task.status,
        reason: task.reason.map(|reason| DeletionTaskFailureReasonType { reason: Some(reason), ..Default::default() }),
    })
}
