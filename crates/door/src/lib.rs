//! One API request from bytes to bytes: route, admit, parse, allow, check, run, write.
//!
//! The door knows no operation; it is handed tables of them. Listening, reading bodies and everything that is not an API
//! call belong to the server.

mod arrival;
pub mod authorize;
mod table;

pub use arrival::Arrival;
pub use table::Table;

use bytes::Bytes;
use contract::{Fault, Value, check};
use gate::{Caller, Context, Decision, Outcome};
use http::Response;
use service::{Cx, Entry, Node};
use std::sync::Arc;
use wire::{RouteFault, Routed};

/// Answers API calls.
pub struct Door {
    node: Arc<Node>,
    table: Table,
}

impl Door {
    /// A door to these operations.
    pub fn new(node: Arc<Node>, tables: &[&'static [Entry]]) -> Self {
        Self { node, table: Table::new(tables) }
    }

    /// The shared parts behind the door.
    pub fn node(&self) -> &Arc<Node> {
        &self.node
    }

    /// Whether a request may be an API call, so that its body is needed.
    pub fn wants_body(&self, parts: &http::request::Parts) -> bool {
        wire::wants_body(parts, self.table.services())
    }

    /// How many bytes the body of this request may have: `usual`, or more where a signed call may need it.
    pub fn body_most(&self, parts: &http::request::Parts, usual: usize) -> usize {
        wire::body_most(parts, self.table.services(), usual)
    }

    /// Answers an API call; `None`: the request is something else (a path, another service).
    pub async fn answer(&self, arrival: Arrival<'_>) -> Option<Response<Bytes>> {
        if let Some(preflight) = wire::preflight(arrival.parts) {
            return Some(preflight);
        }
        let (request_id, seed) = arrival.identify();
        let routed = match wire::route(arrival.parts, arrival.body, self.table.services()) {
            Ok(routed) => routed,
            Err(RouteFault::Elsewhere { .. }) => return None,
            Err(RouteFault::Refused { face, fault }) => return Some(wire::fault_answer(face, &fault, &request_id)),
        };
        let mut decision = Decision::new(request_id.clone(), arrival.now, routed.operation.action.to_owned());
        let outcome = self.call(&routed, &arrival, seed, &mut decision).await;
        let face = routed.face;
        Some(match outcome {
            Ok(output) => {
                self.node.keep(decision, "200".to_owned(), None);
                wire::answer(routed.operation, face, &output, &request_id)
            }
            Err(fault) => {
                // Some refusals say it all by themselves.
                if decision.steps.last().is_none_or(|step| step.outcome != Outcome::Failed) {
                    decision.failed("answer", reason(&fault));
                }
                let failure = fault.is_server_fault().then(|| format!("{:?}", fault.cause));
                self.node.keep(decision, format!("{} {}", fault.status, fault.code), failure.as_deref());
                wire::fault_answer(face, &fault, &request_id)
            }
        })
    }

    async fn call(
        &self,
        routed: &Routed,
        arrival: &Arrival<'_>,
        seed: [u8; 32],
        decision: &mut Decision,
    ) -> Result<Value, Fault> {
        let operation = routed.operation;
        let entry = self.table.find(operation).ok_or_else(|| wire::not_yet(operation))?;
        self.node.gate.catch_up().await?;
        let caller = if operation.unsigned {
            Caller::Anonymous
        } else {
            let headers = arrival.headers();
            // On the heap, here and below: unsigned calls are the hot ones, and their future is copied.
            let view = arrival.signed_view(&headers);
            let admitted = Box::pin(self.node.gate.admit(&view, operation, arrival.now)).await;
            admitted.inspect_err(|fault| decision.failed("signature", reason(fault)))?
        };
        if !matches!(caller, Caller::Anonymous) {
            decision.caller = caller.arn();
            decision.passed("signature", format!("verified: {}", decision.caller));
        }
        let input = routed.read(arrival.body)?;
        let facts = arrival.facts(routed.region.as_deref(), &self.node.region, seed, &decision.request_id);
        if !operation.unsigned {
            let keys = match entry.condition_keys {
                Some(keys) => keys(&self.node, &caller, operation, &input).await?,
                None => Context::new(),
            };
            Box::pin(self.node.gate.allow(&caller, operation, &input, &keys, facts.view(), decision)).await?;
        }
        if let Some(schema) = operation.input {
            check(&input, schema, operation.service.dialect)?;
        }
        let cx = Cx::new(Arc::clone(&self.node), facts, caller, std::mem::take(decision));
        let outcome = (entry.run)(&cx, input).await;
        *decision = cx.into_decision();
        outcome
    }
}

/// The sentence of a refusal, and what the caller is not told.
fn reason(fault: &Fault) -> String {
    match &fault.cause {
        Some(cause) if !fault.is_server_fault() => format!("{fault} ({cause})"),
        _ => fault.to_string(),
    }
}
