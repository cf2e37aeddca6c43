//! One statement: which requests it applies to.

use crate::arn::{ResourcePattern, ShortForm, Target};
use crate::condition::Condition;
use crate::context::Context;
use crate::parse::Position;
use crate::pattern::Glob;
use crate::principal::PrincipalClause;

/// What a statement does when it applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Grants.
    Allow,
    /// Forbids, whatever grants.
    Deny,
}

/// A compiled statement.
#[derive(Debug, Clone)]
pub struct Statement {
    pub(crate) index: usize,
    pub(crate) sid: Option<Box<str>>,
    pub(crate) effect: Effect,
    pub(crate) principal: Option<PrincipalClause>,
    pub(crate) actions: ActionClause,
    pub(crate) resources: Option<ResourceClause>,
    pub(crate) conditions: Box<[Condition]>,
    pub(crate) span: Span,
}

/// Where a statement stands in its document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Its `{`.
    pub start: Position,
    /// Where the simulator says it starts: just after its `{`, or, in a list, just after the `[` or the statement
    /// before it (spec/policy.md 8.2).
    pub simulator_start: Position,
    /// Just after its `}`.
    pub end: Position,
}

impl Statement {
    /// Place in the document, from 0.
    pub fn index(&self) -> usize {
        self.index
    }

    /// The statement's Sid; an empty one counts as absent.
    pub fn sid(&self) -> Option<&str> {
        self.sid.as_deref()
    }

    /// Allow or Deny.
    pub fn effect(&self) -> Effect {
        self.effect
    }

    /// Where it stands.
    pub fn span(&self) -> Span {
        self.span
    }

    /// The patterns of Action or NotAction, as written.
    pub fn actions(&self) -> impl Iterator<Item = &str> {
        self.actions.patterns.iter().map(|pattern| &*pattern.source)
    }

    /// The patterns of Resource or NotResource, as written; none in a policy on a resource that leaves it out.
    pub fn resources(&self) -> impl Iterator<Item = &str> {
        self.resources.iter().flat_map(|clause| &clause.patterns).map(|pattern| &*pattern.source)
    }

    /// The keys of the conditions with their values, both as written.
    pub fn conditions(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.conditions.iter().map(|condition| (&*condition.key, &*condition.wanted))
    }

    /// Condition keys and variables used, as spelt, with repetitions.
    pub fn context_keys(&self) -> impl Iterator<Item = &str> {
        let resources = self.resources.iter().flat_map(|clause| &clause.patterns).flat_map(ResourcePattern::keys);
        let conditions = self
            .conditions
            .iter()
            .flat_map(|condition| std::iter::once(&*condition.key).chain(condition.variable_keys()));
        resources.chain(conditions)
    }
}

/// Action or NotAction.
#[derive(Debug, Clone)]
pub(crate) struct ActionClause {
    pub negated: bool,
    pub patterns: Vec<ActionPattern>,
    /// One bit per service that some pattern may match; see [`service_bit`].
    services: u64,
}

impl ActionClause {
    pub fn new(negated: bool, patterns: Vec<ActionPattern>) -> ActionClause {
        let services = patterns.iter().fold(0, |bits, pattern| bits | pattern.services());
        ActionClause { negated, patterns, services }
    }

    /// `action` in lower case, `service` its [`service_bit`]: most statements speak of other services, and are passed
    /// over without looking at their patterns.
    pub fn covers(&self, action: &str, service: u64) -> bool {
        let listed = self.services & service != 0 && self.patterns.iter().any(|pattern| pattern.matches(action));
        listed != self.negated
    }
}

/// One of 64 bits for the service of an action in lower case (FNV-1a). Two services may share a bit.
pub(crate) fn service_bit(action: &str) -> u64 {
    let service = action.split(':').next().unwrap_or_default();
    let mixed = service
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    1 << (mixed >> 58)
}

/// One action pattern.
#[derive(Debug, Clone)]
pub(crate) struct ActionPattern {
    pub source: Box<str>,
    /// `None` when it matches nothing.
    glob: Option<Glob>,
}

impl ActionPattern {
    pub fn new(source: &str) -> ActionPattern {
        // A pattern with white space, commas or an empty half matches nothing (spec/policy.md 3.1).
        let usable = source == "*"
            || (!source.contains([' ', '\t', '\n', '\r', ','])
                && source.split_once(':').is_some_and(|(service, name)| !service.is_empty() && !name.is_empty()));
        let glob = usable.then(|| Glob::new(&source.to_ascii_lowercase()));
        ActionPattern { source: source.into(), glob }
    }

    /// Bits of the services it may match: all of them when its service half has a wildcard.
    fn services(&self) -> u64 {
        let lower = self.source.to_ascii_lowercase();
        let wild = lower.split(':').next().is_some_and(|service| service.contains(['*', '?']));
        if wild { u64::MAX } else { service_bit(&lower) }
    }

    /// `action` in lower case.
    pub fn matches(&self, action: &str) -> bool {
        self.glob.as_ref().is_some_and(|glob| glob.matches(action))
    }
}

/// Resource or NotResource.
#[derive(Debug, Clone)]
pub(crate) struct ResourceClause {
    pub negated: bool,
    pub patterns: Vec<ResourcePattern>,
}

impl ResourceClause {
    pub fn covers(&self, target: &Target<'_>, form: ShortForm, context: &Context) -> bool {
        let outcome = |pattern: &ResourcePattern| pattern.matches(target, form, context);
        if self.negated {
            // An element whose variable has no value takes the whole statement out (spec/policy.md 3.2).
            self.patterns.iter().all(|pattern| pattern.resolves(context) && outcome(pattern) == Some(false))
        } else {
            self.patterns.iter().any(|pattern| outcome(pattern) == Some(true))
        }
    }
}
