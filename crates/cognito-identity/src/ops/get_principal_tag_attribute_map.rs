//! GetPrincipalTagAttributeMap: which claims of a provider's logins become tags of their sessions.

use crate::pool;
use contract::Fault;
use model::cognito_identity::{GetPrincipalTagAttributeMapInput, GetPrincipalTagAttributeMapResponse, error};
use service::Cx;

/// Answers the provider's map.
///
/// # Errors
/// `ResourceNotFoundException`: no such pool, or the provider has no map, configured or not.
pub async fn run(
    cx: &Cx,
    input: GetPrincipalTagAttributeMapInput,
) -> Result<GetPrincipalTagAttributeMapResponse, Fault> {
    let pool = pool::of_caller(cx, &input.identity_pool_id).await?;
    let settings = &pool.settings;
    let key = settings.tag_provider(&input.identity_provider_name).map(|(key, _)| key);
    let map = key.and_then(|key| settings.principal_tags.get(&key)).ok_or_else(|| {
        // The service's sentence is not known.
        let name = &input.identity_provider_name;
        error::resource_not_found(format!("Principal tag attribute map of '{name}' not found."))
    })?;
    Ok(GetPrincipalTagAttributeMapResponse {
        identity_pool_id: Some(input.identity_pool_id),
        use_defaults: Some(map.use_defaults),
        principal_tags: Some(map.tags.clone()),
        identity_provider_name: Some(input.identity_provider_name),
    })
}
