//! ListPolicyVersions: the versions of a managed policy, newest first, without their documents.

use crate::managed_policy::{self, PolicyArn};
use crate::page::Page;
use crate::policy_version;
use contract::Fault;
use model::iam::shapes::{ListPolicyVersionsRequest, ListPolicyVersionsResponse, PolicyVersion};
use service::Cx;

/// Finds the policy and one page of its versions.
///
/// # Errors
/// `NoSuchEntity`; `InvalidInput` or `ValidationError` for the ARN or the marker.
pub async fn run(cx: &Cx, input: ListPolicyVersionsRequest) -> Result<ListPolicyVersionsResponse, Fault> {
    let page = Page::of(input.marker.as_deref(), input.max_items)?;
    let arn = PolicyArn::parse(&input.policy_arn)?;
    cx.read(async |tx| {
        let policy = managed_policy::find(tx, cx.account(), &arn).await?;
        let versions = page.slice(policy_version::all(tx, &policy).await?, newest_first);
        Ok(ListPolicyVersionsResponse {
            versions: Some(versions.items),
            is_truncated: versions.is_truncated,
            marker: versions.marker,
        })
    })
    .await
}

/// A key that falls as the number rises.
fn newest_first(version: &PolicyVersion) -> String {
    let number = version.version_id.as_deref().and_then(|id| id.strip_prefix('v')?.parse::<i64>().ok());
    format!("{:019}", i64::MAX - number.unwrap_or_default())
}
