//! AWS Signature Version 2 in the query, as the older presigned URLs of S3 carry it: read and verify, for `GET`, `HEAD` and
//! `PUT` alone.
//!
//! The signature is an HMAC-SHA1 over the method, two standard headers, the expiry, every `x-amz-*` header (S3 reads such
//! parameters of the query as headers) and the resource with the sub-resources of [`SIGNED_PARAMETERS`]. Those that S3 got
//! since are not covered, so a URL that carries one is refused: who holds it could have added it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::canonical;
use crate::query;
use crate::refusal::{Refusal, Version2Fault, echo};
use crate::request::Request;
use crate::rules::{MAX_QUERY_PAIRS, PathRule};
use crate::time::Timestamp;

/// The parameters that are part of the signed resource.
pub const SIGNED_PARAMETERS: &[&str] = &[
    "accelerate",
    "acl",
    "analytics",
    "cors",
    "defaultObjectAcl",
    "delete",
    "inventory",
    "lifecycle",
    "location",
    "logging",
    "metrics",
    "notification",
    "object-lock",
    "partNumber",
    "policy",
    "replication",
    "requestPayment",
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
    "response-content-language",
    "response-content-type",
    "response-expires",
    "restore",
    "select",
    "select-type",
    "storageClass",
    "tagging",
    "torrent",
    "uploadId",
    "uploads",
    "versionId",
    "versioning",
    "versions",
    "website",
];

/// Parameters that may stand there unsigned: the signature's own, and those that page through a list.
const UNSIGNED_PARAMETERS: &[&str] = &[
    "AWSAccessKeyId",
    "Expires",
    "Signature",
    "continuation-token",
    "delimiter",
    "encoding-type",
    "fetch-owner",
    "key-marker",
    "list-type",
    "marker",
    "max-keys",
    "max-parts",
    "max-uploads",
    "part-number-marker",
    "prefix",
    "start-after",
    "upload-id-marker",
    "version-id-marker",
    "x-id",
];

/// A signature of version 2, read and found plausible, but **not verified**: pass it to [`verify`].
pub struct Presigned<'a> {
    access_key_id: Cow<'a, str>,
    signature: Cow<'a, str>,
    session_token: Option<Cow<'a, str>>,
    expires: Timestamp,
    string_to_sign: Vec<u8>,
    /// The same with `/BUCKET/` for `/BUCKET`: a bucket either way, and signers write both for the same URL.
    of_bucket: Option<Vec<u8>>,
}

impl Presigned<'_> {
    /// The access key id whose secret signed.
    pub fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    /// The session token, covered by the signature. A secret of sorts: not for logs.
    pub fn session_token(&self) -> Option<&str> {
        self.session_token.as_deref()
    }

    /// The last second in which it is good.
    pub fn expires(&self) -> Timestamp {
        self.expires
    }

    /// The signature as it came: Base64 if it is one at all.
    pub fn signature(&self) -> &str {
        &self.signature
    }

    /// What the signature covers, as S3's `SignatureDoesNotMatch` prints it. Header values need not be UTF-8.
    pub fn string_to_sign(&self) -> &[u8] {
        &self.string_to_sign
    }
}

/// Finds a signature of version 2 in the query. `Ok(None)`: nothing in the query claims to be one. `host_bucket` is the
/// bucket that the host name names, if it does: the signed resource begins with it. `now_ms` is milliseconds since 1970.
pub fn parse<'a>(
    request: &Request<'a>,
    host_bucket: Option<&str>,
    now_ms: i64,
) -> Result<Option<Presigned<'a>>, Refusal> {
    request.check_bounds()?;
    let raw_query = request.raw_query.unwrap_or_default();
    if query::pairs(raw_query).nth(MAX_QUERY_PAIRS).is_some() {
        return Err(Refusal::TooLarge { what: "query parameters", limit: MAX_QUERY_PAIRS });
    }
    let first = |name: &str| query::pairs(raw_query).find(|(given, _)| query::decode(given) == name);
    let value = |name: &str| first(name).map(|(_, value)| query::decode(value));
    let (key_id, signature) = (value("AWSAccessKeyId"), value("Signature"));
    if key_id.is_none() && signature.is_none() {
        return Ok(None);
    }
    canonical::check_path(request.raw_path, PathRule::Key)?;
    query::check_escapes(raw_query)?;
    if request.header("authorization").is_some() || first("X-Amz-Algorithm").is_some() {
        return Err(Refusal::TwoSignatures);
    }
    if !matches!(request.method, "GET" | "HEAD" | "PUT") {
        return Err(Refusal::Version2(Version2Fault::Method));
    }
    let (Some(access_key_id), Some(signature), Some(given)) = (key_id, signature, value("Expires")) else {
        return Err(Refusal::Version2(Version2Fault::MissingParts));
    };
    let expires = seconds(&given).ok_or_else(|| Version2Fault::MalformedExpires { given: echo(&given) });
    let expires = expires.map_err(Refusal::Version2)?;
    let now = Timestamp::from_ms(now_ms);
    if now > expires {
        return Err(Refusal::Version2(Version2Fault::Expired { expired_at: expires, now }));
    }
    let amz = amz_headers(request)?;
    let session_token = amz.get("x-amz-security-token").map(|token| String::from_utf8_lossy(token).into_owned().into());
    let is_bucket = host_bucket.is_none() && request.raw_path.len() > 1 && request.raw_path.rfind('/') == Some(0);
    let of_bucket = format!("{}/", request.raw_path);
    let of_bucket = Request { raw_path: &of_bucket, ..*request };
    Ok(Some(Presigned {
        access_key_id,
        signature,
        session_token,
        expires,
        string_to_sign: string_to_sign(request, host_bucket, &given, &amz)?,
        of_bucket: is_bucket.then(|| string_to_sign(&of_bucket, host_bucket, &given, &amz)).transpose()?,
    }))
}

/// Whether it was made with `secret`. The comparison takes the same time wherever the signatures differ.
pub fn verify(presented: &Presigned<'_>, secret: &[u8]) -> Result<(), Refusal> {
    let signature = STANDARD.decode(presented.signature.as_bytes()).map_err(|_| Refusal::SignatureMismatch)?;
    let key = key(secret);
    let fits = |text: &[u8]| hmac::verify(&key, text, &signature).is_ok();
    if fits(&presented.string_to_sign) || presented.of_bucket.as_deref().is_some_and(fits) {
        Ok(())
    } else {
        Err(Refusal::SignatureMismatch)
    }
}

/// The signature of a string to sign, in Base64.
pub fn sign(string_to_sign: &[u8], secret: &[u8]) -> String {
    STANDARD.encode(hmac::sign(&key(secret), string_to_sign))
}

fn key(secret: &[u8]) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret)
}

/// Up to twelve digits: the year 9999 has that many seconds.
fn seconds(text: &str) -> Option<Timestamp> {
    let plausible = (1..=12).contains(&text.len()) && text.bytes().all(|digit| digit.is_ascii_digit());
    text.parse().ok().filter(|_| plausible).map(Timestamp::from_seconds)
}

/// Every `x-amz-*` header by its name in lower case, and the parameters of the query that stand for one.
fn amz_headers(request: &Request<'_>) -> Result<BTreeMap<String, Vec<u8>>, Refusal> {
    let is_amz = |name: &str| name.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("x-amz-"));
    let mut found: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for (name, value) in request.headers.iter().filter(|(name, _)| is_amz(name)) {
        let values = found.entry(name.to_ascii_lowercase()).or_default();
        if !values.is_empty() {
            values.push(b',');
        }
        values.extend_from_slice(value.trim_ascii());
    }
    for (name, value) in query::pairs(request.raw_query.unwrap_or_default()) {
        let name = query::decode(name).to_ascii_lowercase();
        if !is_amz(&name) {
            continue;
        }
        // Given twice, the signature would cover the joined values while readers take one.
        if found.contains_key(&name) {
            return Err(Refusal::RepeatedHeader { name });
        }
        found.insert(name, query::decoded_bytes(value).collect::<Vec<u8>>().trim_ascii().to_vec());
    }
    Ok(found)
}

fn string_to_sign(
    request: &Request<'_>,
    host_bucket: Option<&str>,
    expires: &str,
    amz: &BTreeMap<String, Vec<u8>>,
) -> Result<Vec<u8>, Refusal> {
    let mut out = Vec::with_capacity(512);
    let mut line = |text: &[u8]| {
        out.extend_from_slice(text);
        out.push(b'\n');
    };
    line(request.method.as_bytes());
    for name in ["content-md5", "content-type"] {
        line(standard_header(request, name)?.trim_ascii());
    }
    line(expires.as_bytes());
    for (name, value) in amz {
        line(&[name.as_bytes(), b":", value].concat());
    }
    if let Some(bucket) = host_bucket {
        out.push(b'/');
        out.extend_from_slice(bucket.as_bytes());
    }
    out.extend_from_slice(if request.raw_path.is_empty() { b"/" } else { request.raw_path.as_bytes() });
    write_parameters(&mut out, request.raw_query.unwrap_or_default())?;
    Ok(out)
}

/// A header's value; some signers move it into the query, under its name in lower case.
fn standard_header<'a>(request: &Request<'a>, name: &str) -> Result<Cow<'a, [u8]>, Refusal> {
    let mut given = request.headers.iter().filter(|(given, _)| given.eq_ignore_ascii_case(name));
    if let Some((_, value)) = given.next() {
        return match given.next() {
            None => Ok(Cow::Borrowed(value)),
            Some(_) => Err(Refusal::RepeatedHeader { name: name.to_owned() }),
        };
    }
    let moved = query::pairs(request.raw_query.unwrap_or_default()).find(|(given, _)| query::decode(given) == name);
    Ok(Cow::Owned(moved.map(|(_, value)| query::decoded_bytes(value).collect()).unwrap_or_default()))
}

/// `?acl&response-expires=never`: the signed parameters by name, their values decoded.
fn write_parameters(out: &mut Vec<u8>, raw_query: &str) -> Result<(), Refusal> {
    let mut signed = Vec::new();
    for piece in raw_query.split('&').filter(|piece| !piece.is_empty()) {
        let (name, value) = piece.split_once('=').map_or((piece, None), |(name, value)| (name, Some(value)));
        let name = query::decode(name);
        if SIGNED_PARAMETERS.contains(&name.as_ref()) {
            signed.push((name, value));
        } else if !may_travel_unsigned(&name) {
            return Err(Refusal::Version2(Version2Fault::NotSigned { name: echo(&name) }));
        }
    }
    signed.sort_by(|(one, _), (other, _)| one.cmp(other));
    for (index, (name, value)) in signed.iter().enumerate() {
        out.push(if index == 0 { b'?' } else { b'&' });
        out.extend_from_slice(name.as_bytes());
        if let Some(value) = value {
            out.push(b'=');
            out.extend(query::decoded_bytes(value));
        }
    }
    Ok(())
}

/// The rest is signed elsewhere: `x-amz-*` and the standard headers, as headers.
fn may_travel_unsigned(name: &str) -> bool {
    UNSIGNED_PARAMETERS.contains(&name)
        || matches!(name, "content-md5" | "content-type")
        || name.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("x-amz-"))
}

/// Without the session token and the signature.
impl fmt::Debug for Presigned<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Presigned")
            .field("access_key_id", &self.access_key_id)
            .field("expires", &self.expires)
            .field("has_session_token", &self.session_token.is_some())
            .finish_non_exhaustive()
    }
}
