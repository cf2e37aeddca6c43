//! UntagPolicy: removes tags of a managed policy of the account by their keys.

use crate::managed_policy::{self, PolicyArn};
use crate::tags;
use contract::Fault;
use model::iam::shapes::UntagPolicyRequest;
use service::Cx;
use store::table::iam_policies::{self, IamPolicy};

/// Finds the policy and removes its tags.
///
/// # Errors
/// `NoSuchEntity`, `AccessDenied`; `InvalidInput` or `ValidationError` for the ARN.
pub async fn run(cx: &Cx, input: UntagPolicyRequest) -> Result<(), Fault> {
    let arn = PolicyArn::parse(&input.policy_arn)?;
    cx.write(async |tx| {
        let denied = "Cannot update policies outside your own account.";
        let found = managed_policy::find_own(tx, cx.account(), &arn, denied).await?;
        let tags = tags::remove(&found.tags, &input.tag_keys)?;
        iam_policies::update(tx, &IamPolicy { tags, ..found }).await?;
        Ok(tx.touch_catalog().await?)
    })
    .await
}
