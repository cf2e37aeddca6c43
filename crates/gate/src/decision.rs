//! The decision record: what was decided about one request, and why. Bounded, without secrets.

use domain::Timestamp;
use serde::Serialize;
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// Most steps kept for one request; a request that takes more keeps the first ones and says so.
const STEPS_MOST: usize = 96;
/// Longest text of a step, in bytes.
const TEXT_MOST: usize = 600;

/// How a step came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// A fact that was established on the way.
    Note,
    /// A check that passed.
    Passed,
    /// A check that did not pass (a rule that did not match, a token that did not verify).
    Failed,
}

/// One step of a decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Which part decided: `signature`, `policy`, `login`, `role`, `trust`, `session`, …
    pub stage: &'static str,
    /// How it came out.
    pub outcome: Outcome,
    /// The reason in words, for the operator; never a secret or a whole token.
    pub text: String,
}

/// Everything decided about one request.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Decision {
    /// The request id that the caller saw in `x-amzn-RequestId`.
    pub request_id: String,
    /// When the request came.
    pub at: Timestamp,
    /// `service:Operation`.
    pub operation: String,
    /// The caller's ARN, or `anonymous`.
    pub caller: String,
    /// The steps, in order.
    pub steps: Vec<Step>,
    /// `200`, or status and error code (`400 NotAuthorizedException`).
    pub answer: String,
    /// The last denial as a sealed message, which `DecodeAuthorizationMessage` opens
    /// ([`crate::authorization_message`]).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoded_message: Option<String>,
}

impl Decision {
    /// An empty record for a request.
    pub fn new(request_id: String, at: Timestamp, operation: String) -> Self {
        Self { request_id, at, operation, caller: "anonymous".to_owned(), ..Self::default() }
    }

    /// Adds a fact.
    pub fn note(&mut self, stage: &'static str, text: impl Into<String>) {
        self.push(stage, Outcome::Note, text.into());
    }

    /// Adds a check that passed.
    pub fn passed(&mut self, stage: &'static str, text: impl Into<String>) {
        self.push(stage, Outcome::Passed, text.into());
    }

    /// Adds a check that failed.
    pub fn failed(&mut self, stage: &'static str, text: impl Into<String>) {
        self.push(stage, Outcome::Failed, text.into());
    }

    fn push(&mut self, stage: &'static str, outcome: Outcome, mut text: String) {
        if self.steps.len() >= STEPS_MOST {
            return;
        }
        if text.len() > TEXT_MOST {
            let cut = (0..=TEXT_MOST).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            text.truncate(cut);
            text.push('…');
        }
        if self.steps.len() + 1 == STEPS_MOST {
            text = "more steps followed; they are not kept".to_owned();
        }
        self.steps.push(Step { stage, outcome, text });
    }
}

/// The last decisions of this node, findable by request id.
#[derive(Debug)]
pub struct Decisions {
    kept: Mutex<VecDeque<Decision>>,
    most: usize,
}

impl Decisions {
    /// A ring that keeps the last `most` decisions.
    pub fn new(most: usize) -> Self {
        Self { kept: Mutex::new(VecDeque::new()), most: most.max(1) }
    }

    /// Keeps a decision, and forgets the oldest when full.
    pub fn keep(&self, decision: Decision) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= self.most {
            kept.pop_front();
        }
        kept.push_back(decision);
    }

    /// The decision of a request, if it is still kept.
    pub fn find(&self, request_id: &str) -> Option<Decision> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().rev().find(|decision| decision.request_id == request_id).cloned()
    }

    /// Forgets everything (an ephemeral server that is reset).
    pub fn clear(&self) {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_decision_is_forgotten_first() {
        let ring = Decisions::new(2);
        for id in ["a", "b", "c"] {
            ring.keep(Decision::new(id.to_owned(), Timestamp::default(), "sts:GetCallerIdentity".to_owned()));
        }
        assert!(ring.find("a").is_none());
        assert!(ring.find("b").is_some() && ring.find("c").is_some());
    }

    #[test]
    fn steps_and_texts_are_bounded() {
        let mut decision = Decision::new("r".to_owned(), Timestamp::default(), "x".to_owned());
        for _ in 0..STEPS_MOST * 2 {
            decision.note("role", "é".repeat(TEXT_MOST));
        }
        assert_eq!(decision.steps.len(), STEPS_MOST);
        assert!(decision.steps.iter().all(|step| step.text.len() <= TEXT_MOST + '…'.len_utf8()));
    }
}
