//! AddClientIDToOpenIDConnectProvider: one more audience is accepted.

use crate::oidc_provider;
use contract::Fault;
use model::iam::AddClientIDToOpenIDConnectProvider;
use model::iam::shapes::AddClientIDToOpenIDConnectProviderRequest;
use service::Cx;
use store::table::iam_oidc_providers::OidcProvider;

/// Finds the provider and adds the client id; one that is there already stays.
///
/// # Errors
/// `NoSuchEntity`, `LimitExceeded`, `ValidationError`, `AccessDenied`.
pub async fn run(cx: &Cx, input: AddClientIDToOpenIDConnectProviderRequest) -> Result<(), Fault> {
    let add = |provider: OidcProvider| {
        let mut ids = oidc_provider::texts(&provider.client_ids)?;
        ids.push(input.client_id.clone());
        Ok(OidcProvider { client_ids: oidc_provider::store_client_ids(ids)?, ..provider })
    };
    oidc_provider::change::<AddClientIDToOpenIDConnectProvider>(cx, &input.open_id_connect_provider_arn, add).await
}
