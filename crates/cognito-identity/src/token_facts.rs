//! What a token is: whose, good or not and why, which roles it names, and which identity it stands for in the identity pools
//! here. For an operator who holds one; nothing is written, and the token stands in no record.

use crate::pool::Pool;
use contract::Fault;
use domain::identity_token::{self, IdentityToken};
use domain::jwt::{self, Algorithm, Claims, VerifyingKey};
use domain::session::{self, SessionError};
use domain::{Region, Timestamp, UserPoolId, UserSub};
use serde::Serialize;
use serde_json::Value;
use service::Cx;
use store::table::{identity_logins, identity_pools, revoked_tokens, user_pool_keys, users};
use sts::identity_keys;
use sts::oidc_provider::{self, Registered};

/// What was found out. The checks, passed and failed, are in the context's decision record.
#[derive(Debug, Default, Serialize)]
pub struct TokenFacts {
    /// What it is, in words.
    pub kind: &'static str,
    /// The claims; those of a token whose signature does not verify are nobody's word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claims: Option<Claims>,
    /// `cognito:preferred_role`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preferred_role: Option<String>,
    /// `cognito:roles`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    /// The identities that it stands for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub identities: Vec<IdentityOfToken>,
    /// The caller that temporary credentials stand for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caller: Option<String>,
}

/// A token's identity in one identity pool.
#[derive(Debug, Serialize)]
pub struct IdentityOfToken {
    /// The pool.
    pub identity_pool_id: String,
    /// The identity; none: the login is new there, and would make one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity_id: Option<String>,
}

/// Looks at a token. A session token opens only together with its access key id.
///
/// # Errors
/// An internal fault. What is wrong with the token is in the record.
pub async fn of_token(cx: &Cx, token: &str, access_key_id: Option<&str>) -> Result<TokenFacts, Fault> {
    let Ok(peeked) = jwt::peek(token) else { return sealed(cx, token, access_key_id).await };
    let claims = peeked.unverified_claims().clone();
    let issuer = text(&claims, "iss").unwrap_or_default().to_owned();
    cx.decision().note("token", format!("signed with key `{}`, issuer `{issuer}`", peeked.kid()));
    if issuer == identity_token::ISSUER {
        return of_identity_pool(cx, token, claims).await;
    }
    if let Some(pool) = oidc_provider::own_user_pool(&cx.node, &issuer) {
        return of_user_pool(cx, token, &pool, claims).await;
    }
    of_another(cx, token, &issuer, claims).await
}

/// A token of GetOpenIdToken or GetOpenIdTokenForDeveloperIdentity.
async fn of_identity_pool(cx: &Cx, token: &str, claims: Claims) -> Result<TokenFacts, Fault> {
    let mut facts = TokenFacts { kind: "an OpenID token of an identity pool", ..TokenFacts::default() };
    let key = identity_keys::public_of(&cx.node, token).await?;
    match IdentityToken::verify(token, |_| key.as_deref().map(|key| -> &VerifyingKey { key })) {
        Err(refusal) => cx.decision().failed("signature", refusal.to_string()),
        Ok(token) => {
            cx.decision().passed("signature", "of this server's key");
            time(cx, Some(token.expires_at));
            let (pool, identity) = (&token.identity_pool_id, &token.identity_id);
            match cx.node.gate.token_revoked(pool, identity, token.issued_at).await? {
                Some(reason) => cx.decision().failed("identity", reason),
                None => cx.decision().passed("identity", format!("{identity} of {pool}: [{}]", token.amr.join(", "))),
            }
            facts
                .identities
                .push(IdentityOfToken { identity_pool_id: pool.to_string(), identity_id: Some(identity.to_string()) });
        }
    }
    Ok(TokenFacts { claims: Some(claims), ..facts })
}

/// An ID or access token of a user pool of this server.
async fn of_user_pool(cx: &Cx, token: &str, pool: &UserPoolId, claims: Claims) -> Result<TokenFacts, Fault> {
    let token_use = text(&claims, "token_use").unwrap_or_default();
    let mut facts = TokenFacts {
        kind: match token_use {
            "id" => "an ID token of a user pool",
            "access" => "an access token of a user pool: no login of an identity pool",
            _ => "a token of a user pool, neither ID nor access token",
        },
        preferred_role: text(&claims, "cognito:preferred_role").map(str::to_owned),
        roles: texts(&claims, "cognito:roles"),
        ..TokenFacts::default()
    };
    let is_genuine = signature(cx, token, pool, token_use).await?;
    time(cx, claims.get("exp").and_then(Value::as_i64).map(Timestamp::from_seconds));
    if is_genuine {
        user(cx, pool, &claims).await?;
        roles(cx, &facts);
        if token_use == "id" {
            facts.identities = identities(cx, pool, &claims).await?;
        }
    }
    Ok(TokenFacts { claims: Some(claims), ..facts })
}

/// A token of somebody else's, which only the provider's registration makes good for anything here.
async fn of_another(cx: &Cx, token: &str, issuer: &str, claims: Claims) -> Result<TokenFacts, Fault> {
    let facts = TokenFacts { kind: "a token of another issuer", ..TokenFacts::default() };
    let name = issuer.split_once("://").map_or(issuer, |(_, name)| name);
    // No store takes a text with NUL.
    let is_name = !name.is_empty() && !name.contains('\0');
    let registered = if is_name { Registered::find(&cx.node, &cx.node.account, name).await? } else { None };
    match registered {
        None => cx.decision().failed("token", format!("no provider `{name}` is registered in IAM here")),
        Some(provider) => match provider.verify(&cx.node, token, cx.now()).await? {
            Ok(token) => cx.decision().passed("signature", format!("of {}, for `{}`", provider.arn(), token.audience)),
            Err(refusal) => cx.decision().failed("signature", format!("{}: {refusal}", provider.arn())),
        },
    }
    Ok(TokenFacts { claims: Some(claims), ..facts })
}

/// A session token of temporary credentials, if anything.
async fn sealed(cx: &Cx, token: &str, access_key_id: Option<&str>) -> Result<TokenFacts, Fault> {
    let ring = cx.node.vault.ring();
    let Some(key) = session::sealed_with(&ring, token) else {
        let what = "neither a JSON Web Token (RS256, RS512) nor a session token of this server";
        cx.decision().failed("token", what);
        return Ok(TokenFacts { kind: "unknown", ..TokenFacts::default() });
    };
    let mut facts = TokenFacts { kind: "a session token of temporary credentials, sealed", ..TokenFacts::default() };
    cx.decision().passed("token", format!("sealed with key {key} of this server"));
    let Some(access_key_id) = access_key_id else {
        cx.decision().note("token", "it opens together with its access key id alone: name that too");
        return Ok(facts);
    };
    match session::open_token(&ring, access_key_id, token, cx.now()) {
        Err(SessionError::Expired { expired_at }) => {
            cx.decision().failed("time", format!("expired at {}", expired_at.iso8601()));
        }
        Err(error) => cx.decision().failed("token", error.to_string()),
        Ok(record) => {
            let (issued, expires) = (record.issued_at.iso8601(), record.expires_at.iso8601());
            cx.decision().passed("time", format!("issued at {issued}, expires at {expires}"));
            facts.caller = Some(record.caller_arn());
            if let Some(identity) = &record.identity {
                facts.identities.push(IdentityOfToken {
                    identity_pool_id: identity.identity_pool_id.to_string(),
                    identity_id: Some(identity.identity_id.to_string()),
                });
            }
            match cx.node.gate.refused(&record).await? {
                Some(reason) => cx.decision().failed("session", reason),
                None => cx.decision().passed("session", record.caller_arn()),
            }
        }
    }
    Ok(facts)
}

/// Whether a key of the pool signed it, the one for this use.
async fn signature(cx: &Cx, token: &str, pool: &UserPoolId, token_use: &str) -> Result<bool, Fault> {
    if pool.as_str().contains('\0') {
        cx.decision().failed("signature", "there is no such user pool");
        return Ok(false);
    }
    let rows = cx.read(async |tx| Ok(user_pool_keys::all(tx, pool).await?)).await?;
    let Ok(peeked) = jwt::peek(token) else { return Ok(false) };
    let Some(row) = rows.iter().find(|row| row.key_id == peeked.kid()) else {
        let lack = if rows.is_empty() { "there is no such user pool here" } else { "no key of the pool has this id" };
        cx.decision().failed("signature", format!("{pool}: {lack}"));
        return Ok(false);
    };
    let key = VerifyingKey::new(&row.key_id, Algorithm::Rs256, &row.public_modulus, &row.public_exponent);
    let outcome = peeked.verify(&key.map_err(Fault::internal)?);
    let mut decision = cx.decision();
    match outcome {
        Err(refusal) => decision.failed("signature", refusal.to_string()),
        Ok(_) if row.token_use != token_use => {
            decision.failed("signature", format!("a key for `{}` tokens signed a `{token_use}` token", row.token_use));
        }
        Ok(_) => {
            decision.passed("signature", format!("of user pool {pool}"));
            return Ok(true);
        }
    }
    Ok(false)
}

fn time(cx: &Cx, expires: Option<Timestamp>) {
    match expires {
        None => cx.decision().failed("time", "it does not say when it expires"),
        Some(expires) if cx.now() >= expires => {
            cx.decision().failed("time", format!("expired at {}", expires.iso8601()));
        }
        Some(expires) => cx.decision().passed("time", format!("expires at {}", expires.iso8601())),
    }
}

/// What the user pool knows of the user now: a token does not say it, and only some who read one ask.
async fn user(cx: &Cx, pool: &UserPoolId, claims: &Claims) -> Result<(), Fault> {
    let Some(sub) = text(claims, "sub").filter(|sub| !sub.contains('\0')) else { return Ok(()) };
    let origin = text(claims, "origin_jti").filter(|jti| !jti.contains('\0'));
    let id = UserSub::from(sub);
    let (user, is_revoked) = cx
        .read(async |tx| {
            let user = users::find(tx, pool, &id).await?;
            let is_revoked = match origin {
                Some(jti) => revoked_tokens::contains(tx, pool, jti).await?,
                None => false,
            };
            Ok((user, is_revoked))
        })
        .await?;
    let issued_at = Timestamp::from_seconds(claims.get("iat").and_then(Value::as_i64).unwrap_or(0));
    let mut decision = cx.decision();
    match user {
        None if text(claims, "client_id") == Some(sub) => {
            decision.note("user", format!("of the app client `{sub}` itself"))
        }
        None => decision.failed("user", format!("`{sub}` does not exist any more")),
        Some(user) if !user.enabled => decision.failed("user", format!("`{}` is disabled", user.name)),
        Some(user) if user.tokens_valid_after_ms.is_some_and(|after| issued_at.seconds() <= after.seconds()) => {
            decision.failed("user", format!("`{}` was signed out everywhere after it was issued", user.name));
        }
        Some(user) => decision.passed("user", format!("`{}`, {}", user.name, user.status)),
    }
    if is_revoked {
        decision.failed("user", "the sign-in that it came from was revoked");
    }
    Ok(())
}

fn roles(cx: &Cx, facts: &TokenFacts) {
    let preferred = facts.preferred_role.as_deref().unwrap_or("none");
    cx.decision().note("role", format!("preferred role {preferred}, roles [{}]", facts.roles.join(", ")));
}

/// The identity of this login in each identity pool that takes it.
async fn identities(cx: &Cx, user_pool: &UserPoolId, claims: &Claims) -> Result<Vec<IdentityOfToken>, Fault> {
    let (Some(sub), Some(client)) = (text(claims, "sub"), text(claims, "aud")) else { return Ok(Vec::new()) };
    // Clients name a pool by its address at AWS, whoever issues its tokens.
    let region = user_pool.region().unwrap_or_else(|| cx.node.region.clone());
    let provider = format!("cognito-idp.{region}.amazonaws.com/{user_pool}");
    let mut found = Vec::new();
    let here = [&region, cx.region()];
    let regions = if here[0] == here[1] { &here[..1] } else { &here[..] };
    for region in regions {
        for pool in pools(cx, region).await? {
            let mut configured = pool.settings.user_pools.iter();
            if configured.any(|known| known.name == provider && known.client_id.as_str() == client) {
                found.push(identity_in(cx, &pool, &provider, sub).await?);
            }
        }
    }
    if found.is_empty() {
        cx.decision()
            .note("identity", format!("no identity pool of {} takes client `{client}` of {provider}", cx.region()));
    }
    Ok(found)
}

async fn identity_in(cx: &Cx, pool: &Pool, provider: &str, subject: &str) -> Result<IdentityOfToken, Fault> {
    let login = cx.read(async |tx| Ok(identity_logins::find(tx, &pool.id, provider, subject).await?)).await?;
    let identity_id = login.map(|login| login.identity_id.to_string());
    let whose = identity_id.as_deref().unwrap_or("a new identity");
    cx.decision().note("identity", format!("in {} `{}`: {whose}", pool.id, pool.name));
    Ok(IdentityOfToken { identity_pool_id: pool.id.to_string(), identity_id })
}

/// The identity pools of this account and region: a thousand at most (spec/identity-pools.md 17).
async fn pools(cx: &Cx, region: &Region) -> Result<Vec<Pool>, Fault> {
    let account = &cx.node.account;
    let rows = cx.read(async |tx| Ok(identity_pools::list(tx, account, region, "", POOLS_MOST).await?)).await?;
    rows.into_iter().map(Pool::from_row).collect()
}

fn text<'a>(claims: &'a Claims, name: &str) -> Option<&'a str> {
    claims.get(name).and_then(Value::as_str)
}

fn texts(claims: &Claims, name: &str) -> Vec<String> {
    let list = claims.get(name).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

const POOLS_MOST: i64 = 1_000;
