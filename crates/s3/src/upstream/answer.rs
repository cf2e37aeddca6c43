//! The answer of the server behind us, as the client gets it.

use super::connect::unavailable;
use crate::body::Patient;
use crate::xml::Element;
use crate::{Body, S3Fault};
use http::header::{
    ALT_SVC, CONNECTION, DATE, HeaderMap, HeaderName, LOCATION, PROXY_AUTHENTICATE, SERVER, SET_COOKIE,
    STRICT_TRANSPORT_SECURITY, TE, TRAILER, TRANSFER_ENCODING, UPGRADE, WWW_AUTHENTICATE,
};
use http::{Response, StatusCode};
use http_body_util::BodyExt;
use hyper::body::Incoming;

/// What belongs to the connection, or is ours to say.
const KEPT_BACK: [HeaderName; 12] = [
    ALT_SVC,
    CONNECTION,
    DATE,
    PROXY_AUTHENTICATE,
    SERVER,
    SET_COOKIE,
    STRICT_TRANSPORT_SECURITY,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
    WWW_AUTHENTICATE,
];

/// The longest refusal that is looked into, in bytes.
const REFUSAL_MOST: usize = 64 * 1024;

/// Refusals that are about us: that our key, clock or token is wrong is nothing that our client could mend, and the documents show
/// the key's id, the token, and what we signed.
const ABOUT_US: [&str; 12] = [
    "AccountProblem",
    "AuthorizationHeaderMalformed",
    "AuthorizationQueryParametersError",
    "ExpiredToken",
    "InvalidAccessKeyId",
    "InvalidSecurity",
    "InvalidToken",
    "NotSignedUp",
    "RequestExpired",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
    "TokenRefreshRequired",
];

/// Passes an answer on. `request_id` is what our client sees; the other server's goes to the log.
///
/// # Errors
/// The server behind us sends clients elsewhere, where our decisions would not count, or refuses ourselves.
pub(super) async fn passed_on(response: Response<Incoming>, request_id: &str) -> Result<Response<Body>, S3Fault> {
    let (mut parts, body) = response.into_parts();
    if parts.status.is_redirection() && parts.status != StatusCode::NOT_MODIFIED {
        let region = text(&parts.headers, "x-amz-bucket-region");
        return Err(unavailable(format!("the server behind us answers {}, region {region}", parts.status)));
    }
    let upstream_id = text(&parts.headers, "x-amz-request-id");
    tracing::debug!(request_id, upstream_id, status = %parts.status, "the server behind us answered");
    let mut hops: Vec<HeaderName> = KEPT_BACK.to_vec();
    for names in parts.headers.get_all(CONNECTION) {
        hops.extend(names.to_str().unwrap_or_default().split(',').filter_map(|name| name.trim().parse().ok()));
    }
    hops.extend(["keep-alive", "x-amz-request-id", "x-amz-id-2"].map(HeaderName::from_static));
    // Where a new bucket is; an address of the server behind us would lead around us.
    let location = text(&parts.headers, LOCATION.as_str());
    if !location.starts_with('/') || location.starts_with("//") {
        hops.push(LOCATION);
    }
    for name in hops {
        parts.headers.remove(name);
    }
    let body = self::body(body);
    if !matches!(parts.status, StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
        return Ok(Response::from_parts(parts, body));
    }
    let lost = |fault: crate::BodyFault| unavailable(format!("a refusal of the server behind us: {fault}"));
    let document = crate::body::whole(body, REFUSAL_MOST).await.map_err(lost)?;
    check_refusal(&document)?;
    Ok(Response::from_parts(parts, crate::body::full(document)))
}

/// A refusal of what was asked may be passed on.
///
/// # Errors
/// It is about us, or shows who we are.
fn check_refusal(document: &[u8]) -> Result<(), S3Fault> {
    let Ok(root) = Element::read(document, "Error") else { return Ok(()) };
    let first = |name: &str| root.all(name).next().map(|element| element.text.clone()).unwrap_or_default();
    let (code, message) = (first("Code"), first("Message"));
    let cause = || format!("the server behind us refuses: {code}: {message}");
    if ABOUT_US.contains(&code.as_str()) {
        return Err(unavailable(cause()));
    }
    // Whom it denies is us; what our callers may do was decided before.
    let shows_us = message.contains("arn:") || !first("AWSAccessKeyId").is_empty();
    if code == "AccessDenied" && shows_us {
        return Err(S3Fault { cause: Some(cause()), ..S3Fault::access_denied() });
    }
    Ok(())
}

/// A body that does not stall.
pub(super) fn body(body: Incoming) -> Body {
    Patient::new(body).boxed_unsync()
}

fn text(headers: &HeaderMap, name: &str) -> String {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::check_refusal;

    #[test]
    fn refusals_about_us_are_kept_back() {
        let told = |document: &str| check_refusal(document.as_bytes()).map_or_else(|fault| fault.code, |()| "-");
        let error =
            |code: &str, rest: &str| format!("<?xml version=\"1.0\"?>\n<Error><Code>{code}</Code>{rest}</Error>");
        let key = "<Message>m</Message><AWSAccessKeyId>AKIABEHIND</AWSAccessKeyId>";
        let arn = "<Message>User: arn:aws:iam::1:user/guard is not authorized to perform: s3:PutObject</Message>";
        let lock = "<Message>Access Denied because object protected by object lock.</Message>";
        for (document, wanted) in [
            (error("SignatureDoesNotMatch", key), "ServiceUnavailable"),
            (error("ExpiredToken", "<Token-0>t</Token-0>"), "ServiceUnavailable"),
            (error("AccessDenied", arn), "AccessDenied"),
            (error("AccessDenied", key), "AccessDenied"),
            (error("AccessDenied", lock), "-"),
            (error("NoSuchKey", ""), "-"),
            (error("BadDigest", ""), "-"),
            (String::new(), "-"),
            ("<html>".to_owned(), "-"),
        ] {
            assert_eq!(told(&document), wanted, "{document}");
        }
        let fault = check_refusal(error("AccessDenied", arn).as_bytes()).unwrap_err();
        assert_eq!(fault.message, "Access Denied");
        assert!(fault.cause.unwrap().contains("user/guard"));
    }
}
