//! Any input, in any framing and cut anywhere: the decoder does not panic, and what it says does not depend on the cuts.
#![no_main]

use bytes::Bytes;
use http::{HeaderMap, HeaderValue};
use libfuzzer_sys::fuzz_target;
use s3::body::Promise;
use sigv4::chunk::ChunkChain;
use sigv4::{PayloadClaim, SigningKey, Timestamp};

fuzz_target!(|input: (u8, u16, Vec<u8>, Vec<u8>)| {
    let (way, length, cuts, wire) = input;
    let claim = match way % 5 {
        0 => PayloadClaim::Unsigned,
        1 => PayloadClaim::Sha256([0; 32]),
        2 => PayloadClaim::StreamingSigned,
        3 => PayloadClaim::StreamingSignedTrailer,
        _ => PayloadClaim::StreamingUnsignedTrailer,
    };
    let whole = promise(claim, length).decode_pieces([Bytes::from(wire.clone())]);
    let mut pieces = Vec::new();
    let mut rest = Bytes::from(wire);
    for cut in cuts {
        pieces.push(rest.split_to(usize::from(cut).min(rest.len())));
    }
    pieces.push(rest);
    let cut = promise(claim, length).decode_pieces(pieces);
    match (whole.1, cut.1) {
        (Ok(one), Ok(other)) => assert_eq!((whole.0, one), (cut.0, other)),
        // How far it came, and which of several faults it met first, may depend on the cuts.
        (Err(_), Err(_)) => {}
        (one, other) => panic!("{one:?}, and in pieces {other:?}"),
    }
});

fn promise(claim: PayloadClaim, length: u16) -> Promise {
    let mut headers = HeaderMap::new();
    headers.insert("x-amz-decoded-content-length", HeaderValue::from(length));
    if matches!(claim, PayloadClaim::StreamingSignedTrailer | PayloadClaim::StreamingUnsignedTrailer) {
        headers.insert("x-amz-trailer", HeaderValue::from_static("x-amz-checksum-crc32"));
    }
    let chain = || {
        let key = SigningKey::derive(b"secret", "20260102", "us-east-1", "s3");
        let requested = Timestamp::from_ms(1_767_323_045_000);
        ChunkChain::start(&key, requested, "20260102/us-east-1/s3/aws4_request", &"5e".repeat(32))
    };
    match Promise::read(&headers, claim, claim.has_signed_chunks().then(chain), true) {
        Ok(promise) => promise,
        Err(fault) => panic!("an honest promise: {fault:?}"),
    }
}
