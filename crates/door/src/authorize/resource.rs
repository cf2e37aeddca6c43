//! On what: the resource that the proxy names, with the original request's method and path in it.

use http::request::Parts;
use percent_encoding::percent_decode_str;
use std::borrow::Cow;

/// Fills `{method}` and `{path}`.
///
/// # Errors
/// The path is one that two programs may read in two ways, so that the one decided on need not be the one served: dot
/// segments, empty segments, escaped slashes, backslashes or percent signs, control characters.
pub(super) fn fill(template: &str, original: &Parts) -> Result<String, &'static str> {
    let mut arn = template.replace("{method}", original.method.as_str());
    if template.contains("{path}") {
        arn = arn.replace("{path}", &plain_path(original.uri.path())?);
    }
    Ok(arn)
}

fn plain_path(raw: &str) -> Result<Cow<'_, str>, &'static str> {
    const AMBIGUOUS: &str = "the path can be read in two ways";
    let path = percent_decode_str(raw).decode_utf8().map_err(|_| AMBIGUOUS)?;
    let slashes = |text: &str| text.bytes().filter(|byte| *byte == b'/').count();
    if slashes(&path) != slashes(raw) || path.contains(['\\', '%']) || path.chars().any(char::is_control) {
        return Err(AMBIGUOUS);
    }
    let rest = path.strip_prefix('/').ok_or(AMBIGUOUS)?;
    let last = rest.split('/').count() - 1;
    for (index, segment) in rest.split('/').enumerate() {
        if matches!(segment, "." | "..") || segment.is_empty() && index != last {
            return Err(AMBIGUOUS);
        }
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn filled(method: &str, uri: &str) -> Result<String, &'static str> {
        let (parts, ()) = http::Request::builder().method(method).uri(uri).body(()).unwrap().into_parts();
        fill("arn:aws:execute-api:us-east-1:1:api/prod/{method}{path}", &parts)
    }

    #[test]
    fn the_path_is_that_which_is_served() {
        for (uri, path) in [
            ("/", "/"),
            ("/orders/1?x=/../", "/orders/1"),
            ("/orders/", "/orders/"),
            ("/a%20b/%C3%A9", "/a b/é"),
            ("/a.b/..c/...", "/a.b/..c/..."),
            ("/*/?", "/*/"),
        ] {
            assert_eq!(filled("GET", uri).unwrap(), format!("arn:aws:execute-api:us-east-1:1:api/prod/GET{path}"));
        }
    }

    #[test]
    fn what_can_be_read_in_two_ways_is_refused() {
        for uri in [
            "/a/../admin",
            "/a/%2e%2e/admin",
            "/./a",
            "//admin",
            "/a//b",
            "/a%2Fb",
            "/a%5Cb",
            "/a%252e",
            "/a%00",
            "/a%0a",
            "/%ff",
        ] {
            assert!(filled("GET", uri).is_err(), "{uri}");
        }
    }
}
