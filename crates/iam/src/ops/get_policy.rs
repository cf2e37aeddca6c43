//! GetPolicy: what a managed policy is, without its document.

use crate::managed_policy;
use contract::Fault;
use model::iam::shapes::{GetPolicyRequest, GetPolicyResponse};
use service::Cx;

/// Finds the policy.
///
/// # Errors
/// `NoSuchEntity`; `InvalidInput` or `ValidationError` for the ARN.
pub async fn run(cx: &Cx, input: GetPolicyRequest) -> Result<GetPolicyResponse, Fault> {
    let named = managed_policy::named(cx, &input.policy_arn).await?;
    cx.read(async |tx| {
        let policy = managed_policy::shown(tx, cx, named.demand()?).await?;
        Ok(GetPolicyResponse { policy: Some(policy) })
    })
    .await
}
