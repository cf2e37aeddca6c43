//! DeletePolicyVersion: removes a version that is not in force.

use crate::managed_policy::{self, PolicyArn};
use crate::policy_version;
use contract::Fault;
use model::iam::error;
use model::iam::shapes::DeletePolicyVersionRequest;
use service::Cx;
use store::table::iam_policy_versions;

/// Finds the policy and the version, and removes it.
///
/// # Errors
/// `NoSuchEntity`, `AccessDenied`, `DeleteConflict`; `InvalidInput` or `ValidationError` for the ARN.
pub async fn run(cx: &Cx, input: DeletePolicyVersionRequest) -> Result<(), Fault> {
    let arn = PolicyArn::parse(&input.policy_arn)?;
    cx.write(async |tx| {
        let denied = "Cannot delete policy versions for policies outside your own account.";
        let found = managed_policy::find_own(tx, cx.account(), &arn, denied).await?;
        let version = policy_version::find(tx, &found, &arn, &input.version_id).await?;
        if version.version == found.default_version {
            return Err(error::delete_conflict("Cannot delete the default version of a policy."));
        }
        iam_policy_versions::delete(tx, &found.id, version.version).await?;
        Ok(tx.touch_catalog().await?)
    })
    .await
}
