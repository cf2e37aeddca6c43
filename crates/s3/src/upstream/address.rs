//! Where a server behind us is: its URL, and whether a bucket is part of the path or of the host name.

use crate::Target;
use http::Uri;
use http::uri::{Authority, Scheme};
use std::fmt::{self, Write};
use std::str::FromStr;

/// `http://HOST:PORT` or `https://HOST`; `{bucket}.` before the host asks for virtual-hosted style.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    scheme: Scheme,
    authority: Authority,
    hosted: bool,
}

impl Address {
    /// Whether the connection is encrypted.
    pub fn is_encrypted(&self) -> bool {
        self.scheme == Scheme::HTTPS
    }

    /// The `Host` header, the escaped path, and the escaped query of a request.
    pub(crate) fn of(&self, target: &Target, query: &[(String, String)]) -> (String, String, Option<String>) {
        let bucket = target.bucket().map(crate::BucketName::as_str);
        let (host, mut path) = match bucket.filter(|_| self.hosted) {
            Some(bucket) => (format!("{bucket}.{}", self.authority), String::from("/")),
            None => (self.authority.to_string(), format!("/{}", bucket.unwrap_or_default())),
        };
        if let Some(key) = target.key() {
            if !path.ends_with('/') {
                path.push('/');
            }
            encode(&mut path, key.as_str(), true);
        }
        let mut text = String::new();
        for (name, value) in query {
            if !text.is_empty() {
                text.push('&');
            }
            encode(&mut text, name, false);
            text.push('=');
            encode(&mut text, value, false);
        }
        (host, path, (!text.is_empty()).then_some(text))
    }

    /// The URL to connect to.
    pub(crate) fn url(&self, host: &str, path: &str, query: Option<&str>) -> Result<Uri, http::Error> {
        let rest = query.map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"));
        Uri::builder().scheme(self.scheme.clone()).authority(host).path_and_query(rest).build()
    }
}

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let refuse = || format!("`{text}` is not http://HOST:PORT or https://HOST, without a path");
        let (plain, hosted) = match text.split_once("://{bucket}.") {
            Some((scheme, rest)) => (format!("{scheme}://{rest}"), true),
            None => (text.to_owned(), false),
        };
        let url: Uri = plain.parse().map_err(|_| refuse())?;
        let scheme = url.scheme().filter(|scheme| **scheme == Scheme::HTTP || **scheme == Scheme::HTTPS);
        let authority = url.authority().filter(|authority| !authority.as_str().contains('@'));
        let (Some(scheme), Some(authority), "" | "/", None) = (scheme, authority, url.path(), url.query()) else {
            return Err(refuse());
        };
        // A port that is the scheme's own is not sent by clients, and would be part of the signature.
        let own = if *scheme == Scheme::HTTPS { Some(443) } else { Some(80) };
        let authority = if authority.port_u16() == own {
            authority.host().parse().map_err(|_| refuse())?
        } else {
            authority.clone()
        };
        Ok(Self { scheme: scheme.clone(), authority, hosted })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bucket = if self.hosted { "{bucket}." } else { "" };
        write!(f, "{}://{bucket}{}", self.scheme, self.authority)
    }
}

/// Percent-encodes as signatures want it: everything but letters, digits and `-._~`.
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
    #![allow(clippy::unwrap_used)]

    use super::Address;
    use crate::{BucketName, ObjectKey, Target};

    fn object(key: &str) -> Target {
        Target::Object(BucketName::parse("fans").unwrap(), ObjectKey::parse(key).unwrap())
    }

    #[test]
    fn both_styles_name_the_same_object() {
        let query = [("versionId".to_owned(), "a b".to_owned()), ("acl".to_owned(), String::new())];
        let path: Address = "http://127.0.0.1:9000".parse().unwrap();
        let escaped = "/a%2Bb/%C3%A9//c";
        assert_eq!(
            path.of(&object("a+b/é//c"), &query),
            ("127.0.0.1:9000".to_owned(), format!("/fans{escaped}"), Some("versionId=a%20b&acl=".to_owned()))
        );
        assert_eq!(path.of(&Target::Service, &[]).1, "/");
        let hosted: Address = "https://{bucket}.s3.eu-central-1.amazonaws.com:443/".parse().unwrap();
        assert_eq!(
            hosted.of(&object("a+b/é//c"), &[]),
            ("fans.s3.eu-central-1.amazonaws.com".to_owned(), escaped.to_owned(), None)
        );
        assert_eq!(hosted.of(&Target::Service, &[]).0, "s3.eu-central-1.amazonaws.com");
        assert_eq!(hosted.to_string(), "https://{bucket}.s3.eu-central-1.amazonaws.com");
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in
            ["", "127.0.0.1:9000", "ftp://a", "http://", "http://a/b", "http://a?b", "http://u:p@a", "http://{bucket}."]
        {
            assert!(text.parse::<Address>().is_err(), "{text}");
        }
    }
}
