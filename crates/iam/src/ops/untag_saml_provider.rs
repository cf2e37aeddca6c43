//! UntagSAMLProvider: removes tags of a SAML provider by their keys.

use crate::{saml_provider, tags};
use contract::Fault;
use model::iam::UntagSAMLProvider;
use model::iam::shapes::UntagSAMLProviderRequest;
use service::Cx;

/// Finds the provider and removes its tags.
///
/// # Errors
/// `NoSuchEntity`, `ValidationError`, `AccessDenied`.
pub async fn run(cx: &Cx, input: UntagSAMLProviderRequest) -> Result<(), Fault> {
    let remove = |stored: &str| tags::remove(stored, &input.tag_keys);
    saml_provider::change_tags::<UntagSAMLProvider>(cx, &input.saml_provider_arn, remove).await
}
