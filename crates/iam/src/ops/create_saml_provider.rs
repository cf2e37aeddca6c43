//! CreateSAMLProvider: an identity provider whose assertions roles of the account may trust.

use crate::{name, quota, saml_provider, tags};
use contract::Fault;
use model::iam::error;
use model::iam::shapes::{CreateSAMLProviderRequest, CreateSAMLProviderResponse};
use service::Cx;
use store::table::iam_saml_keys;
use store::table::iam_saml_providers::{self, SamlProvider};

/// Reads the metadata and keeps the provider, if its name is free.
///
/// # Errors
/// `InvalidInput`, `EntityAlreadyExists`, `LimitExceeded`.
pub async fn run(cx: &Cx, input: CreateSAMLProviderRequest) -> Result<CreateSAMLProviderResponse, Fault> {
    let id = saml_provider::new_id(cx);
    let key = input.add_private_key.map(|pem| saml_provider::new_key(cx, &id, &pem)).transpose()?;
    let provider = SamlProvider {
        account_id: cx.account().clone(),
        name_key: name::key(&input.name),
        arn: saml_provider::arn(cx.account(), &input.name),
        name: input.name,
        id,
        valid_until_ms: saml_provider::valid_until(&input.saml_metadata_document, cx.now())?,
        metadata: input.saml_metadata_document,
        encryption_mode: input.assertion_encryption_mode,
        tags: tags::store(input.tags.as_deref())?,
        created_ms: cx.now(),
    };
    cx.write(async |tx| {
        if !iam_saml_providers::insert(tx, &provider).await? {
            let message = format!("Provider with name {} already exists.", provider.name);
            return Err(error::entity_already_exists(message));
        }
        if iam_saml_providers::count(tx, cx.account()).await? > quota::SAML_PROVIDERS {
            return Err(quota::exceeded("SAMLProvidersPerAccount", quota::SAML_PROVIDERS));
        }
        if let Some(key) = &key {
            iam_saml_keys::insert(tx, key).await?;
        }
        Ok(tx.touch_catalog().await?)
    })
    .await?;
    let tags = tags::shown(&provider.tags)?;
    Ok(CreateSAMLProviderResponse { saml_provider_arn: Some(provider.arn), tags })
}
