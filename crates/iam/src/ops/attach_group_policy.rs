//! AttachGroupPolicy: attaches a managed policy to a group.

use crate::attachment;
use crate::managed_policy::{self, PolicyArn};
use crate::owner::Owner;
use contract::Fault;
use model::iam::shapes::AttachGroupPolicyRequest;
use service::Cx;

/// Finds the group and the policy, and attaches it.
///
/// # Errors
/// `NoSuchEntity`, `PolicyNotAttachable`, `LimitExceeded`; `InvalidInput` or `ValidationError` for the ARN.
pub async fn run(cx: &Cx, input: AttachGroupPolicyRequest) -> Result<(), Fault> {
    let policy = PolicyArn::parse(&input.policy_arn)?;
    cx.write(async |tx| {
        let group = Owner::group(tx, cx.account(), &input.group_name).await?;
        managed_policy::demand_attachable(tx, cx.account(), &policy, group.kind).await?;
        attachment::attach(tx, &group, &policy, cx.now()).await
    })
    .await
}
