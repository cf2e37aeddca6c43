//! How S3 words what is wrong with a body.

use super::chunks::{TOO_SMALL, TRAILER_FAULTS};
use super::promise::BODY_MOST;
use crate::{BodyFault, S3Fault};
use http::StatusCode;

impl From<BodyFault> for S3Fault {
    fn from(fault: BodyFault) -> Self {
        let bad = |code, message: &str| Self::new(code, StatusCode::BAD_REQUEST, message);
        match fault {
            BodyFault::Sha256Mismatch => bad(
                "XAmzContentSHA256Mismatch",
                "The provided 'x-amz-content-sha256' header does not match what was computed.",
            ),
            BodyFault::ChunkSignature => Self::new(
                "SignatureDoesNotMatch",
                StatusCode::FORBIDDEN,
                "The request signature we calculated does not match the signature you provided. Check your key and \
                 signing method.",
            ),
            BodyFault::Malformed(TOO_SMALL) => Self::new(
                "InvalidChunkSizeError",
                StatusCode::FORBIDDEN,
                "Only the last chunk is allowed to have a size less than 8192 bytes",
            ),
            BodyFault::Malformed(what) if TRAILER_FAULTS.contains(&what) => bad(
                "MalformedTrailerError",
                "The request contained trailing data that was not well-formed or did not conform to our published schema.",
            ),
            BodyFault::Malformed(what) => Self::invalid_request(format!("The body cannot be read: {what}.")),
            BodyFault::Length => bad(
                "IncompleteBody",
                "You did not provide the number of bytes specified by the Content-Length HTTP header.",
            ),
            BodyFault::TooLarge => bad("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")
                .with("MaxSizeAllowed", BODY_MOST.to_string()),
            BodyFault::Digest(header) if header == "content-md5" => {
                bad("BadDigest", "The Content-MD5 you specified did not match what we received.")
            }
            BodyFault::Digest(header) => {
                let algorithm = header.strip_prefix("x-amz-checksum-").unwrap_or(&header).to_ascii_uppercase();
                bad("BadDigest", &format!("The {algorithm} you specified did not match the calculated checksum."))
            }
            BodyFault::Stalled => bad(
                "RequestTimeout",
                "Your socket connection to the server was not read from or written to within the timeout period. Idle \
                 connections will be closed.",
            ),
            BodyFault::Lost(cause) => Self::internal(cause),
        }
    }
}
