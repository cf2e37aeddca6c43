//! The checks on a user pool's ID token as a login of an identity pool (spec/identity-pools.md 4 and 7).

use std::ops::Deref;

use crate::claims::{Claim, IdTokenClaims, TokenClaims};
use crate::jwt::{self, VerifyingKey};
use crate::{ClientId, Timestamp, UserPoolId};

/// A login that was checked: who it is at which provider.
#[derive(Clone, Debug, PartialEq)]
pub struct VerifiedLogin {
    /// The key in the `Logins` map.
    pub provider: String,
    /// What kind of provider it is, which decides the mapping key and `amr`.
    pub kind: LoginKind,
    /// The user's immutable id there.
    pub subject: String,
    /// The verified claims.
    pub claims: TokenClaims,
}

/// The kinds of login provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoginKind {
    /// A Cognito user pool, through this app client.
    UserPool {
        /// The token's audience.
        client_id: ClientId,
    },
    /// An IAM OIDC provider.
    Oidc {
        /// Its ARN.
        provider_arn: String,
    },
    /// A SAML provider.
    Saml {
        /// Its ARN.
        provider_arn: String,
    },
    /// A built-in provider such as `accounts.google.com`.
    Public {
        /// The app's id there.
        app_id: String,
    },
    /// The identity pool's own token for a developer-authenticated identity.
    Developer,
}

impl VerifiedLogin {
    /// The key under which RoleMappings has this provider (spec/identity-pools.md 7); developer logins have none.
    pub fn mapping_key(&self) -> Option<String> {
        match &self.kind {
            LoginKind::UserPool { client_id } => Some(format!("{}:{client_id}", self.provider)),
            LoginKind::Oidc { provider_arn } | LoginKind::Saml { provider_arn } => Some(provider_arn.clone()),
            LoginKind::Public { .. } => Some(self.provider.clone()),
            LoginKind::Developer => None,
        }
    }

    /// What this login adds to `amr` after `authenticated` (spec/identity-pools.md 7); a developer token brings its own.
    pub fn amr(&self) -> Vec<String> {
        let (provider, subject) = (&self.provider, &self.subject);
        match &self.kind {
            LoginKind::UserPool { .. } => vec![provider.clone(), format!("{provider}:CognitoSignIn:{subject}")],
            LoginKind::Oidc { provider_arn } => vec![provider.clone(), format!("{provider_arn}:OIDC:{subject}")],
            LoginKind::Saml { provider_arn } => vec![provider.clone(), format!("{provider_arn}:SAML:{subject}")],
            LoginKind::Public { app_id } => vec![provider.clone(), format!("{provider}:{app_id}:{subject}")],
            LoginKind::Developer => {
                let own = self.claims.get("amr").and_then(|amr| amr.as_array());
                own.into_iter().flatten().filter_map(|element| element.as_str()).skip(1).map(str::to_owned).collect()
            }
        }
    }
}

/// The `amr` of an identity with these logins: guests have `unauthenticated` alone. What a developer token brings and
/// another login too stands there once.
pub fn amr(logins: &[VerifiedLogin]) -> Vec<String> {
    let mut amr = vec![if logins.is_empty() { "unauthenticated" } else { AUTHENTICATED }.to_owned()];
    for element in logins.iter().flat_map(VerifiedLogin::amr) {
        if !amr.contains(&element) {
            amr.push(element);
        }
    }
    amr
}

/// The first element of the `amr` of whoever has a login.
pub const AUTHENTICATED: &str = "authenticated";

/// One entry of a `Logins` map that names a user pool, and what is known to check it against.
#[derive(Clone, Copy, Debug)]
pub struct UserPoolLogin<'a> {
    /// The `Logins` key: `cognito-idp.REGION.amazonaws.com/POOL`.
    pub provider: &'a str,
    /// The `Logins` value.
    pub token: &'a str,
    /// The issuers that pool signs as here, beside `https://` and the provider name.
    pub issuers: &'a [String],
    /// The client ids the identity pool lists with this provider name; empty: not a provider of the pool.
    pub client_ids: &'a [ClientId],
    /// Now.
    pub now: Timestamp,
}

/// Checks a user-pool login, in this order: provider, parse, issuer, required claims, audience, signature, expiry.
///
/// `key_of` finds the pool's public key by key id. The caller still does the server-side check if the pool asks for it.
pub fn verify_user_pool_login<K: Deref<Target = VerifyingKey>>(
    login: UserPoolLogin<'_>,
    key_of: impl FnOnce(&str) -> Option<K>,
) -> Result<VerifiedLogin, LoginRefusal> {
    if login.client_ids.is_empty() {
        return Err(LoginRefusal::UnsupportedProvider);
    }
    let token = jwt::split(login.token).map_err(|_| LoginRefusal::NotAnIdToken)?;
    let claims: IdTokenClaims<'_> =
        serde_json::from_slice(token.unverified_payload()).map_err(|_| LoginRefusal::NotAnIdToken)?;
    let issuer = text("iss", &claims.iss)?;
    let issued_by_provider = issuer.strip_prefix("https://").is_some_and(|issuer| issuer == login.provider);
    if !issued_by_provider && !login.issuers.iter().any(|known| known == issuer) {
        return Err(LoginRefusal::IssuerMismatch);
    }
    let audience = text("aud", &claims.aud)?;
    let subject = text("sub", &claims.sub)?.to_owned();
    let expires = match claims.exp {
        Claim::Number(seconds) => seconds,
        Claim::Absent => return Err(LoginRefusal::MissingClaim("exp")),
        Claim::Text(_) | Claim::Other => return Err(LoginRefusal::NotAnIdToken),
    };
    // An access token with a resource audience has every claim above, but is no proof of identity.
    if text("token_use", &claims.token_use) != Ok("id") {
        return Err(LoginRefusal::NotAnIdToken);
    }
    let client_id = login
        .client_ids
        .iter()
        .find(|client_id| client_id.as_str() == audience)
        .ok_or(LoginRefusal::UnsupportedProvider)?
        .clone();
    let key = key_of(token.kid()).ok_or(LoginRefusal::BadSignature)?;
    let payload = token.verify(&key).map_err(|_| LoginRefusal::BadSignature)?;
    let now = login.now.seconds();
    if now >= expires {
        return Err(LoginRefusal::Expired { now, expires });
    }
    let claims = TokenClaims::of_payload(payload);
    Ok(VerifiedLogin { provider: login.provider.to_owned(), kind: LoginKind::UserPool { client_id }, subject, claims })
}

fn text<'a>(name: &'static str, claim: &'a Claim<'_>) -> Result<&'a str, LoginRefusal> {
    match claim {
        Claim::Absent => Err(LoginRefusal::MissingClaim(name)),
        Claim::Text(text) if !text.is_empty() => Ok(text),
        _ => Err(LoginRefusal::NotAnIdToken),
    }
}

/// Why a login is refused: `NotAuthorizedException` with [`Self::message`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoginRefusal {
    /// The identity pool does not have this provider with this audience.
    UnsupportedProvider,
    /// Not a JWT of three parts, or not an ID token.
    NotAnIdToken,
    /// `iss` is not the provider's.
    IssuerMismatch,
    /// A claim is missing.
    MissingClaim(&'static str),
    /// Not signed by a key of the pool.
    BadSignature,
    /// It has had its time; both in seconds.
    Expired {
        /// Now.
        now: i64,
        /// The token's `exp`.
        expires: i64,
    },
    /// The user was deleted, disabled or signed out: for the caller's server-side check.
    Inactive,
}

impl LoginRefusal {
    /// Cognito's sentence (spec/identity-pools.md 4).
    pub fn message(self) -> String {
        match self {
            Self::UnsupportedProvider => "Token is not from a supported provider of this identity pool.".into(),
            Self::NotAnIdToken => "Invalid login token. Not a valid OpenId Connect identity token.".into(),
            Self::IssuerMismatch => "Invalid login token. Issuer doesn't match providerName".into(),
            Self::MissingClaim(claim) => format!("Invalid login token. Missing a required claim: {claim}"),
            Self::BadSignature => "Invalid login token. Couldn't verify signed token.".into(),
            Self::Expired { now, expires } => format!("Invalid login token. Token expired: {now} >= {expires}"),
            Self::Inactive => "Token is inactive".into(),
        }
    }
}

/// The user pool a provider name stands for: `cognito-idp.REGION.amazonaws.com/REGION_NAME`.
pub fn user_pool_of_provider(provider: &str) -> Option<UserPoolId> {
    let (host, pool) = provider.split_once('/')?;
    let region = host.strip_prefix("cognito-idp.")?.strip_suffix(".amazonaws.com")?;
    let (pool_region, name) = pool.split_once('_')?;
    let named = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (named && !region.is_empty() && pool_region == region).then(|| UserPoolId::from(pool))
}

/// The provider name of a user pool; `None` if the id has no region.
pub fn provider_of_user_pool(pool: &UserPoolId) -> Option<String> {
    pool.region().map(|region| format!("cognito-idp.{region}.amazonaws.com/{pool}"))
}

#[cfg(test)]
pub(crate) mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::jwt::tests::KEY;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    const PROVIDER: &str = "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123";

    fn claims() -> Value {
        json!({
            "iss": format!("https://{PROVIDER}"), "aud": "client", "sub": "ana-sub", "exp": 2_000,
            "token_use": "id",
        })
    }

    fn check(claims: &Value) -> Result<VerifiedLogin, LoginRefusal> {
        check_token(&KEY.sign(claims).unwrap(), 1_999)
    }

    fn check_token(token: &str, seconds: i64) -> Result<VerifiedLogin, LoginRefusal> {
        let login = UserPoolLogin {
            provider: PROVIDER,
            token,
            issuers: &["http://localhost:4566/eu-west-1_AbCdEf123".to_owned()],
            client_ids: &[ClientId::from("other"), ClientId::from("client")],
            now: Timestamp::from_seconds(seconds),
        };
        verify_user_pool_login(login, |kid| (kid == KEY.kid()).then(|| KEY.verifying_key()))
    }

    fn without(name: &str) -> Value {
        let mut claims = claims();
        claims.as_object_mut().unwrap().remove(name);
        claims
    }

    fn with(name: &str, value: Value) -> Value {
        let mut claims = claims();
        claims[name] = value;
        claims
    }

    #[test]
    fn a_good_token_names_its_user() {
        let login = check(&claims()).unwrap();
        assert_eq!(login.subject, "ana-sub");
        assert_eq!(login.mapping_key().unwrap(), format!("{PROVIDER}:client"));
        assert_eq!(login.amr(), [PROVIDER.to_owned(), format!("{PROVIDER}:CognitoSignIn:ana-sub")]);
        assert_eq!(amr(&[login]).len(), 3);
        assert_eq!(amr(&[]), ["unauthenticated"]);
        assert!(check(&with("iss", json!("http://localhost:4566/eu-west-1_AbCdEf123"))).is_ok());
    }

    #[test]
    fn each_fault_has_its_sentence() {
        let cases = [
            (without("aud"), "Invalid login token. Missing a required claim: aud"),
            (without("sub"), "Invalid login token. Missing a required claim: sub"),
            (without("exp"), "Invalid login token. Missing a required claim: exp"),
            (without("iss"), "Invalid login token. Missing a required claim: iss"),
            (with("iss", json!("https://evil.example")), "Invalid login token. Issuer doesn't match providerName"),
            (with("aud", json!("stranger")), "Token is not from a supported provider of this identity pool."),
            (with("token_use", json!("access")), "Invalid login token. Not a valid OpenId Connect identity token."),
            (with("sub", json!(7)), "Invalid login token. Not a valid OpenId Connect identity token."),
            (with("exp", json!(1_999)), "Invalid login token. Token expired: 1999 >= 1999"),
        ];
        for (claims, expected) in cases {
            assert_eq!(check(&claims).unwrap_err().message(), expected);
        }
        assert_eq!(check_token("junk", 0), Err(LoginRefusal::NotAnIdToken));
    }

    #[test]
    fn the_issuer_is_looked_at_before_the_audience_and_the_signature_before_expiry() {
        let claims = with("iss", json!("https://evil.example"));
        let mut both = claims.clone();
        both["aud"] = json!("stranger");
        assert_eq!(check(&both), Err(LoginRefusal::IssuerMismatch));
        let token = KEY.sign(&with("exp", json!(1))).unwrap();
        let (signed, _) = token.rsplit_once('.').unwrap();
        assert_eq!(check_token(&format!("{signed}.AAAA"), 1_999), Err(LoginRefusal::BadSignature));
    }

    #[test]
    fn a_provider_without_clients_is_not_supported() {
        let token = KEY.sign(&claims()).unwrap();
        let login = UserPoolLogin {
            provider: PROVIDER,
            token: &token,
            issuers: &[],
            client_ids: &[],
            now: Timestamp::default(),
        };
        let refused = verify_user_pool_login(login, |_| Some(KEY.verifying_key()));
        assert_eq!(refused, Err(LoginRefusal::UnsupportedProvider));
    }

    #[test]
    fn provider_names_and_pools_belong_together() {
        let pool = UserPoolId::from("eu-west-1_AbCdEf123");
        assert_eq!(user_pool_of_provider(PROVIDER), Some(pool.clone()));
        assert_eq!(provider_of_user_pool(&pool).unwrap(), PROVIDER);
        for bad in [
            "cognito-idp.us-east-1.amazonaws.com/eu-west-1_AbCdEf123",
            "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123",
            "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_",
            "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_a/b",
            "accounts.google.com",
        ] {
            assert_eq!(user_pool_of_provider(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_refused_without_panic(token: String, provider: String) {
            prop_assert!(check_token(&token, 0).is_err());
            let _ = user_pool_of_provider(&provider);
        }
    }
}
