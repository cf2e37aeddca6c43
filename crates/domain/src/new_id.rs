//! New identifiers of every kind, from random bytes the caller brings (spec/user-pools-api.md 2, spec/sts-and-iam.md B6).

use uuid::Uuid;

use crate::access_key::base32_char;
use crate::secret::SecretText;
use crate::{ClientId, IdentityId, IdentityPoolId, Region, UserPoolId, UserSub};

/// A user pool id: `REGION_` and nine letters or digits.
pub fn user_pool_id(region: &Region, random: [u8; 16]) -> UserPoolId {
    UserPoolId::from(format!("{region}_{}", characters(ALPHANUMERIC, 9, &random)))
}

/// An app client id: 26 of `[0-9a-z]`.
pub fn client_id(random: [u8; 32]) -> ClientId {
    ClientId::from(characters(LOWER_ALPHANUMERIC, 26, &random))
}

/// An app client secret: 52 of `[0-9a-z]`.
pub fn client_secret(random: [u8; 64]) -> SecretText {
    SecretText::new(characters(LOWER_ALPHANUMERIC, 52, &random))
}

/// A user's `sub`: a UUID.
pub fn user_sub(random: [u8; 16]) -> UserSub {
    UserSub::from(uuid(random))
}

/// An identity pool id: `REGION:UUID`.
pub fn identity_pool_id(region: &Region, random: [u8; 16]) -> IdentityPoolId {
    IdentityPoolId::from(format!("{region}:{}", uuid(random)))
}

/// An identity id: `REGION:UUID`.
pub fn identity_id(region: &Region, random: [u8; 16]) -> IdentityId {
    IdentityId::from(format!("{region}:{}", uuid(random)))
}

/// A random UUID in lower case, for `jti`, `event_id` and the like.
pub fn uuid(random: [u8; 16]) -> String {
    uuid::Builder::from_random_bytes(random).into_uuid().to_string()
}

/// A UUID that is the same whenever `name` is, for stand-ins that must not change between calls.
pub fn stable_uuid(seed: &[u8; 32], name: &str) -> String {
    let tag = aws_lc_rs::hmac::sign(&aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, seed), name.as_bytes());
    let bytes = tag.as_ref().first_chunk::<16>().copied().unwrap_or_default();
    uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
}

/// What kind of entity a unique id names, by its prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntityKind {
    /// `AROA`.
    Role,
    /// `AIDA`.
    User,
    /// `AGPA`.
    Group,
    /// `ANPA`.
    Policy,
    /// `AIPA`.
    InstanceProfile,
}

impl EntityKind {
    /// The first four characters.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Role => "AROA",
            Self::User => "AIDA",
            Self::Group => "AGPA",
            Self::Policy => "ANPA",
            Self::InstanceProfile => "AIPA",
        }
    }
}

/// The unique id of an IAM entity: the prefix and 17 of `[A-Z2-7]`.
pub fn entity_id(kind: EntityKind, random: [u8; 17]) -> String {
    let mut id = String::with_capacity(21);
    id.push_str(kind.prefix());
    id.extend(random.into_iter().map(base32_char));
    id
}

/// Whether `text` is shaped like a UUID in lower case; version and variant do not matter (spec/identity-pools.md 2).
pub fn is_uuid(text: &str) -> bool {
    text.len() == 36 && Uuid::try_parse(text).is_ok() && !text.bytes().any(|byte| byte.is_ascii_uppercase())
}

const LOWER_ALPHANUMERIC: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
const ALPHANUMERIC: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// `count` characters of `alphabet`; each 16 random bytes give up to 13, so that no character is noticeably favoured.
fn characters(alphabet: &[u8], count: usize, random: &[u8]) -> String {
    let size = alphabet.len() as u128;
    let all = random.chunks_exact(16).flat_map(|chunk| {
        let mut number = u128::from_be_bytes(chunk.try_into().unwrap_or_default());
        std::iter::repeat_with(move || {
            let digit = (number % size) as usize;
            number /= size;
            digit
        })
        .take(13)
    });
    all.take(count).filter_map(|digit| alphabet.get(digit)).map(|&byte| char::from(byte)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(text: &str, allowed: fn(u8) -> bool) -> bool {
        text.bytes().all(allowed)
    }

    proptest! {
        #[test]
        fn ids_have_their_shapes(r16: [u8; 16], r17: [u8; 17], r32: [u8; 32]) {
            let region = Region::from("eu-west-1");
            let pool = user_pool_id(&region, r16);
            prop_assert_eq!(pool.srp_name().len(), 9);
            prop_assert!(all(pool.srp_name(), |b| b.is_ascii_alphanumeric()));
            let lower = |b: u8| b.is_ascii_digit() || b.is_ascii_lowercase();
            let client = client_id(r32);
            prop_assert_eq!(client.as_str().len(), 26);
            prop_assert!(all(client.as_str(), lower));
            let mut r64 = [0; 64];
            r64[..32].copy_from_slice(&r32);
            prop_assert_eq!(client_secret(r64).reveal().len(), 52);
            prop_assert!(is_uuid(user_sub(r16).as_str()));
            prop_assert!(identity_id(&region, r16).as_str().starts_with("eu-west-1:"));
            let role = entity_id(EntityKind::Role, r17);
            prop_assert_eq!(role.len(), 21);
            prop_assert!(role.starts_with("AROA"));
        }
    }

    #[test]
    fn a_stable_uuid_depends_on_seed_and_name() {
        assert_eq!(stable_uuid(&[1; 32], "ana"), stable_uuid(&[1; 32], "ana"));
        assert_ne!(stable_uuid(&[1; 32], "ana"), stable_uuid(&[1; 32], "bob"));
        assert_ne!(stable_uuid(&[1; 32], "ana"), stable_uuid(&[2; 32], "ana"));
    }

    #[test]
    fn uuids_are_recognised() {
        assert!(is_uuid("34c84488-e0e1-70ae-1111-222233334444"));
        assert!(!is_uuid("34C84488-e0e1-70ae-1111-222233334444"));
        assert!(!is_uuid("34c84488e0e170ae1111222233334444"));
    }
}
