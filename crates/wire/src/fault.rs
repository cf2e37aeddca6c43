//! Faults of the front end, and the faces in which any fault is shown.

use contract::{Fault, Operation, Protocol, Service};

/// How answers to this request look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Face {
    /// AWS JSON 1.1.
    Json11,
    /// The query protocol's XML, in the service's namespace.
    Xml {
        /// Such as `https://sts.amazonaws.com/doc/2011-06-15/`.
        namespace: &'static str,
    },
    /// The query protocol with `Accept: application/json` (spec/sts-and-iam.md part A, "JSON variant").
    QueryJson,
}

impl Face {
    /// The face of a service for a client that does (`json`) or does not ask for JSON.
    pub fn of(service: &Service, json: bool) -> Self {
        match (service.protocol, json) {
            (Protocol::Json11, _) => Face::Json11,
            (Protocol::Query, true) => Face::QueryJson,
            (Protocol::Query, false) => Face::Xml { namespace: service.xml_namespace },
        }
    }
}

/// The fault for an operation of the model that is not built yet: the protocol's own word for an unknown
/// operation, and a sentence that says which and why.
pub fn not_yet(operation: &Operation) -> Fault {
    let message = format!("Sekisho does not have {} yet.", operation.action);
    match operation.service.protocol {
        Protocol::Json11 => Fault::new("UnknownOperationException", 400, message),
        Protocol::Query => Fault::new("InvalidAction", 400, message),
    }
}

/// A target that no service knows; AWS gives no sentence (spec/identity-pools.md 1).
pub(crate) fn unknown_operation() -> Fault {
    Fault::bare("UnknownOperationException", 400)
}

/// An action that the service does not know (spec/sts-and-iam.md part A).
pub(crate) fn invalid_action(action: &str, version: Option<&str>) -> Fault {
    let (action, version) = (short(action), short(version.unwrap_or("NO_VERSION_SPECIFIED")));
    Fault::new("InvalidAction", 400, format!("Could not find operation {action} for version {version}"))
}

/// A query request without `Action`.
pub(crate) fn missing_action() -> Fault {
    Fault::new("MissingAction", 400, "The request is missing an action or a required parameter.")
}

/// A body that is not JSON, or a member of another JSON type. The front end writes `Message` with a capital.
pub(crate) fn serialization(message: impl Into<String>) -> Fault {
    Fault::new("SerializationException", 400, message).with_capital_message()
}

/// A query parameter that does not fit its shape.
pub(crate) fn malformed_input(message: impl Into<String>) -> Fault {
    Fault::new("MalformedInput", 400, message)
}

/// A form or query that does not decode (spec/sts-and-iam.md E2, row 4).
pub(crate) fn malformed_query(message: impl Into<String>) -> Fault {
    Fault::new("MalformedQueryString", 400, message)
}

/// What is quoted back from a request stays short.
fn short(text: &str) -> String {
    text.chars().take(128).collect()
}
