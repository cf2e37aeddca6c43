//! The answer of the server behind us, as the client gets it.

use super::connect::unavailable;
use crate::body::Patient;
use crate::{Body, S3Fault};
use http::header::{
    CONNECTION, DATE, HeaderMap, HeaderName, LOCATION, PROXY_AUTHENTICATE, SERVER, SET_COOKIE, TE, TRAILER,
    TRANSFER_ENCODING, UPGRADE,
};
use http::{Response, StatusCode};
use http_body_util::BodyExt;
use hyper::body::Incoming;

/// What belongs to the connection, or is ours to say.
const KEPT_BACK: [HeaderName; 9] =
    [CONNECTION, DATE, PROXY_AUTHENTICATE, SERVER, SET_COOKIE, TE, TRAILER, TRANSFER_ENCODING, UPGRADE];

/// Passes an answer on. `request_id` is what our client sees; the other server's goes to the log.
///
/// # Errors
/// The server behind us sends clients elsewhere, where our decisions would not count.
pub(super) fn passed_on(response: Response<Incoming>, request_id: &str) -> Result<Response<Body>, S3Fault> {
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
    if !text(&parts.headers, LOCATION.as_str()).starts_with('/') {
        hops.push(LOCATION);
    }
    for name in hops {
        parts.headers.remove(name);
    }
    Ok(Response::from_parts(parts, self::body(body)))
}

/// A body that does not stall.
pub(super) fn body(body: Incoming) -> Body {
    Patient::new(body).boxed_unsync()
}

fn text(headers: &HeaderMap, name: &str) -> String {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).unwrap_or_default()
}
