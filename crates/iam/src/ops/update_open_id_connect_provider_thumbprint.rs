//! UpdateOpenIDConnectProviderThumbprint: other thumbprints in the place of those before.

use crate::oidc_provider;
use contract::Fault;
use model::iam::UpdateOpenIDConnectProviderThumbprint;
use model::iam::shapes::UpdateOpenIDConnectProviderThumbprintRequest;
use service::Cx;
use store::table::iam_oidc_providers::OidcProvider;

/// Finds the provider and replaces the list.
///
/// # Errors
/// `NoSuchEntity`, `InvalidInput`, `ValidationError`, `AccessDenied`.
pub async fn run(cx: &Cx, input: UpdateOpenIDConnectProviderThumbprintRequest) -> Result<(), Fault> {
    let thumbprints = oidc_provider::store_thumbprints(&input.thumbprint_list)?;
    let replace = |provider| Ok(OidcProvider { thumbprints: thumbprints.clone(), ..provider });
    oidc_provider::change::<UpdateOpenIDConnectProviderThumbprint>(cx, &input.open_id_connect_provider_arn, replace)
        .await
}
