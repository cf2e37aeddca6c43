//! SetDefaultPolicyVersion: which version of a managed policy is in force, for sessions that exist too.

use crate::managed_policy::{self, PolicyArn};
use crate::policy_version;
use contract::Fault;
use model::iam::shapes::SetDefaultPolicyVersionRequest;
use service::Cx;
use store::table::iam_policies::{self, IamPolicy};

/// Finds the policy and the version, and puts it in force.
///
/// # Errors
/// `NoSuchEntity`, `AccessDenied`; `InvalidInput` or `ValidationError` for the ARN.
pub async fn run(cx: &Cx, input: SetDefaultPolicyVersionRequest) -> Result<(), Fault> {
    let arn = PolicyArn::parse(&input.policy_arn)?;
    cx.write(async |tx| {
        let denied = "Cannot update policies outside your own account.";
        let found = managed_policy::find_own(tx, cx.account(), &arn, denied).await?;
        let version = policy_version::find(tx, &found, &arn, &input.version_id).await?;
        let changed = IamPolicy { default_version: version.version, modified_ms: cx.now(), ..found };
        iam_policies::update(tx, &changed).await?;
        Ok(tx.touch_catalog().await?)
    })
    .await
}
