//! May they: the second half of the gate.

use crate::context::{RequestView, of_request, of_request_tags, principal_tags};
use crate::principals::{IdentityPolicies, NamedPolicy, RoleFacts};
use crate::{Caller, Decision, Gate, authorization_message, dialect, session_limits};
use contract::{Fault, Operation, Value};
use domain::session::{SessionPrincipal, SessionRecord};
use domain::{AccountId, IamUserId};
use iam_policy::{
    Context, Layer, Layers, PolicyKind, PolicyRef, Principal, Request, Resource, Verdict, evaluate, evaluate_trust,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Actions that need no permission and that no policy can take away (spec/policy.md 6.6).
const NEED_NO_PERMISSION: [&str; 2] = ["sts:GetCallerIdentity", "sts:GetSessionToken"];

/// The action that the role's trust policy decides: the operation asks it ([`Gate::permit_assumption`]), since a trust policy
/// that names the caller is enough (spec/policy.md 6.5).
const DECIDED_BY_TRUST: &str = "sts:AssumeRole";

/// The identity side of a session that the root user made: the root user itself may do everything.
const EVERYTHING: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;

/// A permission that is asked for.
pub struct Asked<'a> {
    /// `service:Name`.
    pub action: &'a str,
    /// The resource's ARN; `None` where the action has none.
    pub resource: Option<&'a str>,
    /// Condition keys besides those that every request has.
    pub extra: Context,
}

impl Gate {
    /// Decides whether the caller may make this call, on every resource that its input names. `keys` are the condition keys
    /// that the service adds.
    ///
    /// # Errors
    /// AWS's denial, in the operation's own protocol; an internal fault if policies cannot be read.
    pub async fn allow(
        &self,
        caller: &Caller,
        operation: &Operation,
        input: &Value,
        keys: &Context,
        request: RequestView<'_>,
        decision: &mut Decision,
    ) -> Result<(), Fault> {
        session_limits::check(caller, operation)
            .inspect_err(|fault| decision.failed("policy", format!("this kind of session is kept out: {fault}")))?;
        if operation.action == DECIDED_BY_TRUST {
            return Ok(());
        }
        if NEED_NO_PERMISSION.contains(&operation.action) {
            decision.passed("policy", format!("{} needs no permission", operation.action));
            return Ok(());
        }
        for resource in self.resources(caller, operation, input, request.region).await? {
            let mut extra = keys.clone();
            of_request_tags(&mut extra, input);
            let asked = Asked { action: operation.action, resource: resource.as_deref(), extra };
            self.permit(caller, asked, request, decision)
                .await?
                .map_err(|sentence| dialect::denied(operation.service.protocol, sentence))?;
        }
        Ok(())
    }

    /// Decides one permission, such as `iam:PassRole` beside an operation's own. The inner error is AWS's sentence.
    ///
    /// # Errors
    /// Policies cannot be read.
    pub async fn permit(
        &self,
        caller: &Caller,
        asked: Asked<'_>,
        request: RequestView<'_>,
        decision: &mut Decision,
    ) -> Result<Result<(), String>, Fault> {
        self.decide(caller, asked, None, request, decision).await
    }

    /// Decides whether a signed caller may assume a role: `sts:AssumeRole` or one of its companions, on the role's ARN, by the
    /// role's trust policy and the caller's own (spec/policy.md 6.5). The inner error is AWS's sentence; it gives no
    /// reason, so that roles cannot be probed.
    ///
    /// # Errors
    /// Policies cannot be read.
    pub async fn permit_assumption(
        &self,
        caller: &Caller,
        role: &RoleFacts,
        action: &str,
        extra: &Context,
        request: RequestView<'_>,
        decision: &mut Decision,
    ) -> Result<Result<(), String>, Fault> {
        let arn = role.arn();
        let asked = Asked { action, resource: Some(&arn), extra: extra.clone() };
        let verdict = self.decide(caller, asked, Some(role), request, decision).await?;
        Ok(verdict.map_err(|_| dialect::not_authorized(&caller.arn(), action, &arn)))
    }

    async fn decide(
        &self,
        caller: &Caller,
        asked: Asked<'_>,
        role: Option<&RoleFacts>,
        request: RequestView<'_>,
        decision: &mut Decision,
    ) -> Result<Result<(), String>, Fault> {
        let standing = self.standing(caller).await?;
        let mut context = of_request(request, caller, &standing.tags);
        // Cognito, IAM and STS have no resource policies but trust, so every other resource is of the caller's own account.
        let own = caller.account().map_or("", |account| account.as_str());
        let owner = role.map_or(own, |role| role.account.as_str());
        context.set("aws:ResourceAccount", owner);
        for (key, value) in asked.extra.iter() {
            context.insert(key.to_owned(), value.clone());
        }
        let principal = principal_of(caller);
        let identity: Vec<PolicyRef<'_>> = standing.policies.policies.iter().map(NamedPolicy::reference).collect();
        let session: Option<Vec<PolicyRef<'_>>> =
            standing.session.as_ref().map(|policies| policies.iter().map(NamedPolicy::reference).collect());
        let layers = Layers {
            identity: &identity,
            boundary: standing.policies.boundary.as_ref().map(NamedPolicy::reference),
            session: session.as_deref(),
            ..Layers::default()
        };
        let question = Request {
            principal: &principal,
            action: asked.action,
            resource: asked.resource.map_or(Resource::None, Resource::Arn),
            resource_account: Some(owner),
            context: &context,
        };
        let verdict = match role {
            None => evaluate(&question, &layers),
            Some(role) => {
                evaluate_trust(PolicyRef::new(PolicyKind::Trust, "trust policy", &role.trust), &question, &layers)
            }
        };
        record(decision, &verdict);
        if !verdict.is_allowed() {
            let ring = self.secrets.ring();
            decision.encoded_message = authorization_message::seal(&ring, &decision.request_id, caller, &verdict);
        }
        Ok(if verdict.is_allowed() { Ok(()) } else { Err(verdict.denial_message(&caller.arn())) })
    }

    /// The tags that policies know the caller by: `aws:PrincipalTag`.
    ///
    /// # Errors
    /// The store fails.
    pub async fn principal_tags(&self, caller: &Caller) -> Result<BTreeMap<String, String>, Fault> {
        Ok(principal_tags(caller, self.standing(caller).await?.tags))
    }

    pub(crate) async fn standing(&self, caller: &Caller) -> Result<Standing, Fault> {
        match caller {
            Caller::Anonymous | Caller::Root { .. } => Ok(Standing::default()),
            Caller::User { user, .. } => self.standing_of_user(&user.account, &user.id).await,
            Caller::Session(session) => self.standing_of_session(session).await,
        }
    }

    async fn standing_of_user(&self, account: &AccountId, id: &IamUserId) -> Result<Standing, Fault> {
        let user = self.user_by_id(account, id).await?;
        Ok(user.map_or_else(Standing::default, |user| Standing {
            policies: Arc::clone(&user.policies),
            session: None,
            tags: user.facts.tags.clone(),
        }))
    }

    async fn standing_of_session(&self, session: &SessionRecord) -> Result<Standing, Fault> {
        let account = &session.account_id;
        let mut standing = match &session.principal {
            SessionPrincipal::Root => Standing::default(),
            SessionPrincipal::AssumedRole { role_name, .. } => {
                let role = self.role(account, role_name).await?;
                role.map_or_else(Standing::default, |role| Standing {
                    policies: Arc::clone(&role.policies),
                    session: None,
                    tags: role.tags.clone(),
                })
            }
            SessionPrincipal::User { user_id, .. } => self.standing_of_user(account, user_id).await?,
            SessionPrincipal::FederatedUser { issuing_user_id: Some(issuer), .. } => {
                self.standing_of_user(account, issuer).await?
            }
            SessionPrincipal::FederatedUser { issuing_user_id: None, .. } => {
                let policy = self.compiled(EVERYTHING)?;
                let policies = vec![NamedPolicy { kind: PolicyKind::Inline, name: "root user".to_owned(), policy }];
                Standing { policies: Arc::new(IdentityPolicies { policies, boundary: None }), ..Standing::default() }
            }
        };
        standing.session = self.session_policies(session).await?;
        Ok(standing)
    }

    async fn session_policies(&self, session: &SessionRecord) -> Result<Option<Vec<NamedPolicy>>, Fault> {
        if session.inline_policies.is_empty() && session.managed_policy_arns.is_empty() {
            return Ok(None);
        }
        let mut policies = Vec::new();
        for text in &session.inline_policies {
            policies.push(NamedPolicy {
                kind: PolicyKind::Session,
                name: "session policy".to_owned(),
                policy: self.compiled(text)?,
            });
        }
        for arn in &session.managed_policy_arns {
            // One that was deleted since allows nothing any more; the layer stays, so the others still limit.
            if let Some(policy) = self.find_managed_policy(&session.account_id, arn).await? {
                policies.push(NamedPolicy { kind: PolicyKind::Session, name: arn.clone(), policy });
            }
        }
        Ok(Some(policies))
    }
}

/// What a caller brings to a decision.
#[derive(Default)]
pub(crate) struct Standing {
    pub(crate) policies: Arc<IdentityPolicies>,
    pub(crate) session: Option<Vec<NamedPolicy>>,
    pub(crate) tags: BTreeMap<String, String>,
}

/// The caller as the policy engine names it.
pub fn principal_of(caller: &Caller) -> Principal {
    match caller {
        Caller::Anonymous => Principal::Anonymous,
        Caller::Root { account, .. } => Principal::Root { account: account.to_string() },
        Caller::User { user, .. } => {
            Principal::User { arn: user.arn(), id: user.id.to_string(), account: user.account.to_string() }
        }
        Caller::Session(session) => {
            let account = session.account_id.to_string();
            match &session.principal {
                SessionPrincipal::Root => Principal::Root { account },
                SessionPrincipal::User { user_id, user_arn, .. } => {
                    Principal::User { arn: user_arn.clone(), id: user_id.to_string(), account }
                }
                SessionPrincipal::AssumedRole { role_id, role_arn, .. } => Principal::RoleSession {
                    role_arn: role_arn.clone(),
                    role_id: role_id.to_string(),
                    session_arn: session.caller_arn(),
                    account,
                },
                SessionPrincipal::FederatedUser { issuing_user_id, issuing_user_arn, .. } => Principal::FederatedUser {
                    arn: session.caller_arn(),
                    issuer_arn: issuing_user_arn.clone().unwrap_or_default(),
                    issuer_id: issuing_user_id.as_ref().map(ToString::to_string).unwrap_or_default(),
                    account,
                },
            }
        }
    }
}

/// Writes a verdict into the decision record: the statement that decided, or the nearest miss. A role's trust policy speaks
/// under `trust`, everything else under `policy`.
pub fn record(decision: &mut Decision, verdict: &Verdict<'_>) {
    let request = verdict.request();
    let resource = request.resource.arn().unwrap_or("*");
    let stage = if verdict.layer(Layer::Trust).is_some() { "trust" } else { "policy" };
    if verdict.is_allowed() {
        let by = match verdict.deciding() {
            Some(found) => format!(
                "{} `{}`, statement {}",
                found.policy.kind.as_str(),
                found.policy.name,
                found
                    .statement
                    .sid()
                    .map_or_else(|| (found.statement.index() + 1).to_string(), |sid| format!("`{sid}`"))
            ),
            None => "the account's root user".to_owned(),
        };
        decision.passed(stage, format!("{} on {resource} is allowed by {by}", request.action));
    } else {
        let why = verdict.explain();
        decision.failed(stage, format!("{} on {resource} is denied: {why}", request.action));
    }
}
