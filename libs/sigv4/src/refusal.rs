//! Why a request is refused: one variant per row of spec/sts-and-iam.md E2, each with the exact sentence.

use std::fmt;

use crate::time::Timestamp;
use crate::{ALGORITHM, TERMINATOR};

/// Why a request is refused. [`Refusal::message`] is the sentence of the query services (STS, IAM), which JSON
/// services share; [`Refusal::kind`] is what a protocol chooses its code by. S3 has other sentences for some rows:
/// its room matches the variants, which carry what those sentences need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Row 1: the path is not one. Answered without a body.
    BadPath(PathFault),
    /// Row 4: a bad escape in the query.
    MalformedQuery(QueryFault),
    /// Rows 5a and 7a: no signature where one is needed, or a query with an unknown algorithm.
    MissingAuthentication,
    /// Row 5b: an `Authorization` header and a presigned query. Answered without a sentence.
    TwoSignatures,
    /// Row 6a: another algorithm in the header.
    UnsupportedAlgorithm {
        /// What stands there.
        given: String,
    },
    /// Row 6b: a part of the header without `=`.
    NotKeyValue {
        /// The part.
        part: String,
        /// The whole header.
        header: String,
    },
    /// Row 6d: parts of the header are missing.
    MissingHeaderParts(MissingHeaderParts),
    /// Row 7d: parameters of the query are missing.
    MissingQueryParts(MissingQueryParts),
    /// S3 only: `X-Amz-Expires` is not acceptable.
    BadExpires(ExpiresFault),
    /// Row 8: `host` is not signed.
    HostNotSigned,
    /// `x-amz-*` headers are present that the signature does not cover.
    HeadersNotSigned {
        /// Their names, in lower case and order of arrival.
        names: Vec<String>,
    },
    /// Row 9: the date cannot be read.
    MalformedDate {
        /// What stands there.
        given: String,
    },
    /// Row 10: signed too long ago.
    Expired {
        /// The request's time.
        requested: Timestamp,
        /// Our time.
        now: Timestamp,
        /// The window in seconds.
        window_seconds: u32,
    },
    /// Row 11: signed in the future.
    NotYetCurrent {
        /// The request's time.
        requested: Timestamp,
        /// Our time.
        now: Timestamp,
        /// The window in seconds.
        window_seconds: u32,
    },
    /// S3 only: `X-Amz-Expires` seconds have passed.
    PresignedExpired {
        /// `X-Amz-Expires`.
        expires_seconds: u32,
        /// The last moment it was good.
        expired_at: Timestamp,
        /// Our time.
        now: Timestamp,
    },
    /// S3 only: a signature of version 2 in the query that cannot be taken.
    Version2(Version2Fault),
    /// Row 12: the credential has not five elements.
    MalformedCredential {
        /// What stands there.
        given: String,
    },
    /// Row 13: the scope is not ours.
    WrongScope(Box<ScopeFaults>),
    /// S3 only: no `x-amz-content-sha256` header.
    MissingContentSha256,
    /// S3 only: an `x-amz-content-sha256` header we cannot honour.
    BadContentSha256 {
        /// What stands there.
        given: String,
    },
    /// Row 14a: a session token that we did not issue. For the caller to answer with.
    InvalidSessionToken,
    /// Row 14b: a session token past its time. For the caller to answer with.
    ExpiredSessionToken,
    /// Row 15a: an unknown access key, or a temporary one without its token. For the caller to answer with.
    UnknownAccessKey,
    /// Row 15b: an access key that is inactive or deleted. For the caller to answer with.
    InactiveAccessKey,
    /// Row 16: the signature is not the one we compute.
    SignatureMismatch,
    /// A signed header is not in the request. Row 16 to the client.
    SignedHeaderAbsent {
        /// Its name.
        name: String,
    },
    /// A header that has one value was given more than once. Row 16 to the client.
    RepeatedHeader {
        /// Its name.
        name: String,
    },
    /// The signature covers the body, and the body was not read. Row 16 to the client.
    BodyNotRead,
    /// S3 only: the signature is right, and the body is not the one that was declared.
    ContentSha256Mismatch {
        /// The declared SHA-256.
        declared: [u8; 32],
        /// The body's SHA-256.
        computed: [u8; 32],
    },
    /// More than we look at.
    TooLarge {
        /// What there is too much of.
        what: &'static str,
        /// How much is accepted.
        limit: usize,
    },
}

/// The class of a refusal, which a protocol turns into its code: `InvalidClientToken` is `InvalidClientTokenId` for
/// STS and IAM, `UnrecognizedClientException` for JSON services, `InvalidAccessKeyId` for S3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RefusalKind {
    /// 400 without a body.
    BadPath,
    /// A query that cannot be read (400).
    MalformedQueryString,
    /// No signature.
    MissingAuthentication,
    /// A signature with parts missing or unreadable (400).
    IncompleteSignature,
    /// An unknown, inactive or wrongly paired key, or a bad session token.
    InvalidClientToken,
    /// A session token past its time.
    ExpiredToken,
    /// Not signed by this secret, not for this place, or not for this time.
    SignatureDoesNotMatch,
    /// `x-amz-*` headers outside the signature (S3: `AccessDenied`; elsewhere as `SignatureDoesNotMatch`).
    HeadersNotSigned,
    /// S3: a presigned URL past its time (`AccessDenied`).
    PresignedExpired,
    /// S3: query parameters of a presigned URL (`AuthorizationQueryParametersError`).
    QueryParameters,
    /// S3: `x-amz-content-sha256` is missing or unknown (`InvalidRequest`, `InvalidArgument`).
    ContentSha256,
    /// S3: the body is not the declared one (`XAmzContentSHA256Mismatch`).
    ContentSha256Mismatch,
    /// Beyond the bounds of this library (400).
    TooLarge,
}

/// Row 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathFault {
    /// A `%` without two hexadecimal digits.
    BadEscape,
    /// Does not begin with `/`.
    NotAbsolute,
    /// `..` climbs above the root.
    AboveRoot,
}

/// Row 4.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QueryFault {
    /// The query ends inside an escape.
    Trailing,
    /// An escape with other characters than hexadecimal digits.
    Illegal {
        /// The escape, `%` included.
        escape: String,
    },
}

/// Row 6d: what the header lacks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MissingHeaderParts {
    /// No `Credential`.
    pub credential: bool,
    /// No `Signature`.
    pub signature: bool,
    /// No `SignedHeaders`.
    pub signed_headers: bool,
    /// Neither an `X-Amz-Date` nor a `Date` header.
    pub date: bool,
}

/// Row 7d: what the query lacks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MissingQueryParts {
    /// No `X-Amz-Algorithm` (S3 only: elsewhere that is an unsigned request).
    pub algorithm: bool,
    /// No `X-Amz-Credential`.
    pub credential: bool,
    /// No `X-Amz-Signature`.
    pub signature: bool,
    /// No `X-Amz-SignedHeaders`.
    pub signed_headers: bool,
    /// No `X-Amz-Date`.
    pub date: bool,
    /// No `X-Amz-Expires` (S3 only).
    pub expires: bool,
    /// Whether all six are required, as S3 does; its sentence is another one.
    pub all_six: bool,
}

/// S3's complaints about `X-Amz-Expires`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExpiresFault {
    /// Not a number.
    NotANumber,
    /// Below one.
    Negative,
    /// More than a week.
    TooLong,
}

/// S3's complaints about a signature of version 2 in the query ([`crate::v2`]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Version2Fault {
    /// Not all of `AWSAccessKeyId`, `Expires` and `Signature` are there.
    MissingParts,
    /// `Expires` is not a number of seconds.
    MalformedExpires {
        /// What stands there.
        given: String,
    },
    /// `Expires` has passed.
    Expired {
        /// The last moment it was good.
        expired_at: Timestamp,
        /// Our time.
        now: Timestamp,
    },
    /// Another method than `GET`, `HEAD` and `PUT`.
    Method,
    /// A parameter that this version does not cover, and that decides something.
    NotSigned {
        /// Its name.
        name: String,
    },
}

/// Row 13: everything about the scope that is wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScopeFaults {
    /// The region, if it is not acceptable.
    pub region: Option<ScopeRegion>,
    /// The service expected, if another was given.
    pub service: Option<String>,
    /// The terminator given, if it is not `aws4_request`.
    pub terminator: Option<String>,
    /// The dates, if they differ.
    pub date: Option<ScopeDate>,
}

/// A region that is not acceptable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopeRegion {
    /// The scope's region.
    pub given: String,
    /// The one expected, where there is exactly one.
    pub expected: Option<String>,
}

/// A scope's date that is not the request's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopeDate {
    /// The scope's date.
    pub given: String,
    /// The request's time.
    pub requested: Timestamp,
}

const MISMATCH: &str = "The request signature we calculated does not match the signature you provided. Check your AWS \
                        Secret Access Key and signing method. Consult the service documentation for details.";

impl Refusal {
    /// The exact sentence for the client; empty where the service says nothing.
    pub fn message(&self) -> String {
        match self {
            Refusal::BadPath(_) | Refusal::TwoSignatures => String::new(),
            Refusal::MalformedQuery(QueryFault::Trailing) => "Incomplete trailing escape % sequence".into(),
            Refusal::MalformedQuery(QueryFault::Illegal { escape }) => {
                format!("Illegal hex character in escape % pattern: {escape}")
            }
            Refusal::MissingAuthentication => "Request is missing Authentication Token".into(),
            Refusal::UnsupportedAlgorithm { given } => {
                format!("Unsupported AWS 'algorithm': '{given}'.")
            }
            Refusal::NotKeyValue { part, header } => {
                format!("'{part}' not a valid key=value pair (missing equal-sign) in Authorization header: '{header}'")
            }
            Refusal::MissingHeaderParts(missing) => missing.message(),
            Refusal::MissingQueryParts(missing) => missing.message(),
            Refusal::BadExpires(ExpiresFault::NotANumber) => "X-Amz-Expires should be a number".into(),
            Refusal::BadExpires(ExpiresFault::Negative) => "X-Amz-Expires must be non-negative".into(),
            Refusal::BadExpires(ExpiresFault::TooLong) => "X-Amz-Expires must be less than a week (in seconds); that \
                is, the given X-Amz-Expires must be less than 604800 seconds"
                .into(),
            Refusal::HostNotSigned => {
                "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.".into()
            }
            Refusal::HeadersNotSigned { .. } => {
                "There were headers present in the request which were not signed".into()
            }
            Refusal::MalformedDate { given } => format!(
                "Date must be in ISO-8601 'basic format'. Got '{given}'. See http://en.wikipedia.org/wiki/ISO_8601"
            ),
            Refusal::Expired { requested, now, window_seconds } => format!(
                "Signature expired: {requested} is now earlier than {} ({now} - {} min.)",
                now.plus_seconds(-i64::from(*window_seconds)),
                window_seconds / 60
            ),
            Refusal::NotYetCurrent { requested, now, window_seconds } => format!(
                "Signature not yet current: {requested} is still later than {} ({now} + {} min.)",
                now.plus_seconds(i64::from(*window_seconds)),
                window_seconds / 60
            ),
            Refusal::PresignedExpired { .. } => "Request has expired".into(),
            Refusal::Version2(fault) => fault.message(),
            Refusal::MalformedCredential { given } => format!(
                "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got \
                 '{given}'"
            ),
            Refusal::WrongScope(faults) => faults.message(),
            Refusal::MissingContentSha256 => "Missing required header for this request: x-amz-content-sha256".into(),
            Refusal::BadContentSha256 { .. } => "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, \
                STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, \
                STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER, or a valid sha256 value."
                .into(),
            Refusal::InvalidSessionToken => "The security token included in the request is invalid".into(),
            Refusal::ExpiredSessionToken => "The security token included in the request is expired".into(),
            Refusal::UnknownAccessKey => "The security token included in the request is invalid.".into(),
            Refusal::InactiveAccessKey => "The AWS access key provided does not exist in our records.".into(),
            Refusal::SignatureMismatch
            | Refusal::SignedHeaderAbsent { .. }
            | Refusal::RepeatedHeader { .. }
            | Refusal::BodyNotRead => MISMATCH.into(),
            Refusal::ContentSha256Mismatch { .. } => {
                "The provided 'x-amz-content-sha256' header does not match what was computed.".into()
            }
            Refusal::TooLarge { what, limit } => format!("request has more than {limit} {what}"),
        }
    }

    /// The class a protocol chooses its code by.
    pub fn kind(&self) -> RefusalKind {
        match self {
            Refusal::BadPath(_) => RefusalKind::BadPath,
            Refusal::MalformedQuery(_) => RefusalKind::MalformedQueryString,
            Refusal::MissingAuthentication => RefusalKind::MissingAuthentication,
            Refusal::UnsupportedAlgorithm { .. }
            | Refusal::NotKeyValue { .. }
            | Refusal::MissingHeaderParts(_)
            | Refusal::MalformedDate { .. }
            | Refusal::MalformedCredential { .. } => RefusalKind::IncompleteSignature,
            Refusal::MissingQueryParts(missing) if missing.all_six => RefusalKind::QueryParameters,
            Refusal::MissingQueryParts(_) => RefusalKind::IncompleteSignature,
            Refusal::BadExpires(_) | Refusal::Version2(_) => RefusalKind::QueryParameters,
            Refusal::InvalidSessionToken | Refusal::UnknownAccessKey | Refusal::InactiveAccessKey => {
                RefusalKind::InvalidClientToken
            }
            Refusal::ExpiredSessionToken => RefusalKind::ExpiredToken,
            Refusal::TwoSignatures
            | Refusal::HostNotSigned
            | Refusal::Expired { .. }
            | Refusal::NotYetCurrent { .. }
            | Refusal::WrongScope(_)
            | Refusal::SignatureMismatch
            | Refusal::SignedHeaderAbsent { .. }
            | Refusal::RepeatedHeader { .. }
            | Refusal::BodyNotRead => RefusalKind::SignatureDoesNotMatch,
            Refusal::HeadersNotSigned { .. } => RefusalKind::HeadersNotSigned,
            Refusal::PresignedExpired { .. } => RefusalKind::PresignedExpired,
            Refusal::MissingContentSha256 | Refusal::BadContentSha256 { .. } => RefusalKind::ContentSha256,
            Refusal::ContentSha256Mismatch { .. } => RefusalKind::ContentSha256Mismatch,
            Refusal::TooLarge { .. } => RefusalKind::TooLarge,
        }
    }
}

impl MissingHeaderParts {
    fn message(&self) -> String {
        let mut sentences = Vec::new();
        if self.credential {
            sentences.push("Authorization header requires 'Credential' parameter.");
        }
        if self.signature {
            sentences.push("Authorization header requires 'Signature' parameter.");
        }
        if self.signed_headers {
            sentences.push("Authorization header requires 'SignedHeaders' parameter.");
        }
        if self.date {
            sentences.push("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");
        }
        format!("{} Authorization={ALGORITHM}", sentences.join(" "))
    }
}

impl MissingQueryParts {
    fn message(&self) -> String {
        if self.all_six {
            return "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, \
                    X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters."
                .into();
        }
        let mut sentences = String::new();
        for (missing, name) in [
            (self.credential, "X-Amz-Credential"),
            (self.signature, "X-Amz-Signature"),
            (self.signed_headers, "X-Amz-SignedHeaders"),
            (self.date, "X-Amz-Date"),
        ] {
            if missing {
                sentences.push_str(&format!("AWS query-string parameters must include '{name}'. "));
            }
        }
        sentences + "Re-examine the query-string parameters."
    }
}

impl Version2Fault {
    fn message(&self) -> String {
        match self {
            Version2Fault::MissingParts => {
                "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters".into()
            }
            Version2Fault::MalformedExpires { given } => {
                format!("Invalid date (should be seconds since epoch): {given}")
            }
            Version2Fault::Expired { .. } => "Request has expired".into(),
            Version2Fault::Method => {
                "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.".into()
            }
            Version2Fault::NotSigned { name } => {
                format!("The query parameter `{name}` is not covered by a signature of version 2")
            }
        }
    }
}

impl ScopeFaults {
    /// Whether there is nothing wrong.
    pub(crate) fn is_empty(&self) -> bool {
        self.region.is_none() && self.service.is_none() && self.terminator.is_none() && self.date.is_none()
    }

    fn message(&self) -> String {
        let mut sentences = Vec::new();
        if let Some(ScopeRegion { given, .. }) = &self.region {
            sentences.push(format!("Credential should be scoped to a valid region, not '{given}'."));
        }
        if let Some(expected) = &self.service {
            sentences.push(format!("Credential should be scoped to correct service: '{expected}'."));
        }
        if let Some(given) = &self.terminator {
            sentences
                .push(format!("Credential should be scoped with a valid terminator: '{TERMINATOR}', not '{given}'."));
        }
        if let Some(ScopeDate { given, requested }) = &self.date {
            sentences.push(format!(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{given}' \
                 != '{}', from '{requested}'.",
                requested.date()
            ));
        }
        sentences.join(" ")
    }
}

/// The sentence for the client, or, where the client is told nothing, the reason.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::BadPath(PathFault::BadEscape) => f.write_str("path has a bad escape"),
            Refusal::BadPath(PathFault::NotAbsolute) => f.write_str("path does not begin with a slash"),
            Refusal::BadPath(PathFault::AboveRoot) => f.write_str("path climbs above the root"),
            Refusal::TwoSignatures => f.write_str("signed both in the header and in the query"),
            Refusal::SignedHeaderAbsent { name } => {
                write!(f, "signed header `{name}` is not in the request")
            }
            Refusal::RepeatedHeader { name } => {
                write!(f, "header `{name}` was given more than once")
            }
            Refusal::BodyNotRead => f.write_str("the signature covers the body, and the body was not read"),
            other => f.write_str(&other.message()),
        }
    }
}

impl std::error::Error for Refusal {}

/// What a refusal repeats of the request: enough to recognise, never more than 4 KiB.
pub(crate) fn echo(text: &str) -> String {
    text.get(..text.floor_char_boundary(4096)).unwrap_or_default().to_owned()
}
