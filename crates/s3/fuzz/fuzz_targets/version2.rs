//! Signatures of both versions, read from any head: nothing panics, and a signature of version 2 that was made of what is read
//! verifies, and no longer when a signed part is another. Lines of the input: method, target, then headers.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sigv4::{Payload, RegionRule, Request, Rules, v2};

const SECRET: &[u8] = b"secret";
const NOW_MS: i64 = 1_767_323_045_000;

fuzz_target!(|text: &str| {
    let mut lines = text.lines();
    let (Some(method), Some(target)) = (lines.next(), lines.next()) else { return };
    let headers: Vec<(&str, &[u8])> =
        lines.filter_map(|line| line.split_once(':')).map(|(name, value)| (name, value.as_bytes())).collect();
    let (raw_path, raw_query) = target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
    let request = Request { method, raw_path, raw_query, headers: &headers, body: Payload::Unread };
    let _ = sigv4::parse(&request, &Rules::s3(RegionRule::Any), NOW_MS);
    let _ = v2::parse(&request, Some("app"), NOW_MS);

    let Some(rest) = raw_query.filter(|query| !query.contains("Signature")) else { return };
    let with = |signature: &str| {
        let signature = signature.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
        format!("AWSAccessKeyId=A&Expires=1900000000&Signature={signature}&{rest}")
    };
    let unsigned = with("x");
    let Ok(Some(read)) = v2::parse(&Request { raw_query: Some(&unsigned), ..request }, None, NOW_MS) else { return };
    let signed = with(&v2::sign(read.string_to_sign(), SECRET));
    let signed = Request { raw_query: Some(&signed), ..request };
    match v2::parse(&signed, None, NOW_MS) {
        Ok(Some(read)) => {
            // Of several key ids, dates or signatures the first counts: ours.
            assert_eq!(v2::verify(&read, SECRET), Ok(()));
            assert!(v2::verify(&read, b"other").is_err());
        }
        other => panic!("{other:?}"),
    }
    let elsewhere = format!("{raw_path}x");
    if let Ok(Some(read)) = v2::parse(&Request { raw_path: &elsewhere, ..signed }, None, NOW_MS) {
        assert!(v2::verify(&read, SECRET).is_err(), "another path");
    }
});
