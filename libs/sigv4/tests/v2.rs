//! Signatures of version 2 in the query: what botocore signs verifies, what is changed does not, and nothing panics.
#![allow(clippy::unwrap_used, clippy::panic)]

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use sigv4::v2::{Presigned, parse, sign, verify};
use sigv4::{Payload, Refusal, Request, Version2Fault};

const KEY_ID: &str = "AKIAIOSFODNN7EXAMPLE";
const SECRET: &[u8] = b"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const NOW_MS: i64 = 1_767_323_045_000; // 2026-01-02T03:04:05Z
const EXPIRES: i64 = 1_767_323_645; // ten minutes later

fn request<'a>(method: &'a str, path: &'a str, query: &'a str, headers: &'a [(&'a str, &'a [u8])]) -> Request<'a> {
    Request { method, raw_path: path, raw_query: Some(query), headers, body: Payload::Unread }
}

/// Reads and verifies, with the key id as the caller would look it up.
fn check(request: &Request<'_>, host_bucket: Option<&str>, now_ms: i64) -> Result<(), Refusal> {
    let presented = parse(request, host_bucket, now_ms)?.unwrap();
    assert_eq!(presented.access_key_id(), KEY_ID);
    verify(&presented, SECRET)
}

/// Made by botocore 1.x, `HmacV1QueryAuth`, at the same moment: method, bucket in the host, path, query.
const BOTOCORE: &[(&str, Option<&str>, &str, &str)] = &[
    (
        "GET",
        None,
        "/fans/a%20b/%C3%A9.txt",
        "AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Signature=Fi3kBrqZj7%2BCrNgK50C3Etg%2FeIs%3D&Expires=1767323645",
    ),
    (
        "GET",
        Some("fans"),
        "/a.txt",
        "response-content-type=text%2Fplain&versionId=3&AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&\
         Signature=n45%2FErSrHLCFZO%2BPCTR9n8JHapo%3D&Expires=1767323645",
    ),
    (
        "PUT",
        None,
        "/fans/a.txt",
        "AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Signature=bKd0qbA4aY04GEHYBOd9JEewuiM%3D&content-type=text%2Fplain&\
         x-amz-acl=private&content-md5=XUFAKrxLKna5cZ2REBfFkg%3D%3D&Expires=1767323645",
    ),
    (
        "HEAD",
        None,
        "/fans/a.txt",
        "AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Signature=S1HYza6MRsa9IVh6404BQFR6dtA%3D&\
         x-amz-security-token=TOKEN%2F%2B%3D&Expires=1767323645",
    ),
    (
        "GET",
        None,
        "/fans",
        "prefix=a&acl&AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Signature=mvSqrfUga8Fvk2D4ew%2BMzWw8q2M%3D&\
         Expires=1767323645",
    ),
];

#[test]
fn what_botocore_signs_verifies_until_it_expires() {
    for (method, bucket, path, query) in BOTOCORE {
        let request = request(method, path, query, &[]);
        assert_eq!(check(&request, *bucket, NOW_MS), Ok(()), "{method} {path}");
        assert_eq!(check(&request, *bucket, EXPIRES * 1000), Ok(()), "{method} {path}");
        let late = check(&request, *bucket, EXPIRES * 1000 + 1000).unwrap_err();
        assert!(matches!(late, Refusal::Version2(Version2Fault::Expired { .. })), "{late}");
        assert_eq!(late.message(), "Request has expired");
    }
    let (method, _, path, query) = BOTOCORE[3];
    let request = request(method, path, query, &[]);
    assert_eq!(parse(&request, None, NOW_MS).unwrap().unwrap().session_token(), Some("TOKEN/+="));
}

#[test]
fn the_bucket_of_the_host_and_that_of_the_path_are_not_confused() {
    // Signed as `/fans/a.txt`, sent to the host of another bucket: the resource is `/other/fans/a.txt`.
    let (method, _, path, query) = BOTOCORE[0];
    assert_eq!(check(&request(method, path, query, &[]), Some("other"), NOW_MS), Err(Refusal::SignatureMismatch));
    let (method, _, path, query) = BOTOCORE[1];
    assert_eq!(check(&request(method, path, query, &[]), None, NOW_MS), Err(Refusal::SignatureMismatch));
}

#[test]
fn what_is_missing_or_cannot_be_taken_is_named() {
    let refusal = |method: &str, query: &str, headers: &[(&str, &[u8])]| {
        let request = request(method, "/fans/a.txt", query, headers);
        parse(&request, None, NOW_MS).map(|found| found.is_some())
    };
    let version2 = |fault| Err(Refusal::Version2(fault));
    assert_eq!(refusal("GET", "Expires=1", &[]), Ok(false));
    assert_eq!(refusal("GET", "Signature=x&Expires=1", &[]), version2(Version2Fault::MissingParts));
    assert_eq!(refusal("GET", "AWSAccessKeyId=x&Signature=x", &[]), version2(Version2Fault::MissingParts));
    for given in ["", "x", "-1", "1e9", "1767323645000000"] {
        let query = format!("AWSAccessKeyId=x&Signature=x&Expires={given}");
        let fault = Version2Fault::MalformedExpires { given: given.to_owned() };
        assert_eq!(refusal("GET", &query, &[]), version2(fault));
    }
    let whole = format!("AWSAccessKeyId=x&Signature=x&Expires={EXPIRES}");
    for method in ["POST", "DELETE", "PATCH"] {
        assert_eq!(refusal(method, &whole, &[]), version2(Version2Fault::Method));
    }
    assert_eq!(refusal("GET", &whole, &[("Authorization", b"AWS4-HMAC-SHA256 x")]), Err(Refusal::TwoSignatures));
    assert_eq!(refusal("GET", &format!("X-Amz-Algorithm=x&{whole}"), &[]), Err(Refusal::TwoSignatures));
    for name in ["encryption", "publicAccessBlock", "retention", "attributes", "Acl"] {
        let fault = Version2Fault::NotSigned { name: name.to_owned() };
        assert_eq!(refusal("GET", &format!("{name}&{whole}"), &[]), version2(fault));
    }
    let twice = refusal("PUT", &format!("X-AMZ-ACL=private&{whole}"), &[("x-amz-acl", b"public-read")]);
    assert_eq!(twice, Err(Refusal::RepeatedHeader { name: "x-amz-acl".to_owned() }));
}

/// A request that a signer may have made: parameters that are signed or may travel, headers that count.
#[derive(Clone, Debug)]
struct Plain {
    method: &'static str,
    path: String,
    parameters: Vec<(&'static str, String)>,
    headers: Vec<(&'static str, String)>,
    host_bucket: Option<&'static str>,
}

impl Plain {
    fn query(&self, signature: &str) -> String {
        let mut query: String =
            self.parameters.iter().map(|(name, value)| format!("{name}={}&", escaped(value))).collect();
        query += &format!("AWSAccessKeyId={KEY_ID}&Expires={EXPIRES}&Signature={}", escaped(signature));
        query
    }

    fn with<T>(&self, query: &str, then: impl FnOnce(&Request<'_>) -> T) -> T {
        let headers: Vec<(&str, &[u8])> = self.headers.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
        then(&request(self.method, &self.path, query, &headers))
    }

    fn signed(&self) -> String {
        let string_to_sign = |request: &Request<'_>| {
            let found: Presigned<'_> = parse(request, self.host_bucket, NOW_MS).unwrap().unwrap();
            found.string_to_sign().to_vec()
        };
        self.query(&sign(&self.with(&self.query(""), string_to_sign), SECRET))
    }
}

fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn plain() -> impl Strategy<Value = Plain> {
    let parameter = (prop::sample::select(vec!["acl", "versionId", "prefix", "uploadId", "x-amz-meta-p"]), ".{0,8}");
    let header = (prop::sample::select(vec!["x-amz-meta-a", "X-Amz-Acl", "Content-Type", "Content-MD5"]), "[ -~]{0,8}");
    let method = prop::sample::select(vec!["GET", "HEAD", "PUT"]);
    let bucket = prop::sample::select(vec![None, Some("fans")]);
    (method, "/[a-z/]{1,8}", vec(parameter, 0..4), vec(header, 0..4), bucket).prop_map(
        |(method, path, mut parameters, mut headers, host_bucket)| {
            parameters.sort();
            parameters.dedup_by_key(|(name, _)| *name);
            headers.sort();
            headers.dedup_by_key(|(name, _)| *name);
            Plain { method, path, parameters, headers, host_bucket }
        },
    )
}

proptest! {
    #[test]
    fn what_is_signed_verifies_and_no_other_secret_does(plain in plain()) {
        let query = plain.signed();
        plain.with(&query, |request| {
            assert_eq!(check(request, plain.host_bucket, NOW_MS), Ok(()));
            let presented = parse(request, plain.host_bucket, NOW_MS).unwrap().unwrap();
            assert_eq!(verify(&presented, b"guess"), Err(Refusal::SignatureMismatch));
        });
    }

    #[test]
    fn what_is_changed_does_not_verify(plain in plain(), which in any::<Index>(), what in any::<Index>()) {
        let query = plain.signed();
        let mut changed = plain.clone();
        let mut changed_query = query.clone();
        match what.index(5) {
            0 => changed.method = if plain.method == "GET" { "PUT" } else { "GET" },
            1 => changed.path.push('x'),
            2 => changed.headers.push(("x-amz-tagging", "a=b".to_owned())),
            3 => changed_query.push_str("&tagging"),
            _ => {
                // One digit of the signature or of the expiry.
                let start = query.find("&Expires=").unwrap() + "&Expires=".len() + 3;
                let at = start + which.index(7);
                let digit = if &query[at..=at] == "1" { "2" } else { "1" };
                changed_query.replace_range(at..=at, digit);
            }
        }
        changed.with(&changed_query, |request| {
            let checked = parse(request, plain.host_bucket, NOW_MS)
                .and_then(|found| verify(&found.unwrap(), SECRET));
            assert!(checked.is_err());
        });
    }

    #[test]
    fn nothing_panics(
        method in prop::sample::select(vec!["GET", "PUT", "POST"]),
        path in "\\PC{0,12}",
        query in "(AWSAccessKeyId|Signature|Expires|x-amz-a|acl|=|&|%|[0-9]|\\PC){0,12}",
        value in vec(any::<u8>(), 0..8),
    ) {
        let headers: [(&str, &[u8]); 2] = [("x-amz-date", &value), ("content-type", &value)];
        if let Ok(Some(found)) = parse(&request(method, &path, &query, &headers), Some("fans"), NOW_MS) {
            let _ = verify(&found, SECRET);
        }
    }
}

#[test]
fn a_bucket_may_be_signed_with_a_slash_behind_it() {
    // As botocore's client signs ListObjects: `/fans/`, whatever the URL says.
    let query = |signature: &str| format!("AWSAccessKeyId={KEY_ID}&Expires={EXPIRES}&Signature={}", escaped(signature));
    let signature = sign(format!("GET\n\n\n{EXPIRES}\n/fans/").as_bytes(), SECRET);
    for path in ["/fans", "/fans/"] {
        assert_eq!(check(&request("GET", path, &query(&signature), &[]), None, NOW_MS), Ok(()), "{path}");
    }
    let of_object = sign(format!("GET\n\n\n{EXPIRES}\n/fans/a/").as_bytes(), SECRET);
    let answer = check(&request("GET", "/fans/a", &query(&of_object), &[]), None, NOW_MS);
    assert_eq!(answer, Err(Refusal::SignatureMismatch));
}
