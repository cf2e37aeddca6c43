//! Permissions boundaries of roles and users.

use crate::managed_policy::{self, Named, PolicyArn};
use contract::Fault;
use model::iam::shapes::AttachedPermissionsBoundary;
use service::Cx;

/// The policy that a call names as a boundary, looked up as far as no transaction is needed.
///
/// # Errors
/// `InvalidInput`: it is no ARN of a managed policy (spec/sts-and-iam.md C5).
pub async fn named(cx: &Cx, arn: &str) -> Result<Named, Fault> {
    if PolicyArn::parse(arn).is_err() {
        return Err(model::iam::error::invalid_input(format!("ARN {arn} is not valid.")));
    }
    managed_policy::named(cx, arn).await
}

/// The same for an argument that may be absent.
///
/// # Errors
/// As [`named`].
pub async fn optional(cx: &Cx, arn: Option<&str>) -> Result<Option<Named>, Fault> {
    match arn {
        Some(arn) => named(cx, arn).await.map(Some),
        None => Ok(None),
    }
}

/// As replies carry it. The type is `Policy`, whatever the model's enumeration says (spec/sts-and-iam.md C8).
pub fn shown(arn: Option<&str>) -> Option<AttachedPermissionsBoundary> {
    arn.map(|arn| AttachedPermissionsBoundary {
        permissions_boundary_type: Some("Policy".to_owned()),
        permissions_boundary_arn: Some(arn.to_owned()),
    })
}
