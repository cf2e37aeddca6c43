//! A token of GetOpenIdTokenForDeveloperIdentity as a login, under the key `cognito-identity.amazonaws.com`.
//!
//! It proves what it says and no more: it opens the identity it was made for, as long as the developer's user in it is linked,
//! and it links nothing.

use crate::identity::Found;
use crate::pool::Pool;
use contract::Fault;
use domain::identity_linking::LinkRefusal;
use domain::identity_token::{self, IdentityToken, IdentityTokenError};
use domain::jwt::VerifyingKey;
use domain::login_token::{LoginRefusal, VerifiedLogin};
use domain::{IdentityId, Timestamp};
use model::cognito_identity::error;
use service::{Cx, Node};
use sts::identity_keys;

/// Verifies the token for this pool; `taken` says whether the operation takes such tokens (GetId does not).
///
/// A token without a developer's user in it is refused: a guest's must make nobody a user, and one of GetOpenIdToken for
/// other logins is for STS alone. The inner error is the sentence for the caller, and what it does not say.
///
/// # Errors
/// An internal fault.
pub async fn verify(
    node: &Node,
    pool: &Pool,
    token: &str,
    taken: bool,
    now: Timestamp,
) -> Result<Result<VerifiedLogin, (String, Option<String>)>, Fault> {
    let key = if taken { identity_keys::public_of(node, token).await? } else { None };
    let token = match IdentityToken::verify(token, |_| key.as_deref().map(|key| -> &VerifyingKey { key })) {
        Ok(token) => token,
        Err(IdentityTokenError::Foreign) => return Ok(Err((IdentityTokenError::Foreign.message().to_owned(), None))),
        Err(_) if !taken => return Ok(Err((identity_token::NOT_FOR_GET_ID_MESSAGE.to_owned(), None))),
        Err(refusal) => {
            let detail = if key.is_some() { "the signature does not verify" } else { "no key here has its key id" };
            return Ok(Err((refusal.message().to_owned(), Some(detail.to_owned()))));
        }
    };
    if let Err(refusal) = token.check_time(now, 0) {
        let detail = format!("at {}", token.expires_at.iso8601());
        return Ok(Err((refusal.message().to_owned(), Some(detail))));
    }
    let lack = if token.identity_pool_id != pool.id {
        Some(format!("the token is of pool {}", token.identity_pool_id))
    } else if users(pool, &token).is_empty() {
        Some("no user of the developer provider is in the token".to_owned())
    } else {
        None
    };
    if lack.is_some() {
        return Ok(Err((LoginRefusal::UnsupportedProvider.message(), lack)));
    }
    Ok(Ok(token.into_login()))
}

/// Whether such a token is among these logins.
pub fn is_among(logins: &[VerifiedLogin]) -> bool {
    tokens(logins).next().is_some()
}

/// The identity that was named, if the token was made for it and every login shown is linked to it. One that was merged stands
/// for the other one, and wants a token of that.
///
/// # Errors
/// The token is another identity's, its user was unlinked, or a login beside it is new.
pub fn settle(pool: &Pool, found: &Found, logins: &[VerifiedLogin]) -> Result<IdentityId, LinkRefusal> {
    let Some(developer) = &pool.settings.developer_provider else { return Err(LinkRefusal::LoginsDoNotMatch) };
    let is_linked = |login: &VerifiedLogin| match read(login) {
        Some(token) => {
            token.identity_id == *found.live_id() && users(pool, &token).iter().any(|user| found.owns(developer, user))
        }
        None => found.owns(&login.provider, &login.subject),
    };
    if logins.iter().all(is_linked) { Ok(found.live_id().clone()) } else { Err(LinkRefusal::LoginsDoNotMatch) }
}

/// Why [`settle`] refuses, for the operator.
pub fn why_not(pool: &Pool, found: &Found, logins: &[VerifiedLogin]) -> String {
    let Some(developer) = &pool.settings.developer_provider else {
        return "the pool has no developer provider".to_owned();
    };
    let lack = |login: &VerifiedLogin| match read(login) {
        Some(token) if token.identity_id != found.named.id => Some(format!("the token is of {}", token.identity_id)),
        Some(token) if !users(pool, &token).iter().any(|user| found.owns(developer, user)) => {
            Some(format!("no user of `{developer}` in the token is linked any more"))
        }
        None if !found.owns(&login.provider, &login.subject) => {
            Some(format!("`{}` of `{}` is not linked, and this token links nothing", login.subject, login.provider))
        }
        _ => None,
    };
    logins.iter().filter_map(lack).collect::<Vec<_>>().join(", ")
}

/// Refuses a token that was issued before its identity's credentials were revoked.
///
/// # Errors
/// `NotAuthorizedException`, as if it had expired.
pub async fn demand_current(cx: &Cx, logins: &[VerifiedLogin]) -> Result<(), Fault> {
    for token in tokens(logins) {
        if let Some(reason) = cx.node.gate.token_is_old(&token.identity_id, token.issued_at).await? {
            cx.decision().failed("login", format!("`{}`: {reason}", identity_token::PROVIDER));
            return Err(error::not_authorized(IdentityTokenError::Expired.message()));
        }
    }
    Ok(())
}

/// Before when a token that is made from these logins must end: a developer's does not beget a longer one.
pub fn expires_at(logins: &[VerifiedLogin]) -> Option<Timestamp> {
    tokens(logins).map(|token| token.expires_at).min()
}

fn users(pool: &Pool, token: &IdentityToken) -> Vec<String> {
    let developer = pool.settings.developer_provider.as_deref();
    developer.map(|developer| token.developer_users(developer)).unwrap_or_default()
}

fn tokens(logins: &[VerifiedLogin]) -> impl Iterator<Item = IdentityToken> {
    logins.iter().filter_map(read)
}

fn read(login: &VerifiedLogin) -> Option<IdentityToken> {
    IdentityToken::of_login(login)
}
