//! Refresh tokens: a sealed record in the five-part form clients know (spec/user-pools-api.md 2, spec/user-pools-auth.md 10).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::seal::{KeyPurpose, KeyRing};
use crate::{ClientId, Timestamp, UserPoolId, UserSub};

/// What a refresh token stands for. Whether it was revoked is the store's knowledge, found by `origin_jti`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefreshRecord {
    /// The pool.
    #[serde(rename = "p")]
    pub user_pool_id: UserPoolId,
    /// The client it was given to; no other may use it.
    #[serde(rename = "c")]
    pub client_id: ClientId,
    /// The user.
    #[serde(rename = "s")]
    pub sub: UserSub,
    /// The user's real username.
    #[serde(rename = "u")]
    pub username: String,
    /// This token's own id, by which rotation tells one from the next.
    #[serde(rename = "j")]
    pub jti: String,
    /// The id all tokens of the sign-in share; revoking is by this.
    #[serde(rename = "o")]
    pub origin_jti: String,
    /// The sign-in's id, kept in refreshed tokens.
    #[serde(rename = "v")]
    pub event_id: String,
    /// When the user signed in, kept in refreshed tokens.
    #[serde(rename = "t")]
    pub auth_time: Timestamp,
    /// When this token was issued.
    #[serde(rename = "i")]
    pub issued_at: Timestamp,
    /// The first moment at which it is refused; rotation does not move it.
    #[serde(rename = "e")]
    pub expires_at: Timestamp,
    /// The granted scopes, kept in refreshed tokens.
    #[serde(rename = "a")]
    pub scopes: Vec<String>,
    /// Whether the sign-in was through the hosted flows.
    #[serde(rename = "h", default, skip_serializing_if = "std::ops::Not::not")]
    pub hosted: bool,
    /// The tracked device; refreshing then needs its key.
    #[serde(rename = "d", default, skip_serializing_if = "Option::is_none")]
    pub device_key: Option<String>,
    /// The resource the access tokens are for.
    #[serde(rename = "r", default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<String>,
}

/// Why a refresh token is refused: `NotAuthorizedException` with [`Self::message`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RefreshTokenError {
    /// Not a token of ours, changed, or of another client.
    #[error("not a refresh token of this client")]
    Invalid,
    /// It has had its time.
    #[error("the refresh token expired")]
    Expired,
    /// The ring has no key for refresh tokens.
    #[error("no key to seal refresh tokens with")]
    NoKey,
}

impl RefreshTokenError {
    /// Cognito's sentence.
    pub fn message(self) -> &'static str {
        match self {
            Self::Invalid | Self::NoKey => "Invalid Refresh Token",
            Self::Expired => "Refresh Token has expired",
        }
    }
}

/// The token text; `nonce` is twelve fresh random bytes.
pub fn issue(ring: &KeyRing, nonce: [u8; 12], record: &RefreshRecord) -> Result<String, RefreshTokenError> {
    let plain = Zeroizing::new(serde_json::to_vec(record).map_err(|_| RefreshTokenError::Invalid)?);
    let sealed = ring.seal(KeyPurpose::RefreshToken, nonce, AAD, &plain).map_err(|_| RefreshTokenError::NoKey)?;
    // The parts are those of a JWE: header, key (here: its id), initialisation vector, ciphertext, tag.
    let (key, rest) = sealed.split_at_checked(KEY_LENGTH).ok_or(RefreshTokenError::NoKey)?;
    let (iv, rest) = rest.split_at_checked(IV_LENGTH).ok_or(RefreshTokenError::NoKey)?;
    let tag_at = rest.len().saturating_sub(TAG_LENGTH);
    let (ciphertext, tag) = rest.split_at_checked(tag_at).ok_or(RefreshTokenError::NoKey)?;
    let mut token = String::from(HEADER);
    for part in [key, iv, ciphertext, tag] {
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(part, &mut token);
    }
    Ok(token)
}

/// The record of a token that was issued to this client and has not expired at `now`.
pub fn open(
    ring: &KeyRing,
    client_id: &ClientId,
    token: &str,
    now: Timestamp,
) -> Result<RefreshRecord, RefreshTokenError> {
    let record = open_any(ring, token)?;
    if record.client_id != *client_id {
        return Err(RefreshTokenError::Invalid);
    }
    if now >= record.expires_at { Err(RefreshTokenError::Expired) } else { Ok(record) }
}

/// The record of any token of ours, expired or not and of whichever client: for revoking it.
pub fn open_any(ring: &KeyRing, token: &str) -> Result<RefreshRecord, RefreshTokenError> {
    let sealed = unpack(token).ok_or(RefreshTokenError::Invalid)?;
    let plain = ring.open(KeyPurpose::RefreshToken, AAD, &sealed).map_err(|_| RefreshTokenError::Invalid)?;
    serde_json::from_slice(&plain).map_err(|_| RefreshTokenError::Invalid)
}

fn unpack(token: &str) -> Option<Vec<u8>> {
    let parts = token.strip_prefix(HEADER)?.strip_prefix('.')?;
    if token.len() > MAX_TOKEN_LENGTH {
        return None;
    }
    let mut sealed = Vec::with_capacity(parts.len());
    let mut lengths = [Some(KEY_LENGTH), Some(IV_LENGTH), None, Some(TAG_LENGTH)].into_iter();
    for part in parts.split('.') {
        let before = sealed.len();
        URL_SAFE_NO_PAD.decode_vec(part, &mut sealed).ok()?;
        if lengths.next()?.is_some_and(|length| sealed.len() - before != length) {
            return None;
        }
    }
    lengths.next().is_none().then_some(sealed)
}

/// `{"cty":"JWT","enc":"A256GCM","alg":"RSA-OAEP"}`, as the service's own tokens begin.
const HEADER: &str = "eyJjdHkiOiJKV1QiLCJlbmMiOiJBMjU2R0NNIiwiYWxnIjoiUlNBLU9BRVAifQ";
const AAD: &[u8] = b"refresh token";
const KEY_LENGTH: usize = 9;
const IV_LENGTH: usize = 12;
const TAG_LENGTH: usize = 16;
const MAX_TOKEN_LENGTH: usize = 16 * 1024;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::seal::SealingKey;
    use proptest::prelude::*;

    fn ring() -> KeyRing {
        KeyRing::new([SealingKey::new(KeyPurpose::RefreshToken, [1; 8], [2; 32])])
    }

    fn record() -> RefreshRecord {
        RefreshRecord {
            user_pool_id: UserPoolId::from("eu-west-1_AbCdEf123"),
            client_id: ClientId::from("client"),
            sub: UserSub::from("sub"),
            username: "ana".into(),
            jti: "jti".into(),
            origin_jti: "origin".into(),
            event_id: "event".into(),
            auth_time: Timestamp::from_seconds(10),
            issued_at: Timestamp::from_seconds(20),
            expires_at: Timestamp::from_seconds(30),
            scopes: vec!["aws.cognito.signin.user.admin".into()],
            hosted: false,
            device_key: None,
            audience: None,
        }
    }

    #[test]
    fn a_token_has_five_parts_and_opens() {
        let token = issue(&ring(), [3; 12], &record()).unwrap();
        assert!(token.starts_with("eyJjdHkiOiJKV1QiLCJlbmMiOiJBMjU2R0NNIiwiYWxnIjoiUlNBLU9BRVAifQ."));
        assert_eq!(token.split('.').count(), 5);
        assert!(token.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_=.".contains(&b)));
        assert_eq!(open(&ring(), &ClientId::from("client"), &token, Timestamp::from_seconds(29)).unwrap(), record());
    }

    #[test]
    fn it_is_for_its_client_and_its_time() {
        let token = issue(&ring(), [3; 12], &record()).unwrap();
        let refused = |client: &str, seconds| {
            open(&ring(), &ClientId::from(client), &token, Timestamp::from_seconds(seconds)).unwrap_err().message()
        };
        assert_eq!(refused("other", 29), "Invalid Refresh Token");
        assert_eq!(refused("client", 30), "Refresh Token has expired");
        assert_eq!(open_any(&ring(), &token).unwrap(), record());
    }

    proptest! {
        #[test]
        fn any_changed_character_is_refused(at: prop::sample::Index, by in 1_u8..128) {
            let mut token = issue(&ring(), [3; 12], &record()).unwrap().into_bytes();
            let at = at.index(token.len());
            token[at] = (token[at] + by) & 0x7f;
            prop_assert!(open_any(&ring(), std::str::from_utf8(&token).unwrap()).is_err());
        }

        #[test]
        fn any_text_is_refused_without_panic(text: String) {
            prop_assert!(open_any(&ring(), &text).is_err());
            let framed = format!("{HEADER}.{text}");
            prop_assert!(open_any(&ring(), &framed).is_err());
        }
    }
}
