//! TagPolicy: sets tags of a managed policy of the account; others stay.

use crate::managed_policy::{self, PolicyArn};
use crate::tags;
use contract::Fault;
use model::iam::shapes::TagPolicyRequest;
use service::Cx;
use store::table::iam_policies::{self, IamPolicy};

/// Finds the policy and sets its tags.
///
/// # Errors
/// `NoSuchEntity`, `AccessDenied`, `InvalidInput`, `LimitExceeded`.
pub async fn run(cx: &Cx, input: TagPolicyRequest) -> Result<(), Fault> {
    let arn = PolicyArn::parse(&input.policy_arn)?;
    cx.write(async |tx| {
        let denied = "Cannot update policies outside your own account.";
        let found = managed_policy::find_own(tx, cx.account(), &arn, denied).await?;
        let tags = tags::merge(&found.tags, &input.tags, "TagsPerPolicy")?;
        iam_policies::update(tx, &IamPolicy { tags, ..found }).await?;
        Ok(tx.touch_catalog().await?)
    })
    .await
}
