//! How large a body may be, known from a request's head: what the model of the service it is signed for needs.

use contract::{Kind, Protocol, Schema, Service};
use http::request::Parts;

use crate::Scope;
use crate::route::wants_body;

/// Members nested deeper than this hold nothing long.
const MAX_DEPTH: usize = 4;

/// The most bytes that a body may have. It is `usual`, unless the request says that it was signed for a service in which
/// one text or blob alone may be longer than that (`SAMLMetadataDocument` of `iam`: 10,000,000 characters): then there
/// is room for it on top. Who signs nothing gets no more than `usual`.
pub fn body_most(parts: &Parts, services: &[&'static Service], usual: usize) -> usize {
    let Some(scope) = Scope::of(parts).filter(|_| wants_body(parts, services)) else { return usual };
    let service = services.iter().find(|service| service.name == scope.service);
    let longest = service.map_or(0, |service| longest(service));
    if longest > usual { usual.saturating_add(longest) } else { usual }
}

/// The most bytes that one text or blob of an input can take in a body of this service.
fn longest(service: &Service) -> usize {
    let inputs = service.operations.iter().filter_map(|operation| operation.input);
    inputs.map(|input| longest_within(input, service.protocol, 0)).max().unwrap_or(0)
}

fn longest_within(schema: &Schema, protocol: Protocol, depth: usize) -> usize {
    if depth > MAX_DEPTH {
        return 0;
    }
    let within = |schema| longest_within(schema, protocol, depth + 1);
    match &schema.kind {
        Kind::Structure { members } | Kind::Union { members } => {
            members.iter().map(|member| within(member.schema)).max().unwrap_or(0)
        }
        Kind::List { element, .. } => within(element),
        Kind::Map { key, value, .. } => within(key).max(within(value)),
        Kind::String { max, .. } => bytes(*max).saturating_mul(text_width(protocol)),
        Kind::Blob { max, .. } => bytes(*max).div_ceil(3).saturating_mul(4 * blob_width(protocol)),
        _ => 0,
    }
}

/// A text without a maximum asks for nothing: `usual` is its maximum.
fn bytes(max: Option<u64>) -> usize {
    max.and_then(|max| usize::try_from(max).ok()).unwrap_or(0)
}

/// Bytes for one character: three for any ASCII in a form (`%3C`), six for any in JSON (`\u003c`). Text that is mostly
/// beyond ASCII takes up to twelve in a form; documents as long as that are not expected of anybody.
fn text_width(protocol: Protocol) -> usize {
    match protocol {
        Protocol::Query => 3,
        Protocol::Json11 => 6,
    }
}

/// Bytes for one letter of Base64: `+`, `/` and `=` are escaped in a form.
fn blob_width(protocol: Protocol) -> usize {
    match protocol {
        Protocol::Query => 3,
        Protocol::Json11 => 1,
    }
}
