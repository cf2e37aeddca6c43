//! Laws of the decoder: however the input is cut the same comes out, and nothing that was changed passes.
#![allow(clippy::unwrap_used, clippy::panic)]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use http_body_util::BodyExt;
use md5::{Digest, Md5};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use s3::body::{Promise, STALLED_AFTER, decode};
use s3::{BodyFault, S3Fault};
use sigv4::chunk::{ChunkChain, canonical_trailer};
use sigv4::{PayloadClaim, SigningKey, Timestamp};
use std::pin::Pin;
use std::task::{Context, Poll};

const SCOPE: &str = "20260102/us-east-1/s3/aws4_request";

fn chain() -> ChunkChain {
    let key = SigningKey::derive(b"secret", "20260102", "us-east-1", "s3");
    ChunkChain::start(&key, Timestamp::parse_basic("20260102T030405Z").unwrap(), SCOPE, &"5e".repeat(32))
}

fn headers(pairs: &[(&'static str, String)]) -> HeaderMap {
    pairs.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())).collect()
}

fn crc32(body: &[u8]) -> String {
    let sum = crc_fast::checksum(crc_fast::CrcAlgorithm::Crc32IsoHdlc, body) as u32;
    STANDARD.encode(sum.to_be_bytes())
}

/// A way to send a body, and the promise that goes with it.
#[derive(Clone, Copy, Debug)]
enum Way {
    Declared,
    Signed,
    SignedTrailer,
    UnsignedTrailer,
}

const WAYS: [Way; 4] = [Way::Declared, Way::Signed, Way::SignedTrailer, Way::UnsignedTrailer];

impl Way {
    fn wire(self, body: &[u8], chunk_size: usize) -> Vec<u8> {
        let mut wire = Vec::new();
        let (mut signer, trailer) = match self {
            Way::Declared => return body.to_vec(),
            Way::Signed => (Some(chain()), false),
            Way::SignedTrailer => (Some(chain()), true),
            Way::UnsignedTrailer => (None, true),
        };
        for chunk in body.chunks(chunk_size).chain([&[][..]]) {
            wire.extend_from_slice(format!("{:x}", chunk.len()).as_bytes());
            if let Some(signer) = &mut signer {
                wire.extend_from_slice(format!(";chunk-signature={}", signer.sign_chunk(chunk)).as_bytes());
            }
            wire.extend_from_slice(b"\r\n");
            wire.extend_from_slice(chunk);
            if !chunk.is_empty() {
                wire.extend_from_slice(b"\r\n");
            }
        }
        if trailer {
            let sum = crc32(body);
            wire.extend_from_slice(format!("x-amz-checksum-crc32:{sum}\r\n").as_bytes());
            if let Some(signer) = &mut signer {
                let signature = signer.sign_trailer(&canonical_trailer(&[("x-amz-checksum-crc32", &sum)]));
                wire.extend_from_slice(format!("x-amz-trailer-signature:{signature}\r\n").as_bytes());
            }
        }
        wire.extend_from_slice(b"\r\n");
        wire
    }

    fn promise(self, body: &[u8]) -> Promise {
        let length = ("x-amz-decoded-content-length", body.len().to_string());
        let trailer = ("x-amz-trailer", "x-amz-checksum-crc32".to_owned());
        let (headers, claim) = match self {
            Way::Declared => {
                let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, body);
                let claim = PayloadClaim::Sha256(digest.as_ref().try_into().unwrap());
                (headers(&[("content-length", body.len().to_string())]), claim)
            }
            Way::Signed => (headers(&[length]), PayloadClaim::StreamingSigned),
            Way::SignedTrailer => (headers(&[length, trailer]), PayloadClaim::StreamingSignedTrailer),
            Way::UnsignedTrailer => (headers(&[length, trailer]), PayloadClaim::StreamingUnsignedTrailer),
        };
        Promise::read(&headers, claim, claim.has_signed_chunks().then(chain), true).unwrap()
    }
}

fn cut(wire: &[u8], cuts: &[Index]) -> Vec<Bytes> {
    let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(wire.len() + 1)).collect();
    places.extend([0, wire.len()]);
    places.sort_unstable();
    places.windows(2).map(|pair| Bytes::copy_from_slice(&wire[pair[0]..pair[1]])).collect()
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![vec(any::<u8>(), 0..64), vec(any::<u8>(), 8_000..20_000)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn however_it_is_cut_the_same_comes_out(body in body(), cuts in vec(any::<Index>(), 0..40), way in 0..4_usize) {
        let way = WAYS[way];
        let (passed, end) = way.promise(&body).decode_pieces(cut(&way.wire(&body, 8192), &cuts));
        prop_assert_eq!(passed, body.clone());
        let trailers = end.unwrap();
        match way {
            Way::SignedTrailer | Way::UnsignedTrailer => {
                prop_assert_eq!(trailers["x-amz-checksum-crc32"].to_str().unwrap(), crc32(&body));
            }
            Way::Declared | Way::Signed => prop_assert!(trailers.is_empty()),
        }
    }

    #[test]
    fn byte_by_byte_is_no_exception(body in vec(any::<u8>(), 0..64), way in 0..4_usize) {
        let way = WAYS[way];
        let wire = way.wire(&body, 8192);
        let (passed, end) = way.promise(&body).decode_pieces(wire.chunks(1).map(Bytes::copy_from_slice));
        prop_assert_eq!(passed, body);
        prop_assert!(end.is_ok());
    }

    #[test]
    fn no_changed_byte_passes(body in body(), at in any::<Index>(), flip in 1..=255_u8, way in 0..4_usize) {
        let way = WAYS[way];
        let mut wire = way.wire(&body, 8192);
        prop_assume!(!wire.is_empty());
        let at = at.index(wire.len());
        wire[at] ^= flip;
        let (passed, end) = way.promise(&body).decode_pieces(cut(&wire, &[]));
        match way {
            // A blank or a letter's case in framing that is not signed changes nothing of the body.
            Way::Declared => prop_assert!(end.is_err()),
            Way::Signed | Way::SignedTrailer | Way::UnsignedTrailer => prop_assert!(end.is_err() || passed == body),
        }
    }

    #[test]
    fn signed_chunks_pass_only_what_was_signed(body in vec(any::<u8>(), 20_000..30_000), at in any::<Index>()) {
        let mut wire = Way::Signed.wire(&body, 8192);
        let at = at.index(wire.len());
        wire[at] ^= 1;
        let (passed, _) = Way::Signed.promise(&body).decode_pieces([Bytes::from(wire)]);
        prop_assert_eq!(&passed[..], &body[..passed.len()]);
        prop_assert!(passed.len() % 8192 == 0 || passed.len() == body.len());
    }

    #[test]
    fn what_breaks_off_or_goes_on_is_refused(body in body(), at in any::<Index>(), way in 0..4_usize) {
        let way = WAYS[way];
        let wire = way.wire(&body, 8192);
        if !wire.is_empty() {
            let short = Bytes::copy_from_slice(&wire[..at.index(wire.len())]);
            prop_assert!(way.promise(&body).decode_pieces([short]).1.is_err());
        }
        let more = [Bytes::from(wire), Bytes::from_static(b"0\r\n\r\n")];
        prop_assert!(way.promise(&body).decode_pieces(more).1.is_err());
    }

    #[test]
    fn whether_it_is_good_does_not_depend_on_the_cuts(
        body in vec(any::<u8>(), 0..40),
        at in any::<Index>(),
        flip in any::<u8>(),
        cuts in vec(any::<Index>(), 0..20),
        way in 0..4_usize,
    ) {
        let way = WAYS[way];
        let mut wire = way.wire(&body, 8192);
        if !wire.is_empty() {
            let at = at.index(wire.len());
            wire[at] ^= flip;
        }
        let whole = way.promise(&body).decode_pieces([Bytes::from(wire.clone())]);
        let pieces = way.promise(&body).decode_pieces(cut(&wire, &cuts));
        prop_assert_eq!(whole.1.is_ok(), pieces.1.is_ok());
        if let (Ok(one), Ok(other)) = (whole.1, pieces.1) {
            prop_assert_eq!((whole.0, one), (pieces.0, other));
        }
    }

    #[test]
    fn nothing_panics(wire in vec(any::<u8>(), 0..300), cuts in vec(any::<Index>(), 0..10), way in 0..4_usize) {
        let way = WAYS[way];
        let _ = way.promise(b"body").decode_pieces(cut(&wire, &cuts));
    }

    #[test]
    fn near_misses_do_not_panic(pieces in vec("(0|5|a|\r\n|\r|\n|;chunk-signature=|x-amz-checksum-crc32:|AAAAAA==|[a-f0-9]{64})", 0..12)) {
        for way in WAYS {
            let pieces = pieces.iter().map(|piece| Bytes::copy_from_slice(piece.as_bytes()));
            let _ = way.promise(b"hello").decode_pieces(pieces);
        }
    }
}

fn decoded(headers: &HeaderMap, claim: PayloadClaim, wire: &'static [u8]) -> Result<Vec<u8>, String> {
    let promise = Promise::read(headers, claim, None, true).map_err(|fault| fault.code.to_owned())?;
    let (passed, end) = promise.decode_pieces([Bytes::from_static(wire)]);
    end.map(|_| passed).map_err(|fault| S3Fault::from(fault).code.to_owned())
}

#[test]
fn checksums_in_headers_are_compared() {
    let md5 = STANDARD.encode(Md5::digest(b"hello"));
    let sums = [
        ("content-md5", md5),
        ("x-amz-checksum-crc32", "NhCmhg==".to_owned()),
        ("x-amz-checksum-crc32c", "mnG7TA==".to_owned()),
        ("x-amz-checksum-crc64nvme", "M3eFcAZSQlc=".to_owned()),
        ("x-amz-checksum-sha1", "qvTGHdzF6KLavt4PO0gs2a6pQ00=".to_owned()),
        ("x-amz-checksum-sha256", "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=".to_owned()),
    ];
    for (name, value) in sums {
        let headers = headers(&[(name, value.clone())]);
        assert_eq!(decoded(&headers, PayloadClaim::Unsigned, b"hello").as_deref(), Ok(&b"hello"[..]), "{name}");
        assert_eq!(decoded(&headers, PayloadClaim::Unsigned, b"hallo"), Err("BadDigest".to_owned()), "{name}");
    }
}

#[test]
fn promises_that_cannot_be_kept_are_refused_at_once() {
    let refused = |pairs: &[(&'static str, &str)], claim| {
        let pairs: Vec<(&'static str, String)> =
            pairs.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        decoded(&headers(&pairs), claim, b"").unwrap_err()
    };
    let unsigned = PayloadClaim::Unsigned;
    assert_eq!(refused(&[("content-md5", "x")], unsigned), "InvalidDigest");
    assert_eq!(refused(&[("x-amz-checksum-crc32", "AAAA")], unsigned), "InvalidRequest");
    let two = [("x-amz-checksum-crc32", "AAAAAA=="), ("x-amz-checksum-crc32c", "AAAAAA==")];
    assert_eq!(refused(&two, unsigned), "InvalidRequest");
    assert_eq!(refused(&[("x-amz-trailer", "x-amz-checksum-crc32")], unsigned), "InvalidRequest");
    assert_eq!(refused(&[("x-amz-trailer", "x-amz-meta-a")], PayloadClaim::StreamingUnsignedTrailer), "InvalidRequest");
    assert_eq!(refused(&[], PayloadClaim::StreamingUnsignedTrailer), "MissingContentLength");
    assert_eq!(refused(&[], PayloadClaim::StreamingSigned), "InvalidRequest");
    assert_eq!(refused(&[("content-length", "-1")], unsigned), "InvalidArgument");
    assert_eq!(refused(&[("content-length", "5368709121")], unsigned), "EntityTooLarge");
}

#[test]
fn framing_is_read_strictly() {
    let read = |wire: &'static [u8]| {
        let headers = headers(&[
            ("x-amz-decoded-content-length", "5".to_owned()),
            ("x-amz-trailer", "x-amz-checksum-crc32".to_owned()),
        ]);
        decoded(&headers, PayloadClaim::StreamingUnsignedTrailer, wire)
    };
    assert_eq!(read(b"5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n").as_deref(), Ok(&b"hello"[..]));
    // Some clients end the value with a line feed of its own.
    assert_eq!(read(b"5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\n\r\n\r\n").as_deref(), Ok(&b"hello"[..]));
    for (wire, code) in [
        (&b"5\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n"[..], "InvalidRequest"),
        (b"5\r\nhello\r\n0\r\n\r\n", "MalformedTrailerError"),
        (b"5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhh==\r\n\r\n", "MalformedTrailerError"),
        (b"5\r\nhello\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n", "BadDigest"),
        (b"5\r\nhello\r\n0\r\nx-amz-meta-a:b\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n", "MalformedTrailerError"),
        (b"5\r\nhello0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n", "InvalidRequest"),
        (b"4\r\nhell\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n", "IncompleteBody"),
        (b"6\r\nhello!\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n", "IncompleteBody"),
        (b"5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n", "IncompleteBody"),
    ] {
        assert_eq!(read(wire), Err(code.to_owned()), "{}", String::from_utf8_lossy(wire));
    }
}

#[test]
fn only_the_last_signed_chunk_may_be_small() {
    let body = vec![b'a'; 100];
    let (passed, end) = Way::Signed.promise(&body).decode_pieces([Bytes::from(Way::Signed.wire(&body, 60))]);
    assert_eq!(passed, b"", "the input came in one piece");
    assert_eq!(S3Fault::from(end.unwrap_err()).code, "InvalidChunkSizeError");
    let large = Bytes::from_static(b"1000001;chunk-signature=");
    let (_, end) = Way::Signed.promise(&body).decode_pieces([large, Bytes::from("a".repeat(64) + "\r\n")]);
    assert!(matches!(end, Err(BodyFault::Malformed(_))), "{end:?}");
}

/// A body that arrives when it is sent.
struct Arriving(tokio::sync::mpsc::Receiver<Bytes>);

impl http_body::Body for Arriving {
    type Data = Bytes;
    type Error = BodyFault;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, BodyFault>>> {
        self.0.poll_recv(cx).map(|piece| piece.map(|piece| Ok(http_body::Frame::data(piece))))
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_stops_arriving_is_given_up() {
    let promise = Promise::read(&HeaderMap::new(), PayloadClaim::Unsigned, None, true).unwrap();
    let (sender, receiver) = tokio::sync::mpsc::channel(4);
    let mut body = decode(promise, Arriving(receiver));
    let slowly = async {
        for _ in 0..5 {
            tokio::time::sleep(STALLED_AFTER / 2).await;
            sender.send(Bytes::from_static(b"x")).await.unwrap();
        }
    };
    // The last piece is held back until the end is known to be good.
    let read = async {
        for _ in 0..4 {
            assert_eq!(body.frame().await.unwrap().unwrap().into_data().unwrap(), "x");
        }
        body.frame().await.unwrap().unwrap_err()
    };
    let (fault, ()) = tokio::join!(read, slowly);
    assert_eq!(fault, BodyFault::Stalled);
}

#[tokio::test]
async fn a_false_body_never_becomes_a_whole_one() {
    let wire = Way::Declared.wire(b"hello world", 8192);
    let (sender, receiver) = tokio::sync::mpsc::channel(4);
    let mut body = decode(Way::Declared.promise(b"hello w0rld"), Arriving(receiver));
    for piece in wire.chunks(4) {
        sender.send(Bytes::copy_from_slice(piece)).await.unwrap();
    }
    drop(sender);
    let mut passed = 0;
    let fault = loop {
        match body.frame().await.unwrap() {
            Ok(frame) => passed += frame.into_data().unwrap().len(),
            Err(fault) => break fault,
        }
    };
    assert_eq!((passed, fault), (8, BodyFault::Sha256Mismatch));
}
