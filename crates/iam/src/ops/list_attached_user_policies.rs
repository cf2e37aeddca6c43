//! ListAttachedUserPolicies: the managed policies attached to a user.

use crate::attachment;
use crate::owner::Owner;
use crate::page::Page;
use contract::Fault;
use model::iam::shapes::{ListAttachedUserPoliciesRequest, ListAttachedUserPoliciesResponse};
use service::Cx;

/// Finds the user and one page of its attachments.
///
/// # Errors
/// `NoSuchEntity`, `ValidationError`.
pub async fn run(cx: &Cx, input: ListAttachedUserPoliciesRequest) -> Result<ListAttachedUserPoliciesResponse, Fault> {
    let page = Page::of(input.marker.as_deref(), input.max_items)?;
    let found = cx.read(async |tx| {
        let user = Owner::user(tx, cx.account(), &input.user_name).await?;
        attachment::list(tx, &user, input.path_prefix.as_deref(), &page).await
    });
    let attached = found.await?;
    Ok(ListAttachedUserPoliciesResponse {
        attached_policies: Some(attached.items),
        is_truncated: attached.is_truncated,
        marker: attached.marker,
    })
}
