//! ListAttachedGroupPolicies: the managed policies attached to a group.

use crate::attachment;
use crate::owner::Owner;
use crate::page::Page;
use contract::Fault;
use model::iam::shapes::{ListAttachedGroupPoliciesRequest, ListAttachedGroupPoliciesResponse};
use service::Cx;

/// Finds the group and one page of its attachments.
///
/// # Errors
/// `NoSuchEntity`, `ValidationError`.
pub async fn run(cx: &Cx, input: ListAttachedGroupPoliciesRequest) -> Result<ListAttachedGroupPoliciesResponse, Fault> {
    let page = Page::of(input.marker.as_deref(), input.max_items)?;
    let found = cx.read(async |tx| {
        let group = Owner::group(tx, cx.account(), &input.group_name).await?;
        attachment::list(tx, &group, input.path_prefix.as_deref(), &page).await
    });
    let attached = found.await?;
    Ok(ListAttachedGroupPoliciesResponse {
        attached_policies: Some(attached.items),
        is_truncated: attached.is_truncated,
        marker: attached.marker,
    })
}
