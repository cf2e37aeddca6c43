//! ListUserTags: the tags of a user.

use crate::page::Page;
use crate::{tags, user};
use contract::Fault;
use model::iam::shapes::{ListUserTagsRequest, ListUserTagsResponse};
use service::Cx;

/// Finds the user and one page of its tags.
///
/// # Errors
/// `NoSuchEntity`, `ValidationError`.
pub async fn run(cx: &Cx, input: ListUserTagsRequest) -> Result<ListUserTagsResponse, Fault> {
    let page = Page::of(input.marker.as_deref(), input.max_items)?;
    let found = cx.read(async |tx| user::find(tx, cx.account(), &input.user_name).await);
    let tags = tags::page(&found.await?.tags, &page)?;
    Ok(ListUserTagsResponse { tags: tags.items, is_truncated: tags.is_truncated, marker: tags.marker })
}
