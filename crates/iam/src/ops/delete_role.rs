//! DeleteRole: removes a role that holds nothing any more. Its sessions end at once.

use crate::attachment;
use crate::owner::Owner;
use crate::service_linked;
use contract::Fault;
use domain::RoleId;
use model::iam::error;
use model::iam::shapes::DeleteRoleRequest;
use service::Cx;
use store::table::{iam_instance_profiles, iam_last_uses, iam_roles};

/// Finds the role, looks for what it still holds, removes it.
///
/// # Errors
/// `NoSuchEntity`, `DeleteConflict`.
pub async fn run(cx: &Cx, input: DeleteRoleRequest) -> Result<(), Fault> {
    cx.write(async |tx| {
        service_linked::demand_name_modifiable(tx, cx.account(), &input.role_name).await?;
        let role = Owner::role(tx, cx.account(), &input.role_name).await?;
        attachment::demand_none(tx, &role).await?;
        let id = RoleId::from(role.id.as_str());
        if !iam_instance_profiles::list_of_role(tx, &role.account, &id, "", 1).await?.is_empty() {
            let message = "Cannot delete entity, must remove roles from instance profile first.";
            return Err(error::delete_conflict(message));
        }
        iam_last_uses::delete(tx, &role.id).await?;
        iam_roles::delete(tx, &role.account, &crate::name::key(&role.name)).await?;
        Ok(tx.touch_catalog().await?)
    })
    .await
}
