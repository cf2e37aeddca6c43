//! Web identity tokens: whose they are, by whose registration they count, and what they say (spec/sts-and-iam.md B8).

use crate::identity_keys;
use crate::role_arn::RoleArn;
use contract::Fault;
use domain::identity_token::{self, IdentityToken, IdentityTokenError};
use domain::jwt::{Claims, VerifyingKey};
use domain::login_token::user_pool_of_provider;
use domain::session::WebIdentity;
use domain::{Timestamp, UserPoolId};
use federation::fetch::Thumbprint;
use federation::id_token::{self, Expected, IdToken, LEEWAY_SECONDS, TokenRefusal, UnverifiedToken};
use federation::jwk::KeySet;
use model::sts::error;
use serde_json::{Value, json};
use service::Cx;
use std::sync::Arc;
use store::table::iam_oidc_providers::{self, OidcProvider};
use store::table::user_pool_keys;

/// A token that was verified.
#[derive(Clone, Debug)]
pub struct Verified {
    /// Provider, audience, subject and `amr`, as the session keeps them.
    pub web_identity: WebIdentity,
    /// All claims.
    pub claims: Claims,
    /// `aud`, where `azp` took its place.
    pub original_audiences: Vec<String>,
}

/// Verifies a token for a role of this account.
///
/// # Errors
/// `InvalidIdentityToken`, `ExpiredTokenException` in the sentences of spec/sts-and-iam.md B3.
pub async fn verify(cx: &Cx, role: &RoleArn, token: &str) -> Result<Verified, Fault> {
    let peeked = id_token::peek(token).map_err(|refusal| sentence(&refusal, ""))?;
    let Some(issuer) = peeked.issuer().map(str::to_owned) else {
        return Err(sentence(&TokenRefusal::MissingClaim("iss"), ""));
    };
    // No store takes a text with NUL. And what STS itself gives out is for services outside (IAM user guide, "Getting started
    // with outbound identity federation").
    if issuer.contains('\0') || issuer.starts_with(&format!("{}/_sekisho/", cx.node.base_url)) {
        return Err(sentence(&TokenRefusal::IssuerMismatch, &issuer));
    }
    if issuer == identity_token::ISSUER {
        return identity_pool_token(cx, token).await;
    }
    let names = names_of(cx, &issuer);
    let registered = registration(cx, role, &names).await?;
    let outcome = match (&registered, names.as_slice()) {
        (Some(provider), _) => registered_token(cx, &peeked, token, &issuer, provider).await?,
        (None, [name]) if name == GOOGLE => google_token(cx, &peeked, token).await,
        (None, _) => return Err(sentence(&TokenRefusal::IssuerMismatch, &issuer)),
    };
    let token = outcome.map_err(|refusal| {
        cx.decision().failed("token", format!("`{issuer}`: {refusal}"));
        sentence(&refusal, &issuer)
    })?;
    let provider = registered.map_or_else(|| GOOGLE.to_owned(), |provider| provider.arn.clone());
    Ok(Verified {
        web_identity: WebIdentity {
            provider,
            audience: token.audience,
            subject: token.subject,
            amr: amr(&token.claims),
        },
        claims: token.claims,
        original_audiences: token.original_audiences,
    })
}

/// A built-in provider: no registration is needed, and the trust policy says for which app (spec/sts-and-iam.md C5).
const GOOGLE: &str = "accounts.google.com";

/// The names under which an issuer may be registered: its URL without scheme. A user pool of this server goes by both of its
/// names, whichever its tokens carry.
fn names_of(cx: &Cx, issuer: &str) -> Vec<String> {
    let bare = issuer.split_once("://").map_or(issuer, |(_, rest)| rest).to_owned();
    match own_user_pool(cx, issuer) {
        Some(pool) => {
            let issuers = cx.node.issuers_of(&pool);
            issuers.iter().filter_map(|issuer| issuer.split_once("://")).map(|(_, rest)| rest.to_owned()).collect()
        }
        None => vec![bare],
    }
}

/// The pool whose issuer this would be, if it is one of ours.
fn own_user_pool(cx: &Cx, issuer: &str) -> Option<UserPoolId> {
    let of_aws = issuer.strip_prefix("https://").and_then(user_pool_of_provider);
    let of_ours = || issuer.strip_prefix(&cx.node.base_url)?.strip_prefix('/').map(UserPoolId::from);
    of_aws.or_else(of_ours).filter(|pool| cx.node.issuers_of(pool).iter().any(|known| known == issuer))
}

/// A provider that is registered in IAM.
#[derive(Debug)]
struct Registered {
    /// The issuer, as registered.
    issuer: String,
    arn: String,
    audiences: Vec<String>,
    thumbprints: Vec<Thumbprint>,
}

/// The registration in the role's account under the first of these names that has one.
async fn registration(cx: &Cx, role: &RoleArn, names: &[String]) -> Result<Option<Arc<Registered>>, Fault> {
    for name in names {
        let load = async || {
            let found =
                cx.read(async |tx| Ok(iam_oidc_providers::find_by_url(tx, role.account(), name).await?)).await?;
            found.map(Registered::read).transpose()
        };
        let key = format!("{} {name}", role.account());
        if let Some(found) = cx.node.caches.of::<Registered>().get_or_load(&cx.node.store, &key, load).await? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

impl Registered {
    fn read(row: OidcProvider) -> Result<Self, Fault> {
        let pins: Vec<String> = serde_json::from_str(&row.thumbprints).map_err(Fault::internal)?;
        Ok(Self {
            issuer: format!("https://{}", row.url),
            arn: row.arn,
            audiences: serde_json::from_str(&row.client_ids).map_err(Fault::internal)?,
            // IAM takes any forty characters for a thumbprint; those that are none pin nothing.
            thumbprints: pins.iter().filter_map(|pin| const_hex::decode_to_array(pin).ok()).collect(),
        })
    }
}

async fn registered_token(
    cx: &Cx,
    peeked: &UnverifiedToken<'_>,
    token: &str,
    issuer: &str,
    provider: &Registered,
) -> Result<Result<IdToken, TokenRefusal>, Fault> {
    let Registered { issuer: registered, audiences, thumbprints, .. } = provider;
    if let Some(keys) = own_keys(cx, issuer).await? {
        let expected = Expected { issuer, other_issuers: &[registered], audiences, thumbprints };
        let expecting = peeked.clone().expect(&expected);
        return Ok(expecting.and_then(|token| token.verify(&keys.0, cx.now())));
    }
    let expected = Expected { issuer: registered, other_issuers: &[], audiences, thumbprints };
    Ok(cx.node.provider_keys.verify_id_token(token, &expected, cx.now()).await)
}

/// The keys that sign the ID tokens of a user pool of this server.
#[derive(Debug)]
struct OwnKeys(KeySet);

/// What we have is not fetched.
async fn own_keys(cx: &Cx, issuer: &str) -> Result<Option<Arc<OwnKeys>>, Fault> {
    let Some(pool) = own_user_pool(cx, issuer) else { return Ok(None) };
    let load = async || {
        let rows = cx.read(async |tx| Ok(user_pool_keys::all(tx, &pool).await?)).await?;
        // A key that signs access tokens must not make an ID token.
        let keys: Vec<Value> = rows
            .iter()
            .filter(|row| row.token_use == "id")
            .map(|row| {
                json!({
                    "kty": "RSA", "use": "sig", "alg": "RS256", "kid": row.key_id,
                    "n": base64_url(&row.public_modulus), "e": base64_url(&row.public_exponent),
                })
            })
            .collect();
        if keys.is_empty() {
            return Ok(None);
        }
        let keys = KeySet::parse(&json!({ "keys": keys })).map_err(Fault::internal)?;
        Ok(Some(OwnKeys(keys)))
    };
    cx.node.caches.of::<OwnKeys>().get_or_load(&cx.node.store, pool.as_str(), load).await
}

async fn google_token(cx: &Cx, peeked: &UnverifiedToken<'_>, token: &str) -> Result<IdToken, TokenRefusal> {
    let claimed = |name: &str| match peeked.unverified_claims().get(name) {
        Some(Value::String(text)) => vec![text.clone()],
        _ => Vec::new(),
    };
    // Any app's token is genuine; which apps may come in is the trust policy's to say, under `accounts.google.com:aud`.
    let audiences = [claimed("azp"), claimed("aud")].concat();
    let expected = Expected {
        issuer: "https://accounts.google.com",
        other_issuers: &[GOOGLE],
        audiences: &audiences,
        thumbprints: &[],
    };
    cx.node.provider_keys.verify_id_token(token, &expected, cx.now()).await
}

/// A token of an identity pool of ours.
async fn identity_pool_token(cx: &Cx, token: &str) -> Result<Verified, Fault> {
    let key = identity_keys::public_of(&cx.node, token).await?;
    read_identity_pool_token(token, cx.now(), |_| key.as_deref().map(|key| &**key)).map_err(|refusal| {
        cx.decision().failed("token", format!("a token of an identity pool: {refusal}"));
        sentence(&refusal, identity_token::ISSUER)
    })
}

fn read_identity_pool_token<'k>(
    token: &str,
    now: Timestamp,
    key_of: impl FnOnce(&str) -> Option<&'k VerifyingKey>,
) -> Result<Verified, TokenRefusal> {
    let token = IdentityToken::verify(token, key_of).map_err(|error| match error {
        IdentityTokenError::Foreign => TokenRefusal::NotAToken,
        IdentityTokenError::BadSignature => TokenRefusal::BadSignature,
        IdentityTokenError::Expired => TokenRefusal::NotAToken,
    })?;
    token
        .check_time(now, LEEWAY_SECONDS)
        .map_err(|_| TokenRefusal::Expired { now: now.seconds(), expires: token.expires_at.seconds() })?;
    Ok(Verified {
        web_identity: WebIdentity {
            provider: identity_token::PROVIDER.to_owned(),
            audience: token.identity_pool_id.to_string(),
            subject: token.identity_id.to_string(),
            amr: token.amr.clone(),
        },
        claims: token.claims(),
        original_audiences: Vec::new(),
    })
}

/// `amr` is a list, and some providers write one text.
fn amr(claims: &Claims) -> Vec<String> {
    match claims.get("amr") {
        Some(Value::String(text)) => vec![text.clone()],
        Some(Value::Array(texts)) => texts.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

fn base64_url(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

/// STS's sentence (spec/sts-and-iam.md B3). Where the sheet has none, one in its manner.
fn sentence(refusal: &TokenRefusal, issuer: &str) -> Fault {
    use TokenRefusal as R;
    let sentence = match refusal {
        R::NotAToken | R::UnsupportedAlgorithm => {
            "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)".to_owned()
        }
        R::IssuerMismatch => format!("No OpenIDConnect provider found in your account for {issuer}"),
        R::MissingClaim(claim) | R::BadClaim(claim) => format!("Missing a required claim: {claim}"),
        R::SeveralAudiences => {
            "Token audience contains more than one audience while authorized party is not present".to_owned()
        }
        R::AudienceMismatch => "Incorrect token audience".to_owned(),
        R::KeysUnavailable(_) | R::NoSuchKey => {
            "Couldn't retrieve verification key from your identity provider,  please reference \
             AssumeRoleWithWebIdentity documentation for requirements"
                .to_owned()
        }
        R::BadSignature => "Couldn't verify signed token.".to_owned(),
        R::Expired { now, expires } => {
            return error::expired_token(format!(
                "Token expired: current date/time {now} must be before the expiration date/time {expires}"
            ));
        }
        R::NotYetValid { now, from } => {
            format!("Token not valid yet: current date/time {now} must be after the date/time {from}")
        }
    };
    error::invalid_identity_token(sentence)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use domain::jwt::{Algorithm, SigningKey};

    #[test]
    fn an_access_token_is_told_from_an_id_token() {
        let refused = sentence(&id_token::peek("eyJ.x").unwrap_err(), "");
        assert_eq!(
            refused.to_string(),
            "InvalidIdentityToken: The ID Token provided is not a valid JWT. (You may see this error if you sent an \
             Access Token)"
        );
    }

    #[test]
    fn a_token_of_an_identity_pool_says_pool_and_identity() {
        let pkcs8 = include_bytes!("../../testkit/keys/test-1.pk8");
        let key = SigningKey::from_pkcs8("us-east-11", Algorithm::Rs512, pkcs8).unwrap();
        let token = IdentityToken {
            identity_pool_id: "us-east-1:pool".into(),
            identity_id: "us-east-1:identity".into(),
            amr: vec!["authenticated".into(), "login.example".into()],
            identity_pool_arn: None,
            principal_tags: [("Team".to_owned(), "blue".to_owned())].into(),
            issued_at: Timestamp::from_seconds(1_000),
            expires_at: Timestamp::from_seconds(1_600),
        };
        let text = key.sign(&token.claims()).unwrap();
        let read = |seconds| {
            let key_of = |kid: &str| (kid == key.kid()).then(|| key.verifying_key());
            read_identity_pool_token(&text, Timestamp::from_seconds(seconds), key_of)
        };
        let verified = read(1_899).unwrap();
        let web = &verified.web_identity;
        assert_eq!(
            (web.provider.as_str(), web.audience.as_str(), web.subject.as_str(), web.amr.len()),
            ("cognito-identity.amazonaws.com", "us-east-1:pool", "us-east-1:identity", 2)
        );
        assert_eq!(crate::session_claims::tags(&verified.claims).unwrap().tags, token.principal_tags);
        assert_eq!(read(1_900).unwrap_err(), TokenRefusal::Expired { now: 1_900, expires: 1_600 });
        let unknown = read_identity_pool_token(&text, Timestamp::from_seconds(1_000), |_| None);
        assert_eq!(unknown.unwrap_err(), TokenRefusal::BadSignature);
    }

    #[test]
    fn amr_is_a_list_or_one_text() {
        let claims = |amr: Value| json!({ "amr": amr }).as_object().unwrap().clone();
        assert_eq!(amr(&claims(json!(["pwd", "otp"]))), ["pwd", "otp"]);
        assert_eq!(amr(&claims(json!("pwd"))), ["pwd"]);
        assert!(amr(&claims(json!(7))).is_empty());
    }
}
