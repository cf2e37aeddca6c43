//! ListSAMLProviderTags: the tags of a SAML provider.

use crate::page::Page;
use crate::{saml_provider, tags};
use contract::Fault;
use model::iam::ListSAMLProviderTags;
use model::iam::shapes::{ListSAMLProviderTagsRequest, ListSAMLProviderTagsResponse};
use service::Cx;

/// Finds the provider and one page of its tags.
///
/// # Errors
/// `NoSuchEntity`, `ValidationError`, `AccessDenied`.
pub async fn run(cx: &Cx, input: ListSAMLProviderTagsRequest) -> Result<ListSAMLProviderTagsResponse, Fault> {
    let page = Page::of(input.marker.as_deref(), input.max_items)?;
    let name = saml_provider::name_of::<ListSAMLProviderTags>(cx, &input.saml_provider_arn)?;
    let provider = cx.read(async |tx| saml_provider::find(tx, cx.account(), name).await).await?;
    let tags = tags::page(&provider.tags, &page)?;
    Ok(ListSAMLProviderTagsResponse { tags: tags.items, is_truncated: tags.is_truncated, marker: tags.marker })
}
