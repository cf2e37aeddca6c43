//! The OpenID token of an identity pool: what it claims, and how it is read back (spec/identity-pools.md 10 and 14).

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::ops::Deref;

use crate::jwt::{self, Claims, VerifyingKey};
use crate::login_token::{AUTHENTICATED, LoginKind, VerifiedLogin};
use crate::{IdentityId, IdentityPoolId, Region, Timestamp};

/// What an OpenID token says, before it is signed or after it was verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityToken {
    /// The identity pool: `aud`.
    pub identity_pool_id: IdentityPoolId,
    /// The identity: `sub`.
    pub identity_id: IdentityId,
    /// `authenticated` or `unauthenticated`, then the logins (see [`crate::login_token::amr`]).
    pub amr: Vec<String>,
    /// The pool's ARN; guests' tokens have none.
    pub identity_pool_arn: Option<String>,
    /// Principal tags, which become session tags.
    pub principal_tags: BTreeMap<String, String>,
    /// `iat`.
    pub issued_at: Timestamp,
    /// `exp`.
    pub expires_at: Timestamp,
}

impl IdentityToken {
    /// The claims to sign with an RS512 key.
    pub fn claims(&self) -> Claims {
        let mut claims = Claims::new();
        let mut put = |name: &str, value: Value| claims.insert(name.to_owned(), value);
        put("iss", json!(ISSUER));
        put("aud", json!(self.identity_pool_id));
        put("sub", json!(self.identity_id));
        put("amr", json!(self.amr));
        put("iat", json!(self.issued_at.seconds()));
        put("exp", json!(self.expires_at.seconds()));
        if let Some(arn) = &self.identity_pool_arn {
            put(POOL_ARN_CLAIM, json!(arn));
        }
        if !self.principal_tags.is_empty() {
            let tags: Claims = self.principal_tags.iter().map(|(key, value)| (key.clone(), json!([value]))).collect();
            put(TAGS_CLAIM, json!({ "principal_tags": tags }));
        }
        claims
    }

    /// Reads a token back, if one of our keys signed it. Also gives expired ones: see [`Self::check_time`].
    pub fn verify<K: Deref<Target = VerifyingKey>>(
        token: &str,
        key_of: impl FnOnce(&str) -> Option<K>,
    ) -> Result<Self, IdentityTokenError> {
        let token = jwt::peek(token).map_err(|_| IdentityTokenError::Foreign)?;
        if token.unverified_claims().get("iss").and_then(Value::as_str) != Some(ISSUER) {
            return Err(IdentityTokenError::Foreign);
        }
        let key = key_of(token.kid()).ok_or(IdentityTokenError::BadSignature)?;
        let claims = token.verify(&key).map_err(|_| IdentityTokenError::BadSignature)?;
        Self::from_claims(&claims).ok_or(IdentityTokenError::Foreign)
    }

    /// Refuses a token that has expired at `now`; `leeway_seconds` is 0 as a login and 300 at STS.
    pub fn check_time(&self, now: Timestamp, leeway_seconds: i64) -> Result<(), IdentityTokenError> {
        let in_time = now < self.expires_at.plus_seconds(leeway_seconds);
        if in_time { Ok(()) } else { Err(IdentityTokenError::Expired) }
    }

    /// This token as a login of GetCredentialsForIdentity, under the key [`PROVIDER`].
    pub fn into_login(self) -> VerifiedLogin {
        let claims = self.claims().into();
        let subject = self.identity_id.to_string();
        VerifiedLogin { provider: PROVIDER.to_owned(), kind: LoginKind::Developer, subject, claims }
    }

    /// The developer's users of which it says that they have this identity: `PROVIDER:POOL:USER` in `amr`
    /// (spec/identity-pools.md 7). None but a token of GetOpenIdTokenForDeveloperIdentity, or one made for that, has any.
    pub fn developer_users(&self, provider: &str) -> Vec<String> {
        let Some((AUTHENTICATED, rest)) = self.amr.split_first().map(|(first, rest)| (first.as_str(), rest)) else {
            return Vec::new();
        };
        // Names of developer providers have no colon, so no other provider's element begins like this.
        let prefix = format!("{provider}:{}:", self.identity_pool_id);
        rest.iter().filter_map(|element| element.strip_prefix(&prefix)).map(str::to_owned).collect()
    }

    /// The token that [`Self::into_login`] made a login of; `None`: it is a login of another kind.
    pub fn of_login(login: &VerifiedLogin) -> Option<Self> {
        (login.provider == PROVIDER && login.kind == LoginKind::Developer).then(|| Self::from_claims(&login.claims))?
    }

    fn from_claims(claims: &Claims) -> Option<Self> {
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        let seconds = |name: &str| claims.get(name).and_then(Value::as_i64).map(Timestamp::from_seconds);
        let amr = claims.get("amr")?.as_array()?.iter().map(|element| element.as_str().map(str::to_owned));
        let tags = claims.get(TAGS_CLAIM).and_then(|tags| tags.get("principal_tags")).and_then(Value::as_object);
        let principal_tags = tags
            .into_iter()
            .flatten()
            .map(|(key, value)| Some((key.clone(), value.get(0)?.as_str()?.to_owned())))
            .collect::<Option<_>>()?;
        Some(Self {
            identity_pool_id: IdentityPoolId::from(text("aud")?),
            identity_id: IdentityId::from(text("sub")?),
            amr: amr.collect::<Option<_>>()?,
            identity_pool_arn: text(POOL_ARN_CLAIM).map(str::to_owned),
            principal_tags,
            issued_at: seconds("iat")?,
            expires_at: seconds("exp")?,
        })
    }
}

/// A user of a pool's developer provider, by the developer's word.
pub fn developer_login(provider: &str, pool: &IdentityPoolId, user: &str) -> VerifiedLogin {
    let mut claims = Claims::new();
    claims.insert("amr".to_owned(), json!([AUTHENTICATED, provider, format!("{provider}:{pool}:{user}")]));
    VerifiedLogin {
        provider: provider.to_owned(),
        kind: LoginKind::Developer,
        subject: user.to_owned(),
        claims: claims.into(),
    }
}

/// Why a token under the `Logins` key [`PROVIDER`] is refused: `NotAuthorizedException` with [`Self::message`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentityTokenError {
    /// Not a token of an identity pool.
    #[error("not a token of an identity pool")]
    Foreign,
    /// Not signed by one of our keys.
    #[error("the signature does not verify")]
    BadSignature,
    /// It has had its time.
    #[error("the token expired")]
    Expired,
}

impl IdentityTokenError {
    /// Cognito's sentence (spec/identity-pools.md 4).
    pub fn message(self) -> &'static str {
        match self {
            Self::Foreign => "Invalid login token. Not a Cognito token.",
            Self::BadSignature => "Invalid login token. Couldn't verify signed token.",
            Self::Expired => "Invalid login token. Token is expired.",
        }
    }
}

/// Cognito's sentence when such a token is handed to GetId.
pub const NOT_FOR_GET_ID_MESSAGE: &str = "Invalid login token. Can't pass in a Cognito token.";

/// The key id: the region and the key's number, with nothing between.
pub fn kid(region: &Region, number: u32) -> String {
    format!("{region}{number}")
}

/// `iss`: no region, no pool.
pub const ISSUER: &str = "https://cognito-identity.amazonaws.com";

/// The `Logins` key, the STS provider and the prefix of the condition keys.
pub const PROVIDER: &str = "cognito-identity.amazonaws.com";

/// How long a token of GetOpenIdToken lasts.
pub const OPEN_ID_TOKEN_SECONDS: i64 = 600;

/// How long a token of GetOpenIdTokenForDeveloperIdentity lasts unless asked otherwise.
pub const DEVELOPER_TOKEN_SECONDS: i64 = 900;

const POOL_ARN_CLAIM: &str = "https://cognito-identity.amazonaws.com/identity-pool-arn";
const TAGS_CLAIM: &str = "https://aws.amazon.com/tags";

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::jwt::tests::KEY;
    use proptest::prelude::*;

    fn token() -> IdentityToken {
        IdentityToken {
            identity_pool_id: IdentityPoolId::from("eu-west-1:pool"),
            identity_id: IdentityId::from("eu-west-1:identity"),
            amr: vec!["authenticated".into(), "my.backend".into(), "my.backend:eu-west-1:pool:ana".into()],
            identity_pool_arn: Some(
                "arn:aws:cognito-identity:eu-west-1:123456789012:identitypool/eu-west-1:pool".into(),
            ),
            principal_tags: BTreeMap::from([("plan".into(), "gold".into())]),
            issued_at: Timestamp::from_seconds(1_000),
            expires_at: Timestamp::from_seconds(1_600),
        }
    }

    fn read(text: &str) -> Result<IdentityToken, IdentityTokenError> {
        IdentityToken::verify(text, |kid| (kid == KEY.kid()).then(|| KEY.verifying_key()))
    }

    #[test]
    fn a_token_has_these_claims_and_reads_back() {
        assert_eq!(
            Value::Object(token().claims()),
            json!({
                "iss": "https://cognito-identity.amazonaws.com",
                "aud": "eu-west-1:pool",
                "sub": "eu-west-1:identity",
                "amr": ["authenticated", "my.backend", "my.backend:eu-west-1:pool:ana"],
                "https://cognito-identity.amazonaws.com/identity-pool-arn":
                    "arn:aws:cognito-identity:eu-west-1:123456789012:identitypool/eu-west-1:pool",
                "https://aws.amazon.com/tags": { "principal_tags": { "plan": ["gold"] } },
                "iat": 1_000,
                "exp": 1_600,
            })
        );
        let read_back = read(&KEY.sign(&token().claims()).unwrap()).unwrap();
        assert_eq!(read_back, token());
        assert_eq!(read_back.check_time(Timestamp::from_seconds(1_599), 0), Ok(()));
        assert_eq!(read_back.check_time(Timestamp::from_seconds(1_600), 0), Err(IdentityTokenError::Expired));
        assert_eq!(read_back.check_time(Timestamp::from_seconds(1_600), 300), Ok(()));
        let login = read_back.into_login();
        assert_eq!(IdentityToken::of_login(&login), Some(token()));
        assert_eq!(IdentityToken::of_login(&developer_login("my.backend", &token().identity_pool_id, "ana")), None);
        assert_eq!(login.amr(), &token().amr[1..]);
        assert_eq!(login.mapping_key(), None);
    }

    #[test]
    fn a_developers_users_are_read_from_amr() {
        let mut token = token();
        assert_eq!(token.developer_users("my.backend"), ["ana"]);
        assert!(token.developer_users("my").is_empty() && token.developer_users("").is_empty());
        let login = developer_login("my.backend", &token.identity_pool_id, "a:b");
        token.amr = crate::login_token::amr(&[login]);
        assert_eq!(token.amr, ["authenticated", "my.backend", "my.backend:eu-west-1:pool:a:b"]);
        assert_eq!(token.developer_users("my.backend"), ["a:b"]);
        for amr in [
            vec!["unauthenticated", "my.backend:eu-west-1:pool:ana"],
            vec!["authenticated", "my.backend"],
            vec!["authenticated", "my.backend:eu-west-1:other:ana"],
            vec!["my.backend:eu-west-1:pool:ana"],
            vec![],
        ] {
            token.amr = amr.into_iter().map(str::to_owned).collect();
            assert!(token.developer_users("my.backend").is_empty(), "{:?}", token.amr);
        }
    }

    #[test]
    fn foreign_and_forged_tokens_are_refused() {
        let mut claims = token().claims();
        claims.insert("iss".into(), json!("https://elsewhere"));
        assert_eq!(read(&KEY.sign(&claims).unwrap()), Err(IdentityTokenError::Foreign));
        let signed = KEY.sign(&token().claims()).unwrap();
        let unknown = IdentityToken::verify(&signed, |_| None::<&VerifyingKey>);
        assert_eq!(unknown, Err(IdentityTokenError::BadSignature));
        let mut partial = token().claims();
        partial.remove("amr");
        assert_eq!(read(&KEY.sign(&partial).unwrap()), Err(IdentityTokenError::Foreign));
    }

    #[test]
    fn key_ids_join_region_and_number() {
        assert_eq!(kid(&Region::from("us-east-1"), 2), "us-east-12");
    }

    proptest! {
        #[test]
        fn any_text_is_refused_without_panic(text: String) {
            prop_assert!(read(&text).is_err());
        }
    }
}
