//! DeleteSAMLProvider: the account's roles can trust its assertions no more.

use crate::{name, saml_provider};
use contract::Fault;
use model::iam::DeleteSAMLProvider;
use model::iam::shapes::DeleteSAMLProviderRequest;
use service::Cx;
use store::table::{iam_saml_keys, iam_saml_providers};

/// Finds the provider and removes it with its private keys.
///
/// # Errors
/// `NoSuchEntity`, `ValidationError`, `AccessDenied`.
pub async fn run(cx: &Cx, input: DeleteSAMLProviderRequest) -> Result<(), Fault> {
    let provider_name = saml_provider::name_of::<DeleteSAMLProvider>(cx, &input.saml_provider_arn)?;
    cx.write(async |tx| {
        let found = saml_provider::find(tx, cx.account(), provider_name).await?;
        iam_saml_keys::delete_all(tx, &found.id).await?;
        iam_saml_providers::delete(tx, cx.account(), &name::key(provider_name)).await?;
        Ok(tx.touch_catalog().await?)
    })
    .await
}
