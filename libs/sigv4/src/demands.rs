//! What is demanded of a complete signature before its secret is looked up (rows 8 to 13).

use crate::TERMINATOR;
use crate::payload::PayloadClaim;
use crate::presented::Placement;
use crate::refusal::{Refusal, ScopeDate, ScopeFaults, ScopeRegion, echo};
use crate::request::Request;
use crate::rules::{
    MAX_HEADERS, MAY_TRAVEL_UNSIGNED, MAY_TRAVEL_UNSIGNED_PRESIGNED, PayloadRule, PresignedRule, RegionRule, Rules,
};
use crate::time::Timestamp;

/// The names in canonical form: lower case, sorted, each once, joined by `;`.
pub(crate) fn signed_headers(given: &str) -> Result<String, Refusal> {
    let lower = given.to_ascii_lowercase();
    let mut names: Vec<&str> = lower.split(';').collect();
    if names.len() > MAX_HEADERS {
        return Err(Refusal::TooLarge { what: "signed headers", limit: MAX_HEADERS });
    }
    if names.is_sorted_by(|a, b| a < b) {
        return Ok(lower);
    }
    names.sort_unstable();
    names.dedup();
    Ok(names.join(";"))
}

/// Row 8: otherwise a request could be replayed against another service that shares the key.
pub(crate) fn host_is_signed(signed_headers: &str) -> Result<(), Refusal> {
    if signed_headers.split(';').any(|name| name == "host" || name == ":authority") {
        return Ok(());
    }
    Err(Refusal::HostNotSigned)
}

/// Every `x-amz-*` header is signed: each of them decides something (the operation, the session, the body's hash), so
/// none may be added or changed by who merely saw the request. See the crate's first page.
pub(crate) fn amz_headers_are_signed(
    request: &Request<'_>,
    signed_headers: &str,
    placement: Placement,
) -> Result<(), Refusal> {
    let exempt = |name: &str| {
        let listed = |list: &[&str]| list.iter().any(|exempt| exempt.eq_ignore_ascii_case(name));
        listed(MAY_TRAVEL_UNSIGNED) || placement == Placement::Presigned && listed(MAY_TRAVEL_UNSIGNED_PRESIGNED)
    };
    let names: Vec<String> = request
        .headers
        .iter()
        .map(|(name, _)| *name)
        .filter(|name| name.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("x-amz-")))
        .filter(|name| !signed_headers.split(';').any(|signed| signed.eq_ignore_ascii_case(name)))
        .filter(|name| !exempt(name))
        .map(str::to_ascii_lowercase)
        .collect();
    if names.is_empty() { Ok(()) } else { Err(Refusal::HeadersNotSigned { names }) }
}

/// Rows 10 and 11, and the life of a presigned URL.
pub(crate) fn time(
    requested: Timestamp,
    now: Timestamp,
    expires_seconds: Option<u32>,
    placement: Placement,
    rules: &Rules<'_>,
) -> Result<(), Refusal> {
    let window_seconds = rules.skew_seconds;
    let skew = i64::from(window_seconds);
    if let (Placement::Presigned, PresignedRule::Expires { .. }, Some(expires_seconds)) =
        (placement, rules.presigned, expires_seconds)
    {
        let expired_at = requested.plus_seconds(i64::from(expires_seconds));
        if now > expired_at {
            return Err(Refusal::PresignedExpired { expires_seconds, expired_at, now });
        }
    } else if requested < now.plus_seconds(-skew) {
        return Err(Refusal::Expired { requested, now, window_seconds });
    }
    if requested > now.plus_seconds(skew) {
        return Err(Refusal::NotYetCurrent { requested, now, window_seconds });
    }
    Ok(())
}

/// Rows 12 and 13.
pub(crate) fn scope(credential: &str, requested: Timestamp, rules: &Rules<'_>) -> Result<(), Refusal> {
    let mut elements = credential.split('/');
    let (Some(_key_id), Some(date), Some(region), Some(service), Some(terminator), None) =
        (elements.next(), elements.next(), elements.next(), elements.next(), elements.next(), elements.next())
    else {
        return Err(Refusal::MalformedCredential { given: echo(credential) });
    };
    let region_fits = match rules.region {
        RegionRule::Any => {
            (1..=64).contains(&region.len()) && region.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        }
        RegionRule::Only(expected) => region == expected,
    };
    let mut faults = ScopeFaults::default();
    if !region_fits {
        let expected = match rules.region {
            RegionRule::Any => None,
            RegionRule::Only(expected) => Some(expected.to_owned()),
        };
        faults.region = Some(ScopeRegion { given: echo(region), expected });
    }
    if !rules.services.contains(&service) {
        faults.service = Some(rules.services.first().copied().unwrap_or_default().to_owned());
    }
    if terminator != TERMINATOR {
        faults.terminator = Some(echo(terminator));
    }
    if date.as_bytes() != requested.basic().first_chunk::<8>().map_or(&[][..], |date| date) {
        faults.date = Some(ScopeDate { given: echo(date), requested });
    }
    if faults.is_empty() { Ok(()) } else { Err(Refusal::WrongScope(Box::new(faults))) }
}

/// What the signature says about the body.
pub(crate) fn payload_claim(
    content_sha256: Option<&str>,
    placement: Placement,
    rules: &Rules<'_>,
) -> Result<Option<PayloadClaim>, Refusal> {
    if rules.payload == PayloadRule::Hashed {
        return Ok(None);
    }
    match (content_sha256, placement) {
        (Some(value), _) => {
            PayloadClaim::parse(value).map(Some).ok_or_else(|| Refusal::BadContentSha256 { given: echo(value) })
        }
        (None, Placement::Presigned) => Ok(Some(PayloadClaim::Unsigned)),
        (None, Placement::Header) => Err(Refusal::MissingContentSha256),
    }
}
