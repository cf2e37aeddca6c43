//! Which headers of a request are passed on to the server behind us: those that S3 has for requests, and no other, since what
//! we do not know cannot have been decided on.

use crate::call::CopySource;
use crate::{S3Fault, Target};
use http::HeaderMap;
use http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_TYPE, EXPIRES, HeaderName,
    IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_UNMODIFIED_SINCE, ORIGIN, RANGE,
};

/// HTTP's own.
const STANDARD: [HeaderName; 12] = [
    CACHE_CONTROL,
    CONTENT_DISPOSITION,
    CONTENT_ENCODING,
    CONTENT_LANGUAGE,
    CONTENT_TYPE,
    EXPIRES,
    IF_MATCH,
    IF_MODIFIED_SINCE,
    IF_NONE_MATCH,
    IF_UNMODIFIED_SINCE,
    ORIGIN,
    RANGE,
];

/// S3's.
const PASSED_ON: [&str; 24] = [
    "content-md5",
    "x-amz-acl",
    "x-amz-bucket-object-lock-enabled",
    "x-amz-bypass-governance-retention",
    "x-amz-copy-source",
    "x-amz-copy-source-range",
    "x-amz-if-match-last-modified-time",
    "x-amz-if-match-size",
    "x-amz-max-parts",
    "x-amz-metadata-directive",
    "x-amz-mp-object-size",
    "x-amz-object-attributes",
    "x-amz-object-lock-legal-hold",
    "x-amz-object-lock-mode",
    "x-amz-object-lock-retain-until-date",
    "x-amz-object-ownership",
    "x-amz-optional-object-attributes",
    "x-amz-part-number-marker",
    "x-amz-sdk-checksum-algorithm",
    "x-amz-storage-class",
    "x-amz-tagging",
    "x-amz-tagging-directive",
    "x-amz-transition-default-minimum-object-size",
    "x-amz-website-redirect-location",
];

/// Families of S3's.
const FAMILIES: [&str; 6] = [
    "x-amz-checksum-",
    "x-amz-copy-source-if-",
    "x-amz-copy-source-server-side-encryption-customer-",
    "x-amz-grant-",
    "x-amz-meta-",
    "x-amz-server-side-encryption",
];

/// What is between the client and us: the signature, the framing, the expected owner (compared already, with owners as we
/// know them), and what only informs.
const OURS: [&str; 14] = [
    "x-amz-cf-id",
    "x-amz-content-sha256",
    "x-amz-date",
    "x-amz-decoded-content-length",
    "x-amz-expected-bucket-owner",
    "x-amz-security-token",
    "x-amz-source-expected-bucket-owner",
    "x-amz-te",
    "x-amz-trailer",
    "x-amz-user-agent",
    "x-amz-algorithm",
    "x-amz-credential",
    "x-amz-signature",
    "x-amz-signedheaders",
];

/// The headers to send.
///
/// # Errors
/// `NotImplemented` for an `x-amz-*` header that is not known: to leave it out would do something else than was asked.
pub(super) fn passed_on(headers: &HeaderMap) -> Result<HeaderMap, S3Fault> {
    let mut out = HeaderMap::new();
    for (name, value) in headers {
        let text = name.as_str();
        if STANDARD.contains(name)
            || PASSED_ON.contains(&text)
            || FAMILIES.iter().any(|family| text.starts_with(family))
        {
            out.append(name.clone(), value.clone());
        } else if text.starts_with("x-amz-") && !OURS.contains(&text) {
            return Err(S3Fault::not_implemented(text));
        }
    }
    Ok(out)
}

/// Keys with `.` or `..` between slashes are not passed on: some servers and proxies would take them for a walk to another
/// key, or to another bucket.
pub(super) fn check_keys(target: &Target, headers: &HeaderMap) -> Result<(), S3Fault> {
    let walks = |key: &str| key.split(['/', '\\']).any(|piece| matches!(piece, "." | ".."));
    let refuse =
        || S3Fault::invalid_request("Keys with `.` or `..` between slashes are not passed on to the server behind.");
    if target.key().is_some_and(|key| walks(key.as_str())) {
        return Err(refuse());
    }
    let source = headers.get("x-amz-copy-source").and_then(|source| source.to_str().ok());
    match source.map(CopySource::parse) {
        Some(Ok(source)) if walks(source.key.as_str()) => Err(refuse()),
        Some(Err(fault)) => Err(fault),
        Some(Ok(_)) | None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{BucketName, ObjectKey};
    use http::HeaderValue;

    fn map(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn nothing_of_the_clients_own_signature_or_connection_is_passed_on() {
        let headers = map(&[
            ("authorization", "AWS4-HMAC-SHA256 x"),
            ("x-amz-security-token", "token"),
            ("x-amz-date", "20260102T030405Z"),
            ("cookie", "a=b"),
            ("connection", "x-hop"),
            ("x-hop", "1"),
            ("expect", "100-continue"),
            ("host", "fans.example.com"),
            ("x-amz-expected-bucket-owner", "123456789012"),
            ("x-amz-meta-a", "1"),
            ("range", "bytes=0-1"),
            ("x-amz-server-side-encryption-customer-key", "key"),
        ]);
        let out = passed_on(&headers).unwrap();
        let mut names: Vec<&str> = out.keys().map(HeaderName::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["range", "x-amz-meta-a", "x-amz-server-side-encryption-customer-key"]);
    }

    #[test]
    fn what_nobody_decided_on_is_refused() {
        for name in ["x-amz-request-payer", "x-amz-mfa", "x-amz-write-offset-bytes", "x-amz-unheard-of"] {
            let headers: HeaderMap =
                [(HeaderName::from_static(name), HeaderValue::from_static("1"))].into_iter().collect();
            assert_eq!(passed_on(&headers).unwrap_err().code, "NotImplemented", "{name}");
        }
    }

    #[test]
    fn keys_that_walk_stay_here() {
        let object = |key| Target::Object(BucketName::parse("fans").unwrap(), ObjectKey::parse(key).unwrap());
        for key in ["../other/a", "a/./b", "a/..", ".."] {
            assert!(check_keys(&object(key), &HeaderMap::new()).is_err(), "{key}");
        }
        for key in ["a..b", "...", "a//b", "/a"] {
            assert!(check_keys(&object(key), &HeaderMap::new()).is_ok(), "{key}");
        }
        assert!(check_keys(&object("a"), &map(&[("x-amz-copy-source", "fans/a/../b")])).is_err());
        assert!(check_keys(&object("a"), &map(&[("x-amz-copy-source", "fans/a%2F..%2Fb")])).is_err());
    }
}
