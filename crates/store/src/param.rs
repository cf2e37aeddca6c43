//! What a statement is given: `$1`, `$2`, …

use domain::id::{
    AccessKeyId, AccountId, ClientId, IamUserId, IdentityId, IdentityPoolId, Region, RoleId, SealingKeyId, UserPoolId,
    UserSub,
};
use domain::time::Timestamp;
use std::fmt;

/// One parameter of a statement.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Param<'a> {
    /// SQL `NULL`.
    Null,
    /// `BIGINT`; booleans are 0 and 1, moments are milliseconds.
    Int(i64),
    /// `TEXT`; a text with a NUL character is refused by every engine.
    Text(&'a str),
    /// `BYTEA`.
    Bytes(&'a [u8]),
}

/// The end of the range of texts that begin with `prefix`: the least text above them all, if there is one.
///
/// `value_key >= prefix AND value_key < end` is the portable prefix search: both engines compare bytewise, and in
/// UTF-8 the order of bytes is the order of characters.
pub fn prefix_end(prefix: &str) -> Option<String> {
    let mut characters: Vec<char> = prefix.chars().collect();
    while let Some(last) = characters.pop() {
        // The characters between are the surrogates, which no text holds.
        let next = if last == '\u{d7ff}' { Some('\u{e000}') } else { char::from_u32(u32::from(last) + 1) };
        if let Some(next) = next {
            characters.push(next);
            return Some(characters.into_iter().collect());
        }
    }
    None
}

impl fmt::Debug for Param<'_> {
    // Parameters carry secrets and personal data: only their kind is shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Null => "Null",
            Self::Int(_) => "Int(…)",
            Self::Text(_) => "Text(…)",
            Self::Bytes(_) => "Bytes(…)",
        })
    }
}

impl<'a> From<&'a str> for Param<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a String> for Param<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Param<'_> {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<bool> for Param<'_> {
    fn from(truth: bool) -> Self {
        Self::Int(i64::from(truth))
    }
}

impl From<Timestamp> for Param<'_> {
    fn from(at: Timestamp) -> Self {
        Self::Int(at.millis())
    }
}

impl<'a> From<&'a [u8]> for Param<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self::Bytes(bytes)
    }
}

impl<'a> From<&'a Vec<u8>> for Param<'a> {
    fn from(bytes: &'a Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

impl<'a, const N: usize> From<&'a [u8; N]> for Param<'a> {
    fn from(bytes: &'a [u8; N]) -> Self {
        Self::Bytes(bytes)
    }
}

impl<'a, T: Into<Param<'a>>> From<Option<T>> for Param<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl<'a> From<&'a Option<String>> for Param<'a> {
    fn from(text: &'a Option<String>) -> Self {
        text.as_deref().into()
    }
}

impl<'a> From<&'a Option<Vec<u8>>> for Param<'a> {
    fn from(bytes: &'a Option<Vec<u8>>) -> Self {
        bytes.as_deref().into()
    }
}

macro_rules! from_ids {
    ($($name:ident)*) => {$(
        impl<'a> From<&'a $name> for Param<'a> {
            fn from(id: &'a $name) -> Self {
                Self::Text(id.as_str())
            }
        }

        impl<'a> From<&'a Option<$name>> for Param<'a> {
            fn from(id: &'a Option<$name>) -> Self {
                id.as_ref().into()
            }
        }
    )*};
}

from_ids! {
    AccessKeyId AccountId ClientId IamUserId IdentityId IdentityPoolId Region RoleId SealingKeyId UserPoolId UserSub
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_ends_before_the_next_character() {
        assert_eq!(prefix_end("ab"), Some("ac".to_owned()));
        assert_eq!(prefix_end("a\u{10ffff}"), Some("b".to_owned()));
        assert_eq!(prefix_end("\u{d7ff}"), Some("\u{e000}".to_owned()));
        assert_eq!(prefix_end("é"), Some("ê".to_owned()));
        assert_eq!(prefix_end("\u{10ffff}"), None);
        assert_eq!(prefix_end(""), None);
    }

    #[test]
    fn a_parameter_hides_its_value() {
        assert_eq!(format!("{:?}", Param::from("hunter2")), "Text(…)");
    }

    #[test]
    fn absence_is_null() {
        assert_eq!(Param::from(None::<&str>), Param::Null);
        assert_eq!(Param::from(&None::<String>), Param::Null);
        assert_eq!(Param::from(&Some(String::from("a"))), Param::Text("a"));
        assert_eq!(Param::from(Some(true)), Param::Int(1));
    }
}
