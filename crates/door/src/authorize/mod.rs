//! Authorisation for reverse proxies: a proxy asks, before it passes a request on to an application, whether whoever signed it
//! may make it (nginx `auth_request`, Traefik ForwardAuth, Envoy ext_authz over HTTP). docs/reverse-proxy.md tells how.
//!
//! What is decided, and of which request, comes from the address that the proxy is configured with, never from what its
//! clients can send: a header that both could set is read only where the operator says that the proxy overwrites it.

mod asked;
mod original;
mod resource;

use crate::Arrival;
use asked::Question;
use bytes::Bytes;
use contract::{Fault, Protocol};
use domain::secret::SecretText;
use domain::session::SessionPrincipal;
use gate::{Asked, Caller, Decision};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue, WWW_AUTHENTICATE};
use http::{Response, StatusCode};
use original::Original;
use service::Node;
use sigv4::Payload;

/// Where proxies ask.
pub const PATH: &str = "/_sekisho/authorize";

/// The header in which a proxy shows that it is one.
const PROXY_SECRET: &str = "x-sekisho-proxy-secret";

/// Which proxies may ask.
#[derive(Clone, Debug, Default)]
pub enum ProxyTrust {
    /// Those on this machine, by their address.
    #[default]
    Loopback,
    /// Those that know this secret.
    Secret(SecretText),
}

impl ProxyTrust {
    fn trusts(&self, arrival: &Arrival<'_>) -> bool {
        match self {
            Self::Loopback => arrival.source_ip.is_some_and(|address| address.to_canonical().is_loopback()),
            Self::Secret(secret) => {
                let given = arrival.parts.headers.get(PROXY_SECRET).and_then(|given| given.to_str().ok());
                given.is_some_and(|given| secret.matches(given))
            }
        }
    }
}

/// Whether a proxy asks here.
pub fn is_asked(path: &str) -> bool {
    path.strip_prefix(PATH).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Answers a proxy: 200 with who it is, 401 if nobody signed, 403 if they may not, 400 if the proxy asks wrongly. Proxies take
/// anything but 200 for a no.
pub async fn answer(node: &Node, trust: &ProxyTrust, arrival: Arrival<'_>) -> Response<Bytes> {
    let (request_id, _) = arrival.identify();
    let mut decision = Decision::new(request_id.clone(), arrival.now, "authorize".to_owned());
    let outcome = decide(node, trust, arrival, &mut decision).await;
    let (mut response, answer, failure) = match outcome {
        Ok(permitted) => (permitted.response(), "200".to_owned(), None),
        Err(refusal) => {
            let status = refusal.status();
            let failure = refusal.failure();
            (
                refusal.response(),
                format!("{} {}", status.as_u16(), status.canonical_reason().unwrap_or_default()),
                failure,
            )
        }
    };
    node.keep(decision, answer, failure.as_deref());
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(id) = HeaderValue::from_str(&request_id) {
        headers.insert("x-amzn-requestid", id);
    }
    response
}

async fn decide(
    node: &Node,
    trust: &ProxyTrust,
    arrival: Arrival<'_>,
    decision: &mut Decision,
) -> Result<Permitted, Refusal> {
    if !trust.trusts(&arrival) {
        decision.failed("proxy", "whoever asks is not a proxy that may");
        return Err(Refusal::NotAProxy);
    }
    let question = Question::read(arrival.parts).map_err(|what| wrong(decision, what))?;
    let original = Original::read(arrival.parts, &question).map_err(|what| wrong(decision, what))?;
    decision.operation.clone_from(&question.action);
    node.gate.catch_up().await?;
    let signed = Arrival {
        parts: &original.parts,
        body: &[],
        source_ip: original.source_ip,
        secure: original.secure,
        ..arrival
    };
    let headers = signed.headers();
    let request = sigv4::Request { body: Payload::Sha256(original.body_sha256), ..signed.signed_view(&headers) };
    let caller = node.gate.admit_service(&request, &question.service, Protocol::Json11, arrival.now).await;
    let caller = caller.inspect_err(|fault| decision.failed("signature", fault.to_string())).map_err(|fault| {
        if fault.is_server_fault() { Refusal::Failed(fault) } else { Refusal::NotSigned(fault.to_string()) }
    })?;
    decision.caller = caller.arn();
    decision.passed("signature", format!("verified: {}", decision.caller));
    let arn = resource::fill(&question.resource, &original.parts).map_err(|what| {
        decision.failed("policy", what);
        Refusal::Denied(what.to_owned())
    })?;
    let region = wire::Scope::of(&original.parts).map(|scope| scope.region);
    let facts = signed.facts(region.as_deref(), &node.region, [0; 32], &decision.request_id);
    let asked = Asked { action: &question.action, resource: Some(&arn), extra: Default::default() };
    let permitted = node.gate.permit(&caller, asked, facts.view(), decision).await?;
    permitted.map_err(Refusal::Denied)?;
    Ok(Permitted { caller, body_sha256: original.body_sha256 })
}

fn wrong(decision: &mut Decision, what: String) -> Refusal {
    decision.failed("proxy", what.as_str());
    Refusal::AskedWrongly(what)
}

/// Who may pass.
struct Permitted {
    caller: Caller,
    body_sha256: [u8; 32],
}

impl Permitted {
    /// Every header is there, empty where there is nothing to say: so that one of the client's own cannot stand in for it.
    fn response(&self) -> Response<Bytes> {
        let caller = &self.caller;
        let (identity, pool, provider) = match caller {
            Caller::Session(session) => {
                let identity = session.identity.as_ref();
                let web = session.web_identity.as_ref();
                let ways = web.map(|web| {
                    web.amr.iter().filter(|way| !matches!(way.as_str(), "authenticated" | "unauthenticated"))
                });
                let ways = ways.map(|ways| ways.map(String::as_str).collect::<Vec<_>>().join(",")).unwrap_or_default();
                let provider = match (&session.saml, web) {
                    (Some(saml), _) => saml.provider_arn.clone(),
                    (None, Some(web)) if ways.is_empty() && identity.is_none() => web.provider.clone(),
                    (None, _) => ways,
                };
                (
                    identity.map(|identity| identity.identity_id.to_string()).unwrap_or_default(),
                    identity.map(|identity| identity.identity_pool_id.to_string()).unwrap_or_default(),
                    provider,
                )
            }
            _ => Default::default(),
        };
        let kind = match caller {
            Caller::Anonymous => "Anonymous",
            Caller::Root { .. } => "Root",
            Caller::User { .. } => "User",
            Caller::Session(session) => match session.principal {
                SessionPrincipal::AssumedRole { .. } => "AssumedRole",
                SessionPrincipal::FederatedUser { .. } => "FederatedUser",
                SessionPrincipal::User { .. } => "User",
                SessionPrincipal::Root => "Root",
            },
        };
        let digest: String = self.body_sha256.iter().map(|byte| format!("{byte:02x}")).collect();
        let mut response = Response::new(Bytes::new());
        for (name, value) in [
            ("x-sekisho-arn", caller.arn()),
            ("x-sekisho-account", caller.account().map(ToString::to_string).unwrap_or_default()),
            ("x-sekisho-user-id", caller.user_id()),
            ("x-sekisho-principal-type", kind.to_owned()),
            ("x-sekisho-identity-id", identity),
            ("x-sekisho-identity-pool-id", pool),
            ("x-sekisho-authentication-provider", provider),
            ("x-sekisho-content-sha256", digest),
        ] {
            let value = HeaderValue::from_str(&value).unwrap_or_else(|_| HeaderValue::from_static(""));
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
        response
    }
}

/// Why not.
enum Refusal {
    /// Whoever asks is not a proxy that may.
    NotAProxy,
    /// The proxy's configuration is not what it should be.
    AskedWrongly(String),
    /// Nobody signed, or not rightly.
    NotSigned(String),
    /// Whoever signed may not.
    Denied(String),
    /// We failed.
    Failed(Fault),
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self::Failed(fault)
    }
}

impl Refusal {
    fn status(&self) -> StatusCode {
        match self {
            Self::NotAProxy | Self::Denied(_) => StatusCode::FORBIDDEN,
            Self::AskedWrongly(_) => StatusCode::BAD_REQUEST,
            Self::NotSigned(_) => StatusCode::UNAUTHORIZED,
            Self::Failed(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// What went wrong inside, for the log.
    fn failure(&self) -> Option<String> {
        match self {
            Self::Failed(fault) => Some(format!("{fault}: {:?}", fault.cause)),
            _ => None,
        }
    }

    fn response(self) -> Response<Bytes> {
        let status = self.status();
        let message = match self {
            Self::NotAProxy => "Only a trusted proxy may ask here.".to_owned(),
            Self::AskedWrongly(what) | Self::NotSigned(what) | Self::Denied(what) => what,
            Self::Failed(_) => "Something failed; the log says what.".to_owned(),
        };
        let mut response = Response::new(Bytes::from(message_document(&message)));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(sigv4::ALGORITHM));
        }
        response
    }
}

/// `{"message":"…"}`, as API Gateway writes it.
fn message_document(message: &str) -> String {
    let mut text = String::from("{\"message\":\"");
    for character in message.chars() {
        match character {
            '"' | '\\' => {
                text.push('\\');
                text.push(character);
            }
            control if control.is_control() => text.push(' '),
            other => text.push(other),
        }
    }
    text.push_str("\"}");
    text
}
