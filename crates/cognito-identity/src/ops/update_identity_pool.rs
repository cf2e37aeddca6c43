//! UpdateIdentityPool: replaces a pool's configuration; what is left out returns to its default.

use crate::pool;
use crate::settings::Settings;
use contract::Fault;
use model::cognito_identity::{CreateIdentityPoolInput, IdentityPool, error};
use service::Cx;

/// Replaces everything but roles, the developer provider (set once for all), tags that were not sent, and the attribute maps of
/// providers that stay (spec/identity-pools.md 5).
///
/// # Errors
/// `ResourceNotFoundException`; what [`Settings::of_request`] and [`Settings::demand_registered`] refuse.
pub async fn run(cx: &Cx, input: IdentityPool) -> Result<IdentityPool, Fault> {
    let keep_tags = input.identity_pool_tags.is_none();
    let given = CreateIdentityPoolInput {
        identity_pool_name: input.identity_pool_name.clone(),
        allow_unauthenticated_identities: input.allow_unauthenticated_identities,
        allow_classic_flow: input.allow_classic_flow,
        supported_login_providers: input.supported_login_providers,
        developer_provider_name: input.developer_provider_name,
        open_id_connect_provider_arns: input.open_id_connect_provider_arns,
        cognito_identity_providers: input.cognito_identity_providers,
        saml_provider_arns: input.saml_provider_arns,
        identity_pool_tags: input.identity_pool_tags,
    };
    pool::of_caller(cx, &input.identity_pool_id).await?;
    let settings = Settings::of_request(cx.account(), given)?;
    cx.write(async |tx| {
        let mut pool = pool::of_caller_in(cx, tx, &input.identity_pool_id).await?;
        let mut settings = settings.clone();
        settings.demand_registered(tx, &pool.account, &pool.settings.oidc_provider_arns).await?;
        if keep_tags {
            settings.tags = std::mem::take(&mut pool.settings.tags);
        }
        let maps = std::mem::take(&mut pool.settings.principal_tags);
        settings.principal_tags =
            maps.into_iter().filter(|(provider, _)| settings.tag_provider(provider).is_some()).collect();
        let stored = pool.settings.developer_provider.take();
        if stored.is_some() && settings.developer_provider.is_some() && stored != settings.developer_provider {
            return Err(error::invalid_parameter("DeveloperProviderName cannot be changed once it is set."));
        }
        settings.developer_provider = stored.or(settings.developer_provider);
        pool.settings = settings;
        pool.name.clone_from(&input.identity_pool_name);
        pool.save(cx, tx).await?;
        Ok(pool.describe())
    })
    .await
}
