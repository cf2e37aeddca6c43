//! Presigned URLs of version 2 may carry two headers as parameters, which then are headers.

use http::request::Parts;
use http::uri::PathAndQuery;
use http::{HeaderName, HeaderValue, Uri};
use percent_encoding::percent_decode_str;
use std::borrow::Cow;

/// What signers of version 2 move into the query besides `x-amz-*`.
const MOVED: [&str; 2] = ["content-md5", "content-type"];

/// The request with these headers back in their place; what is a header already wins. Requests without such a signature are
/// as they are.
pub(crate) fn unfolded(parts: &Parts) -> Cow<'_, Parts> {
    let query = parts.uri.query().unwrap_or_default();
    let is_version2 = query.split('&').any(|pair| pair.starts_with("AWSAccessKeyId="));
    let name_of = |pair: &str| MOVED.into_iter().find(|name| pair.split('=').next() == Some(name));
    if !is_version2 || !query.split('&').any(|pair| name_of(pair).is_some()) {
        return Cow::Borrowed(parts);
    }
    let mut out = parts.clone();
    let mut rest = Vec::new();
    for pair in query.split('&') {
        let Some(name) = name_of(pair) else {
            rest.push(pair);
            continue;
        };
        let raw = pair.split_once('=').map_or("", |(_, value)| value).replace('+', " ");
        let value: Vec<u8> = percent_decode_str(&raw).collect();
        if let (false, Ok(value)) = (out.headers.contains_key(name), HeaderValue::from_bytes(&value)) {
            out.headers.insert(HeaderName::from_static(name), value);
        }
    }
    let path = format!("{}?{}", parts.uri.path(), rest.join("&"));
    let mut uri = out.uri.clone().into_parts();
    uri.path_and_query = PathAndQuery::try_from(path).ok().or(uri.path_and_query);
    if let Ok(uri) = Uri::from_parts(uri) {
        out.uri = uri;
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    #[test]
    fn headers_in_the_query_come_back() {
        let read = |uri: &str, headers: &[(&str, &str)]| {
            let mut request = http::Request::builder().uri(uri);
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            let (parts, ()) = request.body(()).unwrap().into_parts();
            let out = super::unfolded(&parts).into_owned();
            let text = |name| out.headers.get(name).map(|value: &http::HeaderValue| value.to_str().unwrap().to_owned());
            (out.uri.to_string(), text("content-type"), text("content-md5"))
        };
        let signed = "AWSAccessKeyId=a&Signature=b&Expires=1";
        assert_eq!(
            read(&format!("/fans/a?content-type=text%2Fplain&{signed}&content-md5=x%3D%3D"), &[]),
            (format!("/fans/a?{signed}"), Some("text/plain".to_owned()), Some("x==".to_owned()))
        );
        let kept = read(&format!("/fans/a?content-type=text%2Fplain&{signed}"), &[("content-type", "a/b")]);
        assert_eq!(kept, (format!("/fans/a?{signed}"), Some("a/b".to_owned()), None));
        let plain = "/fans/a?content-type=text%2Fplain";
        assert_eq!(read(plain, &[]), (plain.to_owned(), None, None));
    }
}
