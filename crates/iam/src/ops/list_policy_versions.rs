//! ListPolicyVersions: the versions of a managed policy, without their documents.

use crate::managed_policy;
use crate::page::Page;
use contract::Fault;
use model::iam::shapes::{ListPolicyVersionsRequest, ListPolicyVersionsResponse};
use service::Cx;

/// Finds the policy and one page of its versions.
///
/// # Errors
/// `NoSuchEntity`; `InvalidInput` or `ValidationError` for the ARN or the marker.
pub async fn run(cx: &Cx, input: ListPolicyVersionsRequest) -> Result<ListPolicyVersionsResponse, Fault> {
    let page = Page::of(input.marker.as_deref(), input.max_items)?;
    let named = managed_policy::named(cx, &input.policy_arn).await?;
    let versions = vec![managed_policy::default_version(named.demand()?)?];
    let versions = page.slice(versions, |version| version.version_id.clone().unwrap_or_default());
    Ok(ListPolicyVersionsResponse {
        versions: Some(versions.items),
        is_truncated: versions.is_truncated,
        marker: versions.marker,
    })
}
