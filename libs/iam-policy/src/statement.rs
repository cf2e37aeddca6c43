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
}

impl ActionClause {
    /// `action` in lower case.
    pub fn covers(&self, action: &str) -> bool {
        self.patterns.iter().any(|pattern| pattern.matches(action)) != self.negated
    }
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
