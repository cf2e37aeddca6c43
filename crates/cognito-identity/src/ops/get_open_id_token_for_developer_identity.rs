//! GetOpenIdTokenForDeveloperIdentity: a token for a user whom the developer's own backend has authenticated.

use crate::{developer, identity, login, pool, tags, token};
use contract::Fault;
use domain::IdentityId;
use domain::identity_token::DEVELOPER_TOKEN_SECONDS;
use model::cognito_identity::{
    GetOpenIdTokenForDeveloperIdentityInput, GetOpenIdTokenForDeveloperIdentityResponse, error,
};
use service::Cx;
use std::collections::{BTreeMap, BTreeSet};

/// Finds, makes or links the identity of the developer's user, and signs a token that GetCredentialsForIdentity and STS take
/// (spec/identity-pools.md 6 and 8). Public logins beside the developer's are verified, and linked to the same identity.
///
/// # Errors
/// `ResourceNotFoundException`: no such pool of the caller, or no such identity of that pool; `InvalidParameterException`: the
/// developer provider is not among the logins, or a tag stands twice; `DeveloperUserAlreadyRegisteredException`;
/// `NotAuthorizedException` and `ResourceConflictException` as for public logins.
pub async fn run(
    cx: &Cx,
    input: GetOpenIdTokenForDeveloperIdentityInput,
) -> Result<GetOpenIdTokenForDeveloperIdentityResponse, Fault> {
    let pool = pool::of_caller(cx, &input.identity_pool_id).await?;
    let given = input.principal_tags.unwrap_or_default();
    demand_distinct(&given)?;
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
    let tags = united(tags::of(cx, &pool, &logins.verified), given);
    let expires_at = cx.now().plus_seconds(input.token_duration.unwrap_or(DEVELOPER_TOKEN_SECONDS));
    let signed = token::signed(cx, &pool, &identity_id, &logins.verified, tags, expires_at).await?;
    Ok(GetOpenIdTokenForDeveloperIdentityResponse { identity_id: Some(identity_id.to_string()), token: Some(signed) })
}

/// Keys of session tags differ by more than case: of two such, no session could have both.
fn demand_distinct(tags: &BTreeMap<String, String>) -> Result<(), Fault> {
    if folded(tags).len() == tags.len() {
        return Ok(());
    }
    Err(error::invalid_parameter("Duplicate tag keys found. Please note that Tag keys are case insensitive."))
}

/// What the developer gives goes before what the claims of public logins do.
fn united(of_claims: BTreeMap<String, String>, given: BTreeMap<String, String>) -> BTreeMap<String, String> {
    let taken = folded(&given);
    let left = of_claims.into_iter().filter(|(key, _)| !taken.contains(&key.to_lowercase()));
    left.chain(given).collect()
}

fn folded(tags: &BTreeMap<String, String>) -> BTreeSet<String> {
    tags.keys().map(|key| key.to_lowercase()).collect()
}
