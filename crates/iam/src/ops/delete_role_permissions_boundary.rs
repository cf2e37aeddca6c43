//! DeleteRolePermissionsBoundary: takes the boundary off a role.

use crate::role;
use crate::service_linked;
use contract::Fault;
use model::iam::shapes::DeleteRolePermissionsBoundaryRequest;
use service::Cx;
use store::table::iam_roles::{self, IamRole};

/// Finds the role and takes its boundary off, if it has one.
///
/// # Errors
/// `NoSuchEntity`.
pub async fn run(cx: &Cx, input: DeleteRolePermissionsBoundaryRequest) -> Result<(), Fault> {
    cx.write(async |tx| {
        service_linked::demand_name_modifiable(tx, cx.account(), &input.role_name).await?;
        let found = role::find(tx, cx.account(), &input.role_name).await?;
        iam_roles::update(tx, &IamRole { boundary_arn: None, ..found }).await?;
        Ok(tx.touch_catalog().await?)
    })
    .await
}
