//! GetOpenIdTokenForDeveloperIdentity: a token for a user whom the developer's own backend has authenticated.

use crate::{developer, identity, login, pool, token};
use contract::Fault;
use domain::IdentityId;
use domain::identity_token::DEVELOPER_TOKEN_SECONDS;
use model::cognito_identity::{GetOpenIdTokenForDeveloperIdentityInput, GetOpenIdTokenForDeveloperIdentityResponse};
use service::Cx;

/// Finds, makes or links the identity of the developer's user, and signs a token that GetCredentialsForIdentity and STS take
/// (spec/identity-pools.md 6 and 8). Public logins beside the developer's are verified, and linked to the same identity.
///
/// # Errors
/// `ResourceNotFoundException`: no such pool of the caller, or no such identity of that pool; `InvalidParameterException`: the
/// developer provider is not among the logins; `DeveloperUserAlreadyRegisteredException`; `NotAuthorizedException` and
/// `ResourceConflictException` as for public logins.
pub async fn run(
    cx: &Cx,
    input: GetOpenIdTokenForDeveloperIdentityInput,
) -> Result<GetOpenIdTokenForDeveloperIdentityResponse, Fault> {
    let pool = pool::of_caller(cx, &input.identity_pool_id).await?;
    let mut public = input.logins;
    let developer = developer::take_login(cx, &pool, &mut public)?;
    let named = match input.identity_id.map(IdentityId::from) {
        Some(id) => Some(cx.read(async |tx| developer::identity_of(tx, &pool, &id).await).await?),
        None => None,
    };
    let mut logins = login::verify(cx, &pool, &public, false).await?;
    logins.verified.insert(0, developer);
    let identity_id = match &named {
        Some(found) => identity::settle(cx, &pool, found, &logins).await?,
        None => identity::of_logins(cx, &pool, &logins).await?,
    };
    let tags = input.principal_tags.unwrap_or_default();
    let expires_at = cx.now().plus_seconds(input.token_duration.unwrap_or(DEVELOPER_TOKEN_SECONDS));
    let signed = token::signed(cx, &pool, &identity_id, &logins.verified, tags, expires_at).await?;
    Ok(GetOpenIdTokenForDeveloperIdentityResponse { identity_id: Some(identity_id.to_string()), token: Some(signed) })
}
