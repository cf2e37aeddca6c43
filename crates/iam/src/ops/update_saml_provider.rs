//! UpdateSAMLProvider: another metadata document, another encryption mode, a private key more or less.

use crate::{quota, saml_provider};
use contract::Fault;
use model::iam::shapes::{UpdateSAMLProviderRequest, UpdateSAMLProviderResponse};
use model::iam::{UpdateSAMLProvider, error};
use service::Cx;
use store::table::iam_saml_keys;
use store::table::iam_saml_providers::{self, SamlProvider};

/// Finds the provider and changes what was given. A key is removed before one is added, so that one call exchanges them.
///
/// # Errors
/// `NoSuchEntity` (also for the key to remove), `InvalidInput`, `LimitExceeded`, `ValidationError`, `AccessDenied`.
pub async fn run(cx: &Cx, input: UpdateSAMLProviderRequest) -> Result<UpdateSAMLProviderResponse, Fault> {
    let name = saml_provider::name_of::<UpdateSAMLProvider>(cx, &input.saml_provider_arn)?;
    let found = cx.read(async |tx| saml_provider::find(tx, cx.account(), name).await).await?;
    let valid_until = match &input.saml_metadata_document {
        Some(document) => Some(saml_provider::valid_until(document, found.created_ms)?),
        None => None,
    };
    let added = input.add_private_key.as_deref().map(|pem| saml_provider::new_key(cx, &found.id, pem)).transpose()?;
    cx.write(async |tx| {
        let before = saml_provider::find(tx, cx.account(), name).await?;
        if before.id != found.id {
            let message = "The provider was changed by another request. Please try again.";
            return Err(error::concurrent_modification(message));
        }
        if let Some(key_id) = &input.remove_private_key
            && !iam_saml_keys::delete(tx, &before.id, key_id).await?
        {
            return Err(error::no_such_entity(format!("The private key with id {key_id} cannot be found.")));
        }
        if let Some(key) = &added {
            let has = saml_provider::keys(tx, &before.id).await?.len();
            if i64::try_from(has).map_err(Fault::internal)? >= quota::KEYS_PER_SAML_PROVIDER {
                return Err(quota::exceeded("PrivateKeysPerSAMLProvider", quota::KEYS_PER_SAML_PROVIDER));
            }
            iam_saml_keys::insert(tx, key).await?;
        }
        let after = SamlProvider {
            metadata: input.saml_metadata_document.clone().unwrap_or(before.metadata),
            valid_until_ms: valid_until.unwrap_or(before.valid_until_ms),
            encryption_mode: input.assertion_encryption_mode.clone().or(before.encryption_mode),
            ..before
        };
        iam_saml_providers::update(tx, &after).await?;
        Ok(tx.touch_catalog().await?)
    })
    .await?;
    Ok(UpdateSAMLProviderResponse { saml_provider_arn: Some(found.arn) })
}
