//! The query string: its pairs, its escapes, and the presigned signature in it.

use std::borrow::Cow;

use percent_encoding::percent_decode;

use crate::refusal::{QueryFault, Refusal};
use crate::rules::MAX_QUERY_PAIRS;

/// The `X-Amz-*` parameters of a presigned URL, decoded. Of repeated parameters the first one wins (row 7c).
#[derive(Default)]
pub(crate) struct QueryParts<'a> {
    pub(crate) algorithm: Option<Cow<'a, str>>,
    pub(crate) credential: Option<Cow<'a, str>>,
    pub(crate) date: Option<Cow<'a, str>>,
    pub(crate) expires: Option<Cow<'a, str>>,
    pub(crate) signed_headers: Option<Cow<'a, str>>,
    pub(crate) signature: Option<Cow<'a, str>>,
    pub(crate) session_token: Option<Cow<'a, str>>,
    pub(crate) content_sha256: Option<Cow<'a, str>>,
}

impl<'a> QueryParts<'a> {
    /// Collects the parameters. Bad escapes stand for themselves here; [`check_escapes`] refuses them.
    pub(crate) fn scan(raw_query: Option<&'a str>) -> Result<Self, Refusal> {
        let mut parts = QueryParts::default();
        for (count, (name, value)) in pairs(raw_query.unwrap_or_default()).enumerate() {
            if count == MAX_QUERY_PAIRS {
                return Err(Refusal::TooLarge { what: "query parameters", limit: MAX_QUERY_PAIRS });
            }
            let slot = match decode(name).as_ref() {
                "X-Amz-Algorithm" => &mut parts.algorithm,
                "X-Amz-Credential" => &mut parts.credential,
                "X-Amz-Date" => &mut parts.date,
                "X-Amz-Expires" => &mut parts.expires,
                "X-Amz-SignedHeaders" => &mut parts.signed_headers,
                "X-Amz-Signature" => &mut parts.signature,
                "X-Amz-Security-Token" => &mut parts.session_token,
                // Some SDKs move this header into the query of a presigned URL under either spelling.
                "X-Amz-Content-Sha256" | "X-Amz-Content-SHA256" => &mut parts.content_sha256,
                _ => continue,
            };
            if slot.is_none() {
                *slot = Some(decode(value));
            }
        }
        Ok(parts)
    }
}

/// The raw pairs in order. Empty pieces are none; a name without `=` has the empty value.
pub(crate) fn pairs(raw_query: &str) -> impl Iterator<Item = (&str, &str)> {
    raw_query.split('&').filter(|piece| !piece.is_empty()).map(|piece| piece.split_once('=').unwrap_or((piece, "")))
}

/// Row 4: every `%` is followed by two hexadecimal digits.
pub(crate) fn check_escapes(raw_query: &str) -> Result<(), Refusal> {
    let mut rest = raw_query.as_bytes();
    while let Some(at) = rest.iter().position(|byte| *byte == b'%') {
        rest = match rest.get(at..).unwrap_or_default() {
            [_, high, low, after @ ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => after,
            [_, high, low, ..] => {
                let escape = String::from_utf8_lossy(&[b'%', *high, *low]).into_owned();
                return Err(Refusal::MalformedQuery(QueryFault::Illegal { escape }));
            }
            _ => return Err(Refusal::MalformedQuery(QueryFault::Trailing)),
        };
    }
    Ok(())
}

/// The meaning of a name or value: `+` is a blank, escapes are bytes, and what is not UTF-8 is replaced.
pub(crate) fn decode(raw: &str) -> Cow<'_, str> {
    if !raw.bytes().any(|byte| byte == b'%' || byte == b'+') {
        return Cow::Borrowed(raw);
    }
    Cow::Owned(String::from_utf8_lossy(&decoded_bytes(raw).collect::<Vec<u8>>()).into_owned())
}

/// The meaning of a name or value, byte by byte.
pub(crate) fn decoded_bytes(raw: &str) -> impl Iterator<Item = u8> {
    // An escaped plus stays a plus: blanks are made before escapes are read.
    raw.split_inclusive('+').flat_map(|piece| {
        let (piece, blank) = piece.strip_suffix('+').map_or((piece, None), |piece| (piece, Some(b' ')));
        percent_decode(piece.as_bytes()).chain(blank)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plus_is_a_blank_and_an_escaped_plus_is_not() {
        assert_eq!(decode("a+b%2Bc%20d++"), "a b+c d  ");
        assert_eq!(decode("+"), " ");
    }

    #[test]
    fn escapes_need_two_digits() {
        assert_eq!(check_escapes("a=%20&b=%7e%7E"), Ok(()));
        assert_eq!(check_escapes("a=%"), Err(Refusal::MalformedQuery(QueryFault::Trailing)));
        assert_eq!(check_escapes("a=%2"), Err(Refusal::MalformedQuery(QueryFault::Trailing)));
        assert_eq!(
            check_escapes("a=%20%2x"),
            Err(Refusal::MalformedQuery(QueryFault::Illegal { escape: "%2x".into() }))
        );
    }

    #[test]
    fn the_first_of_two_wins() -> Result<(), Refusal> {
        let parts = QueryParts::scan(Some("&&X-Amz-Date=1&X%2DAmz%2DDate=2&X-Amz-Expires"))?;
        assert_eq!(parts.date.as_deref(), Some("1"));
        assert_eq!(parts.expires.as_deref(), Some(""));
        Ok(())
    }
}
