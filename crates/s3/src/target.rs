//! Which bucket and key a request is about: path style, or virtual-hosted style.

use crate::S3Fault;
use http::StatusCode;
use http::header::HOST;
use http::request::Parts;

/// The longest key, in bytes of UTF-8.
const KEY_MOST: usize = 1024;

/// What a request is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// The service itself: listing buckets.
    Service,
    /// A bucket.
    Bucket(BucketName),
    /// An object, or one that is to be.
    Object(BucketName, ObjectKey),
}

impl Target {
    /// The bucket, if there is one.
    pub fn bucket(&self) -> Option<&BucketName> {
        match self {
            Self::Service => None,
            Self::Bucket(bucket) | Self::Object(bucket, _) => Some(bucket),
        }
    }

    /// The key, if there is one.
    pub fn key(&self) -> Option<&ObjectKey> {
        match self {
            Self::Object(_, key) => Some(key),
            Self::Service | Self::Bucket(_) => None,
        }
    }

    /// The ARN that policies know it by (spec/policy.md 9.2); `None` for the service.
    pub fn arn(&self) -> Option<String> {
        match self {
            Self::Service => None,
            Self::Bucket(bucket) => Some(bucket.arn()),
            Self::Object(bucket, key) => Some(object_arn(bucket, key)),
        }
    }
}

/// `arn:aws:s3:::BUCKET/KEY`, the key as it is: no escapes, nothing normalised.
pub fn object_arn(bucket: &BucketName, key: &ObjectKey) -> String {
    format!("arn:aws:s3:::{}/{}", bucket.as_str(), key.as_str())
}

/// Finds the target of a request. `domains` are the host names of which `BUCKET.DOMAIN` names a bucket, besides those of
/// AWS's own endpoints (`s3.amazonaws.com`, `s3.REGION.amazonaws.com` and their dualstack forms); any other host is path
/// style. The path is decoded once, and dots and slashes in it stay as they are.
///
/// # Errors
/// `InvalidURI` for broken escapes and text that is not UTF-8, `InvalidBucketName`, `KeyTooLongError`.
pub fn read(parts: &Parts, domains: &[String]) -> Result<Target, S3Fault> {
    let path = parts.uri.path().strip_prefix('/').ok_or_else(S3Fault::invalid_uri)?;
    let (bucket, key) = match bucket_of_host(parts, domains)? {
        Some(bucket) => (bucket, path),
        None if path.is_empty() => return Ok(Target::Service),
        None => {
            let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
            (decode(bucket)?, key)
        }
    };
    let bucket = BucketName::parse(&bucket).ok_or_else(|| S3Fault::invalid_bucket_name(&bucket))?;
    let key = decode(key)?;
    Ok(if key.is_empty() { Target::Bucket(bucket) } else { Target::Object(bucket, read_key(&key)?) })
}

/// Undoes percent escapes, once. Unlike in a query, `+` stands for itself.
///
/// # Errors
/// `InvalidURI` for broken escapes, text that is not UTF-8, and NUL, which no listing could show.
pub(crate) fn decode(text: &str) -> Result<String, S3Fault> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = match (first, after) {
            (b'%', [high, low, after @ ..]) => {
                bytes.push(hex(*high)? << 4 | hex(*low)?);
                after
            }
            (b'%', _) => return Err(S3Fault::invalid_uri()),
            (byte, after) => {
                bytes.push(*byte);
                after
            }
        };
    }
    let text = String::from_utf8(bytes).map_err(|_| S3Fault::invalid_uri())?;
    if text.contains('\0') { Err(S3Fault::invalid_uri()) } else { Ok(text) }
}

fn hex(digit: u8) -> Result<u8, S3Fault> {
    match digit {
        b'0'..=b'9' => Ok(digit - b'0'),
        b'a'..=b'f' => Ok(digit - b'a' + 10),
        b'A'..=b'F' => Ok(digit - b'A' + 10),
        _ => Err(S3Fault::invalid_uri()),
    }
}

/// The key in decoded text.
///
/// # Errors
/// `KeyTooLongError`.
pub(crate) fn read_key(text: &str) -> Result<ObjectKey, S3Fault> {
    ObjectKey::parse(text).ok_or_else(|| {
        S3Fault::new("KeyTooLongError", StatusCode::BAD_REQUEST, "Your key is too long")
            .with("Size", text.len().to_string())
            .with("MaxSizeAllowed", KEY_MOST.to_string())
    })
}

/// Whether the host name says that S3 is meant: a bucket's own, or one of AWS's endpoints.
pub(crate) fn names_s3(parts: &Parts, domains: &[String]) -> bool {
    let Ok(host) = host_of(parts) else { return false };
    before_aws_endpoint(&host).is_some() || bucket_before(&host, domains).is_some()
}

/// The bucket that the host name leads with, if it is one of virtual-hosted style.
pub(crate) fn bucket_of_host(parts: &Parts, domains: &[String]) -> Result<Option<String>, S3Fault> {
    Ok(bucket_before(&host_of(parts)?, domains).map(str::to_owned))
}

fn bucket_before<'h>(host: &'h str, domains: &[String]) -> Option<&'h str> {
    // Of two domains that fit, the longer one is meant: `b.s3.example.com` under `example.com` and `s3.example.com`.
    let ours = domains.iter().filter_map(|domain| before(host, &domain.to_ascii_lowercase())).min_by_key(|it| it.len());
    ours.or_else(|| before_aws_endpoint(host)).filter(|bucket| !bucket.is_empty())
}

/// The host name in lower case, without port and final dot. Only one may be given: whatever stands before us could have read
/// another.
fn host_of(parts: &Parts) -> Result<String, S3Fault> {
    let mut given = parts.headers.get_all(HOST).iter();
    let header =
        given.next().map(|host| host.to_str().map(host_name)).transpose().map_err(|_| S3Fault::invalid_uri())?;
    let target = parts.uri.authority().map(|authority| host_name(authority.as_str()));
    match (header, target) {
        _ if given.next().is_some() => Err(S3Fault::invalid_uri()),
        (Some(header), Some(target)) if header != target => Err(S3Fault::invalid_uri()),
        (header, target) => Ok(header.or(target).unwrap_or_default()),
    }
}

fn host_name(host: &str) -> String {
    let host = without_port(host).to_ascii_lowercase();
    host.strip_suffix('.').map(str::to_owned).unwrap_or(host)
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) && !name.ends_with(':') => name,
        _ => host,
    }
}

/// What stands before `.DOMAIN`; nothing when the host is the domain itself.
fn before<'h>(host: &'h str, domain: &str) -> Option<&'h str> {
    let rest = host.strip_suffix(domain.trim_matches('.'))?;
    if rest.is_empty() { Some(rest) } else { rest.strip_suffix('.') }
}

/// The same for `s3.amazonaws.com`, `s3.REGION.amazonaws.com`, `s3-REGION.amazonaws.com` and
/// `s3.dualstack.REGION.amazonaws.com`.
fn before_aws_endpoint(host: &str) -> Option<&str> {
    let rest = host.strip_suffix(".amazonaws.com")?;
    if let Some(bucket) = before(rest, "s3") {
        return Some(bucket);
    }
    let (rest, region) = rest.rsplit_once('.').unwrap_or(("", rest));
    if let Some(region) = region.strip_prefix("s3-") {
        return is_region(region).then_some(rest);
    }
    if !is_region(region) {
        return None;
    }
    before(rest, "s3").or_else(|| before(rest, "s3.dualstack"))
}

/// `us-east-1`, `us-gov-west-1`.
fn is_region(text: &str) -> bool {
    let mut parts = text.split('-');
    let number = parts.next_back().is_some_and(|it| !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_digit()));
    let words = parts.clone().count() >= 2;
    number && words && parts.all(|it| !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_lowercase()))
}

/// A bucket's name, checked against the naming rules: 3 to 63 lower-case letters, digits, dots and hyphens, so it is also safe as
/// the name of a folder. Names that S3 keeps for other things are none: an access point's alias would open a bucket under a
/// name that no policy on the bucket speaks of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BucketName(String);

/// Beginnings that S3 keeps for itself.
const RESERVED_PREFIXES: [&str; 2] = ["xn--", "sthree-"];
/// Endings of aliases, directory buckets and tables.
const RESERVED_SUFFIXES: [&str; 5] = ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"];

impl BucketName {
    /// The name, if it is one.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let ends_well = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        let well_formed = (3..=63).contains(&bytes.len())
            && bytes
                .iter()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-'))
            && ends_well(bytes.first())
            && ends_well(bytes.last())
            && !text.contains("..")
            && text.parse::<std::net::Ipv4Addr>().is_err()
            && !RESERVED_PREFIXES.iter().any(|prefix| text.starts_with(prefix))
            && !RESERVED_SUFFIXES.iter().any(|suffix| text.ends_with(suffix));
        well_formed.then(|| Self(text.to_owned()))
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `arn:aws:s3:::BUCKET`.
    pub fn arn(&self) -> String {
        format!("arn:aws:s3:::{}", self.0)
    }
}

/// An object's key: 1 to 1024 bytes of UTF-8, decoded once and never normalised. It is a name, not a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectKey(String);

impl ObjectKey {
    /// The key, if it is one; `None` for an empty or overlong one.
    pub fn parse(text: &str) -> Option<Self> {
        (1..=KEY_MOST).contains(&text.len()).then(|| Self(text.to_owned()))
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;
    use proptest::prelude::*;

    fn domains() -> Vec<String> {
        vec!["example.com".to_owned(), "s3.example.com".to_owned(), "localhost".to_owned()]
    }

    fn find(host: &str, path: &str) -> Result<Target, S3Fault> {
        let request = http::Request::builder().uri(path).header("host", host).body(()).unwrap();
        read(&request.into_parts().0, &domains())
    }

    fn shown(host: &str, path: &str) -> String {
        match find(host, path) {
            Ok(Target::Service) => "service".to_owned(),
            Ok(Target::Bucket(bucket)) => bucket.as_str().to_owned(),
            Ok(Target::Object(bucket, key)) => format!("{} | {}", bucket.as_str(), key.as_str()),
            Err(fault) => fault.code.to_owned(),
        }
    }

    #[test]
    fn path_style() {
        for (path, wanted) in [
            ("/", "service"),
            ("/app", "app"),
            ("/app/", "app"),
            ("/app/a/b.txt", "app | a/b.txt"),
            ("/app//a", "app | /a"),
            ("/app/a/../b/./c", "app | a/../b/./c"),
            ("/app/a%2F..%2Fb", "app | a/../b"),
            ("/app/%252e", "app | %2e"),
            ("/app/a+b%20c", "app | a+b c"),
            ("/app/us-east-1%3A1111/x", "app | us-east-1:1111/x"),
            ("/app/%E7%9F%B3", "app | 石"),
            ("/app/%ff", "InvalidURI"),
            ("/app/%2", "InvalidURI"),
            ("/app/%zz", "InvalidURI"),
            ("/app/a%00b", "InvalidURI"),
            ("/App", "InvalidBucketName"),
            ("/ap", "InvalidBucketName"),
            ("//app", "InvalidBucketName"),
            ("/app%2Fkey", "InvalidBucketName"),
            ("/..", "InvalidBucketName"),
            ("/127.0.0.1/x", "InvalidBucketName"),
            ("/photos-s3alias/x", "InvalidBucketName"),
            ("/%61pp/x", "app | x"),
        ] {
            assert_eq!(shown("127.0.0.1:4566", path), wanted, "{path}");
        }
    }

    #[test]
    fn virtual_hosted_style() {
        for (host, path, wanted) in [
            ("app.localhost", "/", "app"),
            ("app.localhost:4566", "/k", "app | k"),
            ("APP.LocalHost:4566", "/k", "app | k"),
            ("localhost:4566", "/app/k", "app | k"),
            ("my.app.s3.example.com", "/a//b", "my.app | a//b"),
            ("app.example.com", "/k", "app | k"),
            ("s3.example.com", "/app/k", "app | k"),
            ("app.s3.amazonaws.com", "/k", "app | k"),
            ("s3.amazonaws.com", "/app/k", "app | k"),
            ("app.s3.eu-central-1.amazonaws.com", "/k", "app | k"),
            ("a.b.s3.us-gov-west-1.amazonaws.com.", "/k", "a.b | k"),
            ("s3.eu-central-1.amazonaws.com", "/app/k", "app | k"),
            ("app.s3.dualstack.eu-central-1.amazonaws.com", "/k", "app | k"),
            ("s3.dualstack.eu-central-1.amazonaws.com", "/app/k", "app | k"),
            ("app.s3-eu-west-1.amazonaws.com", "/k", "app | k"),
            ("s3-eu-west-1.amazonaws.com", "/app/k", "app | k"),
            ("s3.s3.amazonaws.com", "/k", "InvalidBucketName"),
            ("Bad_Name.localhost", "/k", "InvalidBucketName"),
            ("notlocalhost", "/app/k", "app | k"),
            ("[::1]:4566", "/app/k", "app | k"),
        ] {
            assert_eq!(shown(host, path), wanted, "{host} {path}");
        }
    }

    #[test]
    fn one_host_is_named() {
        let told = |uri: &str, hosts: &[&str]| {
            let mut request = http::Request::builder().uri(uri);
            for host in hosts {
                request = request.header("host", *host);
            }
            match read(&request.body(()).unwrap().into_parts().0, &domains()) {
                Ok(target) => target.arn().unwrap_or_default(),
                Err(fault) => fault.code.to_owned(),
            }
        };
        for (uri, hosts, wanted) in [
            ("/k", &["app.localhost"][..], "arn:aws:s3:::app/k"),
            ("/k", &["app.localhost", "app.localhost"], "InvalidURI"),
            ("/app/k", &["localhost", "app.localhost"], "InvalidURI"),
            ("http://app.localhost/k", &[], "arn:aws:s3:::app/k"),
            ("http://app.localhost/k", &["APP.localhost:80"], "arn:aws:s3:::app/k"),
            ("http://app.localhost/k", &["other.localhost"], "InvalidURI"),
            ("http://app@app.localhost/k", &[], "InvalidBucketName"),
            ("/app/k", &[], "arn:aws:s3:::app/k"),
        ] {
            assert_eq!(told(uri, hosts), wanted, "{uri} {hosts:?}");
        }
    }

    #[test]
    fn a_key_of_1024_bytes_is_the_longest() {
        assert!(find("h", &format!("/app/{}", "k".repeat(1024))).is_ok());
        let fault = find("h", &format!("/app/{}", "%C3%A9".repeat(513))).unwrap_err();
        assert_eq!((fault.code, fault.message.as_str()), ("KeyTooLongError", "Your key is too long"));
        assert_eq!(fault.details, [("Size", "1026".to_owned()), ("MaxSizeAllowed", "1024".to_owned())]);
    }

    proptest! {
        /// Whatever a key is, its escaped form names it and nothing else.
        #[test]
        fn escaping_is_undone_once(key in "[^\0]{1,200}") {
            let escaped: String = key.bytes().map(|byte| format!("%{byte:02X}")).collect();
            let target = find("h", &format!("/app/{escaped}")).unwrap();
            prop_assert_eq!(target.key().unwrap().as_str(), key);
        }

        #[test]
        fn nothing_makes_it_panic(host in "\\PC{0,80}", path in "[ -~]{0,80}", any in ".{0,40}") {
            let _ = decode(&any);
            let _ = before_aws_endpoint(&any);
            let request = http::Request::builder().uri(path).header("host", host).body(());
            if let Ok(request) = request {
                let _ = read(&request.into_parts().0, &domains());
            }
        }
    }
}
