//! DeleteOpenIDConnectProvider: the account's roles can trust this issuer no more.

use crate::oidc_provider;
use contract::Fault;
use model::iam::DeleteOpenIDConnectProvider;
use model::iam::shapes::DeleteOpenIDConnectProviderRequest;
use service::Cx;
use store::table::iam_oidc_providers;

/// Removes the provider; that there is none is no error (spec/sts-and-iam.md C8).
///
/// # Errors
/// `ValidationError`, `AccessDenied`.
pub async fn run(cx: &Cx, input: DeleteOpenIDConnectProviderRequest) -> Result<(), Fault> {
    let url = oidc_provider::url_of::<DeleteOpenIDConnectProvider>(cx, &input.open_id_connect_provider_arn)?;
    cx.write(async |tx| {
        iam_oidc_providers::delete(tx, cx.account(), url).await?;
        Ok(tx.touch_catalog().await?)
    })
    .await
}
