//! The signing key: a secret narrowed to one day, region and service.

use std::fmt;

use aws_lc_rs::hmac;
use zeroize::Zeroizing;

use crate::TERMINATOR;

/// A key derived for one day, region and service. Deriving costs four HMACs, so callers that see a key id often may
/// keep this by (key id, date, region, service). It verifies nothing outside its scope.
#[derive(Clone)]
pub struct SigningKey(hmac::Key);

impl SigningKey {
    /// Derives the key. `date` is the scope's (`20260102`).
    pub fn derive(secret: &[u8], date: &str, region: &str, service: &str) -> Self {
        let mut start = Zeroizing::new(Vec::with_capacity(4 + secret.len()));
        start.extend_from_slice(b"AWS4");
        start.extend_from_slice(secret);
        let mut key = hmac::Key::new(hmac::HMAC_SHA256, &start);
        for step in [date, region, service, TERMINATOR] {
            let tag = hmac::sign(&key, step.as_bytes());
            key = hmac::Key::new(hmac::HMAC_SHA256, tag.as_ref());
        }
        SigningKey(key)
    }

    /// HMAC-SHA256 of a string to sign, in lower-case hex.
    pub(crate) fn sign_hex(&self, string_to_sign: &[u8]) -> [u8; 64] {
        hex(&thirty_two(hmac::sign(&self.0, string_to_sign).as_ref()))
    }

    /// The signature of a string to sign, as it is written in a request.
    pub fn sign(&self, string_to_sign: &[u8]) -> String {
        text(&self.sign_hex(string_to_sign))
    }
}

/// Tells nothing.
impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(..)")
    }
}

/// SHA-256.
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    thirty_two(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes).as_ref())
}

// INVARIANT: SHA-256 and its HMAC are 32 bytes long.
#[allow(clippy::expect_used)]
fn thirty_two(bytes: &[u8]) -> [u8; 32] {
    bytes.try_into().expect("a SHA-256 output is 32 bytes")
}

/// Lower-case hex of 32 bytes.
// INVARIANT: encoding fails only if the output is not twice as long as the input.
#[allow(clippy::expect_used)]
pub(crate) fn hex(bytes: &[u8; 32]) -> [u8; 64] {
    let mut digits = [0; 64];
    const_hex::encode_to_slice(bytes, &mut digits).expect("64 digits hold 32 bytes");
    digits
}

/// Hex digits as a string.
pub(crate) fn text(hex: &[u8; 64]) -> String {
    hex.iter().map(|digit| char::from(*digit)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_the_general_reference_signs_its_string() {
        // Key, scope and signature of the worked example in the AWS General Reference (IAM ListUsers).
        let key = SigningKey::derive(b"wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "20150830", "us-east-1", "iam");
        let string_to_sign = "AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-east-1/iam/aws4_request\n\
                              f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59";
        assert_eq!(
            key.sign(string_to_sign.as_bytes()),
            "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
        );
        assert_eq!(format!("{key:?}"), "SigningKey(..)");
    }

    #[test]
    fn the_empty_string_has_its_hash() {
        assert_eq!(text(&hex(&sha256(b""))), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }
}
