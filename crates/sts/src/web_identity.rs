//! Web identity tokens: whose they are, by whose registration they count, and what they say (spec/sts-and-iam.md B8).

use crate::identity_keys;
use crate::oidc_provider::{Registered, names_of};
use crate::role_arn::RoleArn;
use contract::Fault;
use domain::Timestamp;
use domain::identity_token::{self, IdentityToken, IdentityTokenError};
use domain::jwt::{Claims, VerifyingKey};
use domain::session::WebIdentity;
use federation::id_token::{self, Expected, IdToken, LEEWAY_SECONDS, TokenRefusal, UnverifiedToken};
use federation::social::{AMAZON, FACEBOOK, SocialRefusal, amazon_user, facebook_user};
use model::sts::error;
use serde_json::Value;
use service::Cx;
use std::sync::Arc;

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
    let registered = registration(cx, role, &issuer).await?;
    let outcome = match &registered {
        Some(provider) => provider.verify(&cx.node, token, cx.now()).await?,
        None if issuer.split_once("://").map_or(issuer.as_str(), |(_, name)| name) == GOOGLE => {
            google_token(cx, &peeked, token).await
        }
        None => return Err(sentence(&TokenRefusal::IssuerMismatch, &issuer)),
    };
    let token = outcome.map_err(|refusal| {
        cx.decision().failed("token", format!("`{issuer}`: {refusal}"));
        sentence(&refusal, &issuer)
    })?;
    let provider = registered.map_or_else(|| GOOGLE.to_owned(), |provider| provider.arn().to_owned());
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

/// Asks Facebook or Login with Amazon whose access token this is: those tokens say nothing by themselves, and come with their
/// provider's name. Any app's will do here: the trust policy names one, under `PROVIDER:app_id` (spec/policy.md 5.3).
///
/// # Errors
/// `IDPRejectedClaim`, `ExpiredTokenException`, `IDPCommunicationError`; `InvalidIdentityToken`: no such provider.
pub async fn verify_opaque(cx: &Cx, provider: &str, token: &str) -> Result<Verified, Fault> {
    let (fetcher, places) = (cx.node.provider_keys.fetcher(), &cx.node.social);
    let user = match provider {
        FACEBOOK => facebook_user(fetcher, places, None, token).await,
        AMAZON => amazon_user(fetcher, places, None, token).await,
        _ => {
            return Err(error::invalid_identity_token(
                "The ProviderId is not of a provider with OAuth 2.0 access tokens",
            ));
        }
    };
    let user = user.map_err(|refusal| {
        cx.decision().failed("token", format!("`{provider}`: {refusal}"));
        match refusal {
            SocialRefusal::Unavailable(_) => error::idp_communication_error(
                "An error occurred when STS tried to communicate with the identity provider.",
            ),
            SocialRefusal::Expired => error::expired_token("The access token expired"),
            SocialRefusal::NotAccepted(_) | SocialRefusal::OtherApp(_) => {
                error::idp_rejected_claim("The identity provider rejected the access token")
            }
        }
    })?;
    // Of Amazon's two ids the second is the app's.
    let audience = user.app_ids.last().cloned().unwrap_or_default();
    let provider = provider.to_owned();
    Ok(Verified {
        web_identity: WebIdentity { provider, audience, subject: user.user_id, amr: Vec::new() },
        claims: Claims::new(),
        original_audiences: Vec::new(),
    })
}

/// A built-in provider: no registration is needed, and the trust policy says for which app (spec/sts-and-iam.md C5).
const GOOGLE: &str = "accounts.google.com";

/// The registration in the role's account under the first of the issuer's names that has one.
async fn registration(cx: &Cx, role: &RoleArn, issuer: &str) -> Result<Option<Arc<Registered>>, Fault> {
    for name in names_of(&cx.node, issuer) {
        if let Some(found) = Registered::find(&cx.node, role.account(), &name).await? {
            return Ok(Some(found));
        }
    }
    Ok(None)
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
    let token = read_identity_pool_token(token, cx.now(), |_| key.as_deref().map(|key| &**key)).map_err(|refusal| {
        cx.decision().failed("token", format!("a token of an identity pool: {refusal}"));
        sentence(&refusal, identity_token::ISSUER)
    })?;
    let revoked = cx.node.gate.token_revoked(&token.identity_pool_id, &token.identity_id, token.issued_at).await?;
    if let Some(reason) = revoked {
        cx.decision().failed("token", format!("a token of an identity pool: {reason}"));
        // A token of nobody any more. The sentence is the model's own for tokens that AWS does not take.
        return Err(error::invalid_identity_token(
            "The web identity token that was passed could not be validated by AWS.",
        ));
    }
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

fn read_identity_pool_token<'k>(
    token: &str,
    now: Timestamp,
    key_of: impl FnOnce(&str) -> Option<&'k VerifyingKey>,
) -> Result<IdentityToken, TokenRefusal> {
    let token = IdentityToken::verify(token, key_of).map_err(|error| match error {
        IdentityTokenError::Foreign => TokenRefusal::NotAToken,
        IdentityTokenError::BadSignature => TokenRefusal::BadSignature,
        IdentityTokenError::Expired => TokenRefusal::NotAToken,
    })?;
    token
        .check_time(now, LEEWAY_SECONDS)
        .map_err(|_| TokenRefusal::Expired { now: now.seconds(), expires: token.expires_at.seconds() })?;
    Ok(token)
}

/// `amr` is a list, and some providers write one text.
fn amr(claims: &Claims) -> Vec<String> {
    match claims.get("amr") {
        Some(Value::String(text)) => vec![text.clone()],
        Some(Value::Array(texts)) => texts.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

const NO_KEY: &str = "Couldn't retrieve verification key from your identity provider,  please reference \
                      AssumeRoleWithWebIdentity documentation for requirements";

/// The call brings no session token of anybody: STS then says that it could not get the provider's key, whatever the web
/// identity token is (spec/sts-and-iam.md B8, "Extra header").
///
/// # Errors
/// `InvalidIdentityToken`.
pub fn demand_no_session_token(cx: &Cx) -> Result<(), Fault> {
    if !cx.request.stray_session_token {
        return Ok(());
    }
    cx.decision().failed("token", "the call is not signed, but carries X-Amz-Security-Token");
    Err(error::invalid_identity_token(NO_KEY))
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
        R::KeysUnavailable(_) | R::NoSuchKey => NO_KEY.to_owned(),
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
    use serde_json::json;

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
        assert_eq!(read(1_899).unwrap(), token);
        assert_eq!(crate::session_claims::tags(&token.claims()).unwrap().tags, token.principal_tags);
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
