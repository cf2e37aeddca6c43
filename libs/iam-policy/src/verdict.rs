//! A decision with its reasons.

use crate::evaluate::{Layer, Layers, PolicyRef, Request, same_account};
use crate::principal::{Grant, Principal};
use crate::statement::{Effect, Statement};

/// The answer to a request, with every layer's outcome. Borrowed from the policies it was made from; use
/// [`Verdict::to_json`] or [`Verdict::explain`] to keep it.
#[derive(Debug, Clone)]
pub struct Verdict<'a> {
    /// The answer.
    pub decision: Decision,
    /// What it rests on.
    pub basis: Basis,
    /// Outcomes of the layers that were there.
    pub layers: Vec<LayerOutcome<'a>>,
    pub(crate) request: Request<'a>,
    pub(crate) policies: Layers<'a>,
}

/// Three answers, as the simulator names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Yes.
    Allowed,
    /// No: a Deny statement applies.
    ExplicitDeny,
    /// No: nothing that must allow does.
    ImplicitDeny,
}

impl Decision {
    /// `allowed`, `explicitDeny` or `implicitDeny`.
    pub fn as_str(self) -> &'static str {
        match self {
            Decision::Allowed => "allowed",
            Decision::ExplicitDeny => "explicitDeny",
            Decision::ImplicitDeny => "implicitDeny",
        }
    }
}

/// What a decision rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// The layer that allowed, denied, or failed to allow.
    Layer(Layer),
    /// The root user may do everything in its account.
    Root,
    /// Root users cannot assume roles.
    RootMayNotAssume,
    /// GetFederationToken sessions cannot assume roles.
    FederatedMayNotAssume,
}

/// What one layer says.
#[derive(Debug, Clone)]
pub struct LayerOutcome<'a> {
    /// Which layer.
    pub layer: Layer,
    /// Its word.
    pub outcome: Outcome,
    /// The statements that apply, allowing and denying, in order.
    pub matches: Vec<Match<'a>>,
}

impl LayerOutcome<'_> {
    /// The strongest grant of an Allow statement that applies.
    pub fn strongest_grant(&self) -> Option<Grant> {
        let allows = self.matches.iter().filter(|found| found.statement.effect() == Effect::Allow);
        allows.map(|found| found.grant).max()
    }
}

/// A layer's word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// No statement applies, or not all that must allow do.
    None,
    /// An Allow applies and no Deny.
    Allow,
    /// A Deny applies.
    Deny,
}

impl Outcome {
    /// `none`, `allow` or `deny`.
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::None => "none",
            Outcome::Allow => "allow",
            Outcome::Deny => "deny",
        }
    }
}

/// A statement that applies.
#[derive(Debug, Clone, Copy)]
pub struct Match<'a> {
    /// The policy it stands in.
    pub policy: PolicyRef<'a>,
    /// The statement.
    pub statement: &'a Statement,
    /// How it reaches the caller; `Direct` in policies without principals.
    pub grant: Grant,
}

impl<'a> Verdict<'a> {
    /// Whether the answer is yes.
    pub fn is_allowed(&self) -> bool {
        self.decision == Decision::Allowed
    }

    /// What was asked.
    pub fn request(&self) -> &Request<'a> {
        &self.request
    }

    /// A layer's outcome; `None` when it was not there or does not concern this caller.
    pub fn layer(&self, layer: Layer) -> Option<&LayerOutcome<'a>> {
        self.layers.iter().find(|outcome| outcome.layer == layer)
    }

    /// The statement that decided: the first Deny, or the strongest Allow of the layer that allowed. `None` on an
    /// implicit deny and for the root user.
    pub fn deciding(&self) -> Option<Match<'a>> {
        let Basis::Layer(layer) = self.basis else { return None };
        let matches = &self.layer(layer)?.matches;
        let with = |effect| matches.iter().filter(move |found| found.statement.effect() == effect);
        match self.decision {
            Decision::Allowed => {
                // The first of the strongest; `max_by_key` would give the last.
                let strongest = with(Effect::Allow).map(|found| found.grant).max()?;
                with(Effect::Allow).find(|found| found.grant == strongest).copied()
            }
            Decision::ExplicitDeny => with(Effect::Deny).next().copied(),
            Decision::ImplicitDeny => None,
        }
    }

    /// Statements that decided, as the simulator lists them: the Allows if allowed, only the Denies on an explicit
    /// deny, none on an implicit one. Organisation policies are never listed (spec/policy.md 8.2).
    pub fn matched(&self) -> Vec<Match<'a>> {
        let wanted = match self.decision {
            Decision::Allowed => Effect::Allow,
            Decision::ExplicitDeny => Effect::Deny,
            Decision::ImplicitDeny => return Vec::new(),
        };
        let layers = self
            .layers
            .iter()
            .filter(|outcome| !matches!(outcome.layer, Layer::ServiceControl | Layer::ResourceControl));
        layers
            .flat_map(|outcome| &outcome.matches)
            .filter(|found| found.statement.effect() == wanted)
            .copied()
            .collect()
    }

    /// Whether caller and resource share an account: only then does AWS tell reasons.
    pub fn same_account(&self) -> bool {
        same_account(&self.request)
    }

    /// AWS's clause for a refusal, e.g. `because no identity-based policy allows the s3:GetObject action`
    /// (spec/policy.md 7.2). `None` when allowed, across accounts, and where AWS gives another sentence.
    pub fn reason_clause(&self) -> Option<String> {
        if self.same_account() { self.inner_reason_clause() } else { None }
    }

    /// The same clause also across accounts; for our own records, not for callers.
    pub fn inner_reason_clause(&self) -> Option<String> {
        let Basis::Layer(layer) = self.basis else { return None };
        match self.decision {
            Decision::Allowed => None,
            Decision::ExplicitDeny => Some(format!("with an explicit deny in {}", layer.with_article())),
            Decision::ImplicitDeny => {
                Some(format!("because no {} allows the {} action", layer.name(), self.request.action))
            }
        }
    }

    /// The whole sentence of a refusal (spec/policy.md 7.1, 7.3), reason included where AWS tells it. `caller` is the ARN as
    /// GetCallerIdentity shows it, `anonymous` for an unsigned request; see
    /// [`Principal::display`](crate::Principal::display).
    pub fn denial_message(&self, caller: &str) -> String {
        let action = self.request.action;
        if self.basis == Basis::RootMayNotAssume {
            return "Roles may not be assumed by root accounts.".to_owned();
        }
        if matches!(self.request.principal, Principal::WebIdentity { .. } | Principal::Saml { .. }) {
            return format!("Not authorized to perform {action}");
        }
        let mut message = format!("User: {caller} is not authorized to perform: {action}");
        if let Some(arn) = self.request.resource.arn().filter(|arn| *arn != "*") {
            message.push_str(" on resource: ");
            message.push_str(arn);
        }
        if let Some(reason) = self.reason_clause() {
            message.push(' ');
            message.push_str(&reason);
        }
        message
    }
}

impl Layer {
    /// AWS's name of the policy type in denial texts.
    pub fn name(self) -> &'static str {
        match self {
            Layer::ServiceControl => "service control policy",
            Layer::ResourceControl => "resource control policy",
            Layer::Endpoint => "VPC endpoint policy",
            Layer::Resource => "resource-based policy",
            Layer::Trust => "role trust policy",
            Layer::Identity => "identity-based policy",
            Layer::Boundary => "permissions boundary",
            Layer::Session => "session policy",
        }
    }

    fn with_article(self) -> &'static str {
        match self {
            Layer::ServiceControl => "a service control policy",
            Layer::ResourceControl => "a resource control policy",
            Layer::Endpoint => "a VPC endpoint policy",
            Layer::Resource => "a resource-based policy",
            Layer::Trust => "the role trust policy",
            Layer::Identity => "an identity-based policy",
            Layer::Boundary => "a permissions boundary",
            Layer::Session => "a session policy",
        }
    }
}
