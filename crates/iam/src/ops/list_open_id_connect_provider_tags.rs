//! ListOpenIDConnectProviderTags: the tags of an OpenID Connect provider.

use crate::page::Page;
use crate::{oidc_provider, tags};
use contract::Fault;
use model::iam::ListOpenIDConnectProviderTags;
use model::iam::shapes::{ListOpenIDConnectProviderTagsRequest, ListOpenIDConnectProviderTagsResponse};
use service::Cx;

/// Finds the provider and one page of its tags.
///
/// # Errors
/// `NoSuchEntity`, `ValidationError`, `AccessDenied`.
pub async fn run(
    cx: &Cx,
    input: ListOpenIDConnectProviderTagsRequest,
) -> Result<ListOpenIDConnectProviderTagsResponse, Fault> {
    let page = Page::of(input.marker.as_deref(), input.max_items)?;
    let url = oidc_provider::url_of::<ListOpenIDConnectProviderTags>(cx, &input.open_id_connect_provider_arn)?;
    let provider = cx.read(async |tx| oidc_provider::find(tx, cx.account(), url).await).await?;
    let tags = tags::page(&provider.tags, &page)?;
    Ok(ListOpenIDConnectProviderTagsResponse { tags: tags.items, is_truncated: tags.is_truncated, marker: tags.marker })
}
