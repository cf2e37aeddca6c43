//! The `Logins` of a request: each one verified, or the whole call refused.

mod oidc;
mod public;
mod saml;
mod user_pool;

use crate::login_own_token;
use crate::pool::Pool;
use crate::settings::provider_name;
use contract::Fault;
use domain::identity_token;
use domain::login_token::{LoginKind, LoginRefusal, VerifiedLogin, user_pool_of_provider};
use domain::{ClientId, Timestamp, UserPoolId, UserSub};
use model::cognito_identity::error;
use service::{Cx, Decision, Node};
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

/// Verifies every login of a request, and records how each came out.
///
/// `takes_own_token` says whether the operation takes a token of an identity pool (GetId does not).
///
/// # Errors
/// `NotAuthorizedException`, `InvalidParameterException`; `ExternalServiceException`: a provider does not answer.
pub async fn verify(
    cx: &Cx,
    pool: &Pool,
    logins: &BTreeMap<String, String>,
    takes_own_token: bool,
) -> Result<Logins, Fault> {
    let nonce = || cx.random();
    let question = Question { node: &cx.node, pool, logins, takes_own_token, now: cx.now(), nonce: &nonce };
    let examined = examine(&question).await?;
    examined.record(&mut cx.decision());
    examined.into_logins()
}

/// What is asked about the logins of a request.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    /// Where keys are found and providers asked.
    pub node: &'a Node,
    /// The pool that is to know the providers.
    pub pool: &'a Pool,
    /// Tokens, by the names of their providers.
    pub logins: &'a BTreeMap<String, String>,
    /// Whether a token of an identity pool is taken too.
    pub takes_own_token: bool,
    /// Now.
    pub now: Timestamp,
    /// Random bytes, for the one provider that wants each request to be another.
    pub nonce: &'a dyn Fn() -> [u8; 16],
}

/// What is true of the logins of a request.
#[derive(Debug)]
pub struct Examined {
    /// Those that were verified: all, unless one was refused.
    pub logins: Logins,
    /// The one that was refused; none after it was looked at.
    pub refusal: Option<Refusal>,
}

/// Why the call is refused.
#[derive(Debug)]
pub struct Refusal {
    /// What the caller is told.
    pub fault: Fault,
    /// What the operator is told: the login, the sentence, and what the sentence does not say.
    pub reason: String,
}

impl Examined {
    /// Writes down how each login came out.
    pub fn record(&self, decision: &mut Decision) {
        for login in &self.logins.verified {
            decision.passed("login", format!("`{}`: the token of `{}` is verified", login.provider, login.subject));
        }
        if let Some(refusal) = &self.refusal {
            decision.failed("login", refusal.reason.clone());
        }
    }

    /// The logins, if none was refused.
    ///
    /// # Errors
    /// The refusal's fault.
    pub fn into_logins(self) -> Result<Logins, Fault> {
        match self.refusal {
            None => Ok(self.logins),
            Some(refusal) => Err(refusal.fault),
        }
    }
}

/// Verifies logins in the order of spec/identity-pools.md 4, up to the first that fails. Writes nothing.
///
/// # Errors
/// An internal fault.
pub async fn examine(question: &Question<'_>) -> Result<Examined, Fault> {
    let Question { pool, logins, .. } = *question;
    let mut examined =
        Examined { logins: Logins { verified: Vec::with_capacity(logins.len()), to_ask: Vec::new() }, refusal: None };
    let developer = pool.settings.developer_provider.as_ref();
    if let Some(name) = developer.filter(|name| logins.contains_key(*name)) {
        examined.refusal = Some(Refusal {
            fault: error::invalid_parameter("Please provide a valid public provider."),
            reason: format!("`{name}` is the developer provider: only signed calls may use it"),
        });
        return Ok(examined);
    }
    if !pool.settings.has_providers() {
        let sentence = format!("Identity pool - {} does not have identity providers configured.", pool.id);
        let reason = format!("{} has no provider", pool.id);
        examined.refusal = Some(Refusal { fault: error::not_authorized(sentence), reason });
        return Ok(examined);
    }
    for (provider, token) in logins {
        match one(question, provider, token).await? {
            Ok(login) => {
                examined.logins.to_ask.extend(user_to_ask(pool, &login));
                examined.logins.verified.push(login);
            }
            Err(refused) => {
                examined.refusal = Some(refused.of(provider));
                break;
            }
        }
    }
    Ok(examined)
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

async fn one(question: &Question<'_>, provider: &str, token: &str) -> Result<Result<VerifiedLogin, Refused>, Fault> {
    if provider == identity_token::PROVIDER {
        let Question { node, pool, takes_own_token, now, .. } = *question;
        let verified = Box::pin(login_own_token::verify(node, pool, token, takes_own_token, now)).await?;
        return Ok(verified.map_err(|(sentence, detail)| Refused::in_words(sentence, detail)));
    }
    let settings = &question.pool.settings;
    let of_provider = settings.user_pools.iter().filter(|configured| configured.name == provider);
    let client_ids: Vec<ClientId> = of_provider.map(|configured| configured.client_id.clone()).collect();
    if let Some(user_pool) = user_pool_of_provider(provider).filter(|_| !client_ids.is_empty()) {
        return user_pool::verify(question, provider, &user_pool, &client_ids, token).await;
    }
    if settings.saml_provider_arns.iter().any(|arn| arn == provider) {
        return Box::pin(saml::verify(question, provider, token)).await;
    }
    // Google may be a public provider and a registered one, and an issuer may be registered in several accounts: whichever
    // knows the audience counts.
    let mut refused = None;
    if let Some(app) = settings.public_providers.get(provider) {
        match Box::pin(public::verify(question, provider, app, token)).await {
            Err(refusal) if refusal.may_be_taken_elsewhere => refused = Some(refusal),
            settled => return Ok(settled),
        }
    }
    let is_issuer = |arn: &&String| provider_name(arn, "oidc-provider").is_some_and(|(_, issuer)| issuer == provider);
    for arn in settings.oidc_provider_arns.iter().filter(is_issuer) {
        match Box::pin(oidc::verify(question, provider, arn, token)).await? {
            Err(refusal) if refusal.may_be_taken_elsewhere => refused = Some(refusal),
            settled => return Ok(settled),
        }
    }
    let not_configured = || {
        let detail = "the pool has no such provider".to_owned();
        Refused::because(LoginRefusal::UnsupportedProvider, Some(detail))
    };
    Ok(Err(refused.unwrap_or_else(not_configured)))
}

/// Why one login is refused.
#[derive(Debug)]
struct Refused {
    code: fn(String) -> Fault,
    sentence: String,
    /// What the sentence does not say. Never a token or a part of one.
    detail: Option<String>,
    /// The audience alone is wrong, so another registration of the provider may be meant.
    may_be_taken_elsewhere: bool,
}

impl Refused {
    /// In Cognito's sentence.
    fn because(refusal: LoginRefusal, detail: Option<String>) -> Self {
        let may_be_taken_elsewhere = refusal == LoginRefusal::UnsupportedProvider;
        Self { may_be_taken_elsewhere, ..Self::in_words(refusal.message(), detail) }
    }

    /// In these words.
    fn in_words(sentence: String, detail: Option<String>) -> Self {
        Self { code: error::not_authorized, sentence, detail, may_be_taken_elsewhere: false }
    }

    /// The provider does not answer, so nothing is known about the token.
    fn for_silence(sentence: String, detail: String) -> Self {
        Self { code: error::external_service, ..Self::in_words(sentence, Some(detail)) }
    }

    fn of(self, provider: &str) -> Refusal {
        let reason = match self.detail {
            None => format!("`{provider}`: {}", self.sentence),
            Some(detail) => format!("`{provider}`: {} ({detail})", self.sentence),
        };
        Refusal { fault: (self.code)(self.sentence), reason }
    }
}

/// A user's id at a provider as the store takes it: not too long for an index, and without NUL.
fn demand_subject(subject: String) -> Result<String, Refused> {
    if subject.is_empty() || subject.len() > SUBJECT_BYTES_MOST || subject.contains('\0') {
        let detail = format!("the user's id is empty, longer than {SUBJECT_BYTES_MOST} bytes, or holds NUL");
        return Err(Refused::because(LoginRefusal::NotAnIdToken, Some(detail)));
    }
    Ok(subject)
}

fn user_to_ask(pool: &Pool, login: &VerifiedLogin) -> Option<UserToAsk> {
    let LoginKind::UserPool { client_id } = &login.kind else { return None };
    let mut configured = pool.settings.user_pools.iter();
    let provider = configured.find(|provider| provider.name == login.provider && provider.client_id == *client_id)?;
    if !provider.server_side_check {
        return None;
    }
    // A token without `iat` counts as older than every sign-out.
    let issued_at = login.claims.get("iat").and_then(|claim| claim.as_i64()).unwrap_or(0);
    Some(UserToAsk {
        provider: login.provider.clone(),
        pool: user_pool_of_provider(&login.provider)?,
        sub: UserSub::from(login.subject.as_str()),
        issued_at: Timestamp::from_seconds(issued_at),
    })
}

/// Far above what providers have: OpenID Connect says 255 characters, SAML 256.
const SUBJECT_BYTES_MOST: usize = 1024;
