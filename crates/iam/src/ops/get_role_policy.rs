//! GetRolePolicy: one policy that is written into a role.

use crate::inline_policy;
use crate::owner::Owner;
use contract::Fault;
use model::iam::shapes::{GetRolePolicyRequest, GetRolePolicyResponse};
use service::Cx;

/// Finds the role and its policy.
///
/// # Errors
/// `NoSuchEntity`.
pub async fn run(cx: &Cx, input: GetRolePolicyRequest) -> Result<GetRolePolicyResponse, Fault> {
    cx.read(async |tx| {
        let role = Owner::role(tx, cx.account(), &input.role_name).await?;
        Ok(GetRolePolicyResponse {
            policy_document: inline_policy::get(tx, &role, &input.policy_name).await?,
            role_name: role.name,
            policy_name: input.policy_name.clone(),
        })
    })
    .await
}
