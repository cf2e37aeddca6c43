//! Why: the statement that decided, or the nearest misses and what each lacked. Made only when asked.

use crate::condition::Condition;
use crate::context::{Context, Value};
use crate::evaluate::{Layer, PolicyKind, PolicyRef, Question};
use crate::parse::Position;
use crate::statement::{Effect, Statement};
use crate::verdict::{Basis, Decision, Match, Outcome, Verdict};
use serde_json::json;
use std::fmt;

/// Near misses told per layer.
const MOST_MISSES: usize = 5;

/// A verdict's reasons in a form that can be kept: no borrows.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// The answer.
    pub decision: Decision,
    /// One sentence.
    pub summary: String,
    /// AWS's clause for a refusal, also where AWS would not tell it to the caller.
    pub reason: Option<String>,
    /// The statement that decided, if one did.
    pub deciding: Option<StatementPlace>,
    /// What each layer said.
    pub layers: Vec<LayerExplanation>,
}

/// One layer's part.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerExplanation {
    /// Which layer.
    pub layer: Layer,
    /// Its word.
    pub outcome: Outcome,
    /// Statements that apply.
    pub matched: Vec<StatementPlace>,
    /// Allow statements that do not apply, nearest first; only of a layer without an Allow, after a refusal.
    pub near_misses: Vec<NearMiss>,
}

/// Where a statement stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementPlace {
    /// Name or ARN of the policy.
    pub policy: String,
    /// Sort of policy.
    pub kind: PolicyKind,
    /// From 0.
    pub index: usize,
    /// Its Sid.
    pub sid: Option<String>,
    /// Allow or Deny.
    pub effect: Effect,
    /// Its `{` in the document.
    pub start: Position,
    /// Just after its `}`.
    pub end: Position,
}

/// An Allow statement that did not apply.
#[derive(Debug, Clone, PartialEq)]
pub struct NearMiss {
    /// Which.
    pub statement: StatementPlace,
    /// All that was amiss.
    pub lacks: Vec<Lack>,
}

/// One thing that kept a statement from applying.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lack {
    /// The action is not listed, or is listed in NotAction.
    Action {
        /// What the statement lists.
        wanted: Vec<String>,
        /// It is a NotAction.
        negated: bool,
    },
    /// The resource is not listed, or is listed in NotResource.
    Resource {
        /// What the statement lists, as written.
        wanted: Vec<String>,
        /// It is a NotResource.
        negated: bool,
        /// Variables in it that have no value.
        unresolved: Vec<String>,
    },
    /// The caller is not named.
    Principal {
        /// Whom the statement names.
        wanted: Vec<String>,
        /// It is a NotPrincipal.
        negated: bool,
    },
    /// A condition does not hold.
    Condition {
        /// As written.
        operator: String,
        /// As written.
        key: String,
        /// The policy's values, as written.
        wanted: Vec<String>,
        /// The request's values; `None` when the key is absent.
        found: Option<Vec<String>>,
        /// The key is a list and the operator has no `ForAnyValue:` or `ForAllValues:`.
        needs_set_operator: bool,
        /// Variables in the values that have no value.
        unresolved: Vec<String>,
    },
}

impl<'a> Verdict<'a> {
    /// Collects the reasons. After a refusal this walks the policies once more.
    pub fn explain(&self) -> Explanation {
        let question = Question::new(&self.request, &self.policies);
        let layers = self
            .layers
            .iter()
            .map(|outcome| {
                let wanting = self.decision == Decision::ImplicitDeny && outcome.outcome == Outcome::None;
                let misses =
                    if wanting { near_misses(&question, &self.policies_of(outcome.layer)) } else { Vec::new() };
                LayerExplanation {
                    layer: outcome.layer,
                    outcome: outcome.outcome,
                    matched: outcome.matches.iter().map(|found| place(&found.policy, found.statement)).collect(),
                    near_misses: misses,
                }
            })
            .collect();
        let deciding = self.deciding();
        Explanation {
            decision: self.decision,
            summary: self.summary(deciding.as_ref()),
            reason: self.inner_reason_clause(),
            deciding: deciding.map(|found| place(&found.policy, found.statement)),
            layers,
        }
    }

    /// [`Verdict::explain`] as JSON, with what was asked.
    pub fn to_json(&self) -> serde_json::Value {
        let mut value = self.explain().to_json();
        if let Some(object) = value.as_object_mut() {
            object.insert("action".into(), self.request.action.into());
            object.insert("resource".into(), self.request.resource.arn().unwrap_or("*").into());
            object.insert("principal".into(), self.request.principal.display().into());
        }
        value
    }

    fn policies_of(&self, layer: Layer) -> Vec<PolicyRef<'a>> {
        let policies = &self.policies;
        match layer {
            Layer::ServiceControl => policies.scp.concat(),
            Layer::ResourceControl => policies.rcp.to_vec(),
            Layer::Endpoint => policies.endpoint.into_iter().collect(),
            Layer::Resource | Layer::Trust => policies.resource.into_iter().collect(),
            Layer::Identity => policies.identity.to_vec(),
            Layer::Boundary => policies.boundary.into_iter().collect(),
            Layer::Session => policies.session.unwrap_or_default().to_vec(),
        }
    }

    fn summary(&self, deciding: Option<&Match<'_>>) -> String {
        let asked = format!("`{}` on `{}`", self.request.action, self.request.resource.arn().unwrap_or("*"));
        match (self.basis, deciding) {
            (Basis::Root, _) => format!("{asked} is allowed: the root user may do everything in its account"),
            (Basis::RootMayNotAssume, _) => format!("{asked} is refused: root users cannot assume roles"),
            (Basis::FederatedMayNotAssume, _) => {
                format!("{asked} is refused: GetFederationToken sessions cannot assume roles")
            }
            (Basis::Layer(layer), Some(found)) => {
                let word = if self.is_allowed() { "allowed" } else { "explicitly denied" };
                format!("{asked} is {word} by {} ({})", place(&found.policy, found.statement), layer.name())
            }
            (Basis::Layer(layer), None) => format!("{asked} is refused: no {} allows it", layer.name()),
        }
    }
}

fn place(policy: &PolicyRef<'_>, statement: &Statement) -> StatementPlace {
    StatementPlace {
        policy: policy.name.to_owned(),
        kind: policy.kind,
        index: statement.index(),
        sid: statement.sid().map(str::to_owned),
        effect: statement.effect(),
        start: statement.span().start,
        end: statement.span().end,
    }
}

/// The Allow statements that came nearest: those that at least fit the action first, then by how little they lack.
fn near_misses(question: &Question<'_, '_>, policies: &[PolicyRef<'_>]) -> Vec<NearMiss> {
    let mut ranked = Vec::new();
    for policy in policies {
        for statement in policy.policy.statements() {
            let distance = distance(question, statement, policy.kind);
            // In an organisation's levels a statement may apply and yet not suffice: then nothing is amiss with it.
            if statement.effect() == Effect::Allow && distance > 0 {
                ranked.push((distance, policy, statement));
            }
        }
    }
    ranked.sort_by_key(|(distance, ..)| *distance);
    let nearest = ranked.into_iter().take(MOST_MISSES);
    nearest
        .map(|(_, policy, statement)| NearMiss {
            statement: place(policy, statement),
            lacks: lacks(question, statement, policy.kind),
        })
        .collect()
}

/// How much is amiss: a failed condition is the least, another action the most.
fn distance(question: &Question<'_, '_>, statement: &Statement, kind: PolicyKind) -> usize {
    let context = question.request.context;
    let action = if statement.actions.covers(&question.action, question.service) { 0 } else { 64 };
    let resource = if question.covers_resource(statement, kind) { 0 } else { 8 };
    let principal = if question.reach(statement, kind).is_some() { 0 } else { 8 };
    action + resource + principal + statement.conditions.iter().filter(|condition| !condition.holds(context)).count()
}

fn lacks(question: &Question<'_, '_>, statement: &Statement, kind: PolicyKind) -> Vec<Lack> {
    let context = question.request.context;
    let mut lacks = Vec::new();
    if !statement.actions.covers(&question.action, question.service) {
        let wanted = statement.actions.patterns.iter().map(|pattern| pattern.source.to_string()).collect();
        lacks.push(Lack::Action { wanted, negated: statement.actions.negated });
    }
    if !question.covers_resource(statement, kind) {
        let patterns = statement.resources.iter().flat_map(|clause| &clause.patterns);
        lacks.push(Lack::Resource {
            wanted: patterns.clone().map(|pattern| pattern.source.to_string()).collect(),
            negated: statement.resources.as_ref().is_some_and(|clause| clause.negated),
            unresolved: unresolved(patterns.flat_map(|pattern| pattern.keys()), context),
        });
    }
    if question.reach(statement, kind).is_none() {
        let clause = statement.principal.as_ref();
        lacks.push(Lack::Principal {
            wanted: clause.into_iter().flat_map(|c| &c.entries).map(|entry| entry.source().to_owned()).collect(),
            negated: clause.is_some_and(|clause| clause.negated),
        });
    }
    let failed = statement.conditions.iter().filter(|condition| !condition.holds(context));
    lacks.extend(failed.map(|condition| lacking_condition(condition, context)));
    lacks
}

fn lacking_condition(condition: &Condition, context: &Context) -> Lack {
    Lack::Condition {
        operator: condition.operator.to_string(),
        key: condition.key.to_string(),
        wanted: condition.wanted.clone(),
        found: context.get(&condition.key).map(Value::texts).map(<[String]>::to_vec),
        needs_set_operator: condition.needs_set_operator(context),
        unresolved: unresolved(condition.variable_keys().into_iter(), context),
    }
}

fn unresolved<'k>(keys: impl Iterator<Item = &'k str>, context: &Context) -> Vec<String> {
    let mut missing: Vec<String> = Vec::new();
    for key in keys {
        if context.single(key).is_none() && !missing.iter().any(|known| known == key) {
            missing.push(key.to_owned());
        }
    }
    missing
}

impl Lack {
    fn to_json(&self) -> serde_json::Value {
        match self {
            Lack::Action { wanted, negated } => json!({"lack": "action", "wanted": wanted, "negated": negated}),
            Lack::Resource { wanted, negated, unresolved } => {
                json!({"lack": "resource", "wanted": wanted, "negated": negated, "unresolved": unresolved})
            }
            Lack::Principal { wanted, negated } => json!({"lack": "principal", "wanted": wanted, "negated": negated}),
            Lack::Condition { operator, key, wanted, found, needs_set_operator, unresolved } => json!({
                "lack": "condition", "operator": operator, "key": key, "wanted": wanted, "found": found,
                "needsSetOperator": needs_set_operator, "unresolved": unresolved,
            }),
        }
    }
}

impl fmt::Display for Lack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Lack::Action { wanted, negated: false } => write!(f, "the action is not among {}", quoted(wanted)),
            Lack::Action { wanted, negated: true } => write!(f, "the action is excepted by {}", quoted(wanted)),
            Lack::Resource { wanted, negated, unresolved } => {
                let how = if *negated { "is excepted by" } else { "is not among" };
                write!(f, "the resource {how} {}", quoted(wanted))?;
                valueless(f, unresolved)
            }
            Lack::Principal { wanted, .. } if wanted.is_empty() => write!(f, "the statement names no principal"),
            Lack::Principal { wanted, negated: false } => write!(f, "the caller is not among {}", quoted(wanted)),
            Lack::Principal { wanted, negated: true } => write!(f, "the caller is excepted by {}", quoted(wanted)),
            Lack::Condition { operator, key, wanted, found, needs_set_operator, unresolved } => {
                match found {
                    None => write!(f, "condition key `{key}` is absent")?,
                    Some(found) => write!(f, "condition key `{key}` is {}", quoted(found))?,
                }
                write!(f, ", the policy wants {operator} {}", quoted(wanted))?;
                if *needs_set_operator {
                    write!(f, " (a list needs `ForAnyValue:` or `ForAllValues:`)")?;
                }
                valueless(f, unresolved)
            }
        }
    }
}

fn valueless(f: &mut fmt::Formatter<'_>, keys: &[String]) -> fmt::Result {
    if keys.is_empty() { Ok(()) } else { write!(f, " (no value for {})", quoted(keys)) }
}

/// Up to eight texts in backticks.
fn quoted(texts: &[String]) -> String {
    const MOST: usize = 8;
    if texts.is_empty() {
        return "nothing".to_owned();
    }
    let mut out: Vec<String> = texts.iter().take(MOST).map(|text| format!("`{text}`")).collect();
    if texts.len() > MOST {
        out.push(format!("{} more", texts.len() - MOST));
    }
    out.join(", ")
}

impl StatementPlace {
    fn to_json(&self) -> serde_json::Value {
        let position =
            |position: Position| json!({"line": position.line, "column": position.column, "offset": position.offset});
        json!({
            "policy": self.policy, "kind": self.kind.as_str(), "index": self.index, "sid": self.sid,
            "effect": self.effect.as_str(), "start": position(self.start), "end": position(self.end),
        })
    }
}

impl fmt::Display for StatementPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "statement {}", self.index + 1)?;
        if let Some(sid) = &self.sid {
            write!(f, " `{sid}`")?;
        }
        write!(
            f,
            " of {} `{}` (line {}, column {})",
            self.kind.label(),
            self.policy,
            self.start.line,
            self.start.column
        )
    }
}

impl Explanation {
    /// The explanation as JSON.
    pub fn to_json(&self) -> serde_json::Value {
        let layers: Vec<serde_json::Value> = self.layers.iter().map(LayerExplanation::to_json).collect();
        json!({
            "decision": self.decision.as_str(), "summary": self.summary, "reason": self.reason,
            "deciding": self.deciding.as_ref().map(StatementPlace::to_json), "layers": layers,
        })
    }
}

impl LayerExplanation {
    fn to_json(&self) -> serde_json::Value {
        let matched: Vec<serde_json::Value> = self.matched.iter().map(StatementPlace::to_json).collect();
        let misses: Vec<serde_json::Value> = self
            .near_misses
            .iter()
            .map(|miss| {
                let lacks: Vec<serde_json::Value> = miss.lacks.iter().map(Lack::to_json).collect();
                json!({"statement": miss.statement.to_json(), "lacks": lacks})
            })
            .collect();
        json!({
            "layer": self.layer.name(), "outcome": self.outcome.as_str(), "matched": matched, "nearMisses": misses,
        })
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.summary)?;
        for layer in &self.layers {
            writeln!(f, "  {}: {}", layer.layer.name(), layer.outcome.as_str())?;
            for statement in &layer.matched {
                writeln!(f, "    {} by {statement}", statement.effect.as_str())?;
            }
            for miss in &layer.near_misses {
                writeln!(f, "    not by {}:", miss.statement)?;
                for lack in &miss.lacks {
                    writeln!(f, "      {lack}")?;
                }
            }
        }
        Ok(())
    }
}

impl Effect {
    /// `Allow` or `Deny`.
    pub fn as_str(self) -> &'static str {
        match self {
            Effect::Allow => "Allow",
            Effect::Deny => "Deny",
        }
    }
}

impl PolicyKind {
    /// A short name for machines.
    pub fn as_str(self) -> &'static str {
        match self {
            PolicyKind::Inline => "inline",
            PolicyKind::Managed => "managed",
            PolicyKind::Group => "group",
            PolicyKind::Boundary => "boundary",
            PolicyKind::Session => "session",
            PolicyKind::Resource => "resource",
            PolicyKind::Trust => "trust",
            PolicyKind::ServiceControl => "scp",
            PolicyKind::ResourceControl => "rcp",
            PolicyKind::Endpoint => "endpoint",
        }
    }

    fn label(self) -> &'static str {
        match self {
            PolicyKind::Inline => "inline policy",
            PolicyKind::Managed => "managed policy",
            PolicyKind::Group => "group policy",
            PolicyKind::Boundary => "permissions boundary",
            PolicyKind::Session => "session policy",
            PolicyKind::Resource => "resource policy",
            PolicyKind::Trust => "trust policy",
            PolicyKind::ServiceControl => "service control policy",
            PolicyKind::ResourceControl => "resource control policy",
            PolicyKind::Endpoint => "endpoint policy",
        }
    }
}
