//! Requests for S3: told apart by their heads, streamed both ways, and their connections left in order.

use crate::clock::Ambient;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, EXPECT, HOST};
use http::request::Parts;
use http::{Method, Request, Response};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use s3::{Arrival, S3};
use std::net::SocketAddr;
use std::time::Duration;

/// What is still read of the body of a refused request, so that the client gets to read the refusal.
const DRAINED_MOST: usize = 16 * 1024 * 1024;
/// How long that may take.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(10);

/// Names of our own web pages that could be buckets' names. Unsigned requests for them are not for S3.
const PAGES: [&str; 12] = [
    "confirm",
    "confirmuser",
    "error",
    "favicon.ico",
    "forgotpassword",
    "login",
    "logout",
    "oauth2",
    "passkeys",
    "robots.txt",
    "saml2",
    "signup",
];

/// Whether a request is for S3, by its head: it is signed for S3, it names a bucket or S3 itself in its host, or it is unsigned
/// and its path is one that could be a bucket's and nothing else's.
pub fn is_for_s3(parts: &Parts, domains: &[String]) -> bool {
    // Ours whatever else it says: what proxies ask here must never be answered as something else.
    if parts.uri.path().starts_with("/_sekisho/") {
        return false;
    }
    if let Some(authorization) = parts.headers.get(AUTHORIZATION) {
        let authorization = authorization.as_bytes();
        // Version 2 in a header is of no other service, and S3 tells what to use instead.
        return has(authorization, b"/s3/aws4_request") || authorization.starts_with(b"AWS ");
    }
    let query = parts.uri.query().unwrap_or_default();
    if let Some(credential) = parameter(query, "X-Amz-Credential") {
        return has(credential.as_bytes(), b"/s3/aws4_request") || has(credential.as_bytes(), b"%2Fs3%2Faws4_request");
    }
    if parameter(query, "AWSAccessKeyId").is_some() {
        return true;
    }
    let is_root = matches!(parts.uri.path(), "" | "/");
    let is_call = parts.headers.contains_key("x-amz-target")
        || is_root && (is_form(parts) || parameter(query, "Action").is_some());
    if is_call {
        return false;
    }
    if parts.headers.contains_key(HOST) && s3::names_s3(parts, domains) {
        return true;
    }
    !is_root && s3::names_bucket(parts.uri.path()) && !is_page(parts.uri.path())
}

/// Answers a request for S3. The work goes on if the client hangs up: what was begun is finished or undone as a whole.
pub async fn answer(
    s3: &S3,
    ambient: &dyn Ambient,
    request: Request<Incoming>,
    peer: SocketAddr,
) -> Response<s3::Body> {
    let (parts, body) = request.into_parts();
    let arrival =
        Arrival { parts: &parts, now: ambient.now(), seed: ambient.seed(), source_ip: Some(peer.ip()), secure: false };
    let answer = s3.answer(arrival, body).await;
    if let Some(unread) = answer.unread
        // Who asked first, and was refused, has not sent it; reading now would ask for it.
        && !parts.headers.contains_key(EXPECT)
    {
        tokio::task::spawn_local(tokio::time::timeout(DRAIN_TIMEOUT, drain(unread)));
    }
    answer.response
}

/// Reads and forgets. What is more than enough closes the connection.
async fn drain(mut body: Incoming) {
    let mut left = DRAINED_MOST;
    while let Some(Ok(frame)) = body.frame().await {
        let length = frame.data_ref().map_or(0, Bytes::len);
        let Some(rest) = left.checked_sub(length) else { return };
        left = rest;
    }
}

/// The raw value of a query parameter.
fn parameter<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
}

fn is_form(parts: &Parts) -> bool {
    let kind = parts.headers.get(CONTENT_TYPE).map(|kind| kind.as_bytes()).unwrap_or_default();
    const FORM: &[u8] = b"application/x-www-form-urlencoded";
    parts.method == Method::POST && kind.get(..FORM.len()).is_some_and(|start| start.eq_ignore_ascii_case(FORM))
}

fn is_page(path: &str) -> bool {
    let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    PAGES.iter().any(|page| page.eq_ignore_ascii_case(first))
}

fn has(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn told(method: &str, uri: &str, headers: &[(&str, &str)]) -> bool {
        let mut request = Request::builder().method(method).uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        is_for_s3(&request.body(()).unwrap().into_parts().0, &["localhost".to_owned()])
    }

    #[test]
    fn signatures_tell() {
        let signed = |service: &str| {
            format!(
                "AWS4-HMAC-SHA256 Credential=A/20260102/us-east-1/{service}/aws4_request, SignedHeaders=host, Signature=0"
            )
        };
        assert!(told("GET", "/", &[("authorization", &signed("s3"))]));
        assert!(!told("POST", "/", &[("authorization", &signed("sts")), ("host", "fans.localhost")]));
        assert!(!told("GET", "/fans/a", &[("authorization", &signed("execute-api"))]));
        assert!(told("GET", "/", &[("authorization", "AWS A:b")]));
        assert!(told("GET", "/fans/a?X-Amz-Credential=A%2F20260102%2Fus-east-1%2Fs3%2Faws4_request", &[]));
        assert!(!told("GET", "/?X-Amz-Credential=A%2F20260102%2Fus-east-1%2Fsts%2Faws4_request", &[]));
        assert!(told("PUT", "/fans/a?AWSAccessKeyId=A&Signature=b&Expires=1", &[]));
        let host = ("host", "fans.localhost");
        assert!(!told("GET", "/_sekisho/authorize", &[("authorization", &signed("s3")), host]));
    }

    #[test]
    fn hosts_tell() {
        for host in ["fans.localhost:4566", "s3.amazonaws.com", "fans.s3.eu-west-1.amazonaws.com"] {
            assert!(told("GET", "/", &[("host", host)]), "{host}");
        }
        for host in ["localhost:4566", "127.0.0.1:4566", "cognito-idp.us-east-1.amazonaws.com"] {
            assert!(!told("GET", "/", &[("host", host)]), "{host}");
        }
        let target = ("x-amz-target", "AWSCognitoIdentityService.GetId");
        assert!(!told("POST", "/", &[("host", "api.localhost"), target]));
        let form = ("content-type", "application/x-www-form-urlencoded; charset=utf-8");
        assert!(!told("POST", "/", &[("host", "api.localhost"), form]));
        assert!(!told("GET", "/?Action=GetCallerIdentity", &[("host", "api.localhost")]));
    }

    #[test]
    fn unsigned_paths_tell() {
        for path in ["/fans", "/fans/a.txt", "/fans/login", "/my.bucket/"] {
            assert!(told("GET", path, &[("host", "127.0.0.1:4566")]), "{path}");
        }
        for path in [
            "/",
            "/_sekisho/health",
            "/.well-known/jwks_uri",
            "/us-east-1_AbCdEfGhI/.well-known/jwks.json",
            "/login",
            "/oauth2/token",
            "/favicon.ico",
            "/No_Bucket/a",
        ] {
            assert!(!told("GET", path, &[("host", "127.0.0.1:4566")]), "{path}");
        }
    }
}
