//! DeletePolicy: removes a managed policy that nobody uses any more, with its last version.

use crate::managed_policy::{self, PolicyArn, Usage};
use contract::Fault;
use model::iam::error;
use model::iam::shapes::DeletePolicyRequest;
use service::Cx;
use store::table::{iam_policies, iam_policy_versions};

/// Finds the policy, looks for its uses and versions, removes it.
///
/// # Errors
/// `NoSuchEntity`, `AccessDenied`, `DeleteConflict`; `InvalidInput` or `ValidationError` for the ARN.
pub async fn run(cx: &Cx, input: DeletePolicyRequest) -> Result<(), Fault> {
    let arn = PolicyArn::parse(&input.policy_arn)?;
    cx.write(async |tx| {
        let denied = "Cannot delete policies outside your own account.";
        let found = managed_policy::find_own(tx, cx.account(), &arn, denied).await?;
        if Usage::of(tx, cx.account(), arn.as_str()).await?.is_used() {
            return Err(error::delete_conflict("Cannot delete a policy attached to entities."));
        }
        if iam_policy_versions::list(tx, &found.id).await?.len() > 1 {
            return Err(error::delete_conflict(
                "This policy has more than one version. Before you delete a policy, you must delete the policy's \
                 versions. The default version is deleted with the policy.",
            ));
        }
        iam_policy_versions::delete(tx, &found.id, found.default_version).await?;
        iam_policies::delete(tx, cx.account(), &found.name_key).await?;
        Ok(tx.touch_catalog().await?)
    })
    .await
}
