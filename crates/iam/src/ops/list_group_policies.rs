//! ListGroupPolicies: the names of the policies written into a group.

use crate::inline_policy;
use crate::owner::Owner;
use crate::page::Page;
use contract::Fault;
use model::iam::shapes::{ListGroupPoliciesRequest, ListGroupPoliciesResponse};
use service::Cx;

/// Finds the group and one page of names.
///
/// # Errors
/// `NoSuchEntity`, `ValidationError`.
pub async fn run(cx: &Cx, input: ListGroupPoliciesRequest) -> Result<ListGroupPoliciesResponse, Fault> {
    let page = Page::of(input.marker.as_deref(), input.max_items)?;
    let found = cx.read(async |tx| {
        let group = Owner::group(tx, cx.account(), &input.group_name).await?;
        inline_policy::list(tx, &group, &page).await
    });
    let names = found.await?;
    Ok(ListGroupPoliciesResponse { policy_names: names.items, is_truncated: names.is_truncated, marker: names.marker })
}
