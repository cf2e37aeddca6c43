//! What browsers need to call the JSON services (spec/identity-pools.md 1, spec/user-pools-api.md 1).

use bytes::Bytes;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, HeaderMap, HeaderValue,
};
use http::request::Parts;
use http::{Method, Response};

const EXPOSED: &str = "x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date";

/// For a preflight that names no headers, or names them in a way that cannot be repeated.
const ALLOWED: &str = "content-type,x-amz-target,x-amz-user-agent,cache-control,authorization,x-amz-date,\
                       x-amz-security-token,x-amz-content-sha256,amz-sdk-invocation-id,amz-sdk-request";

/// Two days, in seconds.
const MAX_AGE: &str = "172800";

/// The answer to a browser that asks whether it may call the API; `None` when the request is no such question.
pub fn preflight(parts: &Parts) -> Option<Response<Bytes>> {
    let asks = parts.headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    if parts.method != Method::OPTIONS || !asks || !matches!(parts.uri.path(), "" | "/") {
        return None;
    }
    let mut response = Response::new(Bytes::new());
    let headers = response.headers_mut();
    allow(headers);
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST"));
    let asked = parts.headers.get(ACCESS_CONTROL_REQUEST_HEADERS).filter(|value| is_list_of_names(value));
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, asked.cloned().unwrap_or_else(|| HeaderValue::from_static(ALLOWED)));
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(MAX_AGE));
    Some(response)
}

/// Lets any origin read the answer and the headers that SDKs look at.
pub(crate) fn allow(headers: &mut HeaderMap) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
}

fn is_list_of_names(value: &HeaderValue) -> bool {
    let bytes = value.as_bytes();
    let fits = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b',' | b' ');
    !bytes.is_empty() && bytes.len() <= 2048 && bytes.iter().all(fits)
}
