//! The `Logins` of a request: each one verified, or the whole call refused.

use crate::pool::Pool;
use crate::settings::provider_name;
use crate::{keys, login_own_token};
use contract::Fault;
use domain::identity_token;
use domain::login_token::{
    LoginKind, LoginRefusal, UserPoolLogin, VerifiedLogin, user_pool_of_provider, verify_user_pool_login,
};
use domain::{ClientId, Timestamp, UserPoolId, UserSub};
use model::cognito_identity::error;
use service::Cx;
use std::collections::BTreeMap;
use store::Tx;
use store::table::users;

/// Logins that were verified; not one less than were sent.
#[derive(Debug)]
pub struct Logins {
    /// In the order of their providers' names.
    pub verified: Vec<VerifiedLogin>,
    /// Users to ask the user pool about.
    to_ask: Vec<UserToAsk>,
}

/// A user of a provider with ServerSideTokenCheck.
#[derive(Debug)]
struct UserToAsk {
    provider: String,
    pool: UserPoolId,
    sub: UserSub,
    issued_at: Timestamp,
}

/// Verifies every login of a request, in the order of spec/identity-pools.md 4; the first that fails ends the call.
///
/// `takes_own_token` says whether the operation takes a token of an identity pool (GetId does not).
///
/// # Errors
/// `NotAuthorizedException`, `InvalidParameterException`.
pub async fn verify(
    cx: &Cx,
    pool: &Pool,
    logins: &BTreeMap<String, String>,
    takes_own_token: bool,
) -> Result<Logins, Fault> {
    let developer = pool.settings.developer_provider.as_ref();
    if let Some(name) = developer.filter(|name| logins.contains_key(*name)) {
        cx.decision().failed("login", format!("`{name}` is the developer provider: only signed calls may use it"));
        return Err(error::invalid_parameter("Please provide a valid public provider."));
    }
    if !pool.settings.has_providers() {
        cx.decision().failed("login", format!("{} has no provider", pool.id));
        let sentence = format!("Identity pool - {} does not have identity providers configured.", pool.id);
        return Err(error::not_authorized(sentence));
    }
    let mut checked = Logins { verified: Vec::with_capacity(logins.len()), to_ask: Vec::new() };
    for (provider, token) in logins {
        let login = if provider == identity_token::PROVIDER {
            login_own_token::verify(cx, pool, token, takes_own_token).await?
        } else {
            verify_one(cx, pool, provider, token).await?
        };
        let login = login.map_err(|sentence| {
            cx.decision().failed("login", format!("`{provider}`: {sentence}"));
            error::not_authorized(sentence)
        })?;
        cx.decision().passed("login", format!("`{provider}`: the token of `{}` is verified", login.subject));
        checked.to_ask.extend(user_to_ask(pool, &login));
        checked.verified.push(login);
    }
    Ok(checked)
}

impl Logins {
    /// Whether [`Logins::check_users`] has anything to ask.
    pub fn must_ask(&self) -> bool {
        !self.to_ask.is_empty()
    }

    /// ServerSideTokenCheck: each user must exist, be enabled, and not have been signed out everywhere since the token was
    /// issued.
    ///
    /// # Errors
    /// `NotAuthorizedException`: `Token is inactive`.
    pub async fn check_users(&self, cx: &Cx, tx: &mut Tx) -> Result<(), Fault> {
        for asked in &self.to_ask {
            let user = users::find(tx, &asked.pool, &asked.sub).await?;
            let lack = match user {
                None => "does not exist any more",
                Some(user) if !user.enabled => "is disabled",
                // Tokens carry whole seconds: one of the second of the sign-out counts as older.
                Some(user)
                    if user.tokens_valid_after_ms.is_some_and(|after| asked.issued_at.seconds() <= after.seconds()) =>
                {
                    "was signed out everywhere after the token was issued"
                }
                Some(_) => continue,
            };
            let UserToAsk { provider, sub, .. } = asked;
            cx.decision().failed("login", format!("`{provider}`: server-side check: `{sub}` {lack}"));
            return Err(error::not_authorized(LoginRefusal::Inactive.message()));
        }
        Ok(())
    }
}

/// The inner error is the sentence for the caller.
async fn verify_one(cx: &Cx, pool: &Pool, provider: &str, token: &str) -> Result<Result<VerifiedLogin, String>, Fault> {
    let of_provider = pool.settings.user_pools.iter().filter(|configured| configured.name == provider);
    let client_ids: Vec<ClientId> = of_provider.map(|configured| configured.client_id.clone()).collect();
    let user_pool = user_pool_of_provider(provider).filter(|_| !client_ids.is_empty());
    let Some(user_pool) = user_pool else {
        return Ok(Err(match not_built(pool, provider) {
            Some(kind) => format!("Sekisho cannot verify logins of {kind} yet, and takes no login unverified."),
            None => LoginRefusal::UnsupportedProvider.message(),
        }));
    };
    let keys = keys::of_user_pool(&cx.node, &user_pool).await?;
    let issuers = cx.node.issuers_of(&user_pool);
    let login = UserPoolLogin { provider, token, issuers: &issuers, client_ids: &client_ids, now: cx.now() };
    let key_of = |kid: &str| keys.as_ref().and_then(|keys| keys.find(kid));
    Ok(verify_user_pool_login(login, key_of).map_err(LoginRefusal::message))
}

/// The kind of a provider that the pool has and this build cannot verify.
fn not_built(pool: &Pool, provider: &str) -> Option<&'static str> {
    let settings = &pool.settings;
    let is_issuer = |arn: &String| provider_name(arn, "oidc-provider").is_some_and(|(_, issuer)| issuer == provider);
    if settings.public_providers.contains_key(provider) {
        Some("public providers")
    } else if settings.oidc_provider_arns.iter().any(is_issuer) {
        Some("OpenID Connect providers")
    } else if settings.saml_provider_arns.iter().any(|arn| arn == provider) {
        Some("SAML providers")
    } else {
        None
    }
}

fn user_to_ask(pool: &Pool, login: &VerifiedLogin) -> Option<UserToAsk> {
    let LoginKind::UserPool { client_id } = &login.kind else { return None };
    let mut configured = pool.settings.user_pools.iter();
    let provider = configured.find(|provider| provider.name == login.provider && provider.client_id == *client_id)?;
    // A token without `iat` counts as older than every sign-out.
    let issued_at = login.claims.get("iat").and_then(|claim| claim.as_i64()).unwrap_or(0);
    let asked = UserToAsk {
        provider: login.provider.clone(),
        pool: user_pool_of_provider(&login.provider)?,
        sub: UserSub::from(login.subject.as_str()),
        issued_at: Timestamp::from_seconds(issued_at),
    };
    provider.server_side_check.then_some(asked)
}
