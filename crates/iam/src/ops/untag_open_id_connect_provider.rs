//! UntagOpenIDConnectProvider: removes tags of an OpenID Connect provider by their keys.

use crate::{oidc_provider, tags};
use contract::Fault;
use model::iam::UntagOpenIDConnectProvider;
use model::iam::shapes::UntagOpenIDConnectProviderRequest;
use service::Cx;
use store::table::iam_oidc_providers::OidcProvider;

/// Finds the provider and removes its tags.
///
/// # Errors
/// `NoSuchEntity`, `ValidationError`, `AccessDenied`.
pub async fn run(cx: &Cx, input: UntagOpenIDConnectProviderRequest) -> Result<(), Fault> {
    let untag = |provider: OidcProvider| {
        let tags = tags::remove(&provider.tags, &input.tag_keys)?;
        Ok(OidcProvider { tags, ..provider })
    };
    oidc_provider::change::<UntagOpenIDConnectProvider>(cx, &input.open_id_connect_provider_arn, untag).await
}
