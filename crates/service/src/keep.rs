//! What stays of a request: one line of log, and the record for `sekisho explain`.

use crate::{Decision, Node};

impl Node {
    /// Keeps a decision under its request id. `answer` is `200`, or status and error code; `failure` is what went wrong inside,
    /// if something did: it is logged, and shown to nobody else.
    pub fn keep(&self, mut decision: Decision, answer: String, failure: Option<&str>) {
        match failure {
            Some(cause) => {
                tracing::error!(request_id = %decision.request_id, operation = %decision.operation, caller = %decision.caller, answer = %answer, cause, "call failed");
            }
            None => {
                tracing::info!(request_id = %decision.request_id, operation = %decision.operation, caller = %decision.caller, answer = %answer, "call");
            }
        }
        decision.answer = answer;
        self.decisions.keep(&decision);
    }
}
