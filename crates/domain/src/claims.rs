//! Claims of a token, read as far as they are asked for: most logins need five of them.

use crate::jwt::Claims;
use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;
use std::sync::OnceLock;

/// All claims of a token that was verified. The text is read when somebody asks for a claim.
#[derive(Clone)]
pub struct TokenClaims {
    payload: Vec<u8>,
    read: OnceLock<Claims>,
}

impl TokenClaims {
    /// Of a payload that is a JSON object.
    pub(crate) fn of_payload(payload: Vec<u8>) -> Self {
        Self { payload, read: OnceLock::new() }
    }
}

impl Deref for TokenClaims {
    type Target = Claims;

    /// What cannot be read (deeper than any reader goes) claims nothing.
    fn deref(&self) -> &Claims {
        self.read.get_or_init(|| serde_json::from_slice(&self.payload).unwrap_or_default())
    }
}

impl From<Claims> for TokenClaims {
    fn from(claims: Claims) -> Self {
        Self { payload: Vec::new(), read: OnceLock::from(claims) }
    }
}

impl PartialEq for TokenClaims {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl fmt::Debug for TokenClaims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

/// The claims that every ID token is asked for.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct IdTokenClaims<'a> {
    #[serde(borrow)]
    pub iss: Claim<'a>,
    #[serde(borrow)]
    pub aud: Claim<'a>,
    #[serde(borrow)]
    pub sub: Claim<'a>,
    #[serde(borrow)]
    pub token_use: Claim<'a>,
    #[serde(borrow)]
    pub exp: Claim<'a>,
}

/// One claim, of whatever kind.
#[derive(Debug, Default, PartialEq)]
pub(crate) enum Claim<'a> {
    #[default]
    Absent,
    Text(Cow<'a, str>),
    Number(i64),
    Other,
}

impl<'de: 'a, 'a> Deserialize<'de> for Claim<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyClaim)
    }
}

struct AnyClaim;

impl<'de> Visitor<'de> for AnyClaim {
    type Value = Claim<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a claim")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Claim<'de>, E> {
        Ok(Claim::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Claim<'de>, E> {
        Ok(Claim::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Claim<'de>, E> {
        Ok(Claim::Number(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Claim<'de>, E> {
        Ok(i64::try_from(number).map_or(Claim::Other, Claim::Number))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Claim<'de>, E> {
        Ok(Claim::Other)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Claim<'de>, E> {
        Ok(Claim::Other)
    }

    fn visit_unit<E: Error>(self) -> Result<Claim<'de>, E> {
        Ok(Claim::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Claim<'de>, A::Error> {
        while elements.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Claim::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Claim<'de>, A::Error> {
        while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Claim::Other)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    #[test]
    fn a_claim_is_told_by_its_kind() {
        let read = |text: &str| serde_json::from_str::<Claim<'_>>(text).map(|claim| format!("{claim:?}")).unwrap();
        for (text, kind) in [
            (r#""ana""#, r#"Text("ana")"#),
            (r#""a\u006ea""#, r#"Text("ana")"#),
            ("7", "Number(7)"),
            ("-7", "Number(-7)"),
            ("18446744073709551615", "Other"),
            ("0.5", "Other"),
            ("true", "Other"),
            ("null", "Other"),
            (r#"["a",{"b":[]}]"#, "Other"),
            (r#"{"a":{"b":1}}"#, "Other"),
        ] {
            assert_eq!(read(text), kind, "{text}");
        }
    }

    #[test]
    fn claims_are_the_same_read_at_once_or_later() {
        let all = json!({ "sub": "ana", "exp": 7, "groups": ["a"] });
        let later = TokenClaims::of_payload(all.to_string().into_bytes());
        assert_eq!(later.get("sub"), Some(&json!("ana")));
        assert_eq!(later, TokenClaims::from(all.as_object().unwrap().clone()));
        assert!(TokenClaims::of_payload(b"[".to_vec()).is_empty());
    }
}
