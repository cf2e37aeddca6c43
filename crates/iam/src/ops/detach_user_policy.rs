//! DetachUserPolicy: detaches a managed policy from a user.

use crate::attachment;
use crate::managed_policy::PolicyArn;
use crate::owner::Owner;
use contract::Fault;
use model::iam::shapes::DetachUserPolicyRequest;
use service::Cx;

/// Finds the user and detaches the policy.
///
/// # Errors
/// `NoSuchEntity`, also when the policy is not attached; `InvalidInput` or `ValidationError` for the ARN.
pub async fn run(cx: &Cx, input: DetachUserPolicyRequest) -> Result<(), Fault> {
    let policy = PolicyArn::parse(&input.policy_arn)?;
    cx.write(async |tx| {
        let user = Owner::user(tx, cx.account(), &input.user_name).await?;
        attachment::detach(tx, &user, &policy).await
    })
    .await
}
