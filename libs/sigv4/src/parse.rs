//! Phase one: finds the signature and refuses what needs no secret to refuse (rows 1 to 13).

use std::borrow::Cow;

use crate::authorization::HeaderParts;
use crate::demands;
use crate::presented::{Placement, Presented};
use crate::query::{self, QueryParts};
use crate::refusal::{ExpiresFault, MissingHeaderParts, MissingQueryParts, Refusal, echo};
use crate::request::Request;
use crate::rules::{PresignedRule, Rules};
use crate::time::Timestamp;
use crate::{ALGORITHM, canonical};

/// Finds the signature of a request that may be unsigned. `Ok(None)`: nothing in it claims to be a signature, and
/// nothing else was checked, since operations that need none skip all of this (spec/sts-and-iam.md E4.2).
/// `now_ms` is milliseconds since 1970.
pub fn parse<'a>(request: &Request<'a>, rules: &Rules<'_>, now_ms: i64) -> Result<Option<Presented<'a>>, Refusal> {
    request.check_bounds()?;
    let query = QueryParts::scan(request.raw_query)?;
    let presigned = query.algorithm.is_some()
        // S3 tells a client that forgot one of the six; elsewhere the algorithm alone decides.
        || matches!(rules.presigned, PresignedRule::Expires { .. })
            && (query.credential.is_some() || query.signature.is_some());
    let mut headers = request.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("authorization"));
    let header = headers.next().map(|(_, value)| *value);
    if header.is_none() && !presigned {
        return Ok(None);
    }
    canonical::check_path(request.raw_path, rules.path)?; // row 1
    query::check_escapes(request.raw_query.unwrap_or_default())?; // row 4
    if headers.next().is_some() {
        // Whoever reads the request after us could take the other one.
        return Err(Refusal::RepeatedHeader { name: "authorization".to_owned() });
    }
    let found = match header {
        Some(_) if query.algorithm.is_some() => return Err(Refusal::TwoSignatures), // row 5b
        Some(value) => from_header(request, value, query)?,
        None => from_query(request, rules, query)?,
    };
    found.check(request, rules, Timestamp::from_ms(now_ms)).map(Some)
}

/// Finds the signature of a request that must have one. An unsigned request is refused by row 1, 4 or 5a.
pub fn demand<'a>(request: &Request<'a>, rules: &Rules<'_>, now_ms: i64) -> Result<Presented<'a>, Refusal> {
    if let Some(presented) = parse(request, rules, now_ms)? {
        return Ok(presented);
    }
    canonical::check_path(request.raw_path, rules.path)?;
    query::check_escapes(request.raw_query.unwrap_or_default())?;
    Err(Refusal::MissingAuthentication)
}

/// A signature with all its parts, still as text.
struct Found<'a> {
    placement: Placement,
    credential: Cow<'a, str>,
    signed_headers: Cow<'a, str>,
    signature: Cow<'a, str>,
    date: Cow<'a, str>,
    /// Whether the date stands in a `Date` header, which has its own spelling.
    http_date: bool,
    session_token: Option<Cow<'a, str>>,
    expires_seconds: Option<u32>,
    content_sha256: Option<Cow<'a, str>>,
}

/// Row 6.
fn from_header<'a>(request: &Request<'a>, value: &'a [u8], query: QueryParts<'a>) -> Result<Found<'a>, Refusal> {
    let parts = HeaderParts::read(value)?;
    let amz_date = request.header("x-amz-date");
    // X-Amz-Date wins over Date (spec/sts-and-iam.md E1).
    let date = amz_date.or_else(|| request.header("date"));
    let (Some(credential), Some(signature), Some(signed_headers), Some(date)) =
        (parts.credential, parts.signature, parts.signed_headers, date)
    else {
        return Err(Refusal::MissingHeaderParts(MissingHeaderParts {
            credential: parts.credential.is_none(),
            signature: parts.signature.is_none(),
            signed_headers: parts.signed_headers.is_none(),
            date: date.is_none(),
        }));
    };
    Ok(Found {
        placement: Placement::Header,
        credential: Cow::Borrowed(credential),
        signed_headers: Cow::Borrowed(signed_headers),
        signature: Cow::Borrowed(signature),
        date: text(date),
        http_date: amz_date.is_none(),
        session_token: request.header("x-amz-security-token").map(text).or(query.session_token),
        expires_seconds: None,
        content_sha256: request.header("x-amz-content-sha256").map(text),
    })
}

/// Row 7.
fn from_query<'a>(request: &Request<'a>, rules: &Rules<'_>, query: QueryParts<'a>) -> Result<Found<'a>, Refusal> {
    if query.algorithm.as_deref().is_some_and(|algorithm| algorithm != ALGORITHM) {
        return Err(Refusal::MissingAuthentication); // row 7a
    }
    let all_six = matches!(rules.presigned, PresignedRule::Expires { .. });
    let missing = MissingQueryParts {
        algorithm: query.algorithm.is_none(),
        credential: query.credential.is_none(),
        signature: query.signature.is_none(),
        signed_headers: query.signed_headers.is_none(),
        date: query.date.is_none(),
        expires: all_six && query.expires.is_none(),
        all_six,
    };
    let (Some(credential), Some(signature), Some(signed_headers), Some(date), false, false) =
        (query.credential, query.signature, query.signed_headers, query.date, missing.algorithm, missing.expires)
    else {
        return Err(Refusal::MissingQueryParts(missing));
    };
    let expires_seconds = match rules.presigned {
        PresignedRule::Expires { max_seconds } => {
            Some(read_expires(query.expires.as_deref().unwrap_or_default(), max_seconds)?)
        }
        PresignedRule::Window => query.expires.as_deref().and_then(|expires| expires.parse().ok()),
    };
    Ok(Found {
        placement: Placement::Presigned,
        credential,
        signed_headers,
        signature,
        date,
        http_date: false,
        session_token: query.session_token.or_else(|| request.header("x-amz-security-token").map(text)),
        expires_seconds,
        content_sha256: request.header("x-amz-content-sha256").map(text).or(query.content_sha256),
    })
}

fn read_expires(text: &str, max_seconds: u32) -> Result<u32, Refusal> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(Refusal::BadExpires(ExpiresFault::NotANumber));
    }
    if digits.len() < text.len() {
        return Err(Refusal::BadExpires(ExpiresFault::Negative));
    }
    // Digits only, so whatever cannot be read is too large.
    match text.parse::<u32>() {
        Ok(0) => Err(Refusal::BadExpires(ExpiresFault::Negative)),
        Ok(seconds) if seconds <= max_seconds => Ok(seconds),
        _ => Err(Refusal::BadExpires(ExpiresFault::TooLong)),
    }
}

impl<'a> Found<'a> {
    /// Rows 8 to 13.
    fn check(self, request: &Request<'a>, rules: &Rules<'_>, now: Timestamp) -> Result<Presented<'a>, Refusal> {
        let signed_headers = demands::signed_headers(&self.signed_headers)?;
        demands::host_is_signed(&signed_headers)?;
        demands::amz_headers_are_signed(request, &signed_headers, self.placement)?;
        let requested = self.read_date()?;
        demands::time(requested, now, self.expires_seconds, self.placement, rules)?;
        demands::scope(&self.credential, requested, rules)?;
        let claim = demands::payload_claim(self.content_sha256.as_deref(), self.placement, rules)?;
        Ok(Presented {
            placement: self.placement,
            credential: self.credential,
            signature: self.signature,
            session_token: self.session_token,
            signed_headers,
            requested,
            expires_seconds: self.expires_seconds,
            claim,
            path: rules.path,
        })
    }

    /// Row 9.
    fn read_date(&self) -> Result<Timestamp, Refusal> {
        let date = self.date.trim_matches(' ');
        Timestamp::parse_basic(date)
            .or_else(|| Timestamp::parse_http(date).filter(|_| self.http_date))
            .ok_or_else(|| Refusal::MalformedDate { given: echo(date) })
    }
}

fn text(value: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(value)
}
