//! TagOpenIDConnectProvider: sets tags of an OpenID Connect provider; others stay.

use crate::{oidc_provider, tags};
use contract::Fault;
use model::iam::TagOpenIDConnectProvider;
use model::iam::shapes::TagOpenIDConnectProviderRequest;
use service::Cx;
use store::table::iam_oidc_providers::OidcProvider;

/// Finds the provider and sets its tags.
///
/// # Errors
/// `NoSuchEntity`, `InvalidInput`, `LimitExceeded`, `ValidationError`, `AccessDenied`.
pub async fn run(cx: &Cx, input: TagOpenIDConnectProviderRequest) -> Result<(), Fault> {
    let tag = |provider: OidcProvider| {
        let tags = tags::merge(&provider.tags, &input.tags, "TagsPerOpenIdConnectProvider")?;
        Ok(OidcProvider { tags, ..provider })
    };
    oidc_provider::change::<TagOpenIDConnectProvider>(cx, &input.open_id_connect_provider_arn, tag).await
}
