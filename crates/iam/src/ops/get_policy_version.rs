//! GetPolicyVersion: one version of a managed policy, with its document.

use crate::{document, managed_policy};
use contract::Fault;
use model::iam::error;
use model::iam::shapes::{GetPolicyVersionRequest, GetPolicyVersionResponse, PolicyVersion};
use service::Cx;

/// Finds the policy and its version.
///
/// # Errors
/// `NoSuchEntity`; `InvalidInput` or `ValidationError` for the ARN.
pub async fn run(cx: &Cx, input: GetPolicyVersionRequest) -> Result<GetPolicyVersionResponse, Fault> {
    let named = managed_policy::named(cx, &input.policy_arn).await?;
    let policy = named.demand()?;
    if policy.version != input.version_id {
        let (arn, version) = (named.arn.as_str(), &input.version_id);
        let message = format!("Policy {arn} version {version} does not exist or is not attachable.");
        return Err(error::no_such_entity(message));
    }
    let document = document::encode(&policy.document.to_string());
    let version = PolicyVersion { document: Some(document), ..managed_policy::default_version(policy)? };
    Ok(GetPolicyVersionResponse { policy_version: Some(version) })
}
