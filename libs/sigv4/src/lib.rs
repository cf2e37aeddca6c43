//! AWS Signature Version 4, both sides: what a client signs and what a server must check.
//!
//! Pure functions over borrowed requests: no clock (callers bring `now_ms`), no entropy, no I/O, no HTTP types.
//! A server verifies in two phases, because the secret comes from a store or out of a sealed session token:
//!
//! 1. [`parse`] (or [`demand`], when the operation must be signed) finds the signature and checks everything that
//!    needs no secret: rows 1 to 13 of spec/sts-and-iam.md E2, in that order and with those sentences.
//! 2. [`verify`] (or [`verify_with_key`], with a cached [`SigningKey`]) compares the signature in constant time.
//!
//! Left to others: HTTP methods and content types (rows 2 and 3 belong to whoever speaks the protocol), key and
//! session lookup (rows 14 and 15: the caller answers with the [`Refusal`] variants provided here), error codes of a
//! protocol ([`Refusal::kind`] is what they are chosen by), SigV4A (asymmetric), and the bytes of a chunked body
//! ([`chunk`] checks one chunk at a time).
//!
//! # What must be signed
//!
//! `host`, and every `x-amz-*` header that is present, for every service. S3 demands that itself; for the others it
//! is what makes `x-amz-target` safe: that header names the operation, so if it could travel unsigned, whoever sees
//! one signed request could turn it into another operation with the same body, or add the header to a request that
//! never had one. All AWS SDKs sign every `x-amz-*` header, except the few that only inform
//! ([`rules::MAY_TRAVEL_UNSIGNED`]). A client that signs only `host;x-amz-date` beside an `x-amz-target` is refused.
//! A signed header that is absent from the request, or given twice where one value is meant, is refused too.
//!
//! # Both sides
//!
//! ```
//! use sigv4::*;
//!
//! let now_ms = 1_767_323_045_000; // 2026-01-02T03:04:05Z
//! let host: [(&str, &[u8]); 1] = [("host", b"sts.amazonaws.com")];
//! let request = Request {
//!     method: "POST",
//!     raw_path: "/",
//!     raw_query: None,
//!     headers: &host,
//!     body: Payload::Bytes(b"Action=GetCallerIdentity&Version=2011-06-15"),
//! };
//!
//! // A client signs…
//! let key = SigningKey::derive(b"secret", "20260102", "us-east-1", "sts");
//! let added = sign_headers(&request, &Signing {
//!     access_key_id: "AKIAEXAMPLE",
//!     key: &key,
//!     session_token: None,
//!     region: "us-east-1",
//!     service: "sts",
//!     now_ms,
//!     path: PathRule::Normalised,
//!     content_sha256: ContentSha256::Implied,
//! })?;
//!
//! // …and the server reads, looks up the secret, and verifies.
//! let headers: Vec<(&str, &[u8])> =
//!     host.into_iter().chain(added.iter().map(|(name, value)| (*name, value.as_bytes()))).collect();
//! let request = Request { headers: &headers, ..request };
//! let rules = Rules::service(&["sts"], RegionRule::Any);
//! let presented = demand(&request, &rules, now_ms)?;
//! assert_eq!(presented.access_key_id(), "AKIAEXAMPLE");
//! verify(&request, &presented, b"secret")?;
//! assert_eq!(verify(&request, &presented, b"guess"), Err(Refusal::SignatureMismatch));
//! # Ok::<(), Refusal>(())
//! ```

mod authorization;
mod canonical;
pub mod chunk;
mod demands;
mod key;
mod parse;
mod payload;
mod presented;
mod query;
mod refusal;
mod request;
pub mod rules;
mod sign;
mod time;
pub mod v2;
mod verify;

pub use canonical::{canonical_request, string_to_sign};
pub use key::SigningKey;
pub use parse::{demand, parse};
pub use payload::PayloadClaim;
pub use presented::{Placement, Presented};
pub use refusal::{
    ExpiresFault, MissingHeaderParts, MissingQueryParts, PathFault, QueryFault, Refusal, RefusalKind, ScopeDate,
    ScopeFaults, ScopeRegion, Version2Fault,
};
pub use request::{Payload, Request};
pub use rules::{PathRule, PayloadRule, PresignedRule, RegionRule, Rules};
pub use sign::{ContentSha256, Signing, presign_query, sign_headers};
pub use time::Timestamp;
pub use verify::{verify, verify_with_key};

/// The only algorithm spoken here: `AWS4-HMAC-SHA256`.
pub const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// The last element of every credential scope.
pub const TERMINATOR: &str = "aws4_request";
