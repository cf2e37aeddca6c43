//! GetIdentityPoolRoles: the default roles and the role mappings of a pool.

use crate::{pool, roles};
use contract::Fault;
use model::cognito_identity::{GetIdentityPoolRolesInput, GetIdentityPoolRolesResponse};
use service::Cx;

/// Answers what SetIdentityPoolRoles set last; a pool without roles has just its id (spec/identity-pools.md 9).
///
/// # Errors
/// `ResourceNotFoundException`.
pub async fn run(cx: &Cx, input: GetIdentityPoolRolesInput) -> Result<GetIdentityPoolRolesResponse, Fault> {
    let pool = pool::of_caller(cx, &input.identity_pool_id).await?;
    let default_roles = roles::shown(&pool.roles);
    let mappings = roles::mappings_shown(&pool.mappings);
    Ok(GetIdentityPoolRolesResponse {
        identity_pool_id: Some(pool.id.to_string()),
        roles: (!default_roles.is_empty()).then_some(default_roles),
        role_mappings: (!mappings.is_empty()).then_some(mappings),
    })
}
