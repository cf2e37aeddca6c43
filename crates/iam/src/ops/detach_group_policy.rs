//! DetachGroupPolicy: detaches a managed policy from a group.

use crate::attachment;
use crate::managed_policy::PolicyArn;
use crate::owner::Owner;
use contract::Fault;
use model::iam::shapes::DetachGroupPolicyRequest;
use service::Cx;

/// Finds the group and detaches the policy.
///
/// # Errors
/// `NoSuchEntity`, also when the policy is not attached; `InvalidInput` or `ValidationError` for the ARN.
pub async fn run(cx: &Cx, input: DetachGroupPolicyRequest) -> Result<(), Fault> {
    let policy = PolicyArn::parse(&input.policy_arn)?;
    cx.write(async |tx| {
        let group = Owner::group(tx, cx.account(), &input.group_name).await?;
        attachment::detach(tx, &group, &policy).await
    })
    .await
}
