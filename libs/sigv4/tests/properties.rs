//! Laws: what an independent signer signs verifies, what is changed does not, and nothing panics.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation, SigningSettings,
    UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use sigv4::{
    ContentSha256, PathRule, Payload, Refusal, RegionRule, Request, Rules, Signing, SigningKey, demand, parse,
    presign_query, sign_headers, verify,
};

const NOW_SECONDS: u64 = 1_767_323_045; // 2026-01-02T03:04:05Z
const NOW_MS: i64 = 1_767_323_045_000;
const SECRET: &str = "not/a+real=secret";

/// An unsigned request, as a client holds it.
#[derive(Clone, Debug)]
struct Plain {
    method: String,
    path: String,
    query: Option<String>,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    token: Option<String>,
    s3: bool,
}

/// What travels.
#[derive(Clone, Debug)]
struct Sent {
    plain: Plain,
    query: Option<String>,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Plain {
    fn rules(&self) -> Rules<'static> {
        if self.s3 { Rules::s3(RegionRule::Any) } else { Rules::service(&["sts"], RegionRule::Only("us-east-1")) }
    }

    /// Signed by the AWS SDK's signer.
    fn signed_by_sdk(&self, presign: bool) -> Sent {
        let mut settings = SigningSettings::default();
        if self.s3 {
            settings.percent_encoding_mode = PercentEncodingMode::Single;
            settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
            settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        }
        if presign {
            settings.signature_location = SignatureLocation::QueryParams;
            settings.expires_in = Some(Duration::from_secs(60));
        }
        let identity = Credentials::new("AKIAEXAMPLE", SECRET, self.token.clone(), None, "test").into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region("us-east-1")
            .name(if self.s3 { "s3" } else { "sts" })
            .time(SystemTime::UNIX_EPOCH + Duration::from_secs(NOW_SECONDS))
            .settings(settings)
            .build()
            .unwrap()
            .into();
        let query = self.query.as_ref().map(|query| format!("?{query}")).unwrap_or_default();
        let body = if self.s3 && presign { SignableBody::UnsignedPayload } else { SignableBody::Bytes(&self.body) };
        let signable = SignableRequest::new(
            &self.method,
            format!("https://example.com:4566{}{query}", self.path),
            self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())),
            body,
        )
        .unwrap();
        let (instructions, _) = sign(signable, &params).unwrap().into_parts();
        let mut headers = self.headers.clone();
        headers.extend(instructions.headers().map(|(name, value)| (name.to_owned(), value.to_owned())));
        let mut request =
            http::Request::builder().uri(format!("https://example.com:4566{}{query}", self.path)).body(()).unwrap();
        instructions.apply_to_request_http1x(&mut request);
        Sent {
            plain: self.clone(),
            query: request.uri().query().map(str::to_owned),
            headers: with_host(headers),
            body: self.body.clone(),
        }
    }

    /// Signed by us.
    fn signed_here(&self, presign: bool) -> Sent {
        let service = if self.s3 { "s3" } else { "sts" };
        let key = SigningKey::derive(SECRET.as_bytes(), "20260102", "us-east-1", service);
        let signing = Signing {
            access_key_id: "AKIAEXAMPLE",
            key: &key,
            session_token: self.token.as_deref(),
            region: "us-east-1",
            service,
            now_ms: NOW_MS,
            path: if self.s3 { PathRule::Key } else { PathRule::Normalised },
            content_sha256: if self.s3 { ContentSha256::OfBody } else { ContentSha256::Implied },
        };
        let mut headers = with_host(self.headers.clone());
        let mut query = self.query.clone();
        let pairs = pairs(&headers);
        let request = Request {
            method: &self.method,
            raw_path: &self.path,
            raw_query: self.query.as_deref(),
            headers: &pairs,
            body: Payload::Bytes(&self.body),
        };
        if presign {
            query = Some(presign_query(&request, &signing, 60).unwrap());
        } else {
            let added = sign_headers(&request, &signing).unwrap();
            drop(pairs);
            headers.extend(added.into_iter().map(|(name, value)| (name.to_owned(), value)));
        }
        Sent { plain: self.clone(), query, headers, body: self.body.clone() }
    }
}

impl Sent {
    fn verify(&self) -> Result<(), Refusal> {
        let pairs = pairs(&self.headers);
        let request = Request {
            method: &self.plain.method,
            raw_path: &self.plain.path,
            raw_query: self.query.as_deref(),
            headers: &pairs,
            body: Payload::Bytes(&self.body),
        };
        let presented = demand(&request, &self.plain.rules(), NOW_MS)?;
        assert_eq!(presented.access_key_id(), "AKIAEXAMPLE");
        assert_eq!(presented.session_token(), self.plain.token.as_deref());
        verify(&request, &presented, SECRET.as_bytes())
    }

    /// The signature, wherever it stands.
    fn signature(&self) -> String {
        let header = self.headers.iter().find(|(name, _)| name == "authorization").map(|(_, value)| value.as_str());
        let text = header.or(self.query.as_deref()).unwrap();
        let start = text.find("Signature=").unwrap() + "Signature=".len();
        text[start..start + 64].to_owned()
    }
}

fn with_host(mut headers: Vec<(String, String)>) -> Vec<(String, String)> {
    headers.push(("Host".to_owned(), "example.com:4566".to_owned()));
    headers
}

fn pairs(headers: &[(String, String)]) -> Vec<(&str, &[u8])> {
    headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect()
}

/// Paths as sent. For services anything an URI may hold; for S3 what SDKs make of a key: canonical escapes.
fn path(s3: bool) -> BoxedStrategy<String> {
    let segment = if s3 {
        vec(select(vec!["a", "Z", "0", "-", ".", "_", "~", "%20", "%2B", "%C3%BC", "%2F", "%25"]), 0..6)
    } else {
        vec(
            select(vec![
                "a", "Z", "0", "-", "_", "~", ".", "%20", "%2b", "%C3%BC", "%2F", "%25", "+", ":", "@", "*", "'", "(",
                "!", "$", "&", "=", ",", ";",
            ]),
            0..6,
        )
    };
    // Two dots in a row could climb above the root, which row 1 refuses; they have their cases.
    vec(segment.prop_map(|pieces| pieces.concat()), 1..5)
        .prop_map(|segments| format!("/{}", segments.join("/")))
        .prop_filter("climbs", move |path| s3 || !path.split('/').any(|segment| segment == ".."))
        .boxed()
}

fn query() -> impl Strategy<Value = Option<String>> {
    let word = || {
        vec(
            select(vec![
                "a",
                "b",
                "Z",
                "1",
                "-",
                ".",
                "_",
                "~",
                "%20",
                "+",
                "%2B",
                "%2b",
                "%C3%BC",
                "%26",
                "%3D",
                "/",
                ":",
                "*",
                "!",
                "?",
                "@",
                "$",
                "'",
                "(",
                ",",
                ";",
                "X-Amz-Date",
                "Action",
            ]),
            0..5,
        )
        .prop_map(|pieces| pieces.concat())
    };
    let pair = (word(), option::of(word())).prop_map(|(name, value)| match value {
        Some(value) => format!("{name}={value}"),
        None => name,
    });
    // In a presigned query the first of two X-Amz-Date wins, and the SDK appends its own: not a name of ours, then.
    option::of(vec(pair, 0..8).prop_map(|pairs| pairs.join("&"))).prop_filter("a parameter of the signature", |query| {
        !query
            .as_deref()
            .unwrap_or_default()
            .split('&')
            .any(|pair| pair == "X-Amz-Date" || pair.starts_with("X-Amz-Date="))
    })
}

fn plain(s3: bool) -> impl Strategy<Value = Plain> {
    let header = (
        select(vec!["content-type", "x-amz-target", "X-Amz-Meta-A", "accept", "x-custom", "range"]),
        "[!-~]{0,3}( {0,3}[!-~]{1,4}){0,3}",
    );
    (
        select(vec!["GET", "POST", "PUT", "DELETE", "HEAD"]),
        path(s3),
        query(),
        vec(header, 0..4),
        vec(any::<u8>(), 0..40),
        option::of("[A-Za-z0-9+/=]{1,60}"),
    )
        .prop_map(move |(method, path, query, headers, body, token)| {
            let mut headers: Vec<(String, String)> =
                headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
            // Headers that have one value are given once.
            let mut seen = false;
            headers.retain(|(name, _)| name != "x-amz-target" || !std::mem::replace(&mut seen, true));
            Plain { method: method.to_owned(), path, query, headers, body, token, s3 }
        })
}

fn any_plain() -> impl Strategy<Value = Plain> {
    prop_oneof![plain(false), plain(true)]
}

/// Another character of the same kind in place of one, so that the result is still a request.
fn changed(text: &str, at: Index) -> Option<String> {
    let places: Vec<usize> =
        text.char_indices().filter(|(_, c)| c.is_ascii_alphanumeric()).map(|(place, _)| place).collect();
    let place = *places.get(at.index(places.len().max(1)))?;
    let mut bytes = text.as_bytes().to_vec();
    bytes[place] = match bytes[place] {
        b'9' => b'0',
        b'z' => b'a',
        b'Z' => b'A',
        other => other + 1,
    };
    String::from_utf8(bytes).ok()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(768))]

    #[test]
    fn what_the_sdk_signs_verifies(plain in any_plain(), presign: bool) {
        let sent = plain.signed_by_sdk(presign);
        prop_assert_eq!(sent.verify(), Ok(()), "{:?}", sent);
    }

    #[test]
    fn what_is_signed_here_verifies(plain in any_plain(), presign: bool) {
        let sent = plain.signed_here(presign);
        prop_assert_eq!(sent.verify(), Ok(()), "{:?}", sent);
    }

    #[test]
    fn both_signers_agree(plain in any_plain()) {
        prop_assert_eq!(plain.signed_here(false).signature(), plain.signed_by_sdk(false).signature());
    }

    /// Changes the request behind the signature's back. The SDK's signer is the judge of whether the change is one:
    /// it still verifies if and only if the SDK gives the changed request the very same signature.
    #[test]
    fn a_changed_request_does_not_verify(
        plain in any_plain(), presign: bool, part in 0..6, at: Index,
    ) {
        let sent = plain.signed_by_sdk(presign);
        let mut other = plain.clone();
        match part {
            0 => other.method = changed(&plain.method, at).unwrap(),
            1 => match changed(&plain.path, at) {
                Some(path) => other.path = path,
                None => other.path.push('x'),
            },
            2 => other.query = Some(match plain.query.as_deref().and_then(|query| changed(query, at)) {
                Some(query) => query,
                None => format!("{}x=1", plain.query.map(|query| query + "&").unwrap_or_default()),
            }),
            3 => {
                let count = plain.headers.len();
                prop_assume!(count > 0);
                let value = &mut other.headers[at.index(count)].1;
                *value = changed(value, at).unwrap_or_else(|| format!("{value}x"));
            }
            4 => {
                let count = plain.headers.len();
                prop_assume!(count > 0);
                other.headers.remove(at.index(count));
            }
            _ => match plain.body.len() {
                0 => other.body.push(0),
                count => other.body[at.index(count)] ^= 1,
            },
        }
        // What can be signed at all: an escape may have become a bad one.
        let uri = format!("https://example.com:4566{}?{}", other.path, other.query.as_deref().unwrap_or_default());
        prop_assume!(uri.parse::<http::Uri>().is_ok());
        let judge = other.signed_by_sdk(presign);
        // The old signature on the new request.
        let mut forged = judge.clone();
        let (old, new) = (sent.signature(), judge.signature());
        forged.query = forged.query.map(|query| query.replace(&new, &old));
        for (name, value) in &mut forged.headers {
            if name == "authorization" {
                *value = value.replace(&new, &old);
            }
        }
        if old == new {
            prop_assert_eq!(forged.verify(), Ok(()), "{:?}", forged);
        } else {
            prop_assert!(forged.verify().is_err(), "{:?}", forged);
            // And with nothing but the part itself changed: what the signer declared (hash, names) stays as it was.
            let mut tampered = sent.clone();
            tampered.plain = other.clone();
            tampered.body = other.body.clone();
            match part {
                2 => {
                    let added = sent.query.as_deref().unwrap_or_default();
                    let own = judge.query.as_deref().unwrap_or_default();
                    tampered.query = Some(if presign { format!("x{own}&{added}") } else { own.to_owned() });
                }
                3 | 4 => {
                    let count = plain.headers.len();
                    tampered.headers.splice(..count, other.headers.iter().cloned());
                }
                _ => {}
            }
            // A presigned S3 URL does not cover the body: that is what it is for.
            if !(part == 5 && presign && plain.s3) {
                prop_assert!(tampered.verify().is_err(), "{:?}", tampered);
            }
        }
    }

    #[test]
    fn a_changed_signature_does_not_verify(plain in any_plain(), presign: bool, at in 0usize..64, digit in 1u8..16) {
        let mut sent = plain.signed_by_sdk(presign);
        let old = sent.signature();
        let mut digits = old.clone().into_bytes();
        let value = char::from(digits[at]).to_digit(16).unwrap() as u8 ^ digit;
        digits[at] = b"0123456789abcdef"[usize::from(value)];
        let new = String::from_utf8(digits).unwrap();
        sent.query = sent.query.map(|query| query.replace(&old, &new));
        sent.headers.iter_mut().for_each(|(_, value)| *value = value.replace(&old, &new));
        prop_assert_eq!(sent.verify(), Err(Refusal::SignatureMismatch));
    }

    /// Every character of the authentication material itself, apart from the signature.
    #[test]
    fn changed_authentication_material_does_not_verify(plain in any_plain(), presign: bool, at: Index) {
        let mut sent = plain.signed_by_sdk(presign);
        if presign {
            let query = sent.query.clone().unwrap();
            let other = changed(&query, at).unwrap();
            // Case of hexadecimal escapes does not matter, so let the change be one of meaning.
            prop_assume!(!query.eq_ignore_ascii_case(&other));
            sent.query = Some(other);
        } else {
            let header = sent.headers.iter_mut().find(|(name, _)| name == "authorization").unwrap();
            header.1 = changed(&header.1, at).unwrap();
        }
        // The key id is covered by nothing but its secret: a store would answer with another one.
        let pairs = pairs(&sent.headers);
        let request = Request {
            method: &plain.method,
            raw_path: &plain.path,
            raw_query: sent.query.as_deref(),
            headers: &pairs,
            body: Payload::Bytes(&plain.body),
        };
        if let Ok(presented) = demand(&request, &plain.rules(), NOW_MS)
            && (presented.access_key_id() == "AKIAEXAMPLE" || presign)
        {
            prop_assert!(verify(&request, &presented, SECRET.as_bytes()).is_err(), "{:?}", sent);
        }
    }

    #[test]
    fn an_added_amz_header_does_not_verify(plain in any_plain(), presign: bool, name in "x-amz-[a-z]{1,8}", value in "[!-~]{0,8}") {
        let mut sent = plain.signed_by_sdk(presign);
        sent.headers.push((name.to_ascii_uppercase(), value));
        prop_assert!(sent.verify().is_err(), "{:?}", sent);
    }

    #[test]
    fn garbage_never_panics(
        method in any::<String>(),
        path in any::<String>(),
        query in option::of(any::<String>()),
        headers in vec((any::<String>(), vec(any::<u8>(), 0..40)), 0..8),
        now_ms: i64,
    ) {
        let headers: Vec<(&str, &[u8])> = headers.iter().map(|(name, value)| (name.as_str(), value.as_slice())).collect();
        examine(&method, &path, query.as_deref(), &headers, now_ms);
    }

    #[test]
    fn almost_signatures_never_panic(
        path in "(/[a-z.%]{0,4}){0,4}",
        pairs in vec((
            select(vec!["Algorithm", "Credential", "Date", "Expires", "SignedHeaders", "Signature", "Security-Token", "Content-Sha256"]),
            pieces(),
        ), 0..10),
        authorization in option::of((pieces(), pieces(), pieces())),
        dates in vec((select(vec!["date", "x-amz-date", "x-amz-content-sha256", "host", "x-amz-security-token"]), pieces()), 0..6),
        now_ms in prop_oneof![Just(NOW_MS), any::<i64>()],
    ) {
        let query: Vec<String> = pairs.iter().map(|(name, value)| format!("X-Amz-{name}={value}")).collect();
        let authorization = authorization.map(|(credential, names, signature)| {
            format!("AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={names}, Signature={signature}")
        });
        let mut headers: Vec<(&str, &[u8])> = dates.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
        headers.extend(authorization.as_deref().map(|value| ("Authorization", value.as_bytes())));
        examine("GET", &path, Some(&query.join("&")), &headers, now_ms);
        examine("GET", &path, None, &headers, now_ms);
    }
}

fn pieces() -> impl Strategy<Value = String> {
    let piece = select(vec![
        "",
        "/",
        ";",
        "host",
        "x-amz-date",
        "AKIAEXAMPLE/20260102/us-east-1/s3/aws4_request",
        "20260102T030405Z",
        "%",
        "%2",
        "%2F",
        "+",
        "AWS4-HMAC-SHA256",
        "é",
        "-1",
        "60",
        "0",
        ",",
        "=",
        "Fri, 02 Jan 2026 03:04:05 GMT",
        "UNSIGNED-PAYLOAD",
        "99999999999999999999",
        ":authority",
        "AKIAEXAMPLE/20260102/us-east-1/sts/aws4_request",
    ]);
    prop_oneof![3 => piece.clone().prop_map(str::to_owned), 1 => vec(piece, 0..4).prop_map(|pieces| pieces.concat())]
}

/// Everything that can be called on a request, and on what it says.
fn examine(method: &str, path: &str, query: Option<&str>, headers: &[(&str, &[u8])], now_ms: i64) {
    for body in [Payload::Bytes(b"body"), Payload::Sha256([7; 32]), Payload::Unread] {
        let request = Request { method, raw_path: path, raw_query: query, headers, body };
        for rules in [Rules::s3(RegionRule::Any), Rules::service(&["sts"], RegionRule::Only("us-east-1"))] {
            match parse(&request, &rules, now_ms) {
                Ok(Some(presented)) => {
                    let refusal = verify(&request, &presented, b"secret").unwrap_err();
                    let _ = (refusal.message(), refusal.to_string(), format!("{presented:?}"));
                }
                Ok(None) => {}
                Err(refusal) => {
                    let _ = (refusal.message(), refusal.kind(), refusal.to_string());
                }
            }
        }
        let key = SigningKey::derive(b"secret", "20260102", "us-east-1", "s3");
        for content_sha256 in [ContentSha256::Implied, ContentSha256::OfBody] {
            let signing = Signing {
                access_key_id: method,
                key: &key,
                session_token: query,
                region: path,
                service: "s3",
                now_ms,
                path: PathRule::Normalised,
                content_sha256,
            };
            let _ = (sign_headers(&request, &signing), presign_query(&request, &signing, u32::MAX));
        }
    }
}
