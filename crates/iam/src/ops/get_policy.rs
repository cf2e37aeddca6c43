//! GetPolicy: what a managed policy is, without its document.

use crate::managed_policy::{self, PolicyArn, Usage};
use contract::Fault;
use model::iam::shapes::{GetPolicyRequest, GetPolicyResponse};
use service::Cx;

/// Finds the policy.
///
/// # Errors
/// `NoSuchEntity`; `InvalidInput` or `ValidationError` for the ARN.
pub async fn run(cx: &Cx, input: GetPolicyRequest) -> Result<GetPolicyResponse, Fault> {
    let arn = PolicyArn::parse(&input.policy_arn)?;
    cx.read(async |tx| {
        let found = managed_policy::find(tx, cx.account(), &arn).await?;
        let usage = Usage::of(tx, cx.account(), arn.as_str()).await?;
        Ok(GetPolicyResponse { policy: Some(found.described(usage)?) })
    })
    .await
}
