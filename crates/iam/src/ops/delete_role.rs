//! DeleteRole: removes a role that holds nothing any more. Its sessions end at once.

use crate::attachment;
use crate::owner::Owner;
use contract::Fault;
use model::iam::shapes::DeleteRoleRequest;
use service::Cx;
use store::table::iam_roles;

/// Finds the role, looks for what it still holds, removes it.
///
/// # Errors
/// `NoSuchEntity`, `DeleteConflict`.
pub async fn run(cx: &Cx, input: DeleteRoleRequest) -> Result<(), Fault> {
    cx.write(async |tx| {
        let role = Owner::role(tx, cx.account(), &input.role_name).await?;
        attachment::demand_none(tx, &role).await?;
        iam_roles::delete(tx, &role.account, &crate::name::key(&role.name)).await?;
        Ok(tx.touch_catalog().await?)
    })
    .await
}
