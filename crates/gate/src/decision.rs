//! The decision record: what was decided about one request, and why. Bounded, without secrets.

use domain::Timestamp;
use serde::Serialize;
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Most steps kept for one request; a request that takes more keeps the first ones and says so.
const STEPS_MOST: usize = 96;
/// Steps that most requests take: room is made for them at once.
const STEPS_USUAL: usize = 16;
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
        let steps = Vec::with_capacity(STEPS_USUAL);
        Self { request_id, at, operation, caller: "anonymous".to_owned(), steps, ..Self::default() }
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

/// Largest memory of a forgotten decision that is written over rather than given back, in bytes.
const REUSED_MOST: usize = 8 * 1024;

/// A decision as it is kept: all its texts in one piece, in memory that a forgotten one has left. A node makes and forgets
/// thousands in a second, often not on the same thread: memory that one thread takes and another gives back would have
/// them wait for each other.
#[derive(Debug, Default)]
struct Packed {
    at: Timestamp,
    /// Request id, operation, caller, answer, and the steps' texts.
    text: String,
    /// Where the first four end.
    ends: [usize; 4],
    /// Stage, outcome, and where the text ends.
    steps: Vec<(&'static str, Outcome, usize)>,
    encoded_message: Option<Box<str>>,
}

impl Packed {
    /// Writes a decision over whatever was here.
    fn fill(&mut self, decision: &Decision) {
        let head = [&decision.request_id, &decision.operation, &decision.caller, &decision.answer];
        let steps = decision.steps.iter().map(|step| &step.text);
        let text = &mut self.text;
        text.clear();
        text.reserve(head.into_iter().chain(steps).map(String::len).sum());
        let mut add = |part: &str| {
            text.push_str(part);
            text.len()
        };
        self.ends = head.map(|part| add(part));
        self.steps.clear();
        self.steps.extend(decision.steps.iter().map(|step| (step.stage, step.outcome, add(&step.text))));
        self.at = decision.at;
        self.encoded_message = decision.encoded_message.as_deref().map(Box::from);
    }

    fn request_id(&self) -> &str {
        self.part(0, self.ends[0])
    }

    fn unpack(&self) -> Decision {
        let mut begin = 0;
        let mut next = |end: usize| self.part(std::mem::replace(&mut begin, end), end).to_owned();
        let [request_id, operation, caller, answer] = self.ends.map(&mut next);
        let step = |(stage, outcome, end): &(&'static str, Outcome, usize)| Step {
            stage,
            outcome: *outcome,
            text: next(*end),
        };
        let steps = self.steps.iter().map(step).collect();
        let encoded_message = self.encoded_message.as_deref().map(str::to_owned);
        Decision { request_id, at: self.at, operation, caller, steps, answer, encoded_message }
    }

    fn part(&self, begin: usize, end: usize) -> &str {
        self.text.get(begin..end).unwrap_or_default()
    }

    /// About how much memory the record takes, in bytes.
    fn size(&self) -> usize {
        let message = self.encoded_message.as_ref().map_or(0, |message| message.len());
        let steps = self.steps.capacity() * size_of::<(&'static str, Outcome, usize)>();
        size_of::<Self>() + self.text.capacity() + steps + message
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
    decisions: VecDeque<Packed>,
    bytes: usize,
}

impl Kept {
    /// The oldest, if there is any, out of the ring.
    fn forget_oldest(&mut self) -> Packed {
        let oldest = self.decisions.pop_front().unwrap_or_default();
        self.bytes = self.bytes.saturating_sub(oldest.size());
        oldest
    }
}

impl Decisions {
    /// A ring that keeps the last `most` decisions, and fewer when they are large.
    pub fn new(most: usize) -> Self {
        Self { kept: Mutex::default(), most: most.max(1) }
    }

    /// Keeps a decision, and forgets the oldest when full.
    pub fn keep(&self, decision: &Decision) {
        let mut kept = self.lock();
        let mut packed = if kept.decisions.len() < self.most { Packed::default() } else { kept.forget_oldest() };
        if packed.size() > REUSED_MOST {
            packed = Packed::default();
        }
        packed.fill(decision);
        kept.bytes += packed.size();
        kept.decisions.push_back(packed);
        while kept.bytes > MEMORY_MOST && !kept.decisions.is_empty() {
            kept.forget_oldest();
        }
    }

    /// The decision of a request, if it is still kept.
    pub fn find(&self, request_id: &str) -> Option<Decision> {
        self.lock().decisions.iter().rev().find(|packed| packed.request_id() == request_id).map(Packed::unpack)
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
            ring.keep(&Decision::new(id.to_owned(), Timestamp::default(), "sts:GetCallerIdentity".to_owned()));
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
        (0..200).for_each(|number| ring.keep(&large(number.to_string())));
        assert!(ring.find("0").is_none() && ring.find("199").is_some());
        let kept = ring.lock();
        assert!(kept.bytes <= MEMORY_MOST);
        assert_eq!(kept.bytes, kept.decisions.iter().map(Packed::size).sum::<usize>());
    }

    #[test]
    fn memory_that_was_used_for_a_large_decision_is_given_back() {
        let ring = Decisions::new(1);
        let mut large = Decision::new("large".to_owned(), Timestamp::default(), "x".to_owned());
        (0..STEPS_MOST).for_each(|_| large.note("role", "x".repeat(TEXT_MOST)));
        let small = Decision::new("small".to_owned(), Timestamp::default(), "x".to_owned());
        ring.keep(&large);
        ring.keep(&small);
        assert!(ring.find("large").is_none() && ring.find("small").is_some_and(|small| small.steps.is_empty()));
        assert!(ring.lock().bytes < REUSED_MOST);
    }

    #[test]
    fn a_decision_is_found_as_it_was_kept() {
        let ring = Decisions::new(2);
        (0..2).for_each(|_| ring.keep(&Decision::new("written over".to_owned(), Timestamp::default(), String::new())));
        let mut decision = Decision::new("r".to_owned(), Timestamp::from_seconds(7), "sts:X".to_owned());
        decision.passed("login", "é: verified");
        decision.note("role", "");
        decision.failed("policy", "no");
        decision.answer = "403 AccessDenied".to_owned();
        ring.keep(&decision);
        decision.request_id = "s".to_owned();
        decision.encoded_message = Some("sealed".to_owned());
        ring.keep(&decision);
        let text = |decision: Option<Decision>| decision.and_then(|decision| serde_json::to_string(&decision).ok());
        assert_eq!(text(ring.find("s")), text(Some(decision.clone())));
        decision.request_id = "r".to_owned();
        decision.encoded_message = None;
        assert_eq!(text(ring.find("r")), text(Some(decision)));
    }
}
