//! Whose signature is on a request, and how S3 words it when it is nobody's (spec/sts-and-iam.md E2, "S3").

use crate::S3Fault;
use crate::target;
use domain::Timestamp;
use gate::{Admitted, Gate};
use http::StatusCode;
use http::request::Parts;
use sigv4::{Payload, PayloadClaim, Refusal, RegionRule, Request, Rules, ScopeFaults, Version2Fault, v2};

/// Verifies the signature of a request, if it has one.
///
/// # Errors
/// S3's refusal, or our own failure.
pub async fn admit(gate: &Gate, parts: &Parts, domains: &[String], now: Timestamp) -> Result<Admitted, S3Fault> {
    let headers: Vec<(&str, &[u8])> =
        parts.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
    let request = signed_view(parts, &headers);
    let host_bucket = target::bucket_of_host(parts, domains)?;
    let admitted = gate.admit_s3(&request, host_bucket.as_deref(), now).await?;
    admitted.map_err(|found| {
        let fault = refused(&found.refusal, &request, host_bucket.as_deref(), now);
        S3Fault { cause: found.reason, ..fault }
    })
}

/// What an anonymous request says about its body; there is nothing that could vouch for it but the body itself.
///
/// # Errors
/// Signed chunks without a signature, or a value that is none.
pub fn anonymous_claim(parts: &Parts) -> Result<PayloadClaim, S3Fault> {
    let Some(value) = parts.headers.get("x-amz-content-sha256") else { return Ok(PayloadClaim::Unsigned) };
    let value = value.to_str().unwrap_or_default();
    PayloadClaim::parse(value).ok_or_else(|| bad_content_sha256(value))
}

/// The request as the signature sees it; the body is still to come.
fn signed_view<'a>(parts: &'a Parts, headers: &'a [(&'a str, &'a [u8])]) -> Request<'a> {
    Request {
        method: parts.method.as_str(),
        raw_path: parts.uri.path(),
        raw_query: parts.uri.query(),
        headers,
        body: Payload::Unread,
    }
}

/// S3's words for a refusal.
fn refused(refusal: &Refusal, request: &Request<'_>, host_bucket: Option<&str>, now: Timestamp) -> S3Fault {
    let denied = |message: &str| S3Fault::new("AccessDenied", StatusCode::FORBIDDEN, message);
    let query = |message: String| S3Fault::new("AuthorizationQueryParametersError", StatusCode::BAD_REQUEST, message);
    let presigned = request.header("authorization").is_none();
    let evidence = || Evidence::of(request, host_bucket, now);
    let session_token = || evidence().map(|it| it.session_token).unwrap_or_default();
    // The same complaint has one code in the header and another in the query.
    let malformed = |header: &str, parameter: &str| match presigned {
        true => query(parameter.to_owned()),
        false => S3Fault::new(
            "AuthorizationHeaderMalformed",
            StatusCode::BAD_REQUEST,
            format!("The authorization header is malformed; {header}"),
        ),
    };
    match refusal {
        Refusal::BadPath(_) | Refusal::MalformedQuery(_) => S3Fault::invalid_uri(),
        Refusal::TwoSignatures => S3Fault::invalid_argument(
            "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter \
             or the Authorization header should be specified",
            "Authorization",
            "",
        ),
        Refusal::UnsupportedAlgorithm { given } if given == "AWS" => unsupported_mechanism(),
        Refusal::UnsupportedAlgorithm { given } => {
            S3Fault::invalid_argument("Unsupported Authorization Type", "Authorization", given)
        }
        // An X-Amz-Algorithm that is not ours.
        Refusal::MissingAuthentication => query("X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256\"".to_owned()),
        Refusal::MissingHeaderParts(missing) if missing.date => no_date(),
        Refusal::NotKeyValue { .. } | Refusal::MissingHeaderParts(_) => malformed(
            "the authorization header requires three components: Credential, SignedHeaders, and Signature.",
            "",
        ),
        Refusal::MissingQueryParts(_) | Refusal::BadExpires(_) => query(refusal.message()),
        Refusal::HostNotSigned => denied(NOT_SIGNED).with("HeadersNotSigned", "host"),
        Refusal::HeadersNotSigned { names } => denied(NOT_SIGNED).with("HeadersNotSigned", names.join(", ")),
        Refusal::MalformedDate { .. } if presigned => {
            query("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"".to_owned())
        }
        Refusal::MalformedDate { .. } => no_date(),
        Refusal::NotYetCurrent { .. } if presigned => {
            denied("Request is not valid yet").with("ServerTime", now.iso8601())
        }
        Refusal::Expired { requested, window_seconds, .. }
        | Refusal::NotYetCurrent { requested, window_seconds, .. } => {
            let milliseconds = i64::from(*window_seconds) * 1000;
            S3Fault::new(
                "RequestTimeTooSkewed",
                StatusCode::FORBIDDEN,
                "The difference between the request time and the current time is too large.",
            )
            .with("RequestTime", requested.to_string())
            .with("ServerTime", now.iso8601())
            .with("MaxAllowedSkewMilliseconds", milliseconds.to_string())
        }
        Refusal::PresignedExpired { expires_seconds, expired_at, .. } => denied(&refusal.message())
            .with("X-Amz-Expires", expires_seconds.to_string())
            .with("Expires", iso8601(*expired_at))
            .with("ServerTime", now.iso8601()),
        Refusal::Version2(fault) => version2(fault, now),
        Refusal::MalformedCredential { .. } => malformed(
            &format!("the Credential is mal-formed; {EXPECTING}"),
            &format!("Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; {EXPECTING}"),
        ),
        Refusal::WrongScope(faults) => {
            let what = scope_fault(faults);
            let fault = malformed(&what, &format!("Error parsing the X-Amz-Credential parameter; {what}"));
            match faults.region.as_ref().and_then(|region| region.expected.clone()) {
                Some(expected) => fault.with("Region", expected),
                None => fault,
            }
        }
        Refusal::MissingContentSha256 => S3Fault::invalid_request(refusal.message()),
        Refusal::BadContentSha256 { given } => bad_content_sha256(given),
        Refusal::InvalidSessionToken => S3Fault::new(
            "InvalidToken",
            StatusCode::BAD_REQUEST,
            "The provided token is malformed or otherwise invalid.",
        )
        .with("Token-0", session_token()),
        Refusal::ExpiredSessionToken => {
            S3Fault::new("ExpiredToken", StatusCode::BAD_REQUEST, "The provided token has expired.")
                .with("Token-0", session_token())
        }
        Refusal::UnknownAccessKey | Refusal::InactiveAccessKey => S3Fault::new(
            "InvalidAccessKeyId",
            StatusCode::FORBIDDEN,
            "The AWS Access Key Id you provided does not exist in our records.",
        )
        .with("AWSAccessKeyId", evidence().map(|it| it.access_key_id).unwrap_or_default()),
        Refusal::SignatureMismatch
        | Refusal::SignedHeaderAbsent { .. }
        | Refusal::RepeatedHeader { .. }
        | Refusal::BodyNotRead => mismatch(evidence()),
        Refusal::ContentSha256Mismatch { .. } => S3Fault::from(crate::BodyFault::Sha256Mismatch),
        Refusal::TooLarge { .. } => S3Fault::new(
            "RequestHeaderSectionTooLarge",
            StatusCode::BAD_REQUEST,
            "Your request header and metadata sections exceed the maximum allowed size.",
        ),
    }
}

const NOT_SIGNED: &str = "There were headers present in the request which were not signed";
const EXPECTING: &str = "expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".";

fn no_date() -> S3Fault {
    S3Fault::new("AccessDenied", StatusCode::FORBIDDEN, "AWS authentication requires a valid Date or x-amz-date header")
}

fn unsupported_mechanism() -> S3Fault {
    S3Fault::invalid_request(
        "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.",
    )
}

fn version2(fault: &Version2Fault, now: Timestamp) -> S3Fault {
    let denied = |message: String| S3Fault::new("AccessDenied", StatusCode::FORBIDDEN, message);
    let message = Refusal::Version2(fault.clone()).message();
    match fault {
        Version2Fault::Method => unsupported_mechanism(),
        Version2Fault::Expired { expired_at, .. } => {
            denied(message).with("Expires", iso8601(*expired_at)).with("ServerTime", now.iso8601())
        }
        Version2Fault::MissingParts | Version2Fault::MalformedExpires { .. } | Version2Fault::NotSigned { .. } => {
            denied(message)
        }
    }
}

fn scope_fault(faults: &ScopeFaults) -> String {
    if let Some(region) = &faults.region {
        return match &region.expected {
            Some(expected) => format!("the region '{}' is wrong; expecting '{expected}'", region.given),
            None => format!("the region '{}' is wrong", region.given),
        };
    }
    if let Some(expected) = &faults.service {
        return format!("incorrect service. This endpoint belongs to \"{expected}\".");
    }
    if let Some(terminator) = &faults.terminator {
        return format!("incorrect terminal \"{terminator}\". This endpoint uses \"aws4_request\".");
    }
    "Invalid credential date. Date is not the same as X-Amz-Date.".to_owned()
}

fn bad_content_sha256(given: &str) -> S3Fault {
    let message = Refusal::BadContentSha256 { given: given.to_owned() }.message();
    S3Fault::invalid_argument(message, "x-amz-content-sha256", given)
}

/// What a signature should have been made of, as far as the request tells: for the client to compare.
struct Evidence {
    access_key_id: String,
    string_to_sign: Vec<u8>,
    signature: String,
    canonical_request: Option<Vec<u8>>,
    session_token: String,
}

impl Evidence {
    /// Reads the request once more. `None`: it cannot be read that far.
    fn of(request: &Request<'_>, host_bucket: Option<&str>, now: Timestamp) -> Option<Self> {
        if let Ok(Some(presented)) = v2::parse(request, host_bucket, now.millis()) {
            return Some(Self {
                access_key_id: presented.access_key_id().to_owned(),
                string_to_sign: presented.string_to_sign().to_vec(),
                signature: presented.signature().to_owned(),
                canonical_request: None,
                session_token: presented.session_token().unwrap_or_default().to_owned(),
            });
        }
        let presented = sigv4::parse(request, &Rules::s3(RegionRule::Any), now.millis()).ok()??;
        Some(Self {
            access_key_id: presented.access_key_id().to_owned(),
            string_to_sign: sigv4::string_to_sign(request, &presented).map(String::into_bytes).unwrap_or_default(),
            signature: presented.signature().to_owned(),
            canonical_request: sigv4::canonical_request(request, &presented).ok(),
            session_token: presented.session_token().unwrap_or_default().to_owned(),
        })
    }
}

fn mismatch(evidence: Option<Evidence>) -> S3Fault {
    let fault = S3Fault::from(crate::BodyFault::ChunkSignature);
    let Some(evidence) = evidence else { return fault };
    let bytes = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut fault = fault
        .with("AWSAccessKeyId", evidence.access_key_id)
        .with("StringToSign", text(&evidence.string_to_sign))
        .with("SignatureProvided", evidence.signature)
        .with("StringToSignBytes", bytes(&evidence.string_to_sign));
    if let Some(canonical_request) = evidence.canonical_request {
        fault = fault
            .with("CanonicalRequest", text(&canonical_request))
            .with("CanonicalRequestBytes", bytes(&canonical_request));
    }
    fault
}

fn iso8601(moment: sigv4::Timestamp) -> String {
    Timestamp::from_millis(moment.seconds().saturating_mul(1000)).iso8601()
}
