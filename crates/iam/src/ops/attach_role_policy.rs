//! AttachRolePolicy: attaches a managed policy to a role.

use crate::owner::Owner;
use crate::{attachment, managed_policy};
use contract::Fault;
use model::iam::shapes::AttachRolePolicyRequest;
use service::Cx;

/// Finds the role and the policy, and attaches it.
///
/// # Errors
/// `NoSuchEntity`, `PolicyNotAttachable`, `LimitExceeded`; `InvalidInput` or `ValidationError` for the ARN.
pub async fn run(cx: &Cx, input: AttachRolePolicyRequest) -> Result<(), Fault> {
    let policy = managed_policy::named(cx, &input.policy_arn).await?;
    cx.write(async |tx| {
        let role = Owner::role(tx, cx.account(), &input.role_name).await?;
        policy.demand_attachable(role.kind)?;
        attachment::attach(tx, &role, &policy.arn, cx.now()).await
    })
    .await
}
