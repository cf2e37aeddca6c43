//! A body with a checksum in its trailer, framed as `aws-chunked` for the server behind us: its length is known beforehand, and
//! nothing is kept back but what is on its way.

use crate::{Body, BodyFault};
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderValue};
use http_body::{Frame, SizeHint};
use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// Bytes in each chunk but the last.
const CHUNK: u64 = 1024 * 1024;
const END_OF_CHUNKS: &[u8] = b"0\r\n";

/// Frames a body.
pub(super) struct Reframed {
    body: Body,
    name: HeaderValue,
    /// Bytes of the body that are still to come.
    left: u64,
    /// Bytes of the chunk that are still to come.
    chunk_left: u64,
    ready: VecDeque<Bytes>,
    over: bool,
    /// Bytes on the wire that are still to come.
    wire_left: u64,
}

impl Reframed {
    /// A body of `length` bytes that ends in the trailer `name`, whose value will be `value_length` bytes long.
    pub(super) fn new(body: Body, length: u64, name: HeaderValue, value_length: usize) -> Self {
        let full = length / CHUNK;
        let rest = length % CHUNK;
        let mut wire = full * (head_length(CHUNK) + CHUNK + 2);
        if rest > 0 {
            wire += head_length(rest) + rest + 2;
        }
        wire += END_OF_CHUNKS.len() as u64 + (name.len() + 1 + value_length + 4) as u64;
        Self { body, name, left: length, chunk_left: 0, ready: VecDeque::new(), over: false, wire_left: wire }
    }

    /// Bytes on the wire.
    pub(super) fn wire_length(&self) -> u64 {
        self.wire_left
    }

    fn take(&mut self, mut data: Bytes) -> Result<(), BodyFault> {
        while !data.is_empty() {
            if self.chunk_left == 0 {
                self.chunk_left = self.left.min(CHUNK);
                if self.chunk_left == 0 {
                    return Err(BodyFault::Length);
                }
                self.ready.push_back(Bytes::from(head(self.chunk_left)));
            }
            let most = usize::try_from(self.chunk_left).unwrap_or(usize::MAX).min(data.len());
            let piece = data.split_to(most);
            self.chunk_left -= piece.len() as u64;
            self.left = self.left.checked_sub(piece.len() as u64).ok_or(BodyFault::Length)?;
            self.ready.push_back(piece);
            if self.chunk_left == 0 {
                self.ready.push_back(Bytes::from_static(b"\r\n"));
            }
        }
        Ok(())
    }

    fn end(&mut self, trailers: &HeaderMap) -> Result<(), BodyFault> {
        const LOST: BodyFault = BodyFault::Malformed("the checksum is not in the trailer");
        if self.left > 0 {
            return Err(BodyFault::Length);
        }
        let name = self.name.to_str().map_err(|_| LOST)?;
        let value = trailers.get(name.trim()).ok_or(LOST)?;
        let mut end = BytesMut::from(END_OF_CHUNKS);
        for part in [self.name.as_bytes(), b":", value.as_bytes(), b"\r\n\r\n"] {
            end.extend_from_slice(part);
        }
        self.ready.push_back(end.freeze());
        self.over = true;
        Ok(())
    }
}

fn head(size: u64) -> String {
    format!("{size:x}\r\n")
}

fn head_length(size: u64) -> u64 {
    head(size).len() as u64
}

impl http_body::Body for Reframed {
    type Data = Bytes;
    type Error = BodyFault;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyFault>>> {
        let this = self.get_mut();
        loop {
            if let Some(piece) = this.ready.pop_front() {
                this.wire_left = this.wire_left.saturating_sub(piece.len() as u64);
                return Poll::Ready(Some(Ok(Frame::data(piece))));
            }
            if this.over {
                return Poll::Ready(None);
            }
            let step = match ready!(Pin::new(&mut this.body).poll_frame(cx)) {
                None => this.end(&HeaderMap::new()),
                Some(Err(fault)) => Err(fault),
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => this.take(data),
                    Err(frame) => this.end(frame.trailers_ref().unwrap_or(&HeaderMap::new())),
                },
            };
            if let Err(fault) = step {
                this.over = true;
                return Poll::Ready(Some(Err(fault)));
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.over && self.ready.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.wire_left)
    }
}

/// How long the value of a checksum's trailer is: Base64 of so many bytes.
pub(super) fn value_length(name: &HeaderValue) -> Option<usize> {
    Some(match name.to_str().ok()?.trim().to_ascii_lowercase().as_str() {
        "x-amz-checksum-crc32" | "x-amz-checksum-crc32c" => 8,
        "x-amz-checksum-crc64nvme" => 12,
        "x-amz-checksum-sha1" => 28,
        "x-amz-checksum-sha256" => 44,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::body::{Promise, decode};
    use http_body_util::BodyExt;
    use sigv4::PayloadClaim;

    /// A body with its checksum in the trailer, as a client sends it, decoded.
    fn body(length: usize, sum: &str) -> Body {
        let mut headers = HeaderMap::new();
        headers.insert("x-amz-decoded-content-length", HeaderValue::from(length));
        headers.insert("x-amz-trailer", HeaderValue::from_static("x-amz-checksum-crc32"));
        let mut wire = format!("{length:x}\r\n").into_bytes();
        wire.extend(std::iter::repeat_n(b'a', length));
        wire.extend_from_slice(format!("\r\n0\r\nx-amz-checksum-crc32:{sum}\r\n\r\n").as_bytes());
        let promise = Promise::read(&headers, PayloadClaim::StreamingUnsignedTrailer, None, true).unwrap();
        decode(promise, http_body_util::Full::new(Bytes::from(wire)))
    }

    #[tokio::test]
    async fn what_goes_out_is_as_long_as_was_said_and_reads_as_what_came_in() {
        // CRC-32 of so many letters a.
        for (length, sum) in [(1, "6Le+Qw=="), (1_048_576, "181Wcg=="), (2_500_000, "4bk32Q==")] {
            let name = HeaderValue::from_static("x-amz-checksum-crc32");
            let reframed = Reframed::new(body(length, sum), length as u64, name.clone(), value_length(&name).unwrap());
            let said = reframed.wire_length();
            let wire = reframed.collect().await.unwrap().to_bytes();
            assert_eq!(wire.len() as u64, said, "{length}");
            let mut headers = HeaderMap::new();
            headers.insert("x-amz-decoded-content-length", HeaderValue::from(length));
            headers.insert("x-amz-trailer", name);
            let promise = Promise::read(&headers, PayloadClaim::StreamingUnsignedTrailer, None, true).unwrap();
            let (read, trailers) = promise.decode_pieces([wire]);
            assert_eq!((read.len(), trailers.unwrap()["x-amz-checksum-crc32"].to_str().unwrap()), (length, sum));
        }
    }

    #[tokio::test]
    async fn a_false_body_never_becomes_a_whole_one() {
        let name = HeaderValue::from_static("x-amz-checksum-crc32");
        let mut reframed = Reframed::new(body(1000, "AAAAAA=="), 1000, name, 8);
        let said = reframed.wire_length();
        let mut sent = 0;
        let fault = loop {
            match reframed.frame().await.unwrap() {
                Ok(frame) => sent += frame.into_data().unwrap().len() as u64,
                Err(fault) => break fault,
            }
        };
        assert!(sent < said);
        assert_eq!(fault, BodyFault::Digest("x-amz-checksum-crc32".to_owned()));
    }
}
