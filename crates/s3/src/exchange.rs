//! What passes from the gate to whoever carries a request out: a verified, authorised request, and its answer.

use crate::{Operation, Target};
use bytes::Bytes;
use domain::{AccountId, Region, Timestamp};
use http::HeaderMap;
use http_body_util::combinators::UnsyncBoxBody;
use std::fmt;

/// Bytes on their way, in either direction. A request's body is already decoded (no `aws-chunked`), and every promise made about it
/// (declared hash, chunk signatures, checksums in headers or trailers, length) is kept or ends the stream with a
/// [`BodyFault`]: until the stream has ended without one, nothing of it may become visible. Checksums that came as
/// trailers are the body's trailers.
pub type Body = UnsyncBoxBody<Bytes, BodyFault>;

/// A request that was verified and authorised.
pub struct Approved {
    /// What is asked for.
    pub operation: Operation,
    /// Of which bucket and key.
    pub target: Target,
    /// The query's pairs, decoded, in order: those that mean something to the operation ([`crate::Call::query`]), and no other.
    pub query: Vec<(String, String)>,
    /// The headers, without those that belong to the signature, to `aws-chunked` or to the connection; `Content-Length` is the
    /// decoded body's, if it is known. `x-amz-trailer` stays: it names the trailer that the body ends with.
    pub headers: HeaderMap,
    /// The body.
    pub body: Body,
    /// The decoded body's length in bytes, if it is known.
    pub length: Option<u64>,
    /// The account that acts; `None`: anonymous.
    pub account: Option<AccountId>,
    /// The region of the signature's scope, or the server's own.
    pub region: Region,
    /// The one reading of the clock.
    pub now: Timestamp,
    /// Fresh random bytes for ids.
    pub seed: [u8; 32],
    /// What the caller sees in `x-amz-request-id`.
    pub request_id: String,
}

/// Why a body came to an end before its time, or is not what was promised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BodyFault {
    /// The bytes are not those of the declared SHA-256: `XAmzContentSHA256Mismatch`.
    Sha256Mismatch,
    /// A chunk's or trailer's signature does not fit: `SignatureDoesNotMatch`.
    ChunkSignature,
    /// The chunk framing is broken: `IncompleteBody` or `InvalidRequest`, as the text says.
    Malformed(&'static str),
    /// Fewer or more bytes than promised: `IncompleteBody`.
    Length,
    /// More bytes than this operation takes: `EntityTooLarge`.
    TooLarge,
    /// A checksum (`Content-MD5`, `x-amz-checksum-…`) does not fit; names the header: `BadDigest`.
    Digest(String),
    /// It stopped arriving: `RequestTimeout`.
    Stalled,
    /// The connection, the disk or the server behind us failed.
    Lost(String),
}

impl fmt::Display for BodyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sha256Mismatch => f.write_str("the body is not the one that was signed"),
            Self::ChunkSignature => f.write_str("a chunk's signature does not fit"),
            Self::Malformed(what) => write!(f, "the chunks cannot be read: {what}"),
            Self::Length => f.write_str("the body is not as long as promised"),
            Self::TooLarge => f.write_str("the body is too large"),
            Self::Digest(header) => write!(f, "the body does not fit {header}"),
            Self::Stalled => f.write_str("the body stopped arriving"),
            Self::Lost(cause) => write!(f, "the body was lost: {cause}"),
        }
    }
}

impl std::error::Error for BodyFault {}
