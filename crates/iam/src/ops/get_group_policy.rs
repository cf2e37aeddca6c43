//! GetGroupPolicy: one policy that is written into a group.

use crate::inline_policy;
use crate::owner::Owner;
use contract::Fault;
use model::iam::shapes::{GetGroupPolicyRequest, GetGroupPolicyResponse};
use service::Cx;

/// Finds the group and its policy.
///
/// # Errors
/// `NoSuchEntity`.
pub async fn run(cx: &Cx, input: GetGroupPolicyRequest) -> Result<GetGroupPolicyResponse, Fault> {
    cx.read(async |tx| {
        let group = Owner::group(tx, cx.account(), &input.group_name).await?;
        Ok(GetGroupPolicyResponse {
            policy_document: inline_policy::get(tx, &group, &input.policy_name).await?,
            group_name: group.name,
            policy_name: input.policy_name.clone(),
        })
    })
    .await
}
