//! A call as it was read: what decides and what serves look at the same.

use crate::operation::{COPY_SOURCE, OF_SIGNATURE, OF_SIGNATURE_2, is_passed_over};
use crate::target::{self, decode, read_key};
use crate::{BucketName, ObjectKey, Operation, S3Fault, Target, header_rules};
use http::header::CONNECTION;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue};
use std::fmt::Write;

/// Most query parameters that a request may have.
const PARAMETERS_MOST: usize = 64;

/// Headers by which some S3 servers are asked for something that the operation's name does not tell: unpacking an archive into
/// many keys, reading inside one.
const MEANS_MORE: [&str; 3] = ["x-amz-meta-snowball-auto-extract", "x-amz-meta-minio-snowball-", "x-minio-"];

/// Headers of HTTP itself that decide something: what is done, or whether.
const STANDARD_ONCE: [&str; 8] = [
    "content-length",
    "content-md5",
    "content-type",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-unmodified-since",
    "range",
];

/// A request, read.
#[derive(Clone, Debug)]
pub struct Call {
    /// What is asked for.
    pub operation: Operation,
    /// Of what.
    pub target: Target,
    /// The query's pairs, decoded, in order, without those of the signature, headers that travelled as parameters, and what S3
    /// passes over: each of them means something to the operation.
    pub query: Vec<(String, String)>,
    /// The headers, with those that travelled as parameters of a presigned URL (`x-amz-acl=…`), without those of S3 that mean
    /// nothing to the operation, and with the copy source and tags each in its one canonical form. Promises about the body have
    /// to be looked for here.
    pub headers: HeaderMap,
    /// What is copied, in a copy.
    pub source: Option<CopySource>,
}

impl Call {
    /// Reads a request; `domains` as for [`target::read`].
    ///
    /// # Errors
    /// Those of [`target::read`] and [`Operation::find`]; `InvalidArgument` for headers that contradict themselves.
    pub fn read(parts: &Parts, domains: &[String]) -> Result<Self, S3Fault> {
        let target = target::read(parts, domains)?;
        let query = read_query(parts.uri.query().unwrap_or_default())?;
        let (mut query, mut headers) = fold(query, &parts.headers)?;
        query.retain(|(name, value)| !is_passed_over(&parts.method, &target, name, value));
        check_headers(&headers)?;
        let operation = Operation::find(&parts.method, &target, &query, &headers)?;
        header_rules::settle(operation, &mut headers)?;
        let source = header(&headers, COPY_SOURCE).map(CopySource::parse).transpose()?;
        if let Some(source) = &source {
            let canonical = HeaderValue::from_str(&source.canonical()).map_err(|_| S3Fault::invalid_uri())?;
            headers.insert(COPY_SOURCE, canonical);
        }
        Ok(Self { operation, target, query, headers, source })
    }

    /// A query parameter; `Some("")` when it has no value.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// A header, if it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }

    /// `versionId`.
    pub fn version(&self) -> Option<&str> {
        self.parameter("versionId")
    }
}

fn header<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| std::str::from_utf8(value.as_bytes()).ok())
}

/// The pairs of a query string, decoded; `+` is a blank.
///
/// # Errors
/// `InvalidURI`.
pub fn read_query(raw: &str) -> Result<Vec<(String, String)>, S3Fault> {
    let pieces: Vec<&str> = raw.split('&').filter(|piece| !piece.is_empty()).collect();
    if pieces.len() > PARAMETERS_MOST {
        return Err(S3Fault::invalid_uri());
    }
    let text = |raw: &str| decode(&raw.replace('+', " "));
    let pair = |piece: &str| {
        let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
        Ok((text(name)?, text(value)?))
    };
    pieces.into_iter().map(pair).collect()
}

/// Moves the headers that some SDKs put into the query of a presigned URL back to where they belong, and drops what belongs
/// to the signature. S3 reads both places, so a policy on `s3:x-amz-acl` has to see both.
fn fold(query: Vec<(String, String)>, headers: &HeaderMap) -> Result<(Vec<(String, String)>, HeaderMap), S3Fault> {
    let mut headers = headers.clone();
    let version_2 = query.iter().any(|(name, _)| name == "AWSAccessKeyId");
    let mut rest = Vec::with_capacity(query.len());
    for (name, value) in query {
        if OF_SIGNATURE.contains(&name.as_str()) || version_2 && OF_SIGNATURE_2.contains(&name.as_str()) {
            continue;
        }
        let lower = name.to_ascii_lowercase();
        // What looks like the signature's, but is not spelt so, is left for the operation to refuse.
        if !lower.starts_with("x-amz-") || OF_SIGNATURE.iter().any(|known| known.eq_ignore_ascii_case(&lower)) {
            rest.push((name, value));
            continue;
        }
        let refuse = || S3Fault::invalid_argument("This header may be given only once", &name, &value);
        let key = HeaderName::from_bytes(lower.as_bytes()).map_err(|_| S3Fault::invalid_uri())?;
        let text = HeaderValue::from_bytes(value.trim().as_bytes()).map_err(|_| S3Fault::invalid_uri())?;
        if headers.insert(key, text.clone()).is_some_and(|known| known != text) {
            return Err(refuse());
        }
    }
    Ok((rest, headers))
}

/// Headers that decide something stand once and are text, and are not said to be for the next hop alone: they would be decided on
/// and then not passed on.
fn check_headers(headers: &HeaderMap) -> Result<(), S3Fault> {
    let decides = |name: &str| name.starts_with("x-amz-") || STANDARD_ONCE.contains(&name);
    for names in headers.get_all(CONNECTION) {
        let names = names.to_str().unwrap_or_default();
        if let Some(name) = names.split(',').map(|name| name.trim().to_ascii_lowercase()).find(|name| decides(name)) {
            return Err(S3Fault::invalid_argument("This header is not one of the connection", "connection", &name));
        }
    }
    for name in headers.keys() {
        let text = name.as_str();
        if MEANS_MORE.iter().any(|known| text.starts_with(known)) {
            return Err(S3Fault::not_implemented(text));
        }
        if !decides(text) || text.starts_with("x-amz-meta-") {
            continue;
        }
        let mut values = headers.get_all(name).iter();
        let once = values.next().is_some_and(|value| std::str::from_utf8(value.as_bytes()).is_ok());
        if !once || values.next().is_some() {
            return Err(S3Fault::invalid_argument("This header may be given only once, as text", text, ""));
        }
    }
    Ok(())
}

/// What a copy reads: `x-amz-copy-source`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopySource {
    /// The bucket it is in.
    pub bucket: BucketName,
    /// Its key.
    pub key: ObjectKey,
    /// The version, if one is named.
    pub version: Option<String>,
}

impl CopySource {
    /// Reads `[/]BUCKET/KEY[?versionId=ID]`, escaped.
    ///
    /// # Errors
    /// `InvalidArgument`, `InvalidBucketName`, `NotImplemented` for access points.
    pub fn parse(text: &str) -> Result<Self, S3Fault> {
        let invalid = |message: &str| S3Fault::invalid_argument(message, COPY_SOURCE, text);
        let not_encoded = |_| invalid("Invalid copy source encoding.");
        let (path, version) = text.split_once('?').map_or((text, None), |(path, rest)| (path, Some(rest)));
        let version = match version.map(|rest| rest.strip_prefix("versionId=")) {
            None => None,
            Some(Some(version)) => {
                let version = decode(version).map_err(not_encoded)?;
                if version.is_empty() {
                    return Err(invalid("Version id cannot be the empty string"));
                }
                if version.contains(char::is_whitespace) {
                    return Err(invalid("Invalid version id specified"));
                }
                Some(version)
            }
            Some(None) => return Err(invalid("Unsupported copy source parameter.")),
        };
        let path = decode(path).map_err(not_encoded)?;
        let path = path.strip_prefix('/').unwrap_or(&path);
        if path.starts_with("arn:") {
            return Err(S3Fault::not_implemented(COPY_SOURCE));
        }
        let missing = "Copy Source must mention the source bucket and key: sourcebucket/sourcekey";
        let (bucket, key) = path.split_once('/').ok_or_else(|| invalid(missing))?;
        if key.is_empty() {
            return Err(invalid(missing));
        }
        let bucket = BucketName::parse(bucket).ok_or_else(|| S3Fault::invalid_bucket_name(bucket))?;
        Ok(Self { bucket, key: read_key(key)?, version })
    }

    /// The one way to write it: without a leading slash, everything escaped but letters, digits, `-._~` and slashes.
    pub fn canonical(&self) -> String {
        let mut text = String::with_capacity(self.key.as_str().len() + 80);
        text.push_str(self.bucket.as_str());
        text.push('/');
        encode(&mut text, self.key.as_str(), true);
        if let Some(version) = &self.version {
            text.push_str("?versionId=");
            encode(&mut text, version, false);
        }
        text
    }
}

fn encode(text: &mut String, plain: &str, slashes: bool) {
    for byte in plain.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') || (slashes && byte == b'/') {
            text.push(char::from(byte));
        } else {
            // A write to a text cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;
    use proptest::prelude::*;

    fn read(method: &str, path: &str, headers: &[(&str, &str)]) -> Result<Call, S3Fault> {
        let mut request = http::Request::builder().method(method).uri(path).header("host", "h");
        for (name, value) in headers {
            request = request.header(*name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        Call::read(&request.body(()).unwrap().into_parts().0, &[])
    }

    #[test]
    fn headers_in_the_query_are_headers() {
        let call =
            read("PUT", "/app/k?x-amz-acl=public-read&X-Amz-Meta-A=b&x-id=PutObject&X-Amz-Signature=0", &[]).unwrap();
        assert_eq!(call.operation, Operation::PutObject);
        assert_eq!((call.header("x-amz-acl"), call.header("x-amz-meta-a")), (Some("public-read"), Some("b")));
        assert_eq!(call.query, [("x-id".to_owned(), "PutObject".to_owned())]);
        let copy = read("PUT", "/app/k?X-Amz-Copy-Source=app%2Fsecret", &[]).unwrap();
        assert_eq!(copy.operation, Operation::CopyObject);
        assert_eq!(copy.source.unwrap().key.as_str(), "secret");
        let fault = read("PUT", "/app/k?x-amz-acl=public-read", &[("x-amz-acl", "private")]).unwrap_err();
        assert_eq!(fault.code, "InvalidArgument");
        let old = "/app/k?AWSAccessKeyId=A&Signature=b&Expires=1&x-amz-security-token=t";
        assert_eq!(read("GET", old, &[]).unwrap().query, []);
        let copy = read("PUT", &format!("{old}&x-amz-copy-source=app/k"), &[]).unwrap();
        assert_eq!(copy.operation, Operation::CopyObject);
        let unsigned = "/app/k?Signature=b&Expires=1";
        assert_eq!(read("GET", unsigned, &[]).unwrap_err().code, "NotImplemented");
        assert_eq!(read("GET", "/app/k?x-amz-signature=0", &[]).unwrap_err().code, "NotImplemented");
    }

    #[test]
    fn what_means_nothing_reaches_nobody() {
        for method in ["GET", "HEAD"] {
            let call = read(method, "/app/k?v=3&versionId=a&utm=x&utm=y&response-expires=never", &[]).unwrap();
            let query: Vec<(&str, &str)> =
                call.query.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            assert_eq!(query, [("versionId", "a"), ("response-expires", "never")]);
        }
        let list = read("GET", "/app?list-type=2&_=1&prefix=a", &[]).unwrap();
        assert_eq!(list.operation, Operation::ListObjectsV2);
        assert_eq!((list.parameter("_"), list.parameter("prefix")), (None, Some("a")));
        for (method, path) in
            [("PUT", "/app/k?v=3"), ("DELETE", "/app/k?v=3"), ("GET", "/app/k?v"), ("GET", "/app/k?v=")]
        {
            assert_eq!(read(method, path, &[]).unwrap_err().code, "NotImplemented", "{method} {path}");
        }
    }

    #[test]
    fn headers_that_decide_stand_once() {
        let twice = [("x-amz-acl", "private"), ("x-amz-acl", "public-read")];
        assert_eq!(read("PUT", "/app/k", &twice).unwrap_err().code, "InvalidArgument");
        for name in STANDARD_ONCE {
            let twice = [(name, "*"), (name, "1")];
            assert_eq!(read("PUT", "/app/k", &twice).unwrap_err().code, "InvalidArgument", "{name}");
        }
        for hops in ["x-amz-server-side-encryption", "close, If-None-Match", "X-AMZ-Meta-A"] {
            assert_eq!(read("PUT", "/app/k", &[("connection", hops)]).unwrap_err().code, "InvalidArgument", "{hops}");
        }
        assert!(read("PUT", "/app/k", &[("connection", "keep-alive, x-hop")]).is_ok());
        assert_eq!(read("PUT", "/app/k", &[("cache-control", "a"), ("cache-control", "b")]).unwrap().headers.len(), 3);
        let metadata = [("x-amz-meta-a", "1"), ("x-amz-meta-a", "2")];
        assert!(read("PUT", "/app/k", &metadata).is_ok());
        let archive = [("x-amz-meta-snowball-auto-extract", "true")];
        assert_eq!(read("PUT", "/app/k", &archive).unwrap_err().code, "NotImplemented");
    }

    #[test]
    fn queries_are_decoded_once() {
        let call = read("GET", "/app?list-type=2&prefix=a%2Fb+c%252F&delimiter=", &[]).unwrap();
        assert_eq!((call.parameter("prefix"), call.parameter("delimiter")), (Some("a/b c%2F"), Some("")));
        assert_eq!(call.parameter("max-keys"), None);
        assert_eq!(read("GET", "/app?prefix=%zz", &[]).unwrap_err().code, "InvalidURI");
        assert_eq!(read("GET", "/app?prefix=%00", &[]).unwrap_err().code, "InvalidURI");
        let many = "a=b&".repeat(65);
        assert_eq!(read("GET", &format!("/app?{many}"), &[]).unwrap_err().code, "InvalidURI");
    }

    #[test]
    fn copy_sources() {
        for (text, wanted) in [
            ("app/k", "app/k"),
            ("/app/k", "app/k"),
            ("app%2Fa%2Fb", "app/a/b"),
            ("app//k", "app//k"),
            ("app/a%20b+c%3F", "app/a%20b%2Bc%3F"),
            ("app/../other/k", "app/../other/k"),
            ("app/k?versionId=a%2Fb", "app/k?versionId=a%2Fb"),
            ("app/k?versionId=", "InvalidArgument"),
            ("app/k?versionId=%20", "InvalidArgument"),
            ("app/k?other=1", "InvalidArgument"),
            ("app", "InvalidArgument"),
            ("app/", "InvalidArgument"),
            ("", "InvalidArgument"),
            ("../k", "InvalidBucketName"),
            ("app/%zz", "InvalidArgument"),
            ("arn:aws:s3:us-east-1:111122223333:accesspoint/a/object/k", "NotImplemented"),
        ] {
            let shown = CopySource::parse(text).map_or_else(|fault| fault.code.to_owned(), |it| it.canonical());
            assert_eq!(shown, wanted, "{text}");
        }
    }

    proptest! {
        #[test]
        fn the_canonical_form_reads_as_itself(key in "[^\0]{1,100}", version in "[^\0\\s]{0,20}") {
            let source = CopySource {
                bucket: BucketName::parse("app").unwrap(),
                key: ObjectKey::parse(&key).unwrap(),
                version: (!version.is_empty()).then_some(version),
            };
            prop_assert_eq!(CopySource::parse(&source.canonical()).unwrap(), source);
        }

        #[test]
        fn nothing_makes_it_panic(text in ".{0,60}", method in "(GET|PUT|POST)", query in "[ -~]{0,40}") {
            let _ = CopySource::parse(&text);
            let _ = read_query(&text);
            if let Ok(uri) = format!("/app/k?{query}").parse::<http::Uri>() {
                let request = http::Request::builder().method(method.as_str()).uri(uri).header("host", "h");
                let _ = Call::read(&request.body(()).unwrap().into_parts().0, &[]);
            }
        }
    }
}
