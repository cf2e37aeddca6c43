//! The `Session` of a sign-in in progress, sealed (spec/user-pools-auth.md 1.2), and the SRP secret block (4.2).

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use zeroize::Zeroizing;

use crate::seal::{KeyPurpose, KeyRing};
use crate::secret::SecretText;
use crate::srp::ServerHandshake;
use crate::{ClientId, Timestamp, UserPoolId, UserSub};

/// Where a sign-in stands. That a session is used only once is the store's knowledge, found by `id`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChallengeRecord {
    /// This session's id; each step gets a new one.
    #[serde(rename = "j")]
    pub id: String,
    /// The pool.
    #[serde(rename = "p")]
    pub user_pool_id: UserPoolId,
    /// The client that began the sign-in.
    #[serde(rename = "c")]
    pub client_id: ClientId,
    /// The user; `None` for a simulated one.
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    pub sub: Option<UserSub>,
    /// The real username, or the name as typed for a simulated user.
    #[serde(rename = "u")]
    pub username: String,
    /// The challenge that was asked, such as `NEW_PASSWORD_REQUIRED`.
    #[serde(rename = "n")]
    pub challenge: String,
    /// When it was issued.
    #[serde(rename = "i")]
    pub issued_at: Timestamp,
    /// The first moment at which it is refused.
    #[serde(rename = "e")]
    pub expires_at: Timestamp,
    /// What the challenge needs to remember.
    #[serde(rename = "x", default, skip_serializing_if = "BTreeMap::is_empty")]
    pub extra: BTreeMap<String, String>,
}

/// Why a session is refused: `NotAuthorizedException` with [`Self::message`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChallengeSessionError {
    /// Not a session of ours, or changed.
    #[error("not a session")]
    Malformed,
    /// Of another client.
    #[error("a session of another client")]
    OtherClient,
    /// It has had its time.
    #[error("the session expired")]
    Expired,
    /// More than fits into 2048 characters, or no key: ours to mend.
    #[error("the session cannot be sealed")]
    CannotSeal,
}

impl ChallengeSessionError {
    /// Cognito's sentence.
    pub fn message(self) -> &'static str {
        match self {
            Self::Malformed | Self::OtherClient | Self::CannotSeal => "Invalid session for the user.",
            Self::Expired => "Invalid session for the user, session is expired.",
        }
    }
}

/// Cognito's sentence for a session whose step was already answered.
pub const USED_ONCE_MESSAGE: &str = "Invalid session for the user, session can only be used once.";

/// The session text: base64url, at most 2048 characters; `nonce` is twelve fresh random bytes.
pub fn issue(ring: &KeyRing, nonce: [u8; 12], record: &ChallengeRecord) -> Result<String, ChallengeSessionError> {
    let sealed = seal(ring, nonce, SESSION_AAD, record).ok_or(ChallengeSessionError::CannotSeal)?;
    let text = URL_SAFE_NO_PAD.encode([&PREFIX, sealed.as_slice()].concat());
    if text.len() > MAX_SESSION_LENGTH { Err(ChallengeSessionError::CannotSeal) } else { Ok(text) }
}

/// The record of a session that this client began and that has not expired at `now`.
pub fn open(
    ring: &KeyRing,
    client_id: &ClientId,
    session: &str,
    now: Timestamp,
) -> Result<ChallengeRecord, ChallengeSessionError> {
    let record: ChallengeRecord = decode_session(session)
        .and_then(|sealed| unseal(ring, SESSION_AAD, &sealed))
        .ok_or(ChallengeSessionError::Malformed)?;
    if record.client_id != *client_id {
        return Err(ChallengeSessionError::OtherClient);
    }
    if now >= record.expires_at { Err(ChallengeSessionError::Expired) } else { Ok(record) }
}

/// What `SECRET_BLOCK` carries from SRP's first answer to its second question.
#[derive(Debug)]
pub struct SecretBlock {
    /// The pool.
    pub user_pool_id: UserPoolId,
    /// The client that began.
    pub client_id: ClientId,
    /// The real username.
    pub username: String,
    /// The device key, when it is a device that proves itself.
    pub device_key: Option<String>,
    /// The server's numbers.
    pub handshake: ServerHandshake,
    /// The first moment at which it is refused.
    pub expires_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct SecretBlockRecord {
    p: UserPoolId,
    c: ClientId,
    u: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    d: Option<String>,
    h: SecretText,
    e: Timestamp,
}

impl SecretBlock {
    /// The `SECRET_BLOCK` parameter: standard base64.
    pub fn issue(&self, ring: &KeyRing, nonce: [u8; 12]) -> Result<String, ChallengeSessionError> {
        let record = SecretBlockRecord {
            p: self.user_pool_id.clone(),
            c: self.client_id.clone(),
            u: self.username.clone(),
            d: self.device_key.clone(),
            h: SecretText::new(STANDARD.encode(self.handshake.to_bytes().as_slice())),
            e: self.expires_at,
        };
        let sealed = seal(ring, nonce, SECRET_BLOCK_AAD, &record).ok_or(ChallengeSessionError::CannotSeal)?;
        Ok(STANDARD.encode(sealed))
    }

    /// The block of a `PASSWORD_CLAIM_SECRET_BLOCK`, with its decoded bytes, which the client signed.
    pub fn open(
        ring: &KeyRing,
        client_id: &ClientId,
        text: &str,
        now: Timestamp,
    ) -> Result<(Self, Vec<u8>), ChallengeSessionError> {
        let bytes = decode_block(text).ok_or(ChallengeSessionError::Malformed)?;
        let record: SecretBlockRecord =
            unseal(ring, SECRET_BLOCK_AAD, &bytes).ok_or(ChallengeSessionError::Malformed)?;
        if record.c != *client_id {
            return Err(ChallengeSessionError::OtherClient);
        }
        if now >= record.e {
            return Err(ChallengeSessionError::Expired);
        }
        let handshake = STANDARD
            .decode(record.h.reveal())
            .ok()
            .and_then(|bytes| ServerHandshake::from_bytes(&Zeroizing::new(bytes)).ok())
            .ok_or(ChallengeSessionError::Malformed)?;
        let block = Self {
            user_pool_id: record.p,
            client_id: record.c,
            username: record.u,
            device_key: record.d,
            handshake,
            expires_at: record.e,
        };
        Ok((block, bytes))
    }
}

fn seal(ring: &KeyRing, nonce: [u8; 12], aad: &[u8], record: &impl Serialize) -> Option<Vec<u8>> {
    let plain = Zeroizing::new(serde_json::to_vec(record).ok()?);
    ring.seal(KeyPurpose::ChallengeSession, nonce, aad, &plain).ok()
}

fn unseal<T: serde::de::DeserializeOwned>(ring: &KeyRing, aad: &[u8], sealed: &[u8]) -> Option<T> {
    let plain = ring.open(KeyPurpose::ChallengeSession, aad, sealed).ok()?;
    serde_json::from_slice(&plain).ok()
}

fn decode_session(session: &str) -> Option<Vec<u8>> {
    if session.len() > MAX_SESSION_LENGTH {
        return None;
    }
    let mut bytes = URL_SAFE_NO_PAD.decode(session).ok()?;
    if !bytes.starts_with(&PREFIX) {
        return None;
    }
    Some(bytes.split_off(PREFIX.len()))
}

/// Standard base64; base64url is tolerated because a client library sends that (spec/user-pools-auth.md 4.2).
fn decode_block(text: &str) -> Option<Vec<u8>> {
    if text.len() > MAX_BLOCK_LENGTH {
        return None;
    }
    STANDARD.decode(text).or_else(|_| URL_SAFE.decode(text)).or_else(|_| URL_SAFE_NO_PAD.decode(text)).ok()
}

/// What the service's own sessions begin with: `AYABe` in base64url.
const PREFIX: [u8; 4] = [0x01, 0x80, 0x01, 0x78];
const SESSION_AAD: &[u8] = b"challenge session";
const SECRET_BLOCK_AAD: &[u8] = b"secret block";
const MAX_SESSION_LENGTH: usize = 2048;
const MAX_BLOCK_LENGTH: usize = 8 * 1024;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::seal::SealingKey;
    use crate::srp::{ClientHandshake, PasswordVerifier};
    use proptest::prelude::*;

    fn ring() -> KeyRing {
        KeyRing::new([SealingKey::new(KeyPurpose::ChallengeSession, [1; 8], [2; 32])])
    }

    fn record() -> ChallengeRecord {
        ChallengeRecord {
            id: "id".into(),
            user_pool_id: UserPoolId::from("eu-west-1_AbCdEf123"),
            client_id: ClientId::from("client"),
            sub: Some(UserSub::from("sub")),
            username: "ana".into(),
            challenge: "NEW_PASSWORD_REQUIRED".into(),
            issued_at: Timestamp::from_seconds(10),
            expires_at: Timestamp::from_seconds(190),
            extra: BTreeMap::from([("flow".to_owned(), "USER_PASSWORD_AUTH".to_owned())]),
        }
    }

    #[test]
    fn a_session_looks_like_cognitos_and_opens() {
        let session = issue(&ring(), [3; 12], &record()).unwrap();
        assert!(session.starts_with("AYABe"), "{session}");
        assert!((20..=2048).contains(&session.len()));
        assert_eq!(open(&ring(), &ClientId::from("client"), &session, Timestamp::from_seconds(189)).unwrap(), record());
    }

    #[test]
    fn refusals_are_told_apart() {
        let session = issue(&ring(), [3; 12], &record()).unwrap();
        let refused = |client: &str, text: &str, seconds| {
            open(&ring(), &ClientId::from(client), text, Timestamp::from_seconds(seconds)).unwrap_err()
        };
        assert_eq!(refused("other", &session, 20), ChallengeSessionError::OtherClient);
        assert_eq!(refused("client", &session, 190), ChallengeSessionError::Expired);
        assert_eq!(refused("client", "AYABeJunkJunkJunkJunk", 20), ChallengeSessionError::Malformed);
        assert_eq!(refused("client", &"A".repeat(3000), 20), ChallengeSessionError::Malformed);
        let mut large = record();
        large.extra.insert("x".into(), "y".repeat(2000));
        assert_eq!(issue(&ring(), [3; 12], &large), Err(ChallengeSessionError::CannotSeal));
    }

    #[test]
    fn a_secret_block_brings_the_handshake_back() {
        let verifier = PasswordVerifier::decoy(&[1; 32], "Pool", "ana").unwrap();
        let client = ClientHandshake::begin([3; 32]).unwrap();
        let block = SecretBlock {
            user_pool_id: UserPoolId::from("eu-west-1_Pool"),
            client_id: ClientId::from("client"),
            username: "ana".into(),
            device_key: None,
            handshake: ServerHandshake::begin(&verifier, &client.srp_a(), [4; 32]).unwrap(),
            expires_at: Timestamp::from_seconds(100),
        };
        let text = block.issue(&ring(), [5; 12]).unwrap();
        let now = Timestamp::from_seconds(99);
        let (opened, bytes) = SecretBlock::open(&ring(), &ClientId::from("client"), &text, now).unwrap();
        assert_eq!(opened.handshake.to_bytes(), block.handshake.to_bytes());
        assert_eq!(STANDARD.encode(&bytes), text);
        let url = URL_SAFE_NO_PAD.encode(&bytes);
        assert!(SecretBlock::open(&ring(), &ClientId::from("client"), &url, now).is_ok());
        let late = SecretBlock::open(&ring(), &ClientId::from("client"), &text, now.plus_seconds(1));
        assert_eq!(late.err(), Some(ChallengeSessionError::Expired));
        // A block is no session, and the other way round.
        let as_session = URL_SAFE_NO_PAD.encode([&PREFIX, bytes.as_slice()].concat());
        assert!(open(&ring(), &ClientId::from("client"), &as_session, now).is_err());
    }

    proptest! {
        #[test]
        fn any_changed_character_is_refused(at: prop::sample::Index, by in 1_u8..128) {
            let mut text = issue(&ring(), [3; 12], &record()).unwrap().into_bytes();
            let at = at.index(text.len());
            text[at] = (text[at] + by) & 0x7f;
            let text = String::from_utf8(text).unwrap();
            prop_assert!(open(&ring(), &ClientId::from("client"), &text, Timestamp::default()).is_err());
        }

        #[test]
        fn any_text_is_refused_without_panic(text: String) {
            prop_assert!(open(&ring(), &ClientId::from("client"), &text, Timestamp::default()).is_err());
            prop_assert!(SecretBlock::open(&ring(), &ClientId::from("client"), &text, Timestamp::default()).is_err());
        }
    }
}
