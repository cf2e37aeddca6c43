//! What operators ask of a running server, beside AWS's APIs: signed for the service `sekisho`, and permitted by policies as
//! everything else is.

pub mod explain;
pub mod keys;
pub mod revocations;
#[cfg(test)]
mod tests;

use bytes::Bytes;
use contract::{Fault, Protocol};
use door::Arrival;
use http::Response;
use http::header::{CONTENT_TYPE, HeaderValue};
use serde::Serialize;
use serde::de::DeserializeOwned;
use service::{Asked, Caller, Decision, Node};

/// Who signed a request to one of our own paths.
///
/// # Errors
/// The refusal of spec/sts-and-iam.md E2, as JSON services word it.
pub async fn signer(node: &Node, arrival: &Arrival<'_>) -> Result<Caller, Fault> {
    let headers = arrival.headers();
    node.gate.admit_service(&arrival.signed_view(&headers), "sekisho", Protocol::Json11, arrival.now).await
}

/// Whether the caller may do this.
///
/// # Errors
/// `AccessDeniedException`.
pub async fn demand(
    node: &Node,
    arrival: &Arrival<'_>,
    caller: &Caller,
    action: &str,
    resource: Option<&str>,
) -> Result<(), Fault> {
    let asked = Asked { action, resource, extra: Default::default() };
    let facts = arrival.facts(None, &node.region, [0; 32], "");
    let permitted = node.gate.permit(caller, asked, facts.view(), &mut Decision::default()).await?;
    permitted.map_err(|sentence| Fault::new("AccessDeniedException", 403, sentence))
}

/// The body of a request. What it holds may be secret, so a refusal does not repeat it.
///
/// # Errors
/// `SerializationException`.
pub fn body<T: DeserializeOwned>(arrival: &Arrival<'_>) -> Result<T, Fault> {
    serde_json::from_slice(arrival.body).map_err(|error| {
        let sentence = format!("The body is not the JSON that belongs here (line {}).", error.line());
        Fault::new("SerializationException", 400, sentence)
    })
}

/// An answer in JSON.
///
/// # Errors
/// An internal fault.
pub fn json(answer: &impl Serialize) -> Result<Response<Bytes>, Fault> {
    let mut response = Response::new(Bytes::from(serde_json::to_vec(answer).map_err(Fault::internal)?));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}

/// An id as it may stand in an ARN and be asked of the store; what does not look like one is not looked for.
fn is_plain(id: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@:/-".contains(&byte);
    (1..=2048).contains(&id.len()) && id.bytes().all(known)
}
