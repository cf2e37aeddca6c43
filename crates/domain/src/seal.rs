//! Sealing: AES-256-GCM-SIV under a ring of keys, and the master key that wraps the ring.

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use zeroize::Zeroizing;

use crate::SealingKeyId;

/// Seals `plaintext` for `aad` (what it is and whose it is); `nonce` is twelve fresh random bytes.
///
/// Layout: a version byte, the key id (8 bytes), the nonce (12 bytes), the ciphertext with its tag (16 bytes).
/// GCM-SIV forgives a repeated nonce: it reveals only that two equal plaintexts are equal.
pub fn seal(key: &SealingKey, nonce: [u8; 12], aad: &[u8], plaintext: &[u8]) -> Vec<u8> {
    let mut sealed = Vec::with_capacity(OVERHEAD + plaintext.len());
    begin(key, nonce, &mut sealed);
    append_sealed(&key.cipher, nonce, aad, plaintext, &mut sealed);
    sealed
}

fn begin(key: &SealingKey, nonce: [u8; 12], out: &mut Vec<u8>) {
    out.push(VERSION);
    out.extend_from_slice(&key.id);
    out.extend_from_slice(&nonce);
}

/// Opens what [`seal`] made with a key of `purpose` in this ring and the same `aad`.
pub fn open(ring: &KeyRing, purpose: KeyPurpose, aad: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let (&version, rest) = sealed.split_first().ok_or(SealError::Malformed)?;
    if version != VERSION {
        return Err(SealError::Malformed);
    }
    let (id, rest) = rest.split_first_chunk::<8>().ok_or(SealError::Malformed)?;
    let (nonce, ciphertext) = rest.split_first_chunk::<12>().ok_or(SealError::Malformed)?;
    let key = ring.key(*id).filter(|key| key.purpose == purpose).ok_or(SealError::UnknownKey)?;
    open_with(&key.cipher, *nonce, aad, ciphertext)
}

/// Bytes that [`seal`] adds to the plaintext.
pub const OVERHEAD: usize = 1 + 8 + 12 + 16;

const VERSION: u8 = 1;

/// Why something sealed did not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Too short, or of a version this program does not know.
    #[error("not a sealed value")]
    Malformed,
    /// Sealed by a key that is not in the ring, or by one of another purpose.
    #[error("sealed by an unknown key")]
    UnknownKey,
    /// Changed, truncated, or sealed for something else.
    #[error("does not open")]
    Rejected,
}

/// What a key of the ring may seal; a value sealed for one purpose never opens for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyPurpose {
    /// Secrets in rows: signing keys, access-key secrets, client secrets, TOTP seeds, verifiers.
    Storage,
    /// Session tokens of temporary credentials.
    RoleSession,
    /// Refresh tokens of user pools.
    RefreshToken,
    /// The `Session` of a sign-in and the SRP secret block.
    ChallengeSession,
    /// Pagination tokens and other short-lived opaque texts.
    Opaque,
}

impl KeyPurpose {
    /// Every purpose; a complete ring has a current key for each.
    pub const ALL: [Self; 5] =
        [Self::Storage, Self::RoleSession, Self::RefreshToken, Self::ChallengeSession, Self::Opaque];

    /// The name kept in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Storage => "storage",
            Self::RoleSession => "role-session",
            Self::RefreshToken => "refresh-token",
            Self::ChallengeSession => "challenge-session",
            Self::Opaque => "opaque",
        }
    }

    /// The purpose of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.as_str() == name)
    }
}

/// One key of the ring: 256 bits for one purpose, known by its id.
pub struct SealingKey {
    id: [u8; 8],
    purpose: KeyPurpose,
    key: Zeroizing<[u8; 32]>,
    cipher: LessSafeKey,
}

impl SealingKey {
    /// A key from fresh random bytes.
    pub fn new(purpose: KeyPurpose, id: [u8; 8], key: [u8; 32]) -> Self {
        let key = Zeroizing::new(key);
        let cipher = cipher(&key);
        Self { id, purpose, key, cipher }
    }

    /// The id: 16 hex digits.
    pub fn id(&self) -> SealingKeyId {
        SealingKeyId::new(const_hex::encode(self.id))
    }

    /// What it may seal.
    pub fn purpose(&self) -> KeyPurpose {
        self.purpose
    }

    /// The key under the master key, as it is stored; `nonce` is twelve fresh random bytes.
    pub fn wrap(&self, master: &MasterKey, nonce: [u8; 12]) -> Vec<u8> {
        master.wrap(nonce, &Self::wrap_aad(self.id, self.purpose), self.key.as_slice())
    }

    /// The key again, from what [`Self::wrap`] made for this id and purpose.
    pub fn unwrap(
        master: &MasterKey,
        purpose: KeyPurpose,
        id: &SealingKeyId,
        wrapped: &[u8],
    ) -> Result<Self, SealError> {
        let id: [u8; 8] = const_hex::decode_to_array(id.as_str()).map_err(|_| SealError::Malformed)?;
        let plain = master.unwrap(&Self::wrap_aad(id, purpose), wrapped)?;
        let key: [u8; 32] = plain.as_slice().try_into().map_err(|_| SealError::Malformed)?;
        Ok(Self::new(purpose, id, key))
    }

    fn wrap_aad(id: [u8; 8], purpose: KeyPurpose) -> Vec<u8> {
        [b"sealing key ".as_slice(), &id, purpose.as_str().as_bytes()].concat()
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealingKey({} {})", self.id(), self.purpose.as_str())
    }
}

/// The keys a node seals and opens with: one current key per purpose, and older ones that still open.
#[derive(Clone, Debug, Default)]
pub struct KeyRing {
    keys: BTreeMap<[u8; 8], Arc<SealingKey>>,
    current: BTreeMap<KeyPurpose, Arc<SealingKey>>,
}

impl KeyRing {
    /// A ring of these keys, oldest first: the last key of a purpose becomes its current one.
    pub fn new(keys: impl IntoIterator<Item = SealingKey>) -> Self {
        let mut ring = Self::default();
        for key in keys {
            ring.add(key);
        }
        ring
    }

    /// Adds a key and makes it the current one of its purpose.
    pub fn add(&mut self, key: SealingKey) {
        let key = Arc::new(key);
        self.keys.insert(key.id, Arc::clone(&key));
        self.current.insert(key.purpose, key);
    }

    /// The key that seals new values of this purpose.
    pub fn current(&self, purpose: KeyPurpose) -> Option<&SealingKey> {
        self.current.get(&purpose).map(AsRef::as_ref)
    }

    /// Seals under the current key of `purpose`.
    pub fn seal(
        &self,
        purpose: KeyPurpose,
        nonce: [u8; 12],
        aad: &[u8],
        plaintext: &[u8],
    ) -> Result<Vec<u8>, SealError> {
        let key = self.current(purpose).ok_or(SealError::UnknownKey)?;
        Ok(seal(key, nonce, aad, plaintext))
    }

    /// The same for a plaintext that `write` appends to what it is given: it is sealed where it stands, and no copy of it is
    /// left behind unless it outgrows `room` bytes.
    pub fn seal_written(
        &self,
        purpose: KeyPurpose,
        nonce: [u8; 12],
        aad: &[u8],
        room: usize,
        write: impl FnOnce(&mut Vec<u8>) -> Result<(), SealError>,
    ) -> Result<Vec<u8>, SealError> {
        let key = self.current(purpose).ok_or(SealError::UnknownKey)?;
        let mut sealed = Vec::with_capacity(OVERHEAD + room);
        begin(key, nonce, &mut sealed);
        let start = sealed.len();
        write(&mut sealed)?;
        seal_from(&key.cipher, nonce, aad, start, &mut sealed);
        Ok(sealed)
    }

    /// Opens with whichever key of `purpose` sealed it.
    pub fn open(&self, purpose: KeyPurpose, aad: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        open(self, purpose, aad, sealed)
    }

    /// The key of `purpose` that a sealed value says it was sealed with, if it is in the ring.
    pub fn sealed_with(&self, purpose: KeyPurpose, sealed: &[u8]) -> Option<SealingKeyId> {
        let (&version, rest) = sealed.split_first()?;
        let (id, _) = rest.split_first_chunk::<8>()?;
        let key = self.key(*id).filter(|key| version == VERSION && key.purpose == purpose)?;
        Some(key.id())
    }

    fn key(&self, id: [u8; 8]) -> Option<&SealingKey> {
        self.keys.get(&id).map(AsRef::as_ref)
    }
}

/// The key that wraps the keys of the ring; it is never in the database.
pub struct MasterKey {
    key: Zeroizing<[u8; 32]>,
    cipher: LessSafeKey,
}

impl MasterKey {
    /// From 32 random bytes.
    pub fn new(key: [u8; 32]) -> Self {
        let key = Zeroizing::new(key);
        let cipher = cipher(&key);
        Self { key, cipher }
    }

    /// From text: 64 hex digits, or base64 of 32 bytes; space around it is ignored.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let mut key = Zeroizing::new([0_u8; 32]);
        if text.len() == 64 {
            const_hex::decode_to_slice(text, key.as_mut_slice()).ok()?;
        } else {
            let bytes = Zeroizing::new(STANDARD.decode(text).ok()?);
            *key = bytes.as_slice().try_into().ok()?;
        }
        Some(Self::new(*key))
    }

    /// The text [`Self::parse`] reads: base64.
    pub fn to_text(&self) -> Zeroizing<String> {
        Zeroizing::new(STANDARD.encode(self.key.as_slice()))
    }

    /// Sixteen hex digits that differ for another master key, and say nothing else about it.
    pub fn check_value(&self) -> String {
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, self.key.as_slice()), b"master key check value");
        const_hex::encode(tag.as_ref().get(..8).unwrap_or_default())
    }

    /// Wraps a few bytes for `aad`; `nonce` is twelve fresh random bytes.
    pub fn wrap(&self, nonce: [u8; 12], aad: &[u8], plaintext: &[u8]) -> Vec<u8> {
        let mut wrapped = Vec::with_capacity(OVERHEAD + plaintext.len());
        wrapped.push(VERSION);
        wrapped.extend_from_slice(&nonce);
        append_sealed(&self.cipher, nonce, aad, plaintext, &mut wrapped);
        wrapped
    }

    /// Opens what [`Self::wrap`] made for the same `aad`.
    pub fn unwrap(&self, aad: &[u8], wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let (&version, rest) = wrapped.split_first().ok_or(SealError::Malformed)?;
        if version != VERSION {
            return Err(SealError::Malformed);
        }
        let (nonce, ciphertext) = rest.split_first_chunk::<12>().ok_or(SealError::Malformed)?;
        open_with(&self.cipher, *nonce, aad, ciphertext)
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(..)")
    }
}

fn append_sealed(cipher: &LessSafeKey, nonce: [u8; 12], aad: &[u8], plaintext: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    out.extend_from_slice(plaintext);
    seal_from(cipher, nonce, aad, start, out);
}

/// Seals what stands in `out` from `start` on, and appends the tag.
fn seal_from(cipher: &LessSafeKey, nonce: [u8; 12], aad: &[u8], start: usize, out: &mut Vec<u8>) {
    let body = out.get_mut(start..).unwrap_or_default();
    // INVARIANT: sealing fails only above 64 GiB, and no caller holds such a plaintext.
    #[allow(clippy::expect_used)]
    let tag = cipher
        .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), Aad::from(aad), body)
        .expect("a plaintext below the limit of GCM-SIV");
    out.extend_from_slice(tag.as_ref());
}

fn open_with(
    cipher: &LessSafeKey,
    nonce: [u8; 12],
    aad: &[u8],
    ciphertext: &[u8],
) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let mut plain = Zeroizing::new(ciphertext.to_vec());
    let length = cipher
        .open_in_place(Nonce::assume_unique_for_key(nonce), Aad::from(aad), &mut plain)
        .map_err(|_| SealError::Rejected)?
        .len();
    plain.truncate(length);
    Ok(plain)
}

fn cipher(key: &[u8; 32]) -> LessSafeKey {
    // INVARIANT: the only way to fail is a key of another length than 32 bytes.
    #[allow(clippy::expect_used)]
    LessSafeKey::new(UnboundKey::new(&AES_256_GCM_SIV, key).expect("a key of 32 bytes"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;
    use proptest::prelude::*;

    fn ring() -> KeyRing {
        KeyRing::new([
            SealingKey::new(KeyPurpose::Storage, [1; 8], [11; 32]),
            SealingKey::new(KeyPurpose::RoleSession, [2; 8], [12; 32]),
        ])
    }

    proptest! {
        #[test]
        fn what_is_sealed_opens_again(plain: Vec<u8>, aad: Vec<u8>, nonce: [u8; 12]) {
            let ring = ring();
            let sealed = ring.seal(KeyPurpose::Storage, nonce, &aad, &plain).unwrap();
            prop_assert_eq!(sealed.len(), plain.len() + OVERHEAD);
            let opened = ring.open(KeyPurpose::Storage, &aad, &sealed).unwrap();
            prop_assert_eq!(opened.as_slice(), plain.as_slice());
        }

        #[test]
        fn any_flipped_bit_is_refused(plain: Vec<u8>, bit: prop::sample::Index) {
            let ring = ring();
            let mut sealed = ring.seal(KeyPurpose::Storage, [7; 12], b"aad", &plain).unwrap();
            let bit = bit.index(sealed.len() * 8);
            sealed[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(ring.open(KeyPurpose::Storage, b"aad", &sealed).is_err());
        }

        #[test]
        fn junk_never_opens(junk: Vec<u8>) {
            prop_assert!(ring().open(KeyPurpose::Storage, b"", &junk).is_err());
        }
    }

    #[test]
    fn a_value_opens_only_for_its_purpose_and_aad() {
        let ring = ring();
        let sealed = ring.seal(KeyPurpose::Storage, [0; 12], b"owner", b"secret").unwrap();
        assert_eq!(ring.open(KeyPurpose::RoleSession, b"owner", &sealed), Err(SealError::UnknownKey));
        assert_eq!(ring.open(KeyPurpose::Storage, b"other", &sealed), Err(SealError::Rejected));
        assert_eq!(ring.seal(KeyPurpose::Opaque, [0; 12], b"", b""), Err(SealError::UnknownKey));
    }

    #[test]
    fn an_older_key_still_opens_after_rotation() {
        let mut ring = ring();
        let sealed = ring.seal(KeyPurpose::Storage, [0; 12], b"", b"secret").unwrap();
        ring.add(SealingKey::new(KeyPurpose::Storage, [3; 8], [13; 32]));
        assert_eq!(ring.open(KeyPurpose::Storage, b"", &sealed).unwrap().as_slice(), b"secret");
        assert_eq!(ring.current(KeyPurpose::Storage).unwrap().id().as_str(), "0303030303030303");
    }

    #[test]
    fn a_wrapped_key_unwraps_under_the_same_master_key_only() {
        let key = SealingKey::new(KeyPurpose::Storage, [5; 8], [55; 32]);
        let master = MasterKey::new([9; 32]);
        let wrapped = key.wrap(&master, [4; 12]);
        let again = SealingKey::unwrap(&master, KeyPurpose::Storage, &key.id(), &wrapped).unwrap();
        assert_eq!(*again.key, *key.key);
        assert!(SealingKey::unwrap(&master, KeyPurpose::Opaque, &key.id(), &wrapped).is_err());
        assert!(SealingKey::unwrap(&MasterKey::new([8; 32]), KeyPurpose::Storage, &key.id(), &wrapped).is_err());
    }

    #[test]
    fn a_master_key_reads_hex_and_base64() {
        let master = MasterKey::new([0xab; 32]);
        let from_hex = MasterKey::parse(&"ab".repeat(32)).unwrap();
        let from_base64 = MasterKey::parse(&format!(" {}\n", master.to_text().as_str())).unwrap();
        assert_eq!(from_hex.check_value(), master.check_value());
        assert_eq!(from_base64.check_value(), master.check_value());
        assert_ne!(MasterKey::new([0xac; 32]).check_value(), master.check_value());
        assert!(MasterKey::parse("short").is_none());
        assert!(MasterKey::parse(&"zz".repeat(32)).is_none());
    }

    #[test]
    fn debug_shows_no_key() {
        let key = SealingKey::new(KeyPurpose::Opaque, [5; 8], [55; 32]);
        assert_eq!(format!("{key:?}"), "SealingKey(0505050505050505 opaque)");
    }
}
