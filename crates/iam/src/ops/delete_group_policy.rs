//! DeleteGroupPolicy: removes a policy that is written into a group.

use crate::inline_policy;
use crate::owner::Owner;
use contract::Fault;
use model::iam::shapes::DeleteGroupPolicyRequest;
use service::Cx;

/// Finds the group and removes its policy.
///
/// # Errors
/// `NoSuchEntity`.
pub async fn run(cx: &Cx, input: DeleteGroupPolicyRequest) -> Result<(), Fault> {
    cx.write(async |tx| {
        let group = Owner::group(tx, cx.account(), &input.group_name).await?;
        inline_policy::delete(tx, &group, &input.policy_name).await
    })
    .await
}
