//! The other side: signs a request, in its headers or as a presigned URL.

use std::fmt;

use crate::canonical::{self, Parts, push_escaped};
use crate::key::SigningKey;
use crate::payload::PayloadClaim;
use crate::refusal::Refusal;
use crate::request::Request;
use crate::rules::PathRule;
use crate::time::Timestamp;
use crate::{ALGORITHM, TERMINATOR};

/// Who signs, for where and when.
#[derive(Clone, Copy)]
pub struct Signing<'s> {
    /// The access key id.
    pub access_key_id: &'s str,
    /// The key, derived for the day of `now_ms`, `region` and `service`.
    pub key: &'s SigningKey,
    /// The session token of temporary credentials.
    pub session_token: Option<&'s str>,
    /// The region signed for.
    pub region: &'s str,
    /// The service signed for.
    pub service: &'s str,
    /// The time of the request, milliseconds since 1970.
    pub now_ms: i64,
    /// How the service reads paths.
    pub path: PathRule,
    /// What to say about the body.
    pub content_sha256: ContentSha256,
}

/// What a signature says about the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContentSha256 {
    /// Covers the body's hash, without an `x-amz-content-sha256` header (every service but S3).
    Implied,
    /// Covers the body's hash and declares it in the header (S3).
    OfBody,
    /// Declares this instead (S3).
    Claim(PayloadClaim),
}

/// Headers that proxies and connections change, or that the signer sets itself.
const NOT_SIGNED: &[&str] = &[
    "authorization",
    "connection",
    "expect",
    "transfer-encoding",
    "user-agent",
    "x-amzn-trace-id",
    "x-amz-date",
    "x-amz-security-token",
    "x-amz-content-sha256",
];

/// Signs in the header form. Returns the headers to set on the request (replacing any of the same name):
/// `x-amz-date`, then `x-amz-security-token` and `x-amz-content-sha256` if they apply, then `authorization`.
/// All headers of the request are signed, except those that change on the way; `host` must be among them.
pub fn sign_headers(request: &Request<'_>, signing: &Signing<'_>) -> Result<Vec<(&'static str, String)>, Refusal> {
    let claim = signing.claim(request)?;
    let payload = canonical::payload_value(request.body, claim)?;
    let requested = Timestamp::from_ms(signing.now_ms);
    let mut added = vec![("x-amz-date", requested.to_string())];
    if let Some(token) = signing.session_token {
        added.push(("x-amz-security-token", token.to_owned()));
    }
    if claim.is_some() {
        added.push(("x-amz-content-sha256", payload.clone().into_owned()));
    }
    let mut headers = signed(request);
    headers.extend(added.iter().map(|(name, value)| (*name, value.as_bytes())));
    let signed_headers = names(&headers)?;
    let parts = Parts {
        method: request.method,
        raw_path: request.raw_path,
        raw_query: request.raw_query.unwrap_or_default(),
        without_signature: false,
        headers: &headers,
        signed_headers: &signed_headers,
        payload: &payload,
        path: signing.path,
    };
    let (scope, signature) = signing.sign(request, &parts, requested)?;
    let authorization = format!(
        "{ALGORITHM} Credential={}/{scope}, SignedHeaders={signed_headers}, Signature={signature}",
        signing.access_key_id
    );
    added.push(("authorization", authorization));
    Ok(added)
}

/// Signs in the query form. Returns the whole query, the request's own parameters first. Headers of the request are
/// signed and must be sent with it; `host` must be among them.
pub fn presign_query(request: &Request<'_>, signing: &Signing<'_>, expires_seconds: u32) -> Result<String, Refusal> {
    // S3 takes the body on trust unless the signer says otherwise (spec/sts-and-iam.md E1 "Query form").
    let claim = signing.claim(request)?;
    let payload = canonical::payload_value(request.body, claim)?;
    let requested = Timestamp::from_ms(signing.now_ms);
    let headers = signed(request);
    let signed_headers = names(&headers)?;
    let credential = format!("{}/{}", signing.access_key_id, signing.scope(requested));
    let mut raw_query = request.raw_query.unwrap_or_default().as_bytes().to_vec();
    let mut add = |name: &str, value: &str| {
        if !raw_query.is_empty() {
            raw_query.push(b'&');
        }
        raw_query.extend_from_slice(name.as_bytes());
        raw_query.push(b'=');
        value.bytes().for_each(|byte| push_escaped(&mut raw_query, byte));
    };
    add("X-Amz-Algorithm", ALGORITHM);
    add("X-Amz-Credential", &credential);
    add("X-Amz-Date", &requested.to_string());
    add("X-Amz-Expires", &expires_seconds.to_string());
    add("X-Amz-SignedHeaders", &signed_headers);
    if let Some(token) = signing.session_token {
        add("X-Amz-Security-Token", token);
    }
    // Said only where it is not what the verifier assumes anyway.
    if claim.is_some_and(|claim| claim != PayloadClaim::Unsigned) {
        add("X-Amz-Content-Sha256", &payload);
    }
    // Escapes are ASCII and the rest came as a string.
    let mut raw_query = String::from_utf8_lossy(&raw_query).into_owned();
    let parts = Parts {
        method: request.method,
        raw_path: request.raw_path,
        raw_query: &raw_query,
        without_signature: true,
        headers: &headers,
        signed_headers: &signed_headers,
        payload: &payload,
        path: signing.path,
    };
    let (_, signature) = signing.sign(request, &parts, requested)?;
    raw_query.push_str("&X-Amz-Signature=");
    raw_query.push_str(&signature);
    Ok(raw_query)
}

/// Without the session token.
impl fmt::Debug for Signing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signing")
            .field("access_key_id", &self.access_key_id)
            .field("region", &self.region)
            .field("service", &self.service)
            .field("now_ms", &self.now_ms)
            .finish_non_exhaustive()
    }
}

impl Signing<'_> {
    fn claim(&self, request: &Request<'_>) -> Result<Option<PayloadClaim>, Refusal> {
        Ok(match self.content_sha256 {
            ContentSha256::Implied => None,
            ContentSha256::Claim(claim) => Some(claim),
            ContentSha256::OfBody => PayloadClaim::parse(&canonical::payload_value(request.body, None)?),
        })
    }

    fn scope(&self, requested: Timestamp) -> String {
        format!("{}/{}/{}/{TERMINATOR}", requested.date(), self.region, self.service)
    }

    fn sign(
        &self,
        request: &Request<'_>,
        parts: &Parts<'_, '_>,
        requested: Timestamp,
    ) -> Result<(String, String), Refusal> {
        canonical::check_path(request.raw_path, self.path)?;
        crate::query::check_escapes(parts.raw_query)?;
        let scope = self.scope(requested);
        let string_to_sign = canonical::string_to_sign_of(&parts.canonical_request()?, requested, &scope);
        let signature = self.key.sign(string_to_sign.as_bytes());
        Ok((scope, signature))
    }
}

fn signed<'a>(request: &Request<'a>) -> Vec<(&'a str, &'a [u8])> {
    let stays = |name: &str| !NOT_SIGNED.iter().any(|other| other.eq_ignore_ascii_case(name));
    request.headers.iter().copied().filter(|(name, _)| stays(name)).collect()
}

fn names(headers: &[(&str, &[u8])]) -> Result<String, Refusal> {
    let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
    let names = crate::demands::signed_headers(&names.join(";"))?;
    crate::demands::host_is_signed(&names)?;
    Ok(names)
}
