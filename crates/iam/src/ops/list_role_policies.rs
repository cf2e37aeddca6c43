//! ListRolePolicies: the names of the policies written into a role.

use crate::inline_policy;
use crate::owner::Owner;
use crate::page::Page;
use contract::Fault;
use model::iam::shapes::{ListRolePoliciesRequest, ListRolePoliciesResponse};
use service::Cx;

/// Finds the role and one page of names.
///
/// # Errors
/// `NoSuchEntity`, `ValidationError`.
pub async fn run(cx: &Cx, input: ListRolePoliciesRequest) -> Result<ListRolePoliciesResponse, Fault> {
    let page = Page::of(input.marker.as_deref(), input.max_items)?;
    let found = cx.read(async |tx| {
        let role = Owner::role(tx, cx.account(), &input.role_name).await?;
        inline_policy::list(tx, &role, &page).await
    });
    let names = found.await?;
    Ok(ListRolePoliciesResponse { policy_names: names.items, is_truncated: names.is_truncated, marker: names.marker })
}
