//! DeleteServiceLinkedRole: removes a service-linked role, with its policy. No service here uses one, so it is gone at once;
//! the task tells that it was done.

use crate::owner::OwnerKind;
use crate::{role, service_linked};
use contract::Fault;
use domain::new_id;
use model::iam::enums::deletion_task_status_type;
use model::iam::error;
use model::iam::shapes::{DeleteServiceLinkedRoleRequest, DeleteServiceLinkedRoleResponse};
use service::Cx;
use store::table::iam_deletion_tasks::{self, DeletionTask};
use store::table::{iam_attachments, iam_roles};

/// Finds the role, removes it, and keeps what became of it.
///
/// # Errors
/// `NoSuchEntity`, also for a role that is no service-linked one.
pub async fn run(cx: &Cx, input: DeleteServiceLinkedRoleRequest) -> Result<DeleteServiceLinkedRoleResponse, Fault> {
    let uuid = new_id::uuid(cx.random());
    let account = cx.account();
    cx.write(async |tx| {
        let found = role::find(tx, account, &input.role_name).await?;
        if !service_linked::is_service_linked(&found) {
            let name = &input.role_name;
            return Err(error::no_such_entity(format!("The role with name {name} cannot be found.")));
        }
        iam_attachments::delete_all(tx, account, OwnerKind::Role, found.id.as_str()).await?;
        iam_roles::delete(tx, account, &found.name_key).await?;
        let task = DeletionTask {
            id: format!("task{}{}/{uuid}", found.path, found.name),
            account_id: account.clone(),
            status: deletion_task_status_type::SUCCEEDED.to_owned(),
            reason: None,
            created_ms: cx.now(),
        };
        iam_deletion_tasks::insert(tx, &task).await?;
        tx.touch_catalog().await?;
        Ok(DeleteServiceLinkedRoleResponse { deletion_task_id: task.id })
    })
    .await
}
