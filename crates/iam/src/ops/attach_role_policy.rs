//! AttachRolePolicy: attaches a managed policy to a role.

use crate::attachment;
use crate::managed_policy::{self, PolicyArn};
use crate::owner::Owner;
use crate::service_linked;
use contract::Fault;
use model::iam::shapes::AttachRolePolicyRequest;
use service::Cx;

/// Finds the role and the policy, and attaches it.
///
/// # Errors
/// `NoSuchEntity`, `PolicyNotAttachable`, `LimitExceeded`; `InvalidInput` or `ValidationError` for the ARN.
pub async fn run(cx: &Cx, input: AttachRolePolicyRequest) -> Result<(), Fault> {
    let policy = PolicyArn::parse(&input.policy_arn)?;
    cx.write(async |tx| {
        service_linked::demand_name_modifiable(tx, cx.account(), &input.role_name).await?;
        let role = Owner::role(tx, cx.account(), &input.role_name).await?;
        managed_policy::demand_attachable(tx, cx.account(), &policy, role.kind).await?;
        attachment::attach(tx, &role, &policy, cx.now()).await
    })
    .await
}
