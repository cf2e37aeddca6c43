//! ListRoleTags: the tags of a role.

use crate::page::Page;
use crate::{role, tags};
use contract::Fault;
use model::iam::shapes::{ListRoleTagsRequest, ListRoleTagsResponse};
use service::Cx;

/// Finds the role and one page of its tags.
///
/// # Errors
/// `NoSuchEntity`, `ValidationError`.
pub async fn run(cx: &Cx, input: ListRoleTagsRequest) -> Result<ListRoleTagsResponse, Fault> {
    let page = Page::of(input.marker.as_deref(), input.max_items)?;
    let found = cx.read(async |tx| role::find(tx, cx.account(), &input.role_name).await);
    let tags = tags::page(&found.await?.tags, &page)?;
    Ok(ListRoleTagsResponse { tags: tags.items, is_truncated: tags.is_truncated, marker: tags.marker })
}
