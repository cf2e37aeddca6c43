//! MergeDeveloperIdentities: two of the developer's users become one identity.

use crate::{developer, identity, pool};
use contract::Fault;
use model::cognito_identity::{MergeDeveloperIdentitiesInput, MergeDeveloperIdentitiesResponse};
use service::Cx;

/// Gives all logins of the source user's identity to the destination user's, and disables the former. Two users that have the
/// same identity already keep it.
///
/// # Errors
/// `ResourceNotFoundException`: no such pool or user; `InvalidParameterException`: not the pool's developer provider;
/// `ResourceConflictException`: the identity would have two users of one public provider, or more than 20 logins.
pub async fn run(cx: &Cx, input: MergeDeveloperIdentitiesInput) -> Result<MergeDeveloperIdentitiesResponse, Fault> {
    let pool = pool::of_caller(cx, &input.identity_pool_id).await?;
    let provider = input.developer_provider_name.as_str();
    developer::demand_provider(&pool, provider)?;
    let (source, destination) = (input.source_user_identifier.as_str(), input.destination_user_identifier.as_str());
    developer::demand_user(source)?;
    developer::demand_user(destination)?;
    let id = identity::merge_users(cx, &pool, provider, source, destination).await?;
    Ok(MergeDeveloperIdentitiesResponse { identity_id: Some(id.to_string()) })
}
