//! The policy simulator: what would be decided, by which statements (spec/policy.md 8). Pure: the caller brings the policies
//! and the context. AWS's simulator is not its gate: where the two differ, this file follows the simulator.

use iam_policy::{
    Arn, Context, Effect, Layer, Layers, Match, Outcome, Policy, PolicyKind, PolicyRef, Principal, Request, Resource,
    Verdict, evaluate,
};
use model::iam::shapes::{
    EvaluationResult, OrganizationsDecisionDetail, PermissionsBoundaryDecisionDetail, Position, ResourceSpecificResult,
    Statement,
};
use std::collections::{BTreeMap, HashSet};

/// A policy and what results call it.
#[derive(Debug)]
pub struct Source {
    /// `PolicyInputList.1`, the name of a managed policy, or `user_ana_PolicyName`.
    pub id: String,
    /// The policy.
    pub policy: Policy,
}

/// All that is the same for every action.
#[derive(Debug)]
pub struct Simulation {
    /// Whose request it is.
    pub principal: Principal,
    /// The identity policies.
    pub identity: Vec<Source>,
    /// The permissions boundary.
    pub boundary: Option<Source>,
    /// Service control policies by level; `None`: results do not mention them.
    pub organization: Option<Vec<Vec<Source>>>,
    /// The policy on every resource.
    pub resource_policy: Option<Source>,
    /// The account of resources whose ARN does not name one.
    pub resource_owner: Option<String>,
    /// The resources; empty for `*`.
    pub resources: Vec<String>,
    /// The condition keys.
    pub context: Context,
    /// The keys that were given, in lower case; others in `context` follow from the caller.
    pub given: HashSet<String>,
}

impl Simulation {
    /// Decides one action on every resource.
    pub fn run(&self, action: &str) -> EvaluationResult {
        let missing = self.missing();
        let resources = self.resources.iter().map(|arn| Some(arn.as_str()));
        let resources: Vec<Option<&str>> = if self.resources.is_empty() { vec![None] } else { resources.collect() };
        let found: Vec<(Option<&str>, Finding)> =
            resources.into_iter().map(|resource| (resource, self.decide(action, resource))).collect();
        let decision = found.iter().map(|(_, finding)| finding.decision).max().unwrap_or(Decision::ImplicitDeny);
        let missed = |finding: &Finding| finding.decision == Decision::ImplicitDeny && finding.asks_for_context;
        EvaluationResult {
            eval_action_name: action.to_owned(),
            eval_resource_name: Some(self.resource_name(action)),
            eval_decision: decision.as_str().to_owned(),
            matched_statements: Some(union(&found, decision)),
            missing_context_values: Some(if found.iter().any(|(_, finding)| missed(finding)) {
                missing.clone()
            } else {
                Vec::new()
            }),
            organizations_decision_detail: self.organization.as_ref().map(|_| OrganizationsDecisionDetail {
                allowed_by_organizations: Some(found.iter().all(|(_, finding)| finding.allowed_by_organizations)),
            }),
            permissions_boundary_decision_detail: detail(found.iter().map(|(_, finding)| finding.allowed_by_boundary)),
            eval_decision_details: (!self.resources.is_empty()).then(|| shown(worst_details(&found))),
            resource_specific_results: (!self.resources.is_empty()).then(|| {
                let specific = |(resource, finding): &(Option<&str>, Finding)| ResourceSpecificResult {
                    eval_resource_name: resource.unwrap_or("*").to_owned(),
                    eval_resource_decision: finding.decision.as_str().to_owned(),
                    matched_statements: Some(finding.statements()).filter(|statements| !statements.is_empty()),
                    missing_context_values: Some(missing.clone()).filter(|keys| missed(finding) && !keys.is_empty()),
                    eval_decision_details: finding.details.clone().map(shown),
                    permissions_boundary_decision_detail: detail([finding.allowed_by_boundary].into_iter()),
                };
                found.iter().map(specific).collect()
            }),
        }
    }

    fn decide(&self, action: &str, resource: Option<&str>) -> Finding {
        let identity = refs(&self.identity, PolicyKind::Inline);
        let levels: Vec<Vec<PolicyRef<'_>>> =
            self.organization.iter().flatten().map(|level| refs(level, PolicyKind::ServiceControl)).collect();
        let levels: Vec<&[PolicyRef<'_>]> = levels.iter().map(Vec::as_slice).collect();
        let layers = Layers {
            identity: &identity,
            boundary: self.boundary.as_ref().map(|source| source.reference(PolicyKind::Boundary)),
            resource: self.resource_policy.as_ref().map(|source| source.reference(PolicyKind::Resource)),
            scp: &levels,
            ..Layers::default()
        };
        let request = Request {
            principal: &self.principal,
            action,
            resource: resource.map_or(Resource::None, Resource::Arn),
            resource_account: None,
            context: &self.context,
        };
        // Only what each layer says is taken from the verdict: how the layers are weighed is the simulator's own.
        let verdict = evaluate(&request, &layers);
        let said = |layer| verdict.layer(layer).map_or(Outcome::None, |found| found.outcome);
        let organization = if levels.is_empty() { Outcome::Allow } else { said(Layer::ServiceControl) };
        if organization != Outcome::Allow {
            return Finding::refused_by_organization(organization, self.boundary.is_some());
        }
        let identity = Decision::of(said(Layer::Identity));
        let boundary = self.boundary.as_ref().map(|_| Decision::of(said(Layer::Boundary)));
        let on_resource = Decision::of(said(Layer::Resource));
        let is_foreign = self.resource_policy.is_some() && self.is_foreign(resource);
        let weights = Weights { identity, boundary, on_resource, is_foreign };
        let decision = weights.decide();
        Finding {
            decision,
            matches: deciding(&verdict, decision),
            allowed_by_organizations: true,
            allowed_by_boundary: boundary.map(|boundary| boundary == Decision::Allowed),
            details: is_foreign.then(|| weights.details()),
            asks_for_context: true,
        }
    }

    /// Whether a resource belongs to another account than the caller's.
    fn is_foreign(&self, resource: Option<&str>) -> bool {
        let named = resource.and_then(Arn::parse).map(|arn| arn.account).filter(|account| !account.is_empty());
        let owner = named.or(self.resource_owner.as_deref());
        owner.is_some_and(|owner| self.principal.account() != Some(owner))
    }

    /// The keys that the policies ask for and that were not given.
    fn missing(&self) -> Vec<String> {
        let sources = self.identity.iter().chain(&self.boundary).chain(&self.resource_policy);
        let keys = context_keys(sources.map(|source| &source.policy));
        keys.into_iter().filter(|key| !self.given.contains(&key.to_ascii_lowercase())).collect()
    }

    /// One resource goes by its ARN; several by the kind of resource that the action has, as far as it is known.
    fn resource_name(&self, action: &str) -> String {
        match self.resources.as_slice() {
            [] => "*".to_owned(),
            [one] => one.clone(),
            _ => template(action).unwrap_or("*").to_owned(),
        }
    }
}

/// The condition keys and variables of policies, each once, as first spelt, in order of appearance.
pub fn context_keys<'a>(policies: impl IntoIterator<Item = &'a Policy>) -> Vec<String> {
    let mut seen = HashSet::new();
    let mut keys = Vec::new();
    for key in policies.into_iter().flat_map(Policy::context_keys) {
        if seen.insert(key.to_ascii_lowercase()) {
            keys.push(key.to_owned());
        }
    }
    keys
}

impl Source {
    fn reference(&self, kind: PolicyKind) -> PolicyRef<'_> {
        PolicyRef::new(kind, &self.id, &self.policy)
    }
}

fn refs(sources: &[Source], kind: PolicyKind) -> Vec<PolicyRef<'_>> {
    sources.iter().map(|source| source.reference(kind)).collect()
}

/// In the order of how much they forbid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Decision {
    Allowed,
    ImplicitDeny,
    ExplicitDeny,
}

impl Decision {
    fn of(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Allow => Self::Allowed,
            Outcome::None => Self::ImplicitDeny,
            Outcome::Deny => Self::ExplicitDeny,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::ImplicitDeny => "implicitDeny",
            Self::ExplicitDeny => "explicitDeny",
        }
    }
}

/// What the layers say about one resource.
struct Weights {
    identity: Decision,
    boundary: Option<Decision>,
    on_resource: Decision,
    is_foreign: bool,
}

impl Weights {
    /// Within an account a grant of the resource's policy is enough, also past a boundary that is silent, and also one to
    /// the whole account; across accounts every layer must allow (spec/policy.md 8, 12). A deny always counts.
    fn decide(&self) -> Decision {
        let boundary = self.boundary.unwrap_or(Decision::Allowed);
        let denies = |decision| decision == Decision::ExplicitDeny;
        if denies(self.identity) || denies(self.on_resource) || denies(boundary) {
            Decision::ExplicitDeny
        } else if self.is_foreign {
            self.identity.max(self.on_resource).max(boundary)
        } else if self.on_resource == Decision::Allowed {
            Decision::Allowed
        } else {
            self.identity.max(boundary)
        }
    }

    fn details(&self) -> Details {
        let boundary = self.boundary.map(|boundary| (BOUNDARY_POLICY, boundary));
        [(IAM_POLICY, self.identity), (RESOURCE_POLICY, self.on_resource)].into_iter().chain(boundary).collect()
    }
}

/// What each layer says across accounts.
type Details = BTreeMap<&'static str, Decision>;

/// What AWS calls the sorts of policies, whatever the model's enumeration says (spec/sts-and-iam.md C8).
const IAM_POLICY: &str = "IAM Policy";
const RESOURCE_POLICY: &str = "Resource Policy";
const BOUNDARY_POLICY: &str = "Permissions Boundary Policy";

/// What was found about one resource.
struct Finding {
    decision: Decision,
    matches: Vec<Matched>,
    allowed_by_organizations: bool,
    allowed_by_boundary: Option<bool>,
    details: Option<Details>,
    asks_for_context: bool,
}

impl Finding {
    /// An organisation's refusal hides what the other layers would have said.
    fn refused_by_organization(outcome: Outcome, has_boundary: bool) -> Self {
        Self {
            decision: Decision::of(outcome),
            matches: Vec::new(),
            allowed_by_organizations: false,
            allowed_by_boundary: has_boundary.then_some(false),
            details: None,
            asks_for_context: false,
        }
    }

    fn statements(&self) -> Vec<Statement> {
        self.matches.iter().map(Matched::shown).collect()
    }
}

/// A statement that decided.
#[derive(Clone, PartialEq, Eq)]
struct Matched {
    id: String,
    kind: &'static str,
    is_deny: bool,
    start: (usize, usize),
    end: (usize, usize),
}

impl Matched {
    fn of(found: &Match<'_>) -> Self {
        let span = found.statement.span();
        Self {
            id: found.policy.name.to_owned(),
            kind: match found.policy.kind {
                PolicyKind::Resource => RESOURCE_POLICY,
                PolicyKind::Boundary => BOUNDARY_POLICY,
                _ => IAM_POLICY,
            },
            is_deny: found.statement.effect() == Effect::Deny,
            start: (span.simulator_start.line, span.simulator_start.column),
            end: (span.end.line, span.end.column),
        }
    }

    fn shown(&self) -> Statement {
        let number = |number: usize| i64::try_from(number).ok();
        let position = |(line, column)| Position { line: number(line), column: number(column) };
        Statement {
            source_policy_id: Some(self.id.clone()),
            source_policy_type: Some(self.kind.to_owned()),
            start_position: Some(position(self.start)),
            end_position: Some(position(self.end)),
        }
    }
}

/// The Allows of identity and resource policies, or all Denies; none on an implicit deny.
fn deciding(verdict: &Verdict<'_>, decision: Decision) -> Vec<Matched> {
    let (effect, layers): (_, &[Layer]) = match decision {
        Decision::Allowed => (Effect::Allow, &[Layer::Identity, Layer::Resource]),
        Decision::ExplicitDeny => (Effect::Deny, &[Layer::Identity, Layer::Resource, Layer::Boundary]),
        Decision::ImplicitDeny => return Vec::new(),
    };
    let found = layers.iter().filter_map(|layer| verdict.layer(*layer)).flat_map(|outcome| &outcome.matches);
    found.filter(|found| found.statement.effect() == effect).map(Matched::of).collect()
}

/// The statements of all resources, each once; after an explicit deny only those that deny.
fn union(found: &[(Option<&str>, Finding)], decision: Decision) -> Vec<Statement> {
    let mut all: Vec<&Matched> = Vec::new();
    for matched in found.iter().flat_map(|(_, finding)| &finding.matches) {
        if (decision != Decision::ExplicitDeny || matched.is_deny) && !all.contains(&matched) {
            all.push(matched);
        }
    }
    all.into_iter().map(Matched::shown).collect()
}

/// Each layer's most forbidding word.
fn worst_details(found: &[(Option<&str>, Finding)]) -> Details {
    let mut worst = Details::new();
    for (layer, decision) in found.iter().filter_map(|(_, finding)| finding.details.as_ref()).flatten() {
        let known = worst.entry(layer).or_insert(*decision);
        *known = (*known).max(*decision);
    }
    worst
}

fn shown(details: Details) -> BTreeMap<String, String> {
    details.into_iter().map(|(layer, decision)| (layer.to_owned(), decision.as_str().to_owned())).collect()
}

fn detail(allowed: impl Iterator<Item = Option<bool>>) -> Option<PermissionsBoundaryDecisionDetail> {
    let all = allowed.reduce(|all, one| Some(all? && one?))??;
    Some(PermissionsBoundaryDecisionDetail { allowed_by_permissions_boundary: Some(all) })
}

/// The first resource that an action of our own services has, as the service authorization reference writes it.
fn template(action: &str) -> Option<&'static str> {
    let mut operations = model::SERVICES.iter().flat_map(|service| service.operations);
    let known = operations.find(|operation| operation.action.eq_ignore_ascii_case(action))?;
    known.resources.first().map(|resource| resource.arn)
}
