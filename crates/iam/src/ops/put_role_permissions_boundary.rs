//! PutRolePermissionsBoundary: bounds what a role may do by a managed policy.

use crate::owner::OwnerKind;
use crate::service_linked;
use crate::{boundary, role};
use contract::Fault;
use model::iam::shapes::PutRolePermissionsBoundaryRequest;
use service::Cx;
use store::table::iam_roles::{self, IamRole};

/// Finds the role and the policy, and sets the boundary.
///
/// # Errors
/// `NoSuchEntity`, `InvalidInput`.
pub async fn run(cx: &Cx, input: PutRolePermissionsBoundaryRequest) -> Result<(), Fault> {
    cx.write(async |tx| {
        service_linked::demand_name_modifiable(tx, cx.account(), &input.role_name).await?;
        let found = role::find(tx, cx.account(), &input.role_name).await?;
        boundary::demand(tx, cx.account(), &input.permissions_boundary, OwnerKind::Role).await?;
        let boundary_arn = Some(input.permissions_boundary.clone());
        iam_roles::update(tx, &IamRole { boundary_arn, ..found }).await?;
        Ok(tx.touch_catalog().await?)
    })
    .await
}
