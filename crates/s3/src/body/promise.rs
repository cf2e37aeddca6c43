//! What the head of a request promises about its body, read and refused before a byte of the body is.

use super::chunks::Chunks;
use super::decoder::Decoder;
use super::digests::{self, Algorithm, Digest};
use crate::{BodyFault, S3Fault};
use bytes::Bytes;
use http::header::CONTENT_LENGTH;
use http::{HeaderMap, StatusCode};
use sigv4::PayloadClaim;
use sigv4::chunk::ChunkChain;
use std::collections::VecDeque;

/// Largest body that S3 takes in one request: 5 GiB.
pub const BODY_MOST: u64 = 5 * 1024 * 1024 * 1024;

/// What is known of a body before it is read.
pub struct Promise {
    /// What turns the bytes on the wire into the body.
    pub(crate) decoder: Decoder,
    /// The decoded body's length in bytes, if it is known.
    pub length: Option<u64>,
}

impl Promise {
    /// Reads the headers. `of_body`: see [`digests::promised`]. `chunks` verifies signed chunks; without a verified
    /// signature there can be none.
    ///
    /// # Errors
    /// Something that S3 would not take, or could not verify.
    pub fn read(
        headers: &HeaderMap,
        claim: PayloadClaim,
        chunks: Option<ChunkChain>,
        of_body: bool,
    ) -> Result<Self, S3Fault> {
        let mut digests = digests::promised(headers, of_body)?;
        let trailing = trailing(headers)?;
        let chunked = match claim {
            PayloadClaim::Sha256(_) | PayloadClaim::Unsigned => None,
            PayloadClaim::StreamingUnsignedTrailer => Some(Chunks::new(None, true)),
            PayloadClaim::StreamingSigned | PayloadClaim::StreamingSignedTrailer => {
                let chain = chunks.ok_or_else(|| S3Fault::invalid_request("Signed chunks need a signed request."))?;
                Some(Chunks::new(Some(chain), claim == PayloadClaim::StreamingSignedTrailer))
            }
        };
        let length = match &chunked {
            None => number(headers, CONTENT_LENGTH.as_str())?,
            Some(_) => {
                let length = number(headers, "x-amz-decoded-content-length")?;
                Some(length.ok_or_else(missing_content_length)?)
            }
        };
        if let Some(length) = length.filter(|length| *length > BODY_MOST) {
            return Err(too_large(length));
        }
        if let Some(algorithm) = trailing {
            if matches!(claim, PayloadClaim::StreamingUnsignedTrailer | PayloadClaim::StreamingSignedTrailer) {
                digests.push(Digest::new(algorithm, None));
            } else {
                return Err(S3Fault::invalid_request(
                    "The x-amz-trailer header needs a body with a trailer, as x-amz-content-sha256 names it.",
                ));
            }
        }
        let sha256 = match claim {
            PayloadClaim::Sha256(digest) => Some(digest),
            _ => None,
        };
        Ok(Self { decoder: Decoder::new(chunked, length, sha256, digests, trailing), length })
    }
}

impl Promise {
    /// The whole body and its trailers at once, from pieces of input: for tests and fuzzers. Only what was given out before a
    /// fault is beside the fault.
    pub fn decode_pieces(mut self, pieces: impl IntoIterator<Item = Bytes>) -> (Vec<u8>, Result<HeaderMap, BodyFault>) {
        let (mut ready, mut passed) = (VecDeque::new(), Vec::new());
        for piece in pieces {
            let pushed = self.decoder.push(piece, &mut ready);
            if let Err(fault) = pushed {
                return (passed, Err(fault));
            }
            ready.drain(..).for_each(|piece: Bytes| passed.extend_from_slice(&piece));
        }
        (passed, self.decoder.end())
    }
}

/// The checksum that comes in the trailer, if one does.
fn trailing(headers: &HeaderMap) -> Result<Option<Algorithm>, S3Fault> {
    let mut values = headers.get_all("x-amz-trailer").iter();
    let Some(value) = values.next() else { return Ok(None) };
    let algorithm = value.to_str().ok().and_then(Algorithm::of_trailer).filter(|_| values.next().is_none());
    let unknown = || S3Fault::invalid_request("The value specified in the x-amz-trailer header is not supported");
    algorithm.map(Some).ok_or_else(unknown)
}

fn number(headers: &HeaderMap, name: &str) -> Result<Option<u64>, S3Fault> {
    let Some(value) = headers.get(name) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default();
    let digits = (1..=19).contains(&text.len()) && text.bytes().all(|digit| digit.is_ascii_digit());
    let number = text.parse().ok().filter(|_| digits);
    number.map(Some).ok_or_else(|| S3Fault::invalid_argument(format!("{name} is not a length"), name, text))
}

fn missing_content_length() -> S3Fault {
    S3Fault::new(
        "MissingContentLength",
        StatusCode::LENGTH_REQUIRED,
        "You must provide the Content-Length HTTP header.",
    )
}

/// The refusal of a body beyond 5 GiB.
fn too_large(length: u64) -> S3Fault {
    S3Fault::new("EntityTooLarge", StatusCode::BAD_REQUEST, "Your proposed upload exceeds the maximum allowed size")
        .with("ProposedSize", length.to_string())
        .with("MaxSizeAllowed", BODY_MOST.to_string())
}
