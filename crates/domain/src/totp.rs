//! Time-based one-time codes (RFC 6238): HMAC-SHA1, six digits, a new one every 30 seconds, each good once.

use crate::Timestamp;
use crate::secret::constant_time_eq;
use aws_lc_rs::hmac;
use std::fmt::Write;
use zeroize::Zeroizing;

/// How long a code lasts.
pub const STEP_SECONDS: i64 = 30;

/// How many steps a clock may be ahead or behind.
const TOLERANCE: i64 = 1;

/// A code's place in time: how many times 30 seconds have gone by since the Unix epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Step(pub i64);

impl Step {
    /// The step that a moment is in.
    pub const fn at(now: Timestamp) -> Self {
        Self(now.seconds().div_euclid(STEP_SECONDS))
    }

    /// The step so many later (negative: earlier).
    #[must_use]
    pub const fn plus(self, steps: i64) -> Self {
        Self(self.0.saturating_add(steps))
    }
}

/// The step of a code that is accepted now: at most one away from the present one and after `last`, the step of the code
/// accepted before, so that no code is good twice. The caller keeps the answer as the next `last`.
pub fn accept(secret: &[u8], given: &str, now: Timestamp, last: Option<Step>) -> Option<Step> {
    let mut accepted = None;
    // Every step is tried, whichever fits: the time taken does not tell which.
    for offset in -TOLERANCE..=TOLERANCE {
        let step = Step::at(now).plus(offset);
        let fits = constant_time_eq(code(secret, step).as_bytes(), given.as_bytes());
        if fits && last.is_none_or(|last| step > last) {
            accepted = Some(step);
        }
    }
    accepted
}

/// The step of the second of two codes that follow each other, both after `last` and the second at most `reach` steps away
/// from the present one: how a device proves that it has the secret, however wrong its clock is.
pub fn accept_pair(
    secret: &[u8],
    [first, second]: [&str; 2],
    now: Timestamp,
    last: Option<Step>,
    reach: i64,
) -> Option<Step> {
    let mut accepted: Option<Step> = None;
    for offset in -reach..=reach {
        let step = Step::at(now).plus(offset);
        let before = step.plus(-1);
        let fits = constant_time_eq(code(secret, before).as_bytes(), first.as_bytes())
            & constant_time_eq(code(secret, step).as_bytes(), second.as_bytes());
        let is_nearer =
            accepted.is_none_or(|known| offset.abs() < known.0.saturating_sub(Step::at(now).0).saturating_abs());
        if fits && is_nearer && last.is_none_or(|last| before > last) {
            accepted = Some(step);
        }
    }
    accepted
}

/// The six digits of a step (RFC 4226 section 5.3).
pub fn code(secret: &[u8], step: Step) -> Zeroizing<String> {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = hmac::sign(&key, &step.0.to_be_bytes());
    let bytes = tag.as_ref();
    let offset = usize::from(bytes.last().copied().unwrap_or_default() & 0xf);
    let word = bytes.get(offset..).and_then(|rest| rest.first_chunk::<4>()).copied().unwrap_or_default();
    Zeroizing::new(format!("{:06}", (u32::from_be_bytes(word) & 0x7fff_ffff) % 1_000_000))
}

/// A secret as authenticators are told it: base32 (RFC 4648) without padding.
pub fn base32(secret: &[u8]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(secret.len().div_ceil(5) * 8));
    for chunk in secret.chunks(5) {
        let mut block = [0_u8; 8];
        block.iter_mut().skip(3).zip(chunk).for_each(|(to, from)| *to = *from);
        let bits = u64::from_be_bytes(block);
        for digit in 0..(chunk.len() * 8).div_ceil(5) {
            let value = (bits >> (35 - 5 * digit)) & 31;
            text.push(crate::access_key::base32_char(value as u8));
        }
    }
    text
}

/// The address that authenticators read from a QR code: `otpauth://totp/LABEL?secret=SECRET`, with the issuer if one is given.
pub fn otpauth_uri(label: &str, secret: &[u8], issuer: Option<&str>) -> Zeroizing<String> {
    let mut uri = Zeroizing::new(format!("otpauth://totp/{}?secret={}", escaped(label), base32(secret).as_str()));
    if let Some(issuer) = issuer {
        uri.push_str("&issuer=");
        uri.push_str(&escaped(issuer));
    }
    uri
}

/// Percent-encodes what has no plain place in a path segment or a query value.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~@:,".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The secret of RFC 4226 appendix D and RFC 6238 appendix B.
    const SECRET: &[u8] = b"12345678901234567890";

    #[test]
    fn the_vectors_of_rfc_4226_hold() {
        let codes =
            ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"];
        for (step, expected) in codes.into_iter().enumerate() {
            assert_eq!(code(SECRET, Step(step as i64)).as_str(), expected, "{step}");
        }
    }

    #[test]
    fn the_vectors_of_rfc_6238_hold() {
        let codes = [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ];
        for (seconds, eight_digits) in codes {
            let six_digits = eight_digits.get(2..).unwrap_or_default();
            assert_eq!(code(SECRET, Step::at(Timestamp::from_seconds(seconds))).as_str(), six_digits, "{seconds}");
        }
    }

    #[test]
    fn the_vectors_of_rfc_4648_hold() {
        let vectors =
            [("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("fooba", "MZXW6YTB")];
        for (text, expected) in vectors {
            assert_eq!(base32(text.as_bytes()).as_str(), expected);
        }
        assert_eq!(base32(b"foobar").as_str(), "MZXW6YTBOI");
        assert_eq!(base32(&[0xff; 40]).as_str(), "7".repeat(64));
    }

    #[test]
    fn a_code_is_good_one_step_early_and_one_late_and_only_once() {
        let now = Timestamp::from_seconds(1_000_000_000);
        let present = Step::at(now);
        for offset in -3..=3 {
            let step = present.plus(offset);
            let expected = (offset.abs() <= 1).then_some(step);
            assert_eq!(accept(SECRET, &code(SECRET, step), now, None), expected, "{offset}");
        }
        let used = Some(present);
        assert_eq!(accept(SECRET, &code(SECRET, present), now, used), None);
        assert_eq!(accept(SECRET, &code(SECRET, present.plus(-1)), now, used), None);
        assert_eq!(accept(SECRET, &code(SECRET, present.plus(1)), now, used), Some(present.plus(1)));
        for junk in ["", "12345", "1234567", "é12345", "      "] {
            assert_eq!(accept(SECRET, junk, now, None), None, "{junk}");
        }
    }

    #[test]
    fn two_codes_must_follow_each_other() {
        let now = Timestamp::from_seconds(1_000_000_000);
        let present = Step::at(now);
        let at = |offset| code(SECRET, present.plus(offset));
        let pair =
            |first: i64, second: i64, last, reach| accept_pair(SECRET, [&at(first), &at(second)], now, last, reach);
        assert_eq!(pair(-1, 0, None, 1), Some(present));
        assert_eq!(pair(0, 1, None, 1), Some(present.plus(1)));
        assert_eq!(pair(-2, -1, None, 1), Some(present.plus(-1)));
        assert_eq!(pair(1, 2, None, 1), None);
        assert_eq!(pair(1, 2, None, 20), Some(present.plus(2)));
        assert_eq!(pair(0, 0, None, 20), None);
        assert_eq!(pair(0, -1, None, 20), None);
        assert_eq!(pair(-1, 1, None, 20), None);
        // Neither may have been used before.
        assert_eq!(pair(-1, 0, Some(present.plus(-1)), 1), None);
        assert_eq!(pair(-1, 0, Some(present.plus(-2)), 1), Some(present));
    }

    #[test]
    fn an_authenticator_is_told_label_and_secret() {
        let uri = otpauth_uri("a b/ana@123456789012", SECRET, None);
        assert_eq!(uri.as_str(), "otpauth://totp/a%20b%2Fana@123456789012?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        let uri = otpauth_uri("ana", SECRET, Some("My & Co"));
        assert_eq!(uri.as_str(), "otpauth://totp/ana?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=My%20%26%20Co");
    }

    proptest! {
        #[test]
        fn no_input_panics(secret: Vec<u8>, given: String, now: i64, last: Option<i64>) {
            let now = Timestamp::from_millis(now);
            let accepted = accept(&secret, &given, now, last.map(Step));
            if let (Some(step), Some(last)) = (accepted, last) {
                prop_assert!(step > Step(last));
            }
            let _ = accept_pair(&secret, [&given, &given], now, last.map(Step), 3);
            prop_assert_eq!(base32(&secret).len(), (secret.len() * 8).div_ceil(5));
        }
    }
}
