//! Refusals that clients cannot tell apart by their sentence, and what is accepted beside them.
#![allow(clippy::unwrap_used, clippy::panic)]

use sigv4::{
    ContentSha256, PathRule, Payload, PayloadClaim, Presented, Refusal, RefusalKind, RegionRule, Request, Rules,
    Signing, SigningKey, demand, parse, presign_query, rules, sign_headers, verify,
};

const NOW_MS: i64 = 1_767_323_045_000; // 2026-01-02T03:04:05Z
const SECRET: &[u8] = b"secret";

fn stacked<'h>(headers: &[(&'h str, &'h str)]) -> Vec<(&'h str, &'h [u8])> {
    headers.iter().map(|(name, value)| (*name, value.as_bytes())).collect()
}

fn request<'r>(headers: &'r [(&'r str, &'r [u8])], body: Payload<'r>) -> Request<'r> {
    Request { method: "PUT", raw_path: "/a/b", raw_query: None, headers, body }
}

fn check<'r>(request: &Request<'r>, rules: &Rules<'_>) -> Result<Presented<'r>, Refusal> {
    let presented = demand(request, rules, NOW_MS)?;
    verify(request, &presented, SECRET)?;
    Ok(presented)
}

fn signing(key: &SigningKey, content_sha256: ContentSha256) -> Signing<'_> {
    let (service, path) = match content_sha256 {
        ContentSha256::Implied => ("sts", PathRule::Normalised),
        _ => ("s3", PathRule::Key),
    };
    Signing {
        access_key_id: "AKIAEXAMPLE",
        key,
        session_token: None,
        region: "eu-west-1",
        service,
        now_ms: NOW_MS,
        path,
        content_sha256,
    }
}

/// Signs for S3 and hands over the headers that travel.
fn s3_headers(body: Payload<'_>, content_sha256: ContentSha256) -> Vec<(&'static str, String)> {
    let key = SigningKey::derive(SECRET, "20260102", "eu-west-1", "s3");
    let headers: [(&str, &[u8]); 1] = [("host", b"example.com")];
    let mut all = vec![("host", "example.com".to_owned())];
    all.extend(sign_headers(&request(&headers, body), &signing(&key, content_sha256)).unwrap());
    all
}

fn borrowed<'h>(headers: &'h [(&'static str, String)]) -> Vec<(&'h str, &'h [u8])> {
    headers.iter().map(|(name, value)| (*name, value.as_bytes())).collect()
}

/// Signs for STS with these headers.
fn sts_headers(headers: &[(&'static str, &'static str)]) -> Vec<(&'static str, String)> {
    let key = SigningKey::derive(SECRET, "20260102", "eu-west-1", "sts");
    let plain = stacked(headers);
    let added = sign_headers(&request(&plain, Payload::Bytes(b"")), &signing(&key, ContentSha256::Implied)).unwrap();
    headers.iter().map(|(name, value)| (*name, (*value).to_owned())).chain(added).collect()
}

const STS: Rules<'static> = Rules::service(&["sts"], RegionRule::Any);
const S3: Rules<'static> = Rules::s3(RegionRule::Any);

#[test]
fn one_signed_target_cannot_become_two() {
    // The signature covers the values joined by a comma, so both spellings have the same canonical request.
    let mut headers = sts_headers(&[("host", "example.com"), ("x-amz-target", "A.One,A.Two")]);
    check(&request(&borrowed(&headers), Payload::Bytes(b"")), &STS).unwrap();
    headers[1].1 = "A.One".to_owned();
    headers.insert(2, ("x-amz-target", "A.Two".to_owned()));
    let refusal = check(&request(&borrowed(&headers), Payload::Bytes(b"")), &STS).unwrap_err();
    assert_eq!(refusal, Refusal::RepeatedHeader { name: "x-amz-target".into() });
    assert_eq!(refusal.message(), Refusal::SignatureMismatch.message());
}

#[test]
fn other_headers_may_be_given_twice_or_joined() {
    let mut headers = sts_headers(&[("host", "example.com"), ("x-custom", "one"), ("x-custom", "two")]);
    check(&request(&borrowed(&headers), Payload::Bytes(b"")), &STS).unwrap();
    headers[1].1 = "one,two".to_owned();
    headers.remove(2);
    check(&request(&borrowed(&headers), Payload::Bytes(b"")), &STS).unwrap();
}

#[test]
fn a_signed_header_that_is_absent_refuses() {
    // Signed as present and empty; then left out. Both would read `x-custom:` if absence counted as empty.
    let mut headers = sts_headers(&[("host", "example.com"), ("x-custom", "")]);
    check(&request(&borrowed(&headers), Payload::Bytes(b"")), &STS).unwrap();
    headers.remove(1);
    let refusal = check(&request(&borrowed(&headers), Payload::Bytes(b"")), &STS).unwrap_err();
    assert_eq!(refusal, Refusal::SignedHeaderAbsent { name: "x-custom".into() });
    assert_eq!(refusal.kind(), RefusalKind::SignatureDoesNotMatch);
}

#[test]
fn two_authorizations_are_refused_even_if_the_first_is_good() {
    let mut headers = sts_headers(&[("host", "example.com")]);
    headers.push(("Authorization", "AWS4-HMAC-SHA256 Credential=x".to_owned()));
    let refusal = check(&request(&borrowed(&headers), Payload::Bytes(b"")), &STS).unwrap_err();
    assert_eq!(refusal, Refusal::RepeatedHeader { name: "authorization".into() });
}

#[test]
fn what_only_informs_may_travel_unsigned() {
    let mut headers = sts_headers(&[("host", "example.com")]);
    headers.push(("X-Amz-User-Agent", "aws-sdk-php".to_owned()));
    headers.push(("x-amzn-trace-id", "Root=1".to_owned()));
    check(&request(&borrowed(&headers), Payload::Bytes(b"")), &STS).unwrap();
    headers.push(("x-amz-checksum-mode", "ENABLED".to_owned()));
    let refusal = check(&request(&borrowed(&headers), Payload::Bytes(b"")), &STS).unwrap_err();
    assert_eq!(refusal, Refusal::HeadersNotSigned { names: vec!["x-amz-checksum-mode".into()] });
}

#[test]
fn the_authority_of_http2_is_the_host() {
    let mut headers = sts_headers(&[("host", "example.com")]);
    headers[0].0 = ":authority";
    check(&request(&borrowed(&headers), Payload::Bytes(b"")), &STS).unwrap();
    headers[0].1 = "example.org".to_owned();
    let refusal = check(&request(&borrowed(&headers), Payload::Bytes(b"")), &STS).unwrap_err();
    assert_eq!(refusal, Refusal::SignatureMismatch);
}

#[test]
fn the_date_header_will_do() {
    // X-Amz-Date is not sent: the same moment in the spelling of HTTP.
    let key = SigningKey::derive(SECRET, "20260102", "eu-west-1", "sts");
    let canonical = "PUT\n/a/b\n\nhost:example.com\n\nhost\n\
                     e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, canonical.as_bytes());
    let scope = "20260102/eu-west-1/sts/aws4_request";
    let string = format!("AWS4-HMAC-SHA256\n20260102T030405Z\n{scope}\n{}", const_hex::encode(digest.as_ref()));
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/{scope}, SignedHeaders=host, Signature={}",
        key.sign(string.as_bytes())
    );
    let mut headers =
        [("host", "example.com"), ("date", "Fri, 02 Jan 2026 03:04:05 GMT"), ("authorization", authorization.as_str())];
    check(&request(&stacked(&headers), Payload::Bytes(b"")), &STS).unwrap();
    // It is not among the signed headers, and yet cannot be moved: the string to sign holds it.
    headers[1].1 = "Fri, 02 Jan 2026 03:04:06 GMT";
    let refusal = check(&request(&stacked(&headers), Payload::Bytes(b"")), &STS).unwrap_err();
    assert_eq!(refusal, Refusal::SignatureMismatch);
}

#[test]
fn the_body_must_be_read_unless_s3_declares_it() {
    let headers = sts_headers(&[("host", "example.com")]);
    let refusal = check(&request(&borrowed(&headers), Payload::Unread), &STS).unwrap_err();
    assert_eq!(refusal, Refusal::BodyNotRead);
    for claim in [
        PayloadClaim::Unsigned,
        PayloadClaim::StreamingSigned,
        PayloadClaim::StreamingSignedTrailer,
        PayloadClaim::StreamingUnsignedTrailer,
        PayloadClaim::Sha256([7; 32]),
    ] {
        let headers = s3_headers(Payload::Unread, ContentSha256::Claim(claim));
        let pairs = borrowed(&headers);
        let request = request(&pairs, Payload::Unread);
        assert_eq!(check(&request, &S3).unwrap().payload_claim(), Some(claim));
    }
}

#[test]
fn unsigned_payload_is_s3s_alone() {
    // Everything as S3 would take it, but for a service that always hashes.
    let headers = s3_headers(Payload::Unread, ContentSha256::Claim(PayloadClaim::Unsigned));
    let hashing = Rules { payload: sigv4::PayloadRule::Hashed, ..S3 };
    let refusal = check(&request(&borrowed(&headers), Payload::Bytes(b"anything")), &hashing).unwrap_err();
    assert_eq!(refusal, Refusal::SignatureMismatch);
}

#[test]
fn the_body_must_be_the_declared_one() {
    let headers = s3_headers(Payload::Bytes(b"hello"), ContentSha256::OfBody);
    check(&request(&borrowed(&headers), Payload::Bytes(b"hello")), &S3).unwrap();
    let refusal = check(&request(&borrowed(&headers), Payload::Bytes(b"Hello")), &S3).unwrap_err();
    assert_eq!(refusal.kind(), RefusalKind::ContentSha256Mismatch);
    let refusal = check(&request(&borrowed(&headers), Payload::Sha256([0; 32])), &S3).unwrap_err();
    assert_eq!(refusal.kind(), RefusalKind::ContentSha256Mismatch);
}

#[test]
fn what_is_not_signed_is_none_whatever_its_query() {
    let headers = stacked(&[("host", "example.com")]);
    for query in [None, Some("a=%zz"), Some("X-Amz-Date=1&x-amz-algorithm=2")] {
        let request = Request { raw_query: query, ..request(&headers, Payload::Bytes(b"")) };
        assert!(parse(&request, &STS, NOW_MS).unwrap().is_none());
    }
}

#[test]
fn what_is_too_large_is_refused_early() {
    let many: Vec<(&str, &[u8])> = vec![("a", b"b"); rules::MAX_HEADERS + 1];
    let long = "a".repeat(rules::MAX_HEADER_BYTES);
    let pairs = "a&".repeat(rules::MAX_QUERY_PAIRS + 1);
    let path = format!("/{}", "a".repeat(rules::MAX_URI_BYTES));
    let plain = stacked(&[("host", "example.com")]);
    let long_header = stacked(&[("a", &long)]);
    for request in [
        request(&many, Payload::Unread),
        request(&long_header, Payload::Unread),
        Request { raw_query: Some(&pairs), ..request(&plain, Payload::Unread) },
        Request { raw_path: &path, ..request(&plain, Payload::Unread) },
    ] {
        let refusal = demand(&request, &STS, NOW_MS).unwrap_err();
        assert_eq!(refusal.kind(), RefusalKind::TooLarge, "{refusal:?}");
    }
}

#[test]
fn refusals_repeat_no_more_than_they_must() {
    let long = format!("é{}", "é".repeat(10_000));
    let headers = stacked(&[("host", "example.com"), ("authorization", &long)]);
    let refusal = demand(&request(&headers, Payload::Unread), &STS, NOW_MS).unwrap_err();
    assert!(refusal.message().len() < 5000);
}

#[test]
fn nothing_prints_a_token_or_a_signature() {
    let key = SigningKey::derive(SECRET, "20260102", "eu-west-1", "sts");
    let plain = stacked(&[("host", "example.com")]);
    let request = request(&plain, Payload::Bytes(b"a password"));
    let signing = Signing { session_token: Some("a-session-token"), ..signing(&key, ContentSha256::Implied) };
    let query = presign_query(&request, &signing, 60).unwrap();
    let request = Request { raw_query: Some(&query), ..request };
    let presented = check(&request, &STS).unwrap();
    assert_eq!(presented.session_token(), Some("a-session-token"));
    for printed in [format!("{presented:?}"), format!("{request:?}"), format!("{signing:?}"), format!("{key:?}")] {
        assert!(!printed.contains("a-session-token") && !printed.contains("password"), "{printed}");
        assert!(!printed.contains(presented.signature()), "{printed}");
    }
}

#[test]
fn the_gate_has_its_sentences() {
    // Rows 14 and 15 (spec/sts-and-iam.md E2): mind the full stops.
    for (refusal, kind, sentence) in [
        (
            Refusal::InvalidSessionToken,
            RefusalKind::InvalidClientToken,
            "The security token included in the request is invalid",
        ),
        (
            Refusal::ExpiredSessionToken,
            RefusalKind::ExpiredToken,
            "The security token included in the request is expired",
        ),
        (
            Refusal::UnknownAccessKey,
            RefusalKind::InvalidClientToken,
            "The security token included in the request is invalid.",
        ),
        (
            Refusal::InactiveAccessKey,
            RefusalKind::InvalidClientToken,
            "The AWS access key provided does not exist in our records.",
        ),
    ] {
        assert_eq!((refusal.kind(), refusal.message().as_str()), (kind, sentence));
    }
}
