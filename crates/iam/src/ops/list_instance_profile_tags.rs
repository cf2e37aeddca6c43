//! ListInstanceProfileTags: the tags of an instance profile.

use crate::page::Page;
use crate::{instance_profile, tags};
use contract::Fault;
use model::iam::shapes::{ListInstanceProfileTagsRequest, ListInstanceProfileTagsResponse};
use service::Cx;

/// Finds the profile and one page of its tags.
///
/// # Errors
/// `NoSuchEntity`, `ValidationError`.
pub async fn run(cx: &Cx, input: ListInstanceProfileTagsRequest) -> Result<ListInstanceProfileTagsResponse, Fault> {
    let page = Page::of(input.marker.as_deref(), input.max_items)?;
    let found = cx.read(async |tx| instance_profile::find(tx, cx.account(), &input.instance_profile_name).await);
    let tags = tags::page(&found.await?.tags, &page)?;
    Ok(ListInstanceProfileTagsResponse { tags: tags.items, is_truncated: tags.is_truncated, marker: tags.marker })
}
