//! ListPolicyTags: the tags of a managed policy; AWS's own have none.

use crate::managed_policy::{self, ManagedPolicy, PolicyArn};
use crate::page::Page;
use crate::tags;
use contract::Fault;
use model::iam::shapes::{ListPolicyTagsRequest, ListPolicyTagsResponse};
use service::Cx;

/// Finds the policy and one page of its tags.
///
/// # Errors
/// `NoSuchEntity`; `InvalidInput` or `ValidationError` for the ARN or the marker.
pub async fn run(cx: &Cx, input: ListPolicyTagsRequest) -> Result<ListPolicyTagsResponse, Fault> {
    let page = Page::of(input.marker.as_deref(), input.max_items)?;
    let arn = PolicyArn::parse(&input.policy_arn)?;
    let found = cx.read(async |tx| managed_policy::find(tx, cx.account(), &arn).await);
    let stored = match found.await? {
        ManagedPolicy::Customer(row) => row.tags,
        ManagedPolicy::Aws(_) => "{}".to_owned(),
    };
    let tags = tags::page(&stored, &page)?;
    Ok(ListPolicyTagsResponse { tags: tags.items, is_truncated: tags.is_truncated, marker: tags.marker })
}
