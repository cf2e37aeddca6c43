//! RemoveClientIDFromOpenIDConnectProvider: an audience is accepted no more.

use crate::oidc_provider;
use contract::Fault;
use model::iam::RemoveClientIDFromOpenIDConnectProvider as ThisCall;
use model::iam::shapes::RemoveClientIDFromOpenIDConnectProviderRequest;
use service::Cx;
use store::table::iam_oidc_providers::OidcProvider;

/// Finds the provider and removes the client id; one that is not there does not matter.
///
/// # Errors
/// `NoSuchEntity`, `ValidationError`, `AccessDenied`.
pub async fn run(cx: &Cx, input: RemoveClientIDFromOpenIDConnectProviderRequest) -> Result<(), Fault> {
    let remove = |provider: OidcProvider| {
        let mut ids = oidc_provider::texts(&provider.client_ids)?;
        ids.retain(|id| *id != input.client_id);
        Ok(OidcProvider { client_ids: oidc_provider::store_client_ids(ids)?, ..provider })
    };
    oidc_provider::change::<ThisCall>(cx, &input.open_id_connect_provider_arn, remove).await
}
