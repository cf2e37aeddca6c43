//! DetachRolePolicy: detaches a managed policy from a role.

use crate::attachment;
use crate::managed_policy::PolicyArn;
use crate::owner::Owner;
use crate::service_linked;
use contract::Fault;
use model::iam::shapes::DetachRolePolicyRequest;
use service::Cx;

/// Finds the role and detaches the policy.
///
/// # Errors
/// `NoSuchEntity`, also when the policy is not attached; `InvalidInput` or `ValidationError` for the ARN.
pub async fn run(cx: &Cx, input: DetachRolePolicyRequest) -> Result<(), Fault> {
    let policy = PolicyArn::parse(&input.policy_arn)?;
    cx.write(async |tx| {
        service_linked::demand_name_modifiable(tx, cx.account(), &input.role_name).await?;
        let role = Owner::role(tx, cx.account(), &input.role_name).await?;
        attachment::detach(tx, &role, &policy).await
    })
    .await
}
