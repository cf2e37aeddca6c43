//! CreateOpenIDConnectProvider: an issuer of web identities that roles of the account may trust.

use crate::{oidc_provider, quota, tags};
use contract::Fault;
use model::iam::error;
use model::iam::shapes::{CreateOpenIDConnectProviderRequest, CreateOpenIDConnectProviderResponse};
use service::Cx;
use store::table::iam_oidc_providers::{self, OidcProvider};

/// Keeps the provider, if its URL is free. Nothing is fetched from it yet.
///
/// # Errors
/// `InvalidInput`, `ValidationError`, `EntityAlreadyExists`, `LimitExceeded`.
pub async fn run(
    cx: &Cx,
    input: CreateOpenIDConnectProviderRequest,
) -> Result<CreateOpenIDConnectProviderResponse, Fault> {
    let url = oidc_provider::check_url(&input.url)?;
    let provider = OidcProvider {
        account_id: cx.account().clone(),
        url: url.to_owned(),
        arn: oidc_provider::arn(cx.account(), url),
        client_ids: oidc_provider::store_client_ids(input.client_id_list.unwrap_or_default())?,
        thumbprints: oidc_provider::store_thumbprints(input.thumbprint_list.as_deref().unwrap_or_default())?,
        tags: tags::store(input.tags.as_deref())?,
        created_ms: cx.now(),
    };
    cx.write(async |tx| {
        if !iam_oidc_providers::insert(tx, &provider).await? {
            return Err(error::entity_already_exists(format!("Provider with url {} already exists.", input.url)));
        }
        if iam_oidc_providers::count(tx, cx.account()).await? > quota::OIDC_PROVIDERS {
            return Err(quota::exceeded("OpenIdConnectProvidersPerAccount", quota::OIDC_PROVIDERS));
        }
        Ok(tx.touch_catalog().await?)
    })
    .await?;
    let tags = tags::shown(&provider.tags)?;
    Ok(CreateOpenIDConnectProviderResponse { open_id_connect_provider_arn: Some(provider.arn), tags })
}
