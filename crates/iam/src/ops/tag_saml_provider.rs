//! TagSAMLProvider: sets tags of a SAML provider; others stay.

use crate::{saml_provider, tags};
use contract::Fault;
use model::iam::TagSAMLProvider;
use model::iam::shapes::TagSAMLProviderRequest;
use service::Cx;

/// Finds the provider and sets its tags.
///
/// # Errors
/// `NoSuchEntity`, `InvalidInput`, `LimitExceeded`, `ValidationError`, `AccessDenied`.
pub async fn run(cx: &Cx, input: TagSAMLProviderRequest) -> Result<(), Fault> {
    let merge = |stored: &str| tags::merge(stored, &input.tags, "TagsPerSAMLProvider");
    saml_provider::change_tags::<TagSAMLProvider>(cx, &input.saml_provider_arn, merge).await
}
