//! Permissions boundaries of roles and users.

use crate::managed_policy::{self, PolicyArn};
use crate::owner::OwnerKind;
use contract::Fault;
use domain::AccountId;
use model::iam::error;
use model::iam::shapes::AttachedPermissionsBoundary;
use store::Tx;

/// The policy may bound an entity of this kind.
///
/// # Errors
/// `InvalidInput`: no ARN of a managed policy; `NoSuchEntity`, `PolicyNotAttachable`.
pub async fn demand(tx: &mut Tx, account: &AccountId, arn: &str, kind: OwnerKind) -> Result<(), Fault> {
    let Ok(policy) = PolicyArn::parse(arn) else {
        return Err(error::invalid_input(format!("ARN {arn} is not valid.")));
    };
    managed_policy::demand_attachable(tx, account, &policy, kind).await
}

/// As replies carry it. The type is `Policy`, whatever the model's enumeration says (spec/sts-and-iam.md C8).
pub fn shown(arn: Option<&str>) -> Option<AttachedPermissionsBoundary> {
    arn.map(|arn| AttachedPermissionsBoundary {
        permissions_boundary_type: Some("Policy".to_owned()),
        permissions_boundary_arn: Some(arn.to_owned()),
    })
}
