//! Permissions on what has an owner and may have a policy of its own, such as a bucket (spec/policy.md 6.2 to 6.4).

use crate::allow::Standing;
use crate::context::{RequestView, of_request};
use crate::principals::NamedPolicy;
use crate::{Asked, Caller, Decision, Gate, authorization_message, principal_of, record};
use contract::Fault;
use domain::AccountId;
use domain::seal::KeyRing;
use iam_policy::{Context, Layers, Policy, PolicyKind, PolicyRef, Principal, Request, Resource, Verdict, evaluate};
use std::sync::Arc;

/// The resource's side of a decision.
#[derive(Clone, Copy, Debug)]
pub struct Owned<'a> {
    /// The account that the resource belongs to.
    pub account: &'a AccountId,
    /// The policy on the resource, if it has one.
    pub policy: Option<&'a Policy>,
}

/// A caller with all that decides about them, looked up once, to be asked about any number of permissions.
pub struct Hearing<'c> {
    caller: &'c Caller,
    principal: Principal,
    standing: Standing,
    context: Context,
    ring: Arc<KeyRing>,
}

/// Why a permission was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denial {
    /// The caller's ARN.
    pub caller: String,
    /// `service:Name`.
    pub action: String,
    /// AWS's clause, such as `because no identity-based policy allows the s3:GetObject action`. `None` where AWS tells no reason:
    /// across accounts, and to anonymous callers (spec/policy.md 7.2).
    pub reason: Option<String>,
}

impl Gate {
    /// Looks up what decides about a caller.
    ///
    /// # Errors
    /// Policies cannot be read.
    pub async fn hear<'c>(&self, caller: &'c Caller, request: RequestView<'_>) -> Result<Hearing<'c>, Fault> {
        let standing = self.standing(caller).await?;
        let context = of_request(request, caller, &standing.tags);
        Ok(Hearing { caller, principal: principal_of(caller), standing, context, ring: self.secrets.ring() })
    }
}

impl Hearing<'_> {
    /// Who is heard.
    pub fn caller(&self) -> &Caller {
        self.caller
    }

    /// The keys that every request of this caller has.
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// The caller's own policies, boundary and session policies included.
    pub fn policies(&self) -> impl Iterator<Item = &Policy> {
        let own = &self.standing.policies;
        let session = self.standing.session.iter().flatten();
        own.policies.iter().chain(&own.boundary).chain(session).map(|named| &*named.policy)
    }

    /// Decides a permission and records why. `asked.extra` are the keys besides those of [`Hearing::context`].
    ///
    /// # Errors
    /// It is refused.
    pub fn decide(&self, asked: &Asked<'_>, owned: Owned<'_>, decision: &mut Decision) -> Result<(), Denial> {
        self.judge(asked, owned, |verdict| {
            record(decision, verdict);
            if !verdict.is_allowed() {
                decision.encoded_message =
                    authorization_message::seal(&self.ring, &decision.request_id, self.caller, verdict);
            }
            self.denial(verdict)
        })
    }

    /// Decides a permission without recording it, for those that are asked by the hundred.
    ///
    /// # Errors
    /// It is refused.
    pub fn weigh(&self, asked: &Asked<'_>, owned: Owned<'_>) -> Result<(), Denial> {
        self.judge(asked, owned, |verdict| self.denial(verdict))
    }

    fn denial(&self, verdict: &Verdict<'_>) -> Result<(), Denial> {
        if verdict.is_allowed() {
            return Ok(());
        }
        let told = !matches!(self.caller, Caller::Anonymous);
        Err(Denial {
            caller: self.caller.arn(),
            action: verdict.request().action.to_owned(),
            reason: verdict.reason_clause().filter(|_| told),
        })
    }

    fn judge<T>(&self, asked: &Asked<'_>, owned: Owned<'_>, read: impl FnOnce(&Verdict<'_>) -> T) -> T {
        let mut context = self.context.clone();
        context.set("aws:ResourceAccount", owned.account.as_str());
        for (key, value) in asked.extra.iter() {
            context.insert(key.to_owned(), value.clone());
        }
        let own = &self.standing.policies;
        let identity: Vec<PolicyRef<'_>> = own.policies.iter().map(NamedPolicy::reference).collect();
        let session: Option<Vec<PolicyRef<'_>>> =
            self.standing.session.as_ref().map(|policies| policies.iter().map(NamedPolicy::reference).collect());
        let layers = Layers {
            resource: owned.policy.map(|policy| PolicyRef::new(PolicyKind::Resource, "bucket policy", policy)),
            identity: &identity,
            boundary: own.boundary.as_ref().map(NamedPolicy::reference),
            session: session.as_deref(),
            ..Layers::default()
        };
        let question = Request {
            principal: &self.principal,
            action: asked.action,
            resource: asked.resource.map_or(Resource::None, Resource::Arn),
            resource_account: Some(owned.account.as_str()),
            context: &context,
        };
        read(&evaluate(&question, &layers))
    }
}
