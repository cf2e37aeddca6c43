//! SetIdentityPoolRoles: replaces a pool's default roles and role mappings.

use crate::settings::Settings;
use crate::{pool, roles};
use contract::Fault;
use domain::role_mapping::validate_role_mappings;
use model::cognito_identity::{SetIdentityPoolRolesInput, error};
use service::Cx;

/// Replaces the whole: mappings that are not sent are cleared. The caller must be allowed to pass every role that is
/// named (spec/identity-pools.md 9).
///
/// # Errors
/// `ResourceNotFoundException`, `InvalidParameterException`; `NotAuthorizedException` for a role that is not there, is
/// another account's, or may not be passed.
pub async fn run(cx: &Cx, input: SetIdentityPoolRolesInput) -> Result<(), Fault> {
    let default_roles = roles::of_request(&input.roles);
    let inputs = roles::mapping_inputs(input.role_mappings.unwrap_or_default())?;
    let validate = |settings: &Settings| {
        validate_role_mappings(inputs.clone(), |key| settings.is_mapping_key(key)).map_err(error::invalid_parameter)
    };
    let mappings = validate(&pool::of_caller(cx, &input.identity_pool_id).await?.settings)?;
    roles::check_pass_role(cx, &default_roles, &mappings).await?;
    cx.write(async |tx| {
        let mut pool = pool::of_caller_in(cx, tx, &input.identity_pool_id).await?;
        // The providers may have changed since.
        pool.mappings = validate(&pool.settings)?;
        pool.roles = default_roles.clone();
        pool.save(cx, tx).await
    })
    .await
}
