//! Public providers whose tokens say nothing by themselves: the provider is asked whose they are (spec/identity-pools.md 7).

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use domain::Timestamp;
use http::header::{ACCEPT, AUTHORIZATION};
use http::{HeaderValue, Request, StatusCode};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use std::fmt;

use crate::fetch::{FetchError, Fetcher};

/// Facebook's name as a provider.
pub const FACEBOOK: &str = "graph.facebook.com";

/// The name of Login with Amazon as a provider.
pub const AMAZON: &str = "www.amazon.com";

/// Where the providers are asked; each a URL without a slash at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SocialEndpoints {
    /// Facebook's Graph API.
    pub facebook: String,
    /// The API of Login with Amazon.
    pub amazon: String,
    /// Twitter's API.
    pub twitter: String,
}

impl Default for SocialEndpoints {
    /// The providers themselves.
    fn default() -> Self {
        Self {
            facebook: "https://graph.facebook.com".to_owned(),
            amazon: "https://api.amazon.com".to_owned(),
            twitter: "https://api.twitter.com".to_owned(),
        }
    }
}

/// Whose token it is, as the provider says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SocialUser {
    /// The user's id at the provider.
    pub user_id: String,
    /// The ids of the app that the token was issued to: one, or Amazon's client id and app id. Never none.
    pub app_ids: Vec<String>,
}

/// A Facebook user's access token: first the app, since a token of another app is nobody's here. Without an app, any app's:
/// whoever asks looks at the answer.
///
/// # Errors
/// Why nobody is known by this token.
pub async fn facebook_user(
    fetcher: &Fetcher,
    endpoints: &SocialEndpoints,
    app_id: Option<&str>,
    token: &str,
) -> Result<SocialUser, SocialRefusal> {
    let token = encoded(token)?;
    let ask = async |what: &str| {
        let url = format!("{}/{what}access_token={token}", endpoints.facebook);
        let (status, answer) = get(fetcher, &url, None).await?;
        if status != StatusCode::OK || answer.get("error").is_some() {
            return Err(facebook_refusal(status, &answer));
        }
        id_in(&answer, "id").ok_or(SocialRefusal::Unavailable(Outage::Nonsense))
    };
    let issued_to = ask("app?fields=id&").await?;
    if app_id.is_some_and(|app_id| app_id != issued_to) {
        return Err(SocialRefusal::OtherApp(issued_to));
    }
    Ok(SocialUser { user_id: ask("me?fields=id&").await?, app_ids: vec![issued_to] })
}

/// An access token of Login with Amazon; without an app, any app's.
///
/// # Errors
/// Why nobody is known by this token.
pub async fn amazon_user(
    fetcher: &Fetcher,
    endpoints: &SocialEndpoints,
    app_id: Option<&str>,
    token: &str,
) -> Result<SocialUser, SocialRefusal> {
    let url = format!("{}/auth/o2/tokeninfo?access_token={}", endpoints.amazon, encoded(token)?);
    let (status, answer) = get(fetcher, &url, None).await?;
    if status != StatusCode::OK {
        return Err(SocialRefusal::NotAccepted(format!("status {}", status.as_u16())));
    }
    let app_ids: Vec<String> = ["aud", "app_id"].iter().filter_map(|name| id_in(&answer, name)).collect();
    let Some(first) = app_ids.first() else { return Err(SocialRefusal::Unavailable(Outage::Nonsense)) };
    if app_id.is_some_and(|app_id| app_ids.iter().all(|id| id != app_id)) {
        return Err(SocialRefusal::OtherApp(first.clone()));
    }
    // Seconds that are left.
    if answer.get("exp").and_then(Value::as_i64).is_some_and(|left| left <= 0) {
        return Err(SocialRefusal::Expired);
    }
    let user_id = id_in(&answer, "user_id").ok_or(SocialRefusal::Unavailable(Outage::Nonsense))?;
    Ok(SocialUser { user_id, app_ids })
}

/// A Twitter user's token and its secret, `TOKEN;SECRET`, under an app's key and secret, `KEY;SECRET`: a request that is signed
/// with both (RFC 5849) is answered for tokens of this app alone. The nonce must be new each time.
///
/// # Errors
/// Why nobody is known by this token.
pub async fn twitter_user(
    fetcher: &Fetcher,
    endpoints: &SocialEndpoints,
    app: &str,
    token: &str,
    now: Timestamp,
    nonce: [u8; 16],
) -> Result<SocialUser, SocialRefusal> {
    let malformed = || SocialRefusal::NotAccepted("not `token;secret`".to_owned());
    let (key, key_secret) =
        app.split_once(';').ok_or_else(|| SocialRefusal::NotAccepted("the pool has no `key;secret`".to_owned()))?;
    let (token, token_secret) = token.split_once(';').ok_or_else(malformed)?;
    if token.len() + token_secret.len() > TOKEN_MOST {
        return Err(malformed());
    }
    let url = format!("{}/1.1/account/verify_credentials.json", endpoints.twitter);
    let nonce: String = nonce.iter().map(|byte| format!("{byte:02x}")).collect();
    let timestamp = now.seconds().to_string();
    let parameters = [
        ("oauth_consumer_key", key),
        ("oauth_nonce", &nonce),
        ("oauth_signature_method", "HMAC-SHA1"),
        ("oauth_timestamp", &timestamp),
        ("oauth_token", token),
        ("oauth_version", "1.0"),
    ];
    let signature = oauth_signature("GET", &url, &parameters, key_secret, token_secret);
    let mut header = String::from("OAuth ");
    for (name, value) in parameters {
        header.push_str(&format!("{name}=\"{}\", ", escape(value)));
    }
    header.push_str(&format!("oauth_signature=\"{}\"", escape(&signature)));
    let (status, answer) = get(fetcher, &url, Some(&header)).await?;
    if status != StatusCode::OK {
        return Err(SocialRefusal::NotAccepted(format!("status {}", status.as_u16())));
    }
    let user_id = id_in(&answer, "id_str").ok_or(SocialRefusal::Unavailable(Outage::Nonsense))?;
    Ok(SocialUser { user_id, app_ids: vec![key.to_owned()] })
}

/// Why nobody is known by a token. Holds no token, and nothing that a provider says in words: it may repeat the token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SocialRefusal {
    /// The provider does not know the token, or has withdrawn it.
    #[error("the provider does not accept the token: {0}")]
    NotAccepted(String),
    /// The token has had its time.
    #[error("the token expired")]
    Expired,
    /// The token was issued to this app, which is another.
    #[error("the token was issued to another app: {0}")]
    OtherApp(String),
    /// The provider cannot be asked.
    #[error("the provider cannot be asked: {0}")]
    Unavailable(Outage),
}

/// Why a provider cannot be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outage {
    /// No answer.
    Fetch(FetchError),
    /// An answer that says it is not able to answer.
    Status(u16),
    /// An answer of another shape than the documented one.
    Nonsense,
}

impl fmt::Display for Outage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fetch(error) => error.fmt(f),
            Self::Status(status) => write!(f, "its answer has status {status}"),
            Self::Nonsense => f.write_str("its answer makes no sense"),
        }
    }
}

async fn get(fetcher: &Fetcher, url: &str, authorization: Option<&str>) -> Result<(StatusCode, Value), SocialRefusal> {
    let unavailable = |outage| SocialRefusal::Unavailable(outage);
    let mut request = Request::new(Bytes::new());
    *request.uri_mut() = url.parse().map_err(|_| unavailable(Outage::Fetch(FetchError::BadUrl)))?;
    request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json"));
    if let Some(text) = authorization {
        let mut value =
            HeaderValue::try_from(text).map_err(|_| SocialRefusal::NotAccepted("not a header".to_owned()))?;
        value.set_sensitive(true);
        request.headers_mut().insert(AUTHORIZATION, value);
    }
    let answer = fetcher.send(request).await.map_err(|error| unavailable(Outage::Fetch(error)))?;
    let status = answer.status();
    if status == StatusCode::TOO_MANY_REQUESTS || !(status.is_success() || status.is_client_error()) {
        return Err(unavailable(Outage::Status(status.as_u16())));
    }
    match serde_json::from_slice(answer.body()) {
        Ok(body) => Ok((status, body)),
        // A refusal counts whatever it is written in.
        Err(_) if status.is_client_error() => Ok((status, Value::Null)),
        Err(_) => Err(unavailable(Outage::Nonsense)),
    }
}

/// Codes of the Graph API, "Handling Errors": 1, 2, 4 and 17 are for later, subcode 463 is for expired tokens.
fn facebook_refusal(status: StatusCode, answer: &Value) -> SocialRefusal {
    let number = |name: &str| answer.pointer(&format!("/error/{name}")).and_then(Value::as_i64);
    match (number("code"), number("error_subcode")) {
        (Some(1 | 2 | 4 | 17), _) => SocialRefusal::Unavailable(Outage::Status(status.as_u16())),
        (_, Some(463)) => SocialRefusal::Expired,
        (Some(code), _) => SocialRefusal::NotAccepted(format!("error {code}")),
        (None, _) => SocialRefusal::NotAccepted(format!("status {}", status.as_u16())),
    }
}

/// An id in an answer: not empty, and no longer than any provider's.
fn id_in(answer: &Value, name: &str) -> Option<String> {
    answer.get(name)?.as_str().filter(|id| !id.is_empty() && id.len() <= ID_MOST).map(str::to_owned)
}

fn encoded(token: &str) -> Result<String, SocialRefusal> {
    if token.len() > TOKEN_MOST {
        return Err(SocialRefusal::NotAccepted("longer than any token".to_owned()));
    }
    Ok(escape(token))
}

/// RFC 5849 3.4: the parameters are those of the header, without a realm, and of the query.
fn oauth_signature(
    method: &str,
    url: &str,
    parameters: &[(&str, &str)],
    client_secret: &str,
    token_secret: &str,
) -> String {
    let mut pairs: Vec<(String, String)> =
        parameters.iter().map(|(name, value)| (escape(name), escape(value))).collect();
    pairs.sort();
    let pairs: Vec<String> = pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    let base = format!("{method}&{}&{}", escape(url), escape(&pairs.join("&")));
    let key = format!("{}&{}", escape(client_secret), escape(token_secret));
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key.as_bytes());
    STANDARD.encode(hmac::sign(&key, base.as_bytes()))
}

fn escape(text: &str) -> String {
    utf8_percent_encode(text, ESCAPED).to_string()
}

/// All but RFC 3986's unreserved characters.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Longer than any provider's token, in bytes.
const TOKEN_MOST: usize = 8_192;
const ID_MOST: usize = 255;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_answer_panics_and_no_id_is_too_long(text in "\\PC{0,300}", code: i64, subcode: i64) {
            let answer = serde_json::json!({ "id": text, "error": { "code": code, "error_subcode": subcode } });
            let id = id_in(&answer, "id");
            prop_assert_eq!(id.is_some(), (1..=ID_MOST).contains(&text.len()));
            let _ = facebook_refusal(StatusCode::BAD_REQUEST, &answer);
            let _ = facebook_refusal(StatusCode::OK, &Value::String(text.clone()));
            prop_assert!(escape(&text).is_ascii());
        }
    }

    /// The example of Twitter's documentation, "Creating a signature".
    #[test]
    fn a_published_example_has_its_signature() {
        let parameters = [
            ("status", "Hello Ladies + Gentlemen, a signed OAuth request!"),
            ("include_entities", "true"),
            ("oauth_consumer_key", "xvz1evFS4wEEPTGEFPHBog"),
            ("oauth_nonce", "kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg"),
            ("oauth_signature_method", "HMAC-SHA1"),
            ("oauth_timestamp", "1318622958"),
            ("oauth_token", "370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb"),
            ("oauth_version", "1.0"),
        ];
        let (client_secret, token_secret) =
            ("kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw", "LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE");
        let url = "https://api.x.com/1.1/statuses/update.json";
        let signature = oauth_signature("POST", url, &parameters, client_secret, token_secret);
        assert_eq!(signature, "Ls93hJiZbQ3akF3HF3x1Bz8/zU4=");
    }
}
