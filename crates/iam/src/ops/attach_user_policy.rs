//! AttachUserPolicy: attaches a managed policy to a user.

use crate::owner::Owner;
use crate::{attachment, managed_policy};
use contract::Fault;
use model::iam::shapes::AttachUserPolicyRequest;
use service::Cx;

/// Finds the user and the policy, and attaches it.
///
/// # Errors
/// `NoSuchEntity`, `PolicyNotAttachable`, `LimitExceeded`; `InvalidInput` or `ValidationError` for the ARN.
pub async fn run(cx: &Cx, input: AttachUserPolicyRequest) -> Result<(), Fault> {
    let policy = managed_policy::named(cx, &input.policy_arn).await?;
    cx.write(async |tx| {
        let user = Owner::user(tx, cx.account(), &input.user_name).await?;
        policy.demand_attachable(user.kind)?;
        attachment::attach(tx, &user, &policy.arn, cx.now()).await
    })
    .await
}
