//! Logins of the public providers: Google and Apple sign their tokens, the others are asked (spec/identity-pools.md 7).

use super::{Question, Refused, demand_subject, oidc};
use domain::jwt::Claims;
use domain::login_token::{LoginKind, LoginRefusal, VerifiedLogin};
use federation::id_token::{Expected, TokenRefusal, peek};
use federation::social::{AMAZON, FACEBOOK, SocialRefusal, SocialUser, amazon_user, facebook_user, twitter_user};
use serde_json::{Value, json};

/// Verifies a token that was issued to this app of the pool's.
pub async fn verify(question: &Question<'_>, provider: &str, app: &str, token: &str) -> Result<VerifiedLogin, Refused> {
    let (fetcher, places) = (question.node.provider_keys.fetcher(), &question.node.social);
    let user = match provider {
        GOOGLE => return id_token(question, provider, "https://accounts.google.com", app, token).await,
        APPLE => return id_token(question, provider, "https://appleid.apple.com", app, token).await,
        FACEBOOK => facebook_user(fetcher, places, Some(app), token).await,
        AMAZON => amazon_user(fetcher, places, Some(app), token).await,
        TWITTER => twitter_user(fetcher, places, app, token, question.now, (question.nonce)()).await,
        // Digits was shut down in 2017.
        _ => return Err(silent(provider, "there is no such service any more".to_owned())),
    };
    let user = user.map_err(|refusal| refused(provider, refusal))?;
    let claims = claims(provider, &user).into();
    // Of Twitter's `key;secret` the first half.
    let app_id = app.split(';').next().unwrap_or_default().to_owned();
    Ok(VerifiedLogin {
        provider: provider.to_owned(),
        kind: LoginKind::Public { app_id },
        subject: demand_subject(user.user_id)?,
        claims,
    })
}

async fn id_token(
    question: &Question<'_>,
    provider: &str,
    issuer: &str,
    app: &str,
    token: &str,
) -> Result<VerifiedLogin, Refused> {
    let refused = |refusal: TokenRefusal| oidc::refused(&refusal);
    let peeked = peek(token).map_err(refused)?;
    // Google's `azp` is the app on the telephone, `aud` the one that the pool is told of, both of one project.
    let audience = peeked.unverified_claims().get("aud").and_then(Value::as_str);
    let party = peeked.unverified_claims().get("azp").and_then(Value::as_str);
    let audiences: Vec<String> =
        [Some(app), party.filter(|_| audience == Some(app))].into_iter().flatten().map(str::to_owned).collect();
    let expected = Expected { issuer, other_issuers: &[provider], audiences: &audiences, thumbprints: &[] };
    let verified = question.node.provider_keys.verify_id_token(token, &expected, question.now).await;
    let verified = verified.map_err(refused)?;
    Ok(VerifiedLogin {
        provider: provider.to_owned(),
        kind: LoginKind::Public { app_id: app.to_owned() },
        subject: demand_subject(verified.subject)?,
        claims: verified.claims.into(),
    })
}

/// What rules and tags may ask about somebody whose token says nothing (spec/identity-pools.md 9 and 14).
fn claims(provider: &str, user: &SocialUser) -> Claims {
    let mut claims = Claims::new();
    claims.insert("iss".to_owned(), json!(provider));
    claims.insert("aud".to_owned(), json!(user.app_ids.first()));
    claims.insert("sub".to_owned(), json!(user.user_id));
    if provider == AMAZON {
        claims.insert("user_id".to_owned(), json!(user.user_id));
    }
    claims
}

fn refused(provider: &str, refusal: SocialRefusal) -> Refused {
    let detail = refusal.to_string();
    match refusal {
        SocialRefusal::OtherApp(_) => Refused::because(LoginRefusal::UnsupportedProvider, Some(detail)),
        SocialRefusal::Expired => Refused::in_words("Invalid login token. Token is expired.".to_owned(), None),
        SocialRefusal::NotAccepted(_) => Refused::because(LoginRefusal::BadSignature, Some(detail)),
        SocialRefusal::Unavailable(_) => silent(provider, detail),
    }
}

/// The service's sentence is not known.
fn silent(provider: &str, detail: String) -> Refused {
    Refused::for_silence(format!("The login provider {provider} is not responding."), detail)
}

const GOOGLE: &str = "accounts.google.com";
const APPLE: &str = "appleid.apple.com";
const TWITTER: &str = "api.twitter.com";
