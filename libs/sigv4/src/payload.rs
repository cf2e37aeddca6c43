//! What `x-amz-content-sha256` says about the body (S3).

use std::borrow::Cow;

use crate::key::{hex, text};

/// The meaning of an `x-amz-content-sha256` value. The value itself enters the signature; whether the body keeps the
/// promise is for whoever reads the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PayloadClaim {
    /// The body has this SHA-256.
    Sha256([u8; 32]),
    /// `UNSIGNED-PAYLOAD`: the signature does not cover the body.
    Unsigned,
    /// `STREAMING-AWS4-HMAC-SHA256-PAYLOAD`: signed chunks, seeded by the request's signature.
    StreamingSigned,
    /// `STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER`: the same, with a signed trailer.
    StreamingSignedTrailer,
    /// `STREAMING-UNSIGNED-PAYLOAD-TRAILER`: unsigned chunks with a checksum trailer.
    StreamingUnsignedTrailer,
}

impl PayloadClaim {
    /// Reads a header value. `None` for anything else, the asymmetric (ECDSA) forms included.
    pub fn parse(value: &str) -> Option<Self> {
        Some(match value {
            "UNSIGNED-PAYLOAD" => PayloadClaim::Unsigned,
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" => PayloadClaim::StreamingSigned,
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER" => PayloadClaim::StreamingSignedTrailer,
            "STREAMING-UNSIGNED-PAYLOAD-TRAILER" => PayloadClaim::StreamingUnsignedTrailer,
            digest => {
                // Lower case only: the value is signed as it is written, and every client writes it so.
                if digest.len() != 64 || digest.bytes().any(|digit| digit.is_ascii_uppercase()) {
                    return None;
                }
                let mut bytes = [0; 32];
                const_hex::decode_to_slice(digest, &mut bytes).ok()?;
                PayloadClaim::Sha256(bytes)
            }
        })
    }

    /// The value as it is written in the header and in the canonical request.
    pub fn value(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            PayloadClaim::Sha256(digest) => return Cow::Owned(text(&hex(digest))),
            PayloadClaim::Unsigned => "UNSIGNED-PAYLOAD",
            PayloadClaim::StreamingSigned => "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
            PayloadClaim::StreamingSignedTrailer => "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
            PayloadClaim::StreamingUnsignedTrailer => "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        })
    }

    /// Whether the chunks of the body are signed ([`crate::chunk`]).
    pub fn has_signed_chunks(&self) -> bool {
        matches!(self, PayloadClaim::StreamingSigned | PayloadClaim::StreamingSignedTrailer)
    }
}
