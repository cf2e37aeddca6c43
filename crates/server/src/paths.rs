//! What is answered by its path: discovery documents, the health check, the reset of an ephemeral server.

use crate::data_dir::RootKey;
use crate::http::plain;
use crate::operator::{demand, explain, json, keys, revocations, signer};
use crate::start;
use bytes::Bytes;
use contract::Fault;
use domain::{UserPoolId, identity_token};
use door::Arrival;
use http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE, HOST, HeaderValue};
use http::{Method, Response, StatusCode};
use service::Node;
use std::sync::Arc;

/// The answer to a request that is not an API call.
pub async fn answer(node: &Arc<Node>, root: &RootKey, arrival: &Arrival<'_>) -> Response<Bytes> {
    let path = arrival.parts.uri.path();
    let method = &arrival.parts.method;
    match (method, path) {
        (&Method::GET | &Method::HEAD, "/_sekisho/health") => plain(StatusCode::OK, "ok\n"),
        (&Method::POST, RESET) => said(reset(node, root, arrival).await),
        (&Method::GET, path) if path.starts_with(DECISIONS) => said(decision(node, arrival).await),
        (&Method::POST, explain::IDENTITY) => said(explain::identity(node, arrival).await),
        (&Method::POST, explain::TOKEN) => said(explain::token(node, arrival).await),
        (&Method::POST, revocations::PATH) => said(revocations::revoke(node, arrival).await),
        (&Method::GET, revocations::PATH) => said(revocations::list(node, arrival).await),
        (&Method::POST, keys::ROTATE) => said(keys::rotate(node, arrival).await),
        (&Method::GET, keys::PATH) => said(keys::list(node, arrival).await),
        (&Method::GET | &Method::HEAD, path) if path.starts_with(WEB_IDENTITY) => said(web_identity(node, path).await),
        (&Method::GET | &Method::HEAD, "/.well-known/jwks_uri") => said(identity_pools_keys(node).await),
        (&Method::GET | &Method::HEAD, "/.well-known/openid-configuration") => identity_pools(node, arrival),
        (&Method::GET | &Method::HEAD, _) => match well_known(path) {
            Some((pool, document)) => said(discovery(node, &pool, document).await),
            None => plain(StatusCode::NOT_FOUND, "Nothing is served here.\n"),
        },
        _ => plain(StatusCode::NOT_FOUND, "Nothing is served here.\n"),
    }
}

/// Empties an ephemeral server.
pub const RESET: &str = "/_sekisho/reset";

/// The documents of a user pool's issuer.
#[derive(Clone, Copy)]
enum Document {
    Jwks,
    Configuration,
}

/// `/{poolId}/.well-known/jwks.json` and `…/openid-configuration` (spec/user-pools-auth.md 11.1).
fn well_known(path: &str) -> Option<(UserPoolId, Document)> {
    let (pool, document) = path.strip_prefix('/')?.split_once("/.well-known/")?;
    let document = match document {
        "jwks.json" => Document::Jwks,
        "openid-configuration" => Document::Configuration,
        _ => return None,
    };
    let plausible = pool.len() <= 55 && pool.contains('_') && !pool.contains('/');
    plausible.then(|| (UserPoolId::from(pool), document))
}

async fn discovery(node: &Node, pool: &UserPoolId, document: Document) -> Result<Response<Bytes>, Fault> {
    let found = match document {
        Document::Jwks => cognito_idp::discovery::jwks(node, pool).await?,
        Document::Configuration => cognito_idp::discovery::openid_configuration(node, pool).await?,
    };
    Ok(found.map_or_else(|| plain(StatusCode::NOT_FOUND, "No such user pool.\n"), published))
}

const WEB_IDENTITY: &str = "/_sekisho/web-identity/";

/// The documents of an account's own issuer, under which STS gives out tokens about the account's principals.
async fn web_identity(node: &Node, path: &str) -> Result<Response<Bytes>, Fault> {
    let found = match path.strip_prefix(WEB_IDENTITY).and_then(|rest| rest.split_once("/.well-known/")) {
        Some((id, "jwks.json")) => sts::outbound::jwks(node, id).await?,
        Some((id, "openid-configuration")) => sts::outbound::openid_configuration(node, id).await?,
        _ => None,
    };
    Ok(found.map_or_else(|| plain(StatusCode::NOT_FOUND, "No such issuer.\n"), published))
}

/// The keys of the issuer of every identity pool (spec/identity-pools.md 2), whichever host name the request came under.
async fn identity_pools_keys(node: &Node) -> Result<Response<Bytes>, Fault> {
    Ok(published(sts::identity_keys::jwks(node).await?))
}

/// That issuer's discovery document. Who asks under AWS's name finds the keys under that name too, everyone else here.
fn identity_pools(node: &Node, arrival: &Arrival<'_>) -> Response<Bytes> {
    let parts = arrival.parts;
    let host = parts.headers.get(HOST).and_then(|host| host.to_str().ok()).or_else(|| parts.uri.host());
    let name = host.map(|host| host.split(':').next().unwrap_or_default());
    let is_aws = name.is_some_and(|name| name.eq_ignore_ascii_case(identity_token::PROVIDER));
    let address = if is_aws { identity_token::ISSUER } else { &node.base_url };
    published(sts::identity_keys::openid_configuration(address))
}

/// A document that anyone may read and keep for a while.
fn published(document: String) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(document));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    response
}

const DECISIONS: &str = "/_sekisho/decisions/";

/// Why a request was answered as it was. Signed for the service `sekisho`; needs `sekisho:GetDecision`.
async fn decision(node: &Arc<Node>, arrival: &Arrival<'_>) -> Result<Response<Bytes>, Fault> {
    let caller = signer(node, arrival).await?;
    let id = arrival.parts.uri.path().strip_prefix(DECISIONS).unwrap_or_default();
    let resource = format!("arn:aws:sekisho:::decision/{id}");
    demand(node, arrival, &caller, "sekisho:GetDecision", Some(&resource)).await?;
    let found = node.decisions.find(id).ok_or_else(|| {
        Fault::new("ResourceNotFoundException", 404, "No decision with this request id is kept by this node.")
    })?;
    json(&found)
}

/// Signed for the service `sekisho`, by the root key only.
async fn reset(node: &Arc<Node>, root: &RootKey, arrival: &Arrival<'_>) -> Result<Response<Bytes>, Fault> {
    let caller = signer(node, arrival).await?;
    if !caller.is_root() {
        let sentence = format!("User: {} is not authorized to perform: sekisho:Reset", caller.arn());
        return Err(Fault::new("AccessDeniedException", 403, sentence));
    }
    start::reset(node, root, arrival.now).await?;
    tracing::info!("emptied");
    Ok(plain(StatusCode::OK, "empty\n"))
}

fn said(outcome: Result<Response<Bytes>, Fault>) -> Response<Bytes> {
    match outcome {
        Ok(response) => response,
        Err(fault) => {
            if fault.is_server_fault() {
                tracing::error!(cause = ?fault.cause, "a path failed");
            }
            wire::fault_answer(wire::Face::Json11, &fault, "")
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::answer;
    use crate::data_dir::RootKey;
    use crate::operations::tables;
    use door::Arrival;
    use http::{Method, StatusCode};
    use serde_json::{Value, json};
    use testkit::World;

    async fn get(world: &World, host: &str, path: &str) -> Value {
        let request = http::Request::builder().method(Method::GET).uri(path).header("host", host).body(()).unwrap();
        let (parts, ()) = request.into_parts();
        let now = world.clock.now();
        let arrival = Arrival { parts: &parts, body: &[], now, seed: [7; 32], source_ip: None, secure: false };
        let root = RootKey { access_key_id: String::new(), secret_access_key: String::new().into() };
        let response = answer(&world.node, &root, &arrival).await;
        assert_eq!(response.status(), StatusCode::OK, "{host}{path}");
        assert_eq!(response.headers()["content-type"], "application/json");
        serde_json::from_slice(response.body()).unwrap()
    }

    #[tokio::test]
    async fn the_issuer_of_identity_pools_publishes_its_keys_under_both_names() {
        let world = World::new(&tables()).await;
        let (own, aws) = ("127.0.0.1:4566", "cognito-identity.amazonaws.com");
        assert_eq!(get(&world, own, "/.well-known/jwks_uri").await, json!({ "keys": [] }));
        let pool = json!({ "IdentityPoolName": "fans", "AllowUnauthenticatedIdentities": true });
        let pool = world.call("CreateIdentityPool", &pool).await.text_at("IdentityPoolId");
        let id = world.call_unsigned("GetId", &json!({ "IdentityPoolId": pool })).await.text_at("IdentityId");
        world.call_unsigned("GetOpenIdToken", &json!({ "IdentityId": id })).await.ok();
        for (host, address) in [(own, "http://127.0.0.1:4566"), (aws, "https://cognito-identity.amazonaws.com")] {
            let keys = get(&world, host, "/.well-known/jwks_uri").await;
            assert_eq!(keys["keys"][0]["kid"], "us-east-11", "{keys}");
            let configuration = get(&world, host, "/.well-known/openid-configuration").await;
            assert_eq!(configuration["issuer"], "https://cognito-identity.amazonaws.com");
            assert_eq!(configuration["jwks_uri"], format!("{address}/.well-known/jwks_uri"));
        }
    }
}
