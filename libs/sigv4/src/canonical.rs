//! The canonical request and the string to sign: the one spelling of a request that both sides hash.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode, percent_encode, percent_encode_byte};

use crate::ALGORITHM;
use crate::key::{hex, sha256};
use crate::payload::PayloadClaim;
use crate::presented::{Placement, Presented};
use crate::query;
use crate::refusal::{PathFault, Refusal};
use crate::request::{Payload, Request};
use crate::rules::{MAX_QUERY_PAIRS, PathRule};
use crate::time::Timestamp;

/// Everything outside RFC 3986's unreserved set is escaped, in upper-case hex (spec/sts-and-iam.md E1).
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
const ESCAPED_BUT_SLASH: &AsciiSet = &ESCAPED.remove(b'/');

/// Headers that hold one value. Given twice, the signature would cover the joined values while readers take one.
const SINGLE: &[&str] =
    &["host", ":authority", "date", "x-amz-date", "x-amz-security-token", "x-amz-target", "x-amz-content-sha256"];

/// The canonical request, as S3's `SignatureDoesNotMatch` and `sekisho explain` print it. Header values need not be
/// UTF-8, so these are bytes. Fails if a signed header is absent or repeated, or the body is needed and not there.
pub fn canonical_request(request: &Request<'_>, presented: &Presented<'_>) -> Result<Vec<u8>, Refusal> {
    let payload = payload_value(request.body, presented.claim)?;
    let parts = Parts {
        method: request.method,
        raw_path: request.raw_path,
        raw_query: request.raw_query.unwrap_or_default(),
        without_signature: presented.placement == Placement::Presigned,
        headers: request.headers,
        signed_headers: &presented.signed_headers,
        payload: &payload,
        path: presented.path,
    };
    parts.canonical_request()
}

/// The string to sign for a request.
pub fn string_to_sign(request: &Request<'_>, presented: &Presented<'_>) -> Result<String, Refusal> {
    Ok(string_to_sign_of(&canonical_request(request, presented)?, presented.requested, presented.scope()))
}

/// The string to sign for a canonical request.
pub(crate) fn string_to_sign_of(canonical_request: &[u8], requested: Timestamp, scope: &str) -> String {
    let digest = crate::key::text(&hex(&sha256(canonical_request)));
    format!("{ALGORITHM}\n{requested}\n{scope}\n{digest}")
}

/// The last line: the claim at its word, else the body's hash.
pub(crate) fn payload_value(body: Payload<'_>, claim: Option<PayloadClaim>) -> Result<Cow<'static, str>, Refusal> {
    let digest = match (claim, body) {
        (Some(claim), _) => return Ok(claim.value()),
        (None, Payload::Bytes(bytes)) => sha256(bytes),
        (None, Payload::Sha256(digest)) => digest,
        (None, Payload::Unread) => return Err(Refusal::BodyNotRead),
    };
    Ok(Cow::Owned(crate::key::text(&hex(&digest))))
}

/// What a canonical request is written from.
pub(crate) struct Parts<'x, 'h> {
    pub(crate) method: &'x str,
    pub(crate) raw_path: &'x str,
    pub(crate) raw_query: &'x str,
    /// Leave `X-Amz-Signature` out of the query: it cannot cover itself.
    pub(crate) without_signature: bool,
    pub(crate) headers: &'x [(&'h str, &'h [u8])],
    /// Lower case, sorted, joined by `;`.
    pub(crate) signed_headers: &'x str,
    pub(crate) payload: &'x str,
    pub(crate) path: PathRule,
}

impl Parts<'_, '_> {
    pub(crate) fn canonical_request(&self) -> Result<Vec<u8>, Refusal> {
        let mut out = Vec::with_capacity(1024 + self.raw_path.len() + self.raw_query.len() * 2);
        out.extend_from_slice(self.method.as_bytes());
        out.push(b'\n');
        write_path(&mut out, self.raw_path, self.path)?;
        out.push(b'\n');
        write_query(&mut out, self.raw_query, self.without_signature)?;
        out.push(b'\n');
        for name in self.signed_headers.split(';') {
            self.write_header(&mut out, name)?;
        }
        out.push(b'\n');
        out.extend_from_slice(self.signed_headers.as_bytes());
        out.push(b'\n');
        out.extend_from_slice(self.payload.as_bytes());
        Ok(out)
    }

    fn write_header(&self, out: &mut Vec<u8>, name: &str) -> Result<(), Refusal> {
        out.extend_from_slice(name.as_bytes());
        out.push(b':');
        let mut found = self.write_values(out, name)?;
        if !found {
            // The same thing under its HTTP/1 and its HTTP/2 name.
            found = match name {
                "host" => self.write_values(out, ":authority")?,
                ":authority" => self.write_values(out, "host")?,
                _ => false,
            };
        }
        if !found {
            return Err(Refusal::SignedHeaderAbsent { name: name.to_owned() });
        }
        out.push(b'\n');
        Ok(())
    }

    /// The values joined by commas in order of arrival; false if there is none.
    fn write_values(&self, out: &mut Vec<u8>, name: &str) -> Result<bool, Refusal> {
        let mut found = false;
        for (_, value) in self.headers.iter().filter(|(given, _)| given.eq_ignore_ascii_case(name)) {
            if found {
                if SINGLE.contains(&name) {
                    return Err(Refusal::RepeatedHeader { name: name.to_owned() });
                }
                out.push(b',');
            }
            write_trimmed(out, value);
            found = true;
        }
        Ok(found)
    }
}

/// Without blanks at the ends, and with one blank for each inner run of them.
fn write_trimmed(out: &mut Vec<u8>, value: &[u8]) {
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let start = value.iter().position(|byte| !is_blank(byte)).unwrap_or(value.len());
    let end = value.iter().rposition(|byte| !is_blank(byte)).map_or(start, |last| last + 1);
    let mut last = 0;
    for byte in value.get(start..end).unwrap_or_default() {
        if !(*byte == b' ' && last == b' ') {
            out.push(*byte);
        }
        last = *byte;
    }
}

/// Row 1.
pub(crate) fn check_path(raw_path: &str, rule: PathRule) -> Result<(), Refusal> {
    if query::check_escapes(raw_path).is_err() {
        return Err(Refusal::BadPath(PathFault::BadEscape));
    }
    if !raw_path.is_empty() && !raw_path.starts_with('/') {
        return Err(Refusal::BadPath(PathFault::NotAbsolute));
    }
    match rule {
        PathRule::Normalised => normalised(raw_path).map(drop),
        PathRule::Key => Ok(()),
    }
}

fn write_path(out: &mut Vec<u8>, raw_path: &str, rule: PathRule) -> Result<(), Refusal> {
    let start = out.len();
    match rule {
        // The raw path is encoded already: this is the second time.
        PathRule::Normalised => {
            let path = normalised(raw_path)?;
            percent_encode(path.as_bytes(), ESCAPED_BUT_SLASH)
                .for_each(|piece| out.extend_from_slice(piece.as_bytes()));
        }
        PathRule::Key => {
            for (index, segment) in raw_path.split('/').enumerate() {
                if index > 0 {
                    out.push(b'/');
                }
                percent_decode(segment.as_bytes()).for_each(|byte| push_escaped(out, byte));
            }
        }
    }
    if out.len() == start {
        out.push(b'/');
    }
    Ok(())
}

/// Removes dot segments (RFC 3986 5.2.4) and empty ones. A path that ends in a slash or a dot segment keeps its slash.
fn normalised(raw_path: &str) -> Result<Cow<'_, str>, Refusal> {
    if !raw_path.contains("//") && !raw_path.contains("/.") {
        return Ok(Cow::Borrowed(raw_path));
    }
    let mut segments = Vec::new();
    let mut is_folder = false;
    for segment in raw_path.split('/') {
        is_folder = matches!(segment, "" | "." | "..");
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop().ok_or(Refusal::BadPath(PathFault::AboveRoot))?;
            }
            name => segments.push(name),
        }
    }
    let mut path = String::with_capacity(raw_path.len());
    for segment in &segments {
        path.push('/');
        path.push_str(segment);
    }
    if is_folder {
        path.push('/');
    }
    Ok(Cow::Owned(path))
}

/// Decodes, encodes canonically and sorts by encoded name, then value.
fn write_query(out: &mut Vec<u8>, raw_query: &str, without_signature: bool) -> Result<(), Refusal> {
    if raw_query.is_empty() {
        return Ok(());
    }
    let mut encoded = Vec::with_capacity(raw_query.len() * 2);
    let mut pairs = Vec::new(); // (start, end of name, end of value)
    for (name, value) in query::pairs(raw_query) {
        if pairs.len() == MAX_QUERY_PAIRS {
            return Err(Refusal::TooLarge { what: "query parameters", limit: MAX_QUERY_PAIRS });
        }
        let start = encoded.len();
        query::decoded_bytes(name).for_each(|byte| push_escaped(&mut encoded, byte));
        if without_signature && encoded.get(start..) == Some(b"X-Amz-Signature") {
            encoded.truncate(start);
            continue;
        }
        let middle = encoded.len();
        query::decoded_bytes(value).for_each(|byte| push_escaped(&mut encoded, byte));
        pairs.push((start, middle, encoded.len()));
    }
    let piece = |from: usize, to: usize| encoded.get(from..to).unwrap_or_default();
    pairs.sort_unstable_by_key(|&(start, middle, end)| (piece(start, middle), piece(middle, end)));
    for (index, &(start, middle, end)) in pairs.iter().enumerate() {
        if index > 0 {
            out.push(b'&');
        }
        out.extend_from_slice(piece(start, middle));
        out.push(b'=');
        out.extend_from_slice(piece(middle, end));
    }
    Ok(())
}

/// One byte in canonical encoding.
pub(crate) fn push_escaped(out: &mut Vec<u8>, byte: u8) {
    if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
        out.push(byte);
    } else {
        out.extend_from_slice(percent_encode_byte(byte).as_bytes());
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn path(raw: &str, rule: PathRule) -> String {
        let mut out = Vec::new();
        write_path(&mut out, raw, rule).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn query(raw: &str) -> String {
        let mut out = Vec::new();
        write_query(&mut out, raw, true).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn services_normalise_and_encode_twice() {
        for (raw, canonical) in [
            ("", "/"),
            ("/", "/"),
            ("/a b", "/a%20b"),
            ("/a%20b", "/a%2520b"),
            ("/a//b/./c/../d", "/a/b/d"),
            ("/a/..", "/"),
            ("/a/b/.", "/a/b/"),
            ("/a/b/", "/a/b/"),
            ("/.hidden/..x", "/.hidden/..x"),
            ("/~user_1.txt", "/~user_1.txt"),
        ] {
            assert_eq!(path(raw, PathRule::Normalised), canonical, "{raw}");
        }
    }

    #[test]
    fn s3_encodes_once_and_keeps_the_key() {
        for (raw, canonical) in [
            ("", "/"),
            ("/a//b/../c", "/a//b/../c"),
            ("/a%20b+c", "/a%20b%2Bc"),
            ("/%7euser/%2f", "/~user/%2F"),
            ("/ü", "/%C3%BC"),
        ] {
            assert_eq!(path(raw, PathRule::Key), canonical, "{raw}");
        }
    }

    #[test]
    fn queries_are_decoded_encoded_and_sorted() {
        for (raw, canonical) in [
            ("", ""),
            ("b=2&a=1", "a=1&b=2"),
            ("a-b=1&a=2&a=1", "a=1&a=2&a-b=1"),
            ("flag&x=", "flag=&x="),
            ("&&a=1&", "a=1"),
            ("=", "="),
            ("a=b=c", "a=b%3Dc"),
            ("a=1+2%2B3%7e%2f", "a=1%202%2B3~%2F"),
            ("X-Amz-Signature=00&X%2DAmz-Signature=1&Z=1", "Z=1"),
        ] {
            assert_eq!(query(raw), canonical, "{raw}");
        }
    }

    #[test]
    fn blanks_are_trimmed_and_collapsed() {
        for (value, canonical) in [("  a   b  c ", "a b c"), ("", ""), ("   ", ""), ("\ta\t b\t", "a\t b"), ("a", "a")]
        {
            let mut out = Vec::new();
            write_trimmed(&mut out, value.as_bytes());
            assert_eq!(out, canonical.as_bytes(), "{value:?}");
        }
    }
}
