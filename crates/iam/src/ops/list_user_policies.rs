//! ListUserPolicies: the names of the policies written into a user.

use crate::inline_policy;
use crate::owner::Owner;
use crate::page::Page;
use contract::Fault;
use model::iam::shapes::{ListUserPoliciesRequest, ListUserPoliciesResponse};
use service::Cx;

/// Finds the user and one page of names.
///
/// # Errors
/// `NoSuchEntity`, `ValidationError`.
pub async fn run(cx: &Cx, input: ListUserPoliciesRequest) -> Result<ListUserPoliciesResponse, Fault> {
    let page = Page::of(input.marker.as_deref(), input.max_items)?;
    let found = cx.read(async |tx| {
        let user = Owner::user(tx, cx.account(), &input.user_name).await?;
        inline_policy::list(tx, &user, &page).await
    });
    let names = found.await?;
    Ok(ListUserPoliciesResponse { policy_names: names.items, is_truncated: names.is_truncated, marker: names.marker })
}
