//! PutRolePolicy: writes a policy into one role, in the place of any of that name.

use crate::inline_policy;
use crate::owner::Owner;
use crate::service_linked;
use contract::Fault;
use model::iam::shapes::PutRolePolicyRequest;
use service::Cx;

/// Finds the role, checks the document, keeps it.
///
/// # Errors
/// `NoSuchEntity`, `MalformedPolicyDocument`, `LimitExceeded`.
pub async fn run(cx: &Cx, input: PutRolePolicyRequest) -> Result<(), Fault> {
    cx.write(async |tx| {
        service_linked::demand_name_modifiable(tx, cx.account(), &input.role_name).await?;
        // The role first: a missing one hides what is wrong with the document (spec/policy.md 2).
        let role = Owner::role(tx, cx.account(), &input.role_name).await?;
        inline_policy::put(tx, &role, &input.policy_name, &input.policy_document).await
    })
    .await
}
