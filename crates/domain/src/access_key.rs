//! Access keys: ids that carry their account (spec/sts-and-iam.md B6) and their secrets.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::secret::SecretText;
use crate::{AccessKeyId, AccountId};

/// Whether an access key lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessKeyKind {
    /// `AKIA…`: lasts until deleted.
    LongTerm,
    /// `ASIA…`: comes with a session token and expires.
    Temporary,
}

impl AccessKeyKind {
    /// The first four characters.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::LongTerm => "AKIA",
            Self::Temporary => "ASIA",
        }
    }

    /// The kind of this id, by its prefix.
    pub fn of(id: &str) -> Option<Self> {
        [Self::LongTerm, Self::Temporary].into_iter().find(|kind| id.starts_with(kind.prefix()))
    }
}

/// A new access key id for this account from five random bytes; `None` if the account is not twelve digits.
///
/// After the prefix stand 80 bits in base32: a one, the account (40 bits), 39 random bits.
pub fn new_access_key_id(kind: AccessKeyKind, account: &AccountId, random: [u8; 5]) -> Option<AccessKeyId> {
    let number = account_number(account.as_str())?;
    let [a, b, c, d, e] = random;
    let tail = u64::from_be_bytes([0, 0, 0, a, b, c, d, e]) & ((1 << TAIL_BITS) - 1);
    let bits = (1_u128 << 79) | (u128::from(number) << TAIL_BITS) | u128::from(tail);
    let mut id = String::with_capacity(20);
    id.push_str(kind.prefix());
    for place in (0..16).rev() {
        id.push(base32_char((bits >> (place * 5)) as u8));
    }
    Some(AccessKeyId::from(id))
}

/// The account an access key id carries; `None` for a malformed or legacy id, which must be looked up.
pub fn account_of(id: &str) -> Option<AccountId> {
    let digits = id.get(4..).filter(|digits| digits.len() == 16)?;
    let mut bits = 0_u128;
    for byte in digits.bytes() {
        bits = (bits << 5) | u128::from(base32_value(byte)?);
    }
    if bits >> 79 == 0 {
        return None;
    }
    let number = (bits >> TAIL_BITS) & ((1 << 40) - 1);
    (number < 1_000_000_000_000).then(|| AccountId::from(format!("{number:012}")))
}

/// A new secret access key: 40 characters of the base64 alphabet from 30 random bytes.
pub fn new_secret_access_key(random: [u8; 30]) -> SecretText {
    SecretText::new(STANDARD.encode(random))
}

const TAIL_BITS: u32 = 39;

fn account_number(account: &str) -> Option<u64> {
    (account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit())).then(|| account.parse().ok())?
}

/// The character of the low five bits (RFC 4648 base32).
pub(crate) fn base32_char(bits: u8) -> char {
    let bits = bits & 31;
    char::from(if bits < 26 { b'A' + bits } else { b'2' + bits - 26 })
}

fn base32_value(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'2'..=b'7' => Some(byte - b'2' + 26),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_published_vectors_hold() {
        assert_eq!(account_of("ASIAQNZGKIQY56JQ7WML").unwrap().as_str(), "029608264753");
        let id = new_access_key_id(AccessKeyKind::LongTerm, &AccountId::from("123456789012"), [0; 5]).unwrap();
        assert_eq!(id.as_str(), "AKIARZPUZDIKAAAAAAAA");
    }

    #[test]
    fn a_legacy_or_malformed_id_carries_no_account() {
        for id in ["AKIAIOSFODNN7EXAMPLE", "AKIA", "", "ASIAQNZGKIQY56JQ7WM1", "ASIAQNZGKIQY56JQ7WMLA", "ASIAéééééééé"]
        {
            assert_eq!(account_of(id), None, "{id}");
        }
        assert!(new_access_key_id(AccessKeyKind::Temporary, &AccountId::from("12345"), [0; 5]).is_none());
    }

    #[test]
    fn a_secret_is_forty_characters() {
        assert_eq!(new_secret_access_key([0xff; 30]).reveal().len(), 40);
    }

    proptest! {
        #[test]
        fn the_account_survives(number in 0_u64..1_000_000_000_000, random: [u8; 5]) {
            let account = AccountId::from(format!("{number:012}"));
            let id = new_access_key_id(AccessKeyKind::Temporary, &account, random).unwrap();
            prop_assert_eq!(id.as_str().len(), 20);
            prop_assert_eq!(account_of(id.as_str()), Some(account));
            prop_assert_eq!(AccessKeyKind::of(id.as_str()), Some(AccessKeyKind::Temporary));
        }

        #[test]
        fn any_text_is_read_without_panic(text: String) {
            let _ = account_of(&text);
        }
    }
}
