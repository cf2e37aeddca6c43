//! The checks on an ID token of another provider (spec/sts-and-iam.md B8, spec/identity-pools.md 7).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::Timestamp;
use domain::jwt::{Claims, MAX_TOKEN_LENGTH};
use serde::Deserialize;
use serde_json::Value;

use crate::fetch::Thumbprint;
use crate::jwk::{Algorithm, KeySet, SignatureFault};
use crate::oidc::KeyFault;

/// Checks a token in this order: parse, issuer, required claims, audience, signature, time.
pub fn verify_id_token(
    token: &str,
    expected: &Expected<'_>,
    keys: &KeySet,
    now: Timestamp,
) -> Result<IdToken, TokenRefusal> {
    peek(token)?.expect(expected)?.verify(keys, now)
}

/// What a provider's token must say; from the provider's registration, never from the token.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The issuer's URL, under which its keys are found: `https://HOST[/path]`.
    pub issuer: &'a str,
    /// Other spellings its `iss` may have, such as Google's `accounts.google.com`.
    pub other_issuers: &'a [&'a str],
    /// The registered client ids.
    pub audiences: &'a [String],
    /// SHA-1 thumbprints of certificates to trust when the keys are fetched, beside the known roots; usually none.
    pub thumbprints: &'a [Thumbprint],
}

/// A verified token.
#[derive(Clone, Debug, PartialEq)]
pub struct IdToken {
    /// `iss`, as the token has it.
    pub issuer: String,
    /// `sub`.
    pub subject: String,
    /// The effective audience: `azp` if present, otherwise `aud`.
    pub audience: String,
    /// `aud`, where `azp` took its place: the condition key `ISSUER:oaud`.
    pub original_audiences: Vec<String>,
    /// `iat`, in seconds.
    pub issued_seconds: i64,
    /// `exp`, in seconds. It says how long the token is accepted, not how long credentials last.
    pub expires_seconds: i64,
    /// All claims; see [`crate::session_claims`] for AWS's own.
    pub claims: Claims,
}

/// Parses a token without believing it: to find the provider by [`UnverifiedToken::issuer`].
pub fn peek(token: &str) -> Result<UnverifiedToken<'_>, TokenRefusal> {
    if token.len() > MAX_TOKEN_LENGTH {
        return Err(TokenRefusal::NotAToken);
    }
    let (signed, signature) = token.rsplit_once('.').ok_or(TokenRefusal::NotAToken)?;
    let (header, payload) = signed.split_once('.').ok_or(TokenRefusal::NotAToken)?;
    let header: Header = decode_json(header)?;
    // Whoever demands an extension that we do not know must not be half-obeyed (RFC 7515 4.1.11).
    if header.crit.is_some() {
        return Err(TokenRefusal::UnsupportedAlgorithm);
    }
    let algorithm = Algorithm::from_name(&header.alg).ok_or(TokenRefusal::UnsupportedAlgorithm)?;
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| TokenRefusal::NotAToken)?;
    Ok(UnverifiedToken { kid: header.kid, algorithm, signed, signature, claims: decode_json(payload)? })
}

/// A parsed token that nobody has checked.
#[derive(Clone, Debug)]
pub struct UnverifiedToken<'a> {
    kid: Option<String>,
    algorithm: Algorithm,
    signed: &'a str,
    signature: Vec<u8>,
    claims: Claims,
}

impl<'a> UnverifiedToken<'a> {
    /// What the token says its issuer is.
    pub fn issuer(&self) -> Option<&str> {
        self.claims.get("iss").and_then(Value::as_str)
    }

    /// What the token claims; not to be believed.
    pub fn unverified_claims(&self) -> &Claims {
        &self.claims
    }

    /// The checks that need no key: nothing is fetched for a token that fails these.
    pub fn expect(self, expected: &Expected<'_>) -> Result<ExpectedToken<'a>, TokenRefusal> {
        let issuer = self.text("iss")?;
        if issuer != expected.issuer && !expected.other_issuers.contains(&issuer) {
            return Err(TokenRefusal::IssuerMismatch);
        }
        let subject = self.text("sub")?;
        let audiences = self.audiences()?;
        let expires_seconds = self.seconds("exp")?;
        let issued_seconds = self.seconds("iat")?;
        let not_before_seconds = self.claims.contains_key("nbf").then(|| self.seconds("nbf")).transpose()?;
        let (audience, original_audiences) = match (self.claims.get("azp"), audiences.as_slice()) {
            (Some(_), _) => (self.text("azp")?.to_owned(), audiences),
            (None, [only]) => (only.clone(), Vec::new()),
            (None, _) => return Err(TokenRefusal::SeveralAudiences),
        };
        if !expected.audiences.contains(&audience) {
            return Err(TokenRefusal::AudienceMismatch);
        }
        let (issuer, subject) = (issuer.to_owned(), subject.to_owned());
        let claimed = IdToken {
            issuer,
            subject,
            audience,
            original_audiences,
            issued_seconds,
            expires_seconds,
            claims: Claims::new(),
        };
        Ok(ExpectedToken { token: self, claimed, not_before_seconds })
    }

    fn text(&self, name: &'static str) -> Result<&str, TokenRefusal> {
        match self.claims.get(name) {
            None | Some(Value::Null) => Err(TokenRefusal::MissingClaim(name)),
            Some(value) => value.as_str().filter(|text| !text.is_empty()).ok_or(TokenRefusal::BadClaim(name)),
        }
    }

    /// A NumericDate (RFC 7519 2), which may have a fraction.
    fn seconds(&self, name: &'static str) -> Result<i64, TokenRefusal> {
        let value = match self.claims.get(name) {
            None | Some(Value::Null) => return Err(TokenRefusal::MissingClaim(name)),
            Some(value) => value,
        };
        let whole = value.as_i64().or_else(|| value.as_f64().map(|seconds| seconds as i64));
        whole.filter(|seconds| (0..=LATEST_SECONDS).contains(seconds)).ok_or(TokenRefusal::BadClaim(name))
    }

    fn audiences(&self) -> Result<Vec<String>, TokenRefusal> {
        let list = match self.claims.get("aud") {
            None | Some(Value::Null) => return Err(TokenRefusal::MissingClaim("aud")),
            Some(Value::Array(list)) => list.as_slice(),
            Some(one) => std::slice::from_ref(one),
        };
        let texts = list.iter().map(|one| one.as_str().filter(|text| !text.is_empty()).map(str::to_owned));
        let texts: Vec<String> = texts.collect::<Option<_>>().ok_or(TokenRefusal::BadClaim("aud"))?;
        if texts.is_empty() { Err(TokenRefusal::MissingClaim("aud")) } else { Ok(texts) }
    }
}

/// A token that says what it should, and now needs its issuer's keys.
#[derive(Clone, Debug)]
pub struct ExpectedToken<'a> {
    token: UnverifiedToken<'a>,
    claimed: IdToken,
    not_before_seconds: Option<i64>,
}

impl ExpectedToken<'_> {
    /// The id of the key it says it is signed with.
    pub fn kid(&self) -> Option<&str> {
        self.token.kid.as_deref()
    }

    /// Checks signature and time.
    pub fn verify(self, keys: &KeySet, now: Timestamp) -> Result<IdToken, TokenRefusal> {
        let token = self.token;
        keys.verify(token.kid.as_deref(), token.algorithm, token.signed.as_bytes(), &token.signature).map_err(
            |fault| match fault {
                SignatureFault::NoSuchKey => TokenRefusal::NoSuchKey,
                SignatureFault::BadSignature => TokenRefusal::BadSignature,
            },
        )?;
        let now = now.seconds();
        let expires = self.claimed.expires_seconds;
        if now >= expires + LEEWAY_SECONDS {
            return Err(TokenRefusal::Expired { now, expires });
        }
        for from in [Some(self.claimed.issued_seconds), self.not_before_seconds].into_iter().flatten() {
            if from > now + LEEWAY_SECONDS {
                return Err(TokenRefusal::NotYetValid { now, from });
            }
        }
        Ok(IdToken { claims: token.claims, ..self.claimed })
    }
}

/// Why a token is refused. STS and the identity pools have a sentence for each (spec/sts-and-iam.md B3,
/// spec/identity-pools.md 4).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenRefusal {
    /// Not three base64url parts with JSON objects in them, or longer than 50,000 characters.
    #[error("not a JSON web token")]
    NotAToken,
    /// Signed with something else than RS256 to RS512 or ES256 to ES512.
    #[error("the token's algorithm is not accepted")]
    UnsupportedAlgorithm,
    /// `iss` is not the provider's.
    #[error("the token is from another issuer")]
    IssuerMismatch,
    /// A claim that must be there is not.
    #[error("the token has no `{0}`")]
    MissingClaim(&'static str),
    /// A claim has the wrong type, is empty, or is out of all bounds.
    #[error("the token's `{0}` is not usable")]
    BadClaim(&'static str),
    /// Several audiences, and no `azp` that picks one.
    #[error("the token has several audiences and no authorized party")]
    SeveralAudiences,
    /// The effective audience is not a registered client id.
    #[error("the token is for another audience")]
    AudienceMismatch,
    /// The provider's keys cannot be had.
    #[error("the provider's keys cannot be had: {0}")]
    KeysUnavailable(KeyFault),
    /// The provider has no such key.
    #[error("the provider has no key with the token's id and algorithm")]
    NoSuchKey,
    /// The key did not sign this.
    #[error("the signature does not verify")]
    BadSignature,
    /// `exp` was more than five minutes ago; both in seconds.
    #[error("the token expired at {expires}, it is {now}")]
    Expired {
        /// Now.
        now: i64,
        /// The token's `exp`.
        expires: i64,
    },
    /// `iat` or `nbf` is more than five minutes ahead; both in seconds.
    #[error("the token is valid from {from}, it is {now}")]
    NotYetValid {
        /// Now.
        now: i64,
        /// The later moment.
        from: i64,
    },
}

/// How far clocks may differ (spec/sts-and-iam.md B8).
pub const LEEWAY_SECONDS: i64 = 300;

/// The year 9999, so that sums stay in bounds.
const LATEST_SECONDS: i64 = 253_402_300_799;

#[derive(Deserialize)]
struct Header {
    alg: String,
    #[serde(default)]
    kid: Option<String>,
    #[serde(default)]
    crit: Option<Value>,
}

fn decode_json<T: serde::de::DeserializeOwned>(part: &str) -> Result<T, TokenRefusal> {
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| TokenRefusal::NotAToken)?;
    serde_json::from_slice(&bytes).map_err(|_| TokenRefusal::NotAToken)
}
