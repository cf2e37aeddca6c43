//! ListAttachedRolePolicies: the managed policies attached to a role.

use crate::attachment;
use crate::owner::Owner;
use crate::page::Page;
use contract::Fault;
use model::iam::shapes::{ListAttachedRolePoliciesRequest, ListAttachedRolePoliciesResponse};
use service::Cx;

/// Finds the role and one page of its attachments.
///
/// # Errors
/// `NoSuchEntity`, `ValidationError`.
pub async fn run(cx: &Cx, input: ListAttachedRolePoliciesRequest) -> Result<ListAttachedRolePoliciesResponse, Fault> {
    let page = Page::of(input.marker.as_deref(), input.max_items)?;
    let found = cx.read(async |tx| {
        let role = Owner::role(tx, cx.account(), &input.role_name).await?;
        attachment::list(tx, &role, input.path_prefix.as_deref(), &page).await
    });
    let attached = found.await?;
    Ok(ListAttachedRolePoliciesResponse {
        attached_policies: Some(attached.items),
        is_truncated: attached.is_truncated,
        marker: attached.marker,
    })
}
