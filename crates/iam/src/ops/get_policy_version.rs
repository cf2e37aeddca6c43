//! GetPolicyVersion: one version of a managed policy, with its document.

use crate::managed_policy::{self, PolicyArn};
use crate::policy_version;
use contract::Fault;
use model::iam::shapes::{GetPolicyVersionRequest, GetPolicyVersionResponse};
use service::Cx;

/// Finds the policy and its version.
///
/// # Errors
/// `NoSuchEntity`; `InvalidInput` or `ValidationError` for the ARN.
pub async fn run(cx: &Cx, input: GetPolicyVersionRequest) -> Result<GetPolicyVersionResponse, Fault> {
    let arn = PolicyArn::parse(&input.policy_arn)?;
    cx.read(async |tx| {
        let policy = managed_policy::find(tx, cx.account(), &arn).await?;
        let version = policy_version::described(tx, &policy, &arn, &input.version_id).await?;
        Ok(GetPolicyVersionResponse { policy_version: Some(version) })
    })
    .await
}
