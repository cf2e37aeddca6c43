//! GetSAMLProvider: one SAML provider, with its metadata as it was given.

use crate::{saml_provider, tags};
use contract::Fault;
use model::iam::GetSAMLProvider;
use model::iam::shapes::{GetSAMLProviderRequest, GetSAMLProviderResponse};
use service::Cx;

/// Finds the provider and its private keys' ids.
///
/// # Errors
/// `NoSuchEntity`, `ValidationError`, `AccessDenied`.
pub async fn run(cx: &Cx, input: GetSAMLProviderRequest) -> Result<GetSAMLProviderResponse, Fault> {
    let name = saml_provider::name_of::<GetSAMLProvider>(cx, &input.saml_provider_arn)?;
    let found = cx.read(async |tx| {
        let provider = saml_provider::find(tx, cx.account(), name).await?;
        let keys = saml_provider::keys(tx, &provider.id).await?;
        Ok((provider, keys))
    });
    let (provider, keys) = found.await?;
    let keys: Vec<_> = keys.into_iter().map(saml_provider::key_shown).collect();
    Ok(GetSAMLProviderResponse {
        tags: tags::shown(&provider.tags)?,
        saml_provider_uuid: Some(provider.id),
        saml_metadata_document: Some(provider.metadata),
        create_date: Some(provider.created_ms.millis()),
        valid_until: Some(provider.valid_until_ms.millis()),
        assertion_encryption_mode: provider.encryption_mode,
        private_key_list: Some(keys).filter(|keys| !keys.is_empty()),
    })
}
