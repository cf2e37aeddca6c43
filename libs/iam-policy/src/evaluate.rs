//! May this caller do this, given these policies: the decision of spec/policy.md 6.

use crate::arn::{ShortForm, Target, lower};
use crate::context::Context;
use crate::policy::Policy;
use crate::principal::{Grant, Principal};
use crate::statement::{Effect, Statement, service_bit};
use crate::verdict::{Basis, Decision, LayerOutcome, Match, Outcome, Verdict};
use std::borrow::Cow;

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Who asks.
    pub principal: &'a Principal,
    /// The permission, e.g. `s3:GetObject`; its case does not matter.
    pub action: &'a str,
    /// What it is asked of.
    pub resource: Resource<'a>,
    /// Account that owns the resource; `None` when it is the caller's own.
    pub resource_account: Option<&'a str>,
    /// The condition keys.
    pub context: &'a Context,
}

/// What a request is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resource<'a> {
    /// An action without a resource: only elements that cover everything match.
    None,
    /// One resource. Its text is literal: `*` in it is a character.
    Arn(&'a str),
}

impl<'a> Resource<'a> {
    /// The ARN.
    pub fn arn(self) -> Option<&'a str> {
        match self {
            Resource::None => None,
            Resource::Arn(arn) => Some(arn),
        }
    }
}

/// The policies that bear on a request. Start from `Layers::default()`, which has none.
#[derive(Debug, Clone, Copy, Default)]
pub struct Layers<'a> {
    /// The policy on the resource.
    pub resource: Option<PolicyRef<'a>>,
    /// The caller's own: inline and managed, of the user or role and of the user's groups.
    pub identity: &'a [PolicyRef<'a>],
    /// The permissions boundary; `None` when none is set.
    pub boundary: Option<PolicyRef<'a>>,
    /// Session policies; `None` when the session has none.
    pub session: Option<&'a [PolicyRef<'a>]>,
    /// Service control policies by level, root first; every level must allow.
    pub scp: &'a [&'a [PolicyRef<'a>]],
    /// Resource control policies of the resource's account; empty when none is attached.
    pub rcp: &'a [PolicyRef<'a>],
    /// The policy of the VPC endpoint the request came through.
    pub endpoint: Option<PolicyRef<'a>>,
}

/// A policy and what to call it.
#[derive(Debug, Clone, Copy)]
pub struct PolicyRef<'a> {
    /// The compiled document.
    pub policy: &'a Policy,
    /// Name or ARN, for verdicts.
    pub name: &'a str,
    /// What sort of policy it is.
    pub kind: PolicyKind,
}

impl<'a> PolicyRef<'a> {
    /// Names a policy.
    pub fn new(kind: PolicyKind, name: &'a str, policy: &'a Policy) -> PolicyRef<'a> {
        PolicyRef { policy, name, kind }
    }
}

/// Where a policy comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PolicyKind {
    /// Inline, of a user or role.
    Inline,
    /// Managed, attached to a user or role.
    Managed,
    /// Inline or managed, of a group the user is in.
    Group,
    /// A permissions boundary.
    Boundary,
    /// A session policy.
    Session,
    /// A policy on a resource.
    Resource,
    /// A role's trust policy.
    Trust,
    /// A service control policy.
    ServiceControl,
    /// A resource control policy.
    ResourceControl,
    /// A VPC endpoint policy.
    Endpoint,
}

impl PolicyKind {
    /// Which short resource patterns it may use (spec/policy.md 3.2).
    fn short_form(self) -> ShortForm {
        match self {
            PolicyKind::Resource | PolicyKind::Trust | PolicyKind::Endpoint => ShortForm::WithStar,
            PolicyKind::ServiceControl => ShortForm::EndingInStar,
            PolicyKind::ResourceControl => ShortForm::Refused,
            _ => ShortForm::Filled,
        }
    }

    /// Whether its statements name principals.
    pub(crate) fn names_principals(self) -> bool {
        use PolicyKind::{Endpoint, Resource, ResourceControl, Trust};
        matches!(self, Resource | Trust | ResourceControl | Endpoint)
    }
}

/// A layer of the evaluation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Layer {
    /// Service control policies.
    ServiceControl,
    /// Resource control policies.
    ResourceControl,
    /// VPC endpoint policy.
    Endpoint,
    /// Policy on the resource.
    Resource,
    /// A role's trust policy, which is the role's resource policy.
    Trust,
    /// The caller's identity policies.
    Identity,
    /// Permissions boundary.
    Boundary,
    /// Session policies.
    Session,
}

/// Decides a request (spec/policy.md 6.2, 6.4).
pub fn evaluate<'a>(request: &Request<'a>, layers: &Layers<'a>) -> Verdict<'a> {
    decide(request, layers, Layer::Resource)
}

/// Decides; `side` is `Resource`, or `Trust` where the resource's own policy must grant.
pub(crate) fn decide<'a>(request: &Request<'a>, layers: &Layers<'a>, side: Layer) -> Verdict<'a> {
    let question = Question::new(request, layers);
    let outcomes = question.outcomes(side);
    let (decision, basis) = weigh(&question, &outcomes, side);
    Verdict { decision, basis, layers: outcomes, request: *request, policies: *layers }
}

/// A request made ready for matching.
pub(crate) struct Question<'q, 'a> {
    pub request: &'q Request<'a>,
    pub layers: &'q Layers<'a>,
    pub action: Cow<'a, str>,
    /// The action's `service_bit`.
    pub service: u64,
    pub target: Target<'a>,
    same_account: bool,
    /// Has an identity side: users and sessions. Root users have none, services and strangers neither.
    pub has_identity: bool,
}

impl<'q, 'a> Question<'q, 'a> {
    pub fn new(request: &'q Request<'a>, layers: &'q Layers<'a>) -> Question<'q, 'a> {
        let has_identity = matches!(
            request.principal,
            Principal::User { .. } | Principal::RoleSession { .. } | Principal::FederatedUser { .. }
        );
        let action = lower(request.action);
        Question {
            request,
            layers,
            service: service_bit(&action),
            action,
            target: Target::new(request.resource.arn()),
            same_account: same_account(request),
            has_identity,
        }
    }

    fn outcomes(&self, side: Layer) -> Vec<LayerOutcome<'a>> {
        let layers = self.layers;
        let mut outcomes = Vec::with_capacity(7);
        if self.request.principal.account().is_some() && !layers.scp.is_empty() {
            outcomes.push(self.levels(layers.scp));
        }
        if !layers.rcp.is_empty() {
            outcomes.push(self.layer(Layer::ResourceControl, layers.rcp));
        }
        if let Some(endpoint) = &layers.endpoint {
            outcomes.push(self.layer(Layer::Endpoint, std::slice::from_ref(endpoint)));
        }
        if let Some(resource) = &layers.resource {
            outcomes.push(self.layer(side, std::slice::from_ref(resource)));
        }
        if self.has_identity {
            outcomes.push(self.layer(Layer::Identity, layers.identity));
            if let Some(boundary) = &layers.boundary {
                outcomes.push(self.layer(Layer::Boundary, std::slice::from_ref(boundary)));
            }
            if let Some(session) = layers.session {
                outcomes.push(self.layer(Layer::Session, session));
            }
        }
        outcomes
    }

    fn layer(&self, layer: Layer, policies: &[PolicyRef<'a>]) -> LayerOutcome<'a> {
        let mut matches = Vec::new();
        let mut outcome = Outcome::None;
        for policy in policies {
            let parsed: &'a Policy = policy.policy;
            for statement in parsed.statements() {
                let Some(grant) = self.applies(statement, policy.kind) else { continue };
                matches.push(Match { policy: *policy, statement, grant });
                outcome = match (outcome, statement.effect) {
                    (Outcome::Deny, _) | (_, Effect::Deny) => Outcome::Deny,
                    _ => Outcome::Allow,
                };
            }
        }
        LayerOutcome { layer, outcome, matches }
    }

    /// Every level must allow; a deny at any level is a deny.
    fn levels(&self, levels: &[&[PolicyRef<'a>]]) -> LayerOutcome<'a> {
        let mut total = LayerOutcome { layer: Layer::ServiceControl, outcome: Outcome::Allow, matches: Vec::new() };
        for level in levels {
            let found = self.layer(Layer::ServiceControl, level);
            total.matches.extend(found.matches);
            total.outcome = match (total.outcome, found.outcome) {
                (Outcome::Deny, _) | (_, Outcome::Deny) => Outcome::Deny,
                (Outcome::Allow, Outcome::Allow) => Outcome::Allow,
                _ => Outcome::None,
            };
        }
        total
    }

    /// Whether the statement applies, and how it reaches the caller. Cheapest tests first: most statements fail on
    /// the action.
    fn applies(&self, statement: &Statement, kind: PolicyKind) -> Option<Grant> {
        if !statement.actions.covers(&self.action, self.service) || !self.covers_resource(statement, kind) {
            return None;
        }
        let grant = self.reach(statement, kind)?;
        let context = self.request.context;
        statement.conditions.iter().all(|condition| condition.holds(context)).then_some(grant)
    }

    pub fn covers_resource(&self, statement: &Statement, kind: PolicyKind) -> bool {
        match &statement.resources {
            Some(clause) => clause.covers(&self.target, kind.short_form(), self.request.context),
            // Without one, a resource's own policy speaks of that resource; in any other it covers nothing.
            None => kind.names_principals(),
        }
    }

    pub fn reach(&self, statement: &Statement, kind: PolicyKind) -> Option<Grant> {
        if !kind.names_principals() {
            return Some(Grant::Direct);
        }
        // A statement without Principal reaches nobody (spec/policy.md 1.4).
        let clause = statement.principal.as_ref()?;
        clause.reaches(self.request.principal, self.request.context, self.layers.boundary.is_some())
    }
}

/// Whether caller and resource share an account.
pub(crate) fn same_account(request: &Request<'_>) -> bool {
    match (request.principal.account(), request.resource_account) {
        (Some(caller), Some(owner)) => caller == owner,
        _ => true,
    }
}

/// Explicit denies are reported in this order (spec/policy.md 7.2).
const DENY_ORDER: [Layer; 8] = [
    Layer::ServiceControl,
    Layer::ResourceControl,
    Layer::Endpoint,
    Layer::Resource,
    Layer::Trust,
    Layer::Identity,
    Layer::Boundary,
    Layer::Session,
];

fn weigh(question: &Question<'_, '_>, outcomes: &[LayerOutcome<'_>], side: Layer) -> (Decision, Basis) {
    let found = |layer| outcomes.iter().find(|outcome| outcome.layer == layer);
    let implicit = |layer| (Decision::ImplicitDeny, Basis::Layer(layer));
    for layer in DENY_ORDER {
        if found(layer).is_some_and(|outcome| outcome.outcome == Outcome::Deny) {
            return (Decision::ExplicitDeny, Basis::Layer(layer));
        }
    }
    // A layer that is not attached allows everything.
    let passes = |layer| found(layer).is_none_or(|outcome| outcome.outcome == Outcome::Allow);
    for layer in [Layer::ServiceControl, Layer::ResourceControl, Layer::Endpoint] {
        if !passes(layer) {
            return implicit(layer);
        }
    }
    let trust = side == Layer::Trust;
    let grant = found(side).and_then(LayerOutcome::strongest_grant);
    match question.request.principal {
        Principal::Root { .. } if trust => return (Decision::ImplicitDeny, Basis::RootMayNotAssume),
        Principal::FederatedUser { .. } if trust => return (Decision::ImplicitDeny, Basis::FederatedMayNotAssume),
        Principal::Root { .. } if question.same_account => return (Decision::Allowed, Basis::Root),
        _ => {}
    }
    if !question.has_identity {
        return if grant.is_some() { (Decision::Allowed, Basis::Layer(side)) } else { implicit(side) };
    }
    let identity = found(Layer::Identity).is_some_and(|outcome| outcome.outcome == Outcome::Allow);
    let basis = if question.same_account {
        match grant {
            Some(Grant::Direct) => return (Decision::Allowed, Basis::Layer(side)),
            Some(Grant::Role | Grant::Issuer) => side,
            None if trust => return implicit(side),
            Some(Grant::Delegated) | None if identity => Layer::Identity,
            Some(Grant::Delegated) | None => return implicit(Layer::Identity),
        }
    } else if !identity {
        return implicit(Layer::Identity);
    } else if grant.is_none() {
        return implicit(side);
    } else {
        Layer::Identity
    };
    if !passes(Layer::Boundary) {
        return implicit(Layer::Boundary);
    }
    // A GetFederationToken session without session policies can use only direct grants.
    let needs_session = matches!(question.request.principal, Principal::FederatedUser { .. });
    if !passes(Layer::Session) || (needs_session && found(Layer::Session).is_none()) {
        return implicit(Layer::Session);
    }
    (Decision::Allowed, Basis::Layer(basis))
}
