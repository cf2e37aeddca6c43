//! CreatePolicyVersion: another document for a managed policy, in force at once if asked.

use super::create_policy::check;
use crate::managed_policy::{self, PolicyArn};
use crate::{policy_version, quota};
use contract::Fault;
use model::iam::error;
use model::iam::shapes::{CreatePolicyVersionRequest, CreatePolicyVersionResponse};
use service::Cx;
use store::table::iam_policies::{self, IamPolicy};
use store::table::iam_policy_versions::{self, PolicyVersion};

/// Finds the policy, checks the document, keeps it under the next number.
///
/// # Errors
/// `NoSuchEntity`, `AccessDenied`, `MalformedPolicyDocument`, `LimitExceeded`.
pub async fn run(cx: &Cx, input: CreatePolicyVersionRequest) -> Result<CreatePolicyVersionResponse, Fault> {
    let arn = PolicyArn::parse(&input.policy_arn)?;
    cx.write(async |tx| {
        let denied = "Cannot create versions for policies outside your own account.";
        let found = managed_policy::find_own(tx, cx.account(), &arn, denied).await?;
        check(&input.policy_document)?;
        if iam_policy_versions::list(tx, &found.id).await?.len() >= quota::VERSIONS_PER_POLICY {
            let most = quota::VERSIONS_PER_POLICY;
            return Err(error::limit_exceeded(format!(
                "A managed policy can have up to {most} versions. Before you create a new version, \
                 you must delete an existing version."
            )));
        }
        // Numbers are never used again, also when the newest version was deleted (spec/sts-and-iam.md C4).
        let number = found.newest_version + 1;
        let is_default = input.set_as_default.unwrap_or(false);
        let changed = IamPolicy {
            newest_version: number,
            default_version: if is_default { number } else { found.default_version },
            modified_ms: cx.now(),
            ..found
        };
        let version = PolicyVersion {
            policy_id: changed.id.clone(),
            version: number,
            document: input.policy_document.clone(),
            created_ms: cx.now(),
        };
        iam_policy_versions::insert(tx, &version).await?;
        iam_policies::update(tx, &changed).await?;
        tx.touch_catalog().await?;
        Ok(CreatePolicyVersionResponse { policy_version: Some(policy_version::listed(&changed, &version)) })
    })
    .await
}
