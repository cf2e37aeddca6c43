//! The client's request, as the proxy tells it.

use super::PROXY_SECRET;
use super::asked::{Place, Question};
use http::Uri;
use http::header::{HOST, HeaderMap};
use http::request::Parts;
use std::net::IpAddr;

/// SHA-256 of nothing.
const OF_NOTHING: [u8; 32] = [
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27, 0xae, 0x41,
    0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
];

/// The client's request.
pub(super) struct Original {
    /// Its head.
    pub parts: Parts,
    /// The hash of its body by the client's word, which the signature covers: declared, or that of no body.
    pub body_sha256: [u8; 32],
    /// Where it came from, if the proxy says.
    pub source_ip: Option<IpAddr>,
    /// Whether it came encrypted, as the proxy says.
    pub secure: bool,
}

impl Original {
    /// Reads the place that the question names, and no other.
    pub(super) fn read(asked: &Parts, question: &Question) -> Result<Self, String> {
        let family = match question.place {
            Place::Original => {
                Some(["x-original-method", "x-original-uri", "x-original-host", "x-original-proto", "x-original-addr"])
            }
            Place::Forwarded => Some([
                "x-forwarded-method",
                "x-forwarded-uri",
                "x-forwarded-host",
                "x-forwarded-proto",
                "x-forwarded-for",
            ]),
            Place::Behind(_) => None,
        };
        let mut head = http::Request::new(()).into_parts().0;
        head.headers = asked.headers.clone();
        head.headers.remove(PROXY_SECRET);
        let (mut source_ip, mut secure) = (None, false);
        match (family, question.place) {
            (Some([method, uri, host, proto, address]), _) => {
                let needed =
                    |name: &str| one(&asked.headers, name)?.ok_or_else(|| format!("the proxy does not send {name}"));
                head.method = needed(method)?.parse().map_err(|_| format!("{method} is not a method"))?;
                head.uri = uri_of(needed(uri)?)?;
                head.headers.insert(HOST, needed(host)?.parse().map_err(|_| format!("{host} is not a host"))?);
                secure = one(&asked.headers, proto)?.is_some_and(|proto| proto.eq_ignore_ascii_case("https"));
                // A list was written by several; only one address alone is certainly the proxy's word.
                source_ip = one(&asked.headers, address)?.and_then(|address| address.trim().parse().ok());
                for name in [method, uri, host, proto, address] {
                    head.headers.remove(name);
                }
            }
            (None, Place::Behind(at)) => {
                let path = asked.uri.path().get(at..).filter(|path| !path.is_empty()).unwrap_or("/");
                let query = asked.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
                head.method = asked.method.clone();
                head.uri = uri_of(&format!("{path}{query}"))?;
            }
            (None, _) => return Err("the request is nowhere".to_owned()),
        }
        let body_sha256 = body_sha256(&head.headers)?;
        Ok(Self { parts: head, body_sha256, source_ip, secure })
    }
}

/// The only value of a header. Two of them are not one proxy's word.
fn one<'h>(headers: &'h HeaderMap, name: &str) -> Result<Option<&'h str>, String> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(format!("{name} was sent twice"));
    }
    value.to_str().map(Some).map_err(|_| format!("{name} is not text"))
}

/// A path with its query, as on the first line of a request.
fn uri_of(text: &str) -> Result<Uri, String> {
    if !text.starts_with('/') {
        return Err("the original URI does not begin with a slash".to_owned());
    }
    let parts: http::uri::PathAndQuery = text.parse().map_err(|_| "the original URI cannot be read".to_owned())?;
    // What was read must be what was written: a fragment, for example, would be lost.
    if parts.as_str() != text {
        return Err("the original URI cannot be read".to_owned());
    }
    Ok(Uri::from(parts))
}

/// What `x-amz-content-sha256` declares; the signature has to cover that header. Without it the body has to be empty, since
/// the body itself does not come here.
fn body_sha256(headers: &HeaderMap) -> Result<[u8; 32], String> {
    let Some(declared) = one(headers, "x-amz-content-sha256")? else { return Ok(OF_NOTHING) };
    match sigv4::PayloadClaim::parse(declared) {
        Some(sigv4::PayloadClaim::Sha256(digest)) => Ok(digest),
        // Nothing that could be compared with a body: the signature will not fit, and says so.
        _ => Ok(OF_NOTHING),
    }
}
