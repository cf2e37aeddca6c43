//! AttachUserPolicy: attaches a managed policy to a user.

use crate::attachment;
use crate::managed_policy::{self, PolicyArn};
use crate::owner::Owner;
use contract::Fault;
use model::iam::shapes::AttachUserPolicyRequest;
use service::Cx;

/// Finds the user and the policy, and attaches it.
///
/// # Errors
/// `NoSuchEntity`, `PolicyNotAttachable`, `LimitExceeded`; `InvalidInput` or `ValidationError` for the ARN.
pub async fn run(cx: &Cx, input: AttachUserPolicyRequest) -> Result<(), Fault> {
    let policy = PolicyArn::parse(&input.policy_arn)?;
    cx.write(async |tx| {
        let user = Owner::user(tx, cx.account(), &input.user_name).await?;
        managed_policy::demand_attachable(tx, cx.account(), &policy, user.kind).await?;
        attachment::attach(tx, &user, &policy, cx.now()).await
    })
    .await
}
