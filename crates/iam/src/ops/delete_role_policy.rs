//! DeleteRolePolicy: removes a policy that is written into a role.

use crate::inline_policy;
use crate::owner::Owner;
use crate::service_linked;
use contract::Fault;
use model::iam::shapes::DeleteRolePolicyRequest;
use service::Cx;

/// Finds the role and removes its policy.
///
/// # Errors
/// `NoSuchEntity`.
pub async fn run(cx: &Cx, input: DeleteRolePolicyRequest) -> Result<(), Fault> {
    cx.write(async |tx| {
        service_linked::demand_name_modifiable(tx, cx.account(), &input.role_name).await?;
        let role = Owner::role(tx, cx.account(), &input.role_name).await?;
        inline_policy::delete(tx, &role, &input.policy_name).await
    })
    .await
}
