//! SetPrincipalTagAttributeMap: says which claims of a provider's logins become tags of their sessions.

use crate::pool;
use contract::Fault;
use domain::principal_tags::TagMap;
use model::cognito_identity::{SetPrincipalTagAttributeMapInput, SetPrincipalTagAttributeMapResponse, error};
use service::Cx;

/// Replaces the provider's map: by its default one, by that of the request, or, if that is empty, by none. Sessions from then
/// on have the new tags (spec/identity-pools.md 14).
///
/// # Errors
/// `ResourceNotFoundException`; `InvalidParameterException`: not a provider of the pool, or keys that could be no tags'.
pub async fn run(
    cx: &Cx,
    input: SetPrincipalTagAttributeMapInput,
) -> Result<SetPrincipalTagAttributeMapResponse, Fault> {
    let provider = &input.identity_provider_name;
    let own = TagMap::custom(input.principal_tags.unwrap_or_default()).map_err(error::invalid_parameter)?;
    let use_defaults = input.use_defaults.unwrap_or(false);
    let map = cx
        .write(async |tx| {
            let mut pool = pool::of_caller_in(cx, tx, &input.identity_pool_id).await?;
            let (key, kind) = pool.settings.tag_provider(provider).ok_or_else(|| not_a_provider(provider))?;
            let map = if use_defaults { TagMap::defaults(kind) } else { own.clone() };
            if map.tags.is_empty() {
                pool.settings.principal_tags.remove(&key);
            } else {
                pool.settings.principal_tags.insert(key, map.clone());
            }
            pool.save(cx, tx).await?;
            Ok(map)
        })
        .await?;
    Ok(SetPrincipalTagAttributeMapResponse {
        identity_pool_id: Some(input.identity_pool_id),
        use_defaults: Some(map.use_defaults),
        principal_tags: Some(map.tags),
        identity_provider_name: Some(input.identity_provider_name),
    })
}

/// The service's sentence is not known.
fn not_a_provider(name: &str) -> Fault {
    error::invalid_parameter(format!("({name}) is not a configured provider of this identity pool."))
}
