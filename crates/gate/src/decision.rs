//! The decision record: what was decided about one request, and why. Bounded, without secrets.

use domain::Timestamp;
use serde::Serialize;
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Most steps kept for one request; a request that takes more keeps the first ones and says so.
const STEPS_MOST: usize = 96;
/// Longest text of a step, in bytes.
const TEXT_MOST: usize = 2_000;
/// Most memory that the kept decisions may take, in bytes.
const MEMORY_MOST: usize = 8 * 1024 * 1024;

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

    /// About how much memory the record takes, in bytes.
    fn size(&self) -> usize {
        let texts: usize = self.steps.iter().map(|step| step.text.capacity() + size_of::<Step>()).sum();
        let message = self.encoded_message.as_ref().map_or(0, String::capacity);
        size_of::<Self>() + self.request_id.len() + self.operation.len() + self.caller.len() + texts + message
    }
}

/// The last decisions of this node, findable by request id.
#[derive(Debug)]
pub struct Decisions {
    kept: Mutex<Kept>,
    most: usize,
}

#[derive(Debug, Default)]
struct Kept {
    decisions: VecDeque<Decision>,
    bytes: usize,
}

impl Decisions {
    /// A ring that keeps the last `most` decisions, and fewer when they are large.
    pub fn new(most: usize) -> Self {
        Self { kept: Mutex::default(), most: most.max(1) }
    }

    /// Keeps a decision, and forgets the oldest when full.
    pub fn keep(&self, decision: Decision) {
        let mut kept = self.lock();
        kept.bytes += decision.size();
        kept.decisions.push_back(decision);
        while kept.decisions.len() > self.most || kept.bytes > MEMORY_MOST {
            let Some(oldest) = kept.decisions.pop_front() else { break };
            kept.bytes -= oldest.size();
        }
    }

    /// The decision of a request, if it is still kept.
    pub fn find(&self, request_id: &str) -> Option<Decision> {
        self.lock().decisions.iter().rev().find(|decision| decision.request_id == request_id).cloned()
    }

    /// Forgets everything (an ephemeral server that is reset).
    pub fn clear(&self) {
        *self.lock() = Kept::default();
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
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

    #[test]
    fn large_decisions_push_out_others() {
        let ring = Decisions::new(usize::MAX);
        let large = |id: String| {
            let mut decision = Decision::new(id, Timestamp::default(), "x".to_owned());
            (0..STEPS_MOST).for_each(|_| decision.note("role", "x".repeat(TEXT_MOST)));
            decision
        };
        (0..200).for_each(|number| ring.keep(large(number.to_string())));
        assert!(ring.find("0").is_none() && ring.find("199").is_some());
        let kept = ring.lock();
        assert!(kept.bytes <= MEMORY_MOST);
        assert_eq!(kept.bytes, kept.decisions.iter().map(Decision::size).sum::<usize>());
    }
}
