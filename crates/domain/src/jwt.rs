//! JWTs we sign and check: RS256 for user pools, RS512 for identity pools; the header never chooses anything.

use crate::verdicts::{Verdict, Verdicts};
use aws_lc_rs::digest;
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
// Only to fill a parameter that PKCS#1 v1.5 signing does not read.
#[allow(clippy::disallowed_types)]
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    KeyPair, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA512, RSA_PKCS1_SHA256,
    RSA_PKCS1_SHA512, RsaKeyPair, RsaPublicKeyComponents,
};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::fmt;
use zeroize::Zeroizing;

/// The claims of a token.
pub type Claims = Map<String, Value>;

/// A private RSA key with its prepared header.
pub struct SigningKey {
    algorithm: Algorithm,
    header: String,
    pair: RsaKeyPair,
    verifying_key: VerifyingKey,
}

impl SigningKey {
    /// Loads a key that [`generate_pkcs8`] made.
    pub fn from_pkcs8(kid: &str, algorithm: Algorithm, pkcs8: &[u8]) -> Result<Self, JwtError> {
        let pair = RsaKeyPair::from_pkcs8(pkcs8).map_err(|_| JwtError::BadKey)?;
        let public = pair.public_key();
        let (n, e) = (public.modulus(), public.exponent());
        let verifying_key = VerifyingKey::new(
            kid,
            algorithm,
            n.big_endian_without_leading_zero(),
            e.big_endian_without_leading_zero(),
        )?;
        Ok(Self { algorithm, header: algorithm.header(kid), pair, verifying_key })
    }

    /// The token of these claims. Pure: PKCS#1 v1.5 signatures need no random bytes.
    pub fn sign(&self, claims: &impl Serialize) -> Result<String, JwtError> {
        let payload = serde_json::to_vec(claims).map_err(|_| JwtError::BadClaims)?;
        let mut token = String::with_capacity(self.header.len() + payload.len() * 4 / 3 + 400);
        token.push_str(&self.header);
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(&payload, &mut token);
        let mut signature = vec![0; self.pair.public_modulus_len()];
        let encoding = match self.algorithm {
            Algorithm::Rs256 => &RSA_PKCS1_SHA256,
            Algorithm::Rs512 => &RSA_PKCS1_SHA512,
        };
        #[allow(clippy::disallowed_types)]
        let unused = SystemRandom::new();
        self.pair.sign(encoding, &unused, token.as_bytes(), &mut signature).map_err(|_| JwtError::BadKey)?;
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(&signature, &mut token);
        Ok(token)
    }

    /// The public half.
    pub fn verifying_key(&self) -> &VerifyingKey {
        &self.verifying_key
    }

    /// The key's id.
    pub fn kid(&self) -> &str {
        &self.verifying_key.kid
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.kid())
    }
}

/// The signature algorithms we issue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Algorithm {
    /// User pools: header `{"kid":…,"alg":"RS256"}` (spec/user-pools-auth.md 11.1).
    #[serde(rename = "RS256")]
    Rs256,
    /// Identity pools: header `{"kid":…,"typ":"JWS","alg":"RS512"}` (spec/identity-pools.md 10).
    #[serde(rename = "RS512")]
    Rs512,
}

impl Algorithm {
    /// The `alg` value.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Rs512 => "RS512",
        }
    }

    fn digest(self) -> &'static digest::Algorithm {
        match self {
            Self::Rs256 => &digest::SHA256,
            Self::Rs512 => &digest::SHA512,
        }
    }

    fn header(self, kid: &str) -> String {
        let kid = Value::from(kid);
        let header = match self {
            Self::Rs256 => format!(r#"{{"kid":{kid},"alg":"RS256"}}"#),
            Self::Rs512 => format!(r#"{{"kid":{kid},"typ":"JWS","alg":"RS512"}}"#),
        };
        URL_SAFE_NO_PAD.encode(header)
    }
}

/// A public RSA key, parsed once.
pub struct VerifyingKey {
    kid: String,
    algorithm: Algorithm,
    modulus: Vec<u8>,
    exponent: Vec<u8>,
    parsed: ParsedPublicKey,
    verdicts: Verdicts,
}

impl VerifyingKey {
    /// From big-endian modulus and exponent; leading zero bytes are accepted, as some key sets carry them.
    pub fn new(kid: &str, algorithm: Algorithm, modulus: &[u8], exponent: &[u8]) -> Result<Self, JwtError> {
        let (n, e) = (without_zeros(modulus), without_zeros(exponent));
        let parameters = match algorithm {
            Algorithm::Rs256 => &RSA_PKCS1_2048_8192_SHA256,
            Algorithm::Rs512 => &RSA_PKCS1_2048_8192_SHA512,
        };
        if !(256..=1024).contains(&n.len()) || e.is_empty() || e.len() > 8 {
            return Err(JwtError::BadKey);
        }
        let parsed = RsaPublicKeyComponents { n, e }.to_parsed_public_key(parameters).map_err(|_| JwtError::BadKey)?;
        let (modulus, exponent) = (n.to_vec(), e.to_vec());
        Ok(Self { kid: kid.to_owned(), algorithm, modulus, exponent, parsed, verdicts: Verdicts::default() })
    }

    /// From the members of a JWK: base64url, with or without padding.
    pub fn from_jwk(kid: &str, algorithm: Algorithm, n: &str, e: &str) -> Result<Self, JwtError> {
        let decode = |text: &str| {
            let text = text.trim_end_matches('=');
            if text.len() > 2048 { None } else { URL_SAFE_NO_PAD.decode(text).ok() }
        };
        let (Some(n), Some(e)) = (decode(n), decode(e)) else {
            return Err(JwtError::BadKey);
        };
        Self::new(kid, algorithm, &n, &e)
    }

    /// The key's id.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// n, big-endian, without leading zeros.
    pub fn modulus(&self) -> &[u8] {
        &self.modulus
    }

    /// e, big-endian, without leading zeros.
    pub fn exponent(&self) -> &[u8] {
        &self.exponent
    }

    /// The key as a member of a key set.
    pub fn jwk(&self) -> Value {
        json!({
            "alg": self.algorithm.as_str(),
            "e": URL_SAFE_NO_PAD.encode(&self.exponent),
            "kid": self.kid,
            "kty": "RSA",
            "n": URL_SAFE_NO_PAD.encode(&self.modulus),
            "use": "sig",
        })
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifyingKey({} {})", self.kid, self.algorithm.as_str())
    }
}

/// A parsed token whose signature nobody has checked yet.
#[derive(Clone, Debug)]
pub struct UnverifiedToken<'a> {
    parts: TokenParts<'a>,
    claims: Claims,
}

/// The same with its claims not read yet.
#[derive(Clone, Debug)]
pub(crate) struct TokenParts<'a> {
    kid: String,
    algorithm: Algorithm,
    signed: &'a str,
    signature: &'a str,
    payload: Vec<u8>,
}

/// Parses a token: at most 50,000 characters, three parts, RS256 or RS512, JSON objects in header and payload.
pub fn peek(token: &str) -> Result<UnverifiedToken<'_>, JwtError> {
    let parts = split(token)?;
    let claims = serde_json::from_slice(&parts.payload).map_err(|_| JwtError::Malformed)?;
    Ok(UnverifiedToken { parts, claims })
}

/// The same but for the payload, which may be anything.
pub(crate) fn split(token: &str) -> Result<TokenParts<'_>, JwtError> {
    if token.len() > MAX_TOKEN_LENGTH {
        return Err(JwtError::Malformed);
    }
    let (signed, signature) = token.rsplit_once('.').ok_or(JwtError::Malformed)?;
    let (header, payload) = signed.split_once('.').ok_or(JwtError::Malformed)?;
    if payload.contains('.') {
        return Err(JwtError::Malformed);
    }
    let header: Header = serde_json::from_slice(&decode(header)?).map_err(|_| JwtError::Malformed)?;
    Ok(TokenParts { kid: header.kid, algorithm: header.alg, signed, signature, payload: decode(payload)? })
}

/// [`peek`] and [`UnverifiedToken::verify`] in one.
pub fn verify(token: &str, key: &VerifyingKey) -> Result<Claims, JwtError> {
    peek(token)?.verify(key)
}

impl UnverifiedToken<'_> {
    /// The key the token says it is signed with.
    pub fn kid(&self) -> &str {
        &self.parts.kid
    }

    /// What the token claims; not to be believed before [`Self::verify`].
    pub fn unverified_claims(&self) -> &Claims {
        &self.claims
    }

    /// The claims, if `key` signed them with its own algorithm. Expiry is the caller's matter.
    pub fn verify(self, key: &VerifyingKey) -> Result<Claims, JwtError> {
        self.parts.verify(key)?;
        Ok(self.claims)
    }
}

impl TokenParts<'_> {
    /// The key the token says it is signed with.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The payload; not to be believed before [`Self::verify`].
    pub fn unverified_payload(&self) -> &[u8] {
        &self.payload
    }

    /// The payload, if `key` signed it with its own algorithm.
    pub fn verify(self, key: &VerifyingKey) -> Result<Vec<u8>, JwtError> {
        if self.algorithm != key.algorithm {
            return Err(JwtError::BadSignature);
        }
        let signature = URL_SAFE_NO_PAD.decode(self.signature).map_err(|_| JwtError::BadSignature)?;
        let digest = digest::digest(key.algorithm.digest(), self.signed.as_bytes());
        let verdict = Verdict::new(&digest, &signature);
        if !key.verdicts.holds(&verdict) {
            key.parsed.verify_digest_sig(&digest, &signature).map_err(|_| JwtError::BadSignature)?;
            key.verdicts.add(verdict);
        }
        Ok(self.payload)
    }
}

/// Why a token was not made or not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JwtError {
    /// Not a token of three parts with an algorithm we know.
    #[error("not a signed token")]
    Malformed,
    /// The signature is not this key's.
    #[error("the signature does not verify")]
    BadSignature,
    /// Not an RSA key of 2048 to 8192 bits.
    #[error("not a usable RSA key")]
    BadKey,
    /// The claims are not a JSON object.
    #[error("the claims cannot be written")]
    BadClaims,
}

/// A new RSA-2048 key as PKCS#8. The one rule here that takes its own random bytes: aws-lc accepts none from outside.
/// Takes 0.1–0.5 s.
pub fn generate_pkcs8() -> Result<Zeroizing<Vec<u8>>, JwtError> {
    let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| JwtError::BadKey)?;
    let der: Pkcs8V1Der<'_> = pair.as_der().map_err(|_| JwtError::BadKey)?;
    Ok(Zeroizing::new(der.as_ref().to_vec()))
}

/// A key id as user pools write it: 32 random bytes in base64, 44 characters (spec/user-pools-auth.md 11.1).
pub fn new_kid(random: [u8; 32]) -> String {
    STANDARD.encode(random)
}

/// The key set document at `ISSUER/.well-known/jwks.json`.
pub fn jwks<'a>(keys: impl IntoIterator<Item = &'a VerifyingKey>) -> Value {
    json!({ "keys": keys.into_iter().map(VerifyingKey::jwk).collect::<Vec<_>>() })
}

/// The document at `ISSUER/.well-known/openid-configuration` (spec/user-pools-oauth.md 10); `domain_url` is where the
/// pool's OAuth endpoints are, without a slash at the end.
pub fn openid_configuration(issuer: &str, domain_url: &str) -> Value {
    json!({
        "authorization_endpoint": format!("{domain_url}/oauth2/authorize"),
        "end_session_endpoint": format!("{domain_url}/logout"),
        "id_token_signing_alg_values_supported": ["RS256"],
        "issuer": issuer,
        "jwks_uri": format!("{issuer}/.well-known/jwks.json"),
        "response_types_supported": ["code", "token"],
        "revocation_endpoint": format!("{domain_url}/oauth2/revoke"),
        "scopes_supported": ["openid", "email", "phone", "profile"],
        "subject_types_supported": ["public"],
        "token_endpoint": format!("{domain_url}/oauth2/token"),
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "userinfo_endpoint": format!("{domain_url}/oauth2/userInfo"),
    })
}

/// The longest token that is looked at, in characters (spec/identity-pools.md 3: a login is at most that long).
pub const MAX_TOKEN_LENGTH: usize = 50_000;

#[derive(Deserialize)]
struct Header {
    alg: Algorithm,
    #[serde(default)]
    kid: String,
}

fn decode(part: &str) -> Result<Vec<u8>, JwtError> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| JwtError::Malformed)
}

fn without_zeros(number: &[u8]) -> &[u8] {
    let start = number.iter().position(|&byte| byte != 0).unwrap_or(number.len());
    number.get(start..).unwrap_or_default()
}

#[cfg(test)]
pub(crate) mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;
    use std::sync::LazyLock;

    pub(crate) static KEY: LazyLock<SigningKey> = LazyLock::new(|| {
        SigningKey::from_pkcs8(&new_kid([7; 32]), Algorithm::Rs256, &generate_pkcs8().unwrap()).unwrap()
    });

    fn claims() -> Value {
        json!({ "sub": "ana", "exp": 1_000, "cognito:groups": ["a", "b"] })
    }

    #[test]
    fn a_token_verifies_and_gives_its_claims() {
        let token = KEY.sign(&claims()).unwrap();
        assert_eq!(Value::Object(verify(&token, KEY.verifying_key()).unwrap()), claims());
        assert_eq!(peek(&token).unwrap().kid(), KEY.kid());
        assert_eq!(KEY.kid().len(), 44);
    }

    #[test]
    fn the_header_is_exactly_cognitos() {
        let token = KEY.sign(&claims()).unwrap();
        let header = URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap();
        assert_eq!(header, br#"{"kid":"BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=","alg":"RS256"}"#);
    }

    #[test]
    fn another_key_or_algorithm_does_not_verify() {
        let pkcs8 = generate_pkcs8().unwrap();
        let other = SigningKey::from_pkcs8("us-east-12", Algorithm::Rs512, &pkcs8).unwrap();
        let token = other.sign(&claims()).unwrap();
        assert!(verify(&token, other.verifying_key()).is_ok());
        let header = URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap();
        assert_eq!(header, br#"{"kid":"us-east-12","typ":"JWS","alg":"RS512"}"#);
        let as_rs256 = SigningKey::from_pkcs8("us-east-12", Algorithm::Rs256, &pkcs8).unwrap();
        assert_eq!(verify(&token, as_rs256.verifying_key()), Err(JwtError::BadSignature));
        assert_eq!(verify(&KEY.sign(&claims()).unwrap(), as_rs256.verifying_key()), Err(JwtError::BadSignature));
    }

    #[test]
    fn what_one_key_was_seen_to_sign_says_nothing_about_another() {
        let token = KEY.sign(&claims()).unwrap();
        assert!(verify(&token, KEY.verifying_key()).is_ok());
        assert!(verify(&token, KEY.verifying_key()).is_ok());
        let other = SigningKey::from_pkcs8(KEY.kid(), Algorithm::Rs256, &generate_pkcs8().unwrap()).unwrap();
        assert_eq!(verify(&token, other.verifying_key()), Err(JwtError::BadSignature));
        // The same payload under another signature is looked at anew, and found wrong.
        let (signed, _) = token.rsplit_once('.').unwrap();
        let (_, signature) = token.rsplit_once('.').unwrap();
        let shorter = format!("{signed}.{}", &signature[4..]);
        assert_eq!(verify(&shorter, KEY.verifying_key()), Err(JwtError::BadSignature));
    }

    #[test]
    fn an_unsigned_token_is_not_one() {
        for header in [r#"{"alg":"none"}"#, r#"{"alg":"HS256","kid":"x"}"#, r#"{"kid":"x"}"#, "[]"] {
            let token = format!("{}.{}.", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode("{}"));
            assert_eq!(peek(&token).err(), Some(JwtError::Malformed), "{header}");
        }
        assert_eq!(peek(&"a".repeat(MAX_TOKEN_LENGTH + 1)).err(), Some(JwtError::Malformed));
        let deep =
            format!("{}.{}.", URL_SAFE_NO_PAD.encode(r#"{"alg":"RS256"}"#), URL_SAFE_NO_PAD.encode("[".repeat(9000)));
        assert_eq!(peek(&deep).err(), Some(JwtError::Malformed));
    }

    #[test]
    fn a_key_set_reads_back_even_with_a_leading_zero() {
        let set = jwks([KEY.verifying_key()]);
        let jwk = &set["keys"][0];
        assert_eq!(jwk["e"], "AQAB");
        let n = [&[0][..], &URL_SAFE_NO_PAD.decode(jwk["n"].as_str().unwrap()).unwrap()].concat();
        let again = VerifyingKey::from_jwk(KEY.kid(), Algorithm::Rs256, &URL_SAFE_NO_PAD.encode(n), "AQAB").unwrap();
        assert!(verify(&KEY.sign(&claims()).unwrap(), &again).is_ok());
        assert!(VerifyingKey::from_jwk("x", Algorithm::Rs256, "AQAB", "AQAB").is_err());
    }

    proptest! {
        #[test]
        fn any_flipped_bit_is_refused(at: prop::sample::Index, bit in 0_u8..7) {
            let token = KEY.sign(&claims()).unwrap();
            // Seen, so that a verdict is at hand.
            prop_assert!(verify(&token, KEY.verifying_key()).is_ok());
            let mut token = token.into_bytes();
            let at = at.index(token.len());
            token[at] ^= 1 << bit;
            let token = String::from_utf8(token).unwrap();
            prop_assert!(verify(&token, KEY.verifying_key()).is_err());
        }

        #[test]
        fn any_text_is_refused_without_panic(token: String) {
            prop_assert!(peek(&token).is_err());
        }
    }
}
