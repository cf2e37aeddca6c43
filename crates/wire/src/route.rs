//! Which operation a request calls: AWS's own host name, then `X-Amz-Target`, then `Action`, then the scope of
//! the signature; what none of them claims is served elsewhere.

use contract::{Fault, Operation, Protocol, Service, Value};
use http::Method;
use http::header::{ACCEPT, CONTENT_TYPE, HOST};
use http::request::Parts;

use crate::fault::{Face, invalid_action, malformed_query, missing_action, unknown_operation};
use crate::query::parameters::Parameters;
use crate::{Scope, json, query};

/// A request that calls an operation.
#[derive(Debug)]
pub struct Routed {
    /// Which one.
    pub operation: &'static Operation,
    /// How its answer looks.
    pub face: Face,
    /// The region of the signature's scope, or of the host name.
    pub region: Option<String>,
    /// The decoded parameters, for query services.
    parameters: Parameters,
}

impl Routed {
    /// The input as the request states it, by the operation's schema; `contract::check` says whether it is
    /// allowed. `body` is the one that was routed.
    ///
    /// # Errors
    /// `SerializationException` or `MalformedInput`, when the bytes do not fit the schema.
    pub fn read(&self, body: &[u8]) -> Result<Value, Fault> {
        let Some(schema) = self.operation.input else { return Ok(Value::Map(Vec::new())) };
        match self.operation.service.protocol {
            Protocol::Json11 => json::read(schema, body),
            Protocol::Query => query::read(schema, &self.parameters),
        }
    }
}

/// A request that calls no operation.
#[derive(Debug)]
pub enum RouteFault {
    /// It is not an API call of these services: a path, or a service such as `s3`.
    Elsewhere {
        /// The scope of its signature, if it has one.
        scope: Option<Scope>,
    },
    /// It means to be one, and is answered with this.
    Refused {
        /// How to show the fault.
        face: Face,
        /// What is wrong.
        fault: Fault,
    },
}

/// Finds the operation. `body` is only looked at when [`wants_body`] says so.
///
/// # Errors
/// [`RouteFault`]: not an API call, or one that names no operation.
pub fn route(parts: &Parts, body: &[u8], services: &[&'static Service]) -> Result<Routed, RouteFault> {
    Router::new(parts, services).route(body)
}

/// Whether [`route`] needs the body: the request may be an API call. What it says no to can be streamed.
pub fn wants_body(parts: &Parts, services: &[&'static Service]) -> bool {
    let router = Router::new(parts, services);
    if parts.method != Method::POST || router.is_for_others() {
        return false;
    }
    router.target().is_some() || router.claimed().is_some() || (router.is_form() && router.is_root())
}

struct Router<'a> {
    parts: &'a Parts,
    services: &'a [&'static Service],
    scope: Option<Scope>,
    host: Option<(&'static Service, Option<String>)>,
}

impl<'a> Router<'a> {
    fn new(parts: &'a Parts, services: &'a [&'static Service]) -> Self {
        Router { parts, services, scope: Scope::of(parts), host: host_service(parts, services) }
    }

    fn route(self, body: &[u8]) -> Result<Routed, RouteFault> {
        if let Some(target) = self.target() {
            return match self.by_target(target) {
                Some(operation) => Ok(self.routed(operation, Parameters::default())),
                None => Err(RouteFault::Refused { face: Face::Json11, fault: unknown_operation() }),
            };
        }
        if self.is_for_others() || !self.is_root() {
            return Err(RouteFault::Elsewhere { scope: self.scope });
        }
        let claimed = self.claimed();
        if let Some(service) = claimed.filter(|service| service.protocol == Protocol::Json11) {
            // A page on the host (GET) is served elsewhere; a call without a target is not a call of ours.
            return Err(match self.parts.method == Method::POST {
                true => RouteFault::Refused { face: Face::of(service, false), fault: unknown_operation() },
                false => RouteFault::Elsewhere { scope: self.scope },
            });
        }
        self.by_action(body, claimed)
    }

    fn by_target(&self, target: &str) -> Option<&'static Operation> {
        let (prefix, name) = target.rsplit_once('.')?;
        let service = match &self.host {
            Some((service, _)) => Some(service).filter(|service| service.target_prefix == prefix),
            None => self.services.iter().find(|service| !prefix.is_empty() && service.target_prefix == prefix),
        };
        service?.operation(name)
    }

    fn by_action(self, body: &[u8], claimed: Option<&'static Service>) -> Result<Routed, RouteFault> {
        let form = if self.parts.method == Method::POST && self.is_form() { body } else { &[] };
        let query = match self.parts.method {
            Method::POST | Method::GET => self.parts.uri.query().unwrap_or_default(),
            _ => "",
        };
        let json = self.asks_for_json();
        let plain = if json { Face::QueryJson } else { Face::Xml { namespace: "" } };
        let face = claimed.map_or(plain, |service| Face::of(service, json));
        let refused = |fault| Err(RouteFault::Refused { face, fault });

        let parameters = match Parameters::parse(form, query.as_bytes()) {
            Ok(parameters) => parameters,
            // Broken escapes in something that never meant to be a call are not ours to answer.
            Err(_) if claimed.is_none() && !mentions_action(form) && !mentions_action(query.as_bytes()) => {
                return Err(RouteFault::Elsewhere { scope: self.scope });
            }
            Err(message) => return refused(malformed_query(message)),
        };
        let version = parameters.get("Version");
        let Some(action) = parameters.get("Action") else {
            return match claimed {
                Some(_) if self.parts.method == Method::POST || !query.is_empty() => refused(missing_action()),
                _ => Err(RouteFault::Elsewhere { scope: self.scope }),
            };
        };
        let service = claimed.or_else(|| self.by_version_or_name(version, action));
        let operation = service
            .filter(|service| version.is_none_or(|version| version == service.api_version))
            .and_then(|service| service.operation(action));
        match operation {
            Some(operation) => Ok(self.routed(operation, parameters)),
            None => refused(invalid_action(action, version)),
        }
    }

    /// For query requests that neither their host nor their signature places.
    fn by_version_or_name(&self, version: Option<&str>, action: &str) -> Option<&'static Service> {
        let query = || self.services.iter().copied().filter(|service| service.protocol == Protocol::Query);
        if let Some(version) = version {
            return query().find(|service| service.api_version == version);
        }
        let mut knowing = query().filter(|service| service.operation(action).is_some());
        knowing.next().filter(|_| knowing.next().is_none())
    }

    fn routed(self, operation: &'static Operation, parameters: Parameters) -> Routed {
        let face = Face::of(operation.service, self.asks_for_json());
        let host_region = self.host.and_then(|(_, region)| region);
        let region = self.scope.map(|scope| scope.region).or(host_region);
        Routed { operation, face, region, parameters }
    }

    /// The service that the host name or the signature's scope names.
    fn claimed(&self) -> Option<&'static Service> {
        if let Some((service, _)) = &self.host {
            return Some(service);
        }
        let scope = self.scope.as_ref()?;
        self.services.iter().copied().find(|service| service.name == scope.service)
    }

    /// Signed for a service that is not among these, on a host that says nothing.
    fn is_for_others(&self) -> bool {
        self.host.is_none() && self.target().is_none() && self.scope.is_some() && self.claimed().is_none()
    }

    /// `X-Amz-Target`; query services have no targets, so on their hosts it counts for nothing.
    fn target(&self) -> Option<&'a str> {
        let query_host = self.host.as_ref().is_some_and(|(service, _)| service.protocol == Protocol::Query);
        if self.parts.method != Method::POST || query_host {
            return None;
        }
        // A target that is not even text is still a target, and an unknown one.
        self.parts.headers.get("x-amz-target").map(|value| value.to_str().unwrap_or_default())
    }

    fn is_root(&self) -> bool {
        matches!(self.parts.uri.path(), "" | "/")
    }

    fn is_form(&self) -> bool {
        let kind = self.parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default();
        kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded")
    }

    fn asks_for_json(&self) -> bool {
        let accept = self.parts.headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        accept
            .split(',')
            .any(|kind| kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json"))
    }
}

/// `SERVICE.REGION.amazonaws.com` and `SERVICE.amazonaws.com`, with the FIPS, China and dual-stack variants.
fn host_service(parts: &Parts, services: &[&'static Service]) -> Option<(&'static Service, Option<String>)> {
    let header = parts.headers.get(HOST).and_then(|value| value.to_str().ok());
    let host = header.or_else(|| parts.uri.authority().map(|authority| authority.as_str()))?;
    let host = host.split(':').next()?.to_ascii_lowercase();
    let labels = [".amazonaws.com", ".amazonaws.com.cn", ".api.aws"].iter().find_map(|end| host.strip_suffix(end))?;
    let (name, region) = match labels.split_once('.') {
        Some((name, region)) => (name, Some(region).filter(|region| !region.contains('.')).map(str::to_owned)),
        None => (labels, None),
    };
    let name = name.strip_suffix("-fips").unwrap_or(name);
    let service = services.iter().find(|service| service.name == name)?;
    Some((service, region))
}

fn mentions_action(pairs: &[u8]) -> bool {
    pairs.split(|byte| *byte == b'&').any(|pair| pair.starts_with(b"Action="))
}
