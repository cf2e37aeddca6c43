//! GetOpenIDConnectProvider: one OpenID Connect provider.

use crate::{oidc_provider, tags};
use contract::Fault;
use model::iam::GetOpenIDConnectProvider;
use model::iam::shapes::{GetOpenIDConnectProviderRequest, GetOpenIDConnectProviderResponse};
use service::Cx;

/// Finds the provider. Its URL is shown without `https://` (spec/sts-and-iam.md C8).
///
/// # Errors
/// `NoSuchEntity`, `ValidationError`, `AccessDenied`.
pub async fn run(cx: &Cx, input: GetOpenIDConnectProviderRequest) -> Result<GetOpenIDConnectProviderResponse, Fault> {
    let url = oidc_provider::url_of::<GetOpenIDConnectProvider>(cx, &input.open_id_connect_provider_arn)?;
    let provider = cx.read(async |tx| oidc_provider::find(tx, cx.account(), url).await).await?;
    Ok(GetOpenIDConnectProviderResponse {
        client_id_list: Some(oidc_provider::texts(&provider.client_ids)?),
        thumbprint_list: Some(oidc_provider::texts(&provider.thumbprints)?),
        create_date: Some(provider.created_ms.millis()),
        tags: tags::shown(&provider.tags)?,
        url: Some(provider.url),
    })
}
