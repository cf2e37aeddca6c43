//! May they: the second half of the gate.

use crate::context::{RequestView, of_request, of_request_tags};
use crate::principals::{IdentityPolicies, NamedPolicy};
use crate::{Caller, Decision, Gate, dialect};
use contract::{Fault, Operation, Value};
use domain::session::{SessionPrincipal, SessionRecord};
use iam_policy::{Context, Layers, PolicyKind, PolicyRef, Principal, Request, Resource, Verdict, evaluate};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Actions that need no permission and that no policy can take away (spec/policy.md 6.6).
const NEED_NO_PERMISSION: [&str; 2] = ["sts:GetCallerIdentity", "sts:GetSessionToken"];

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
    /// Decides whether the caller may make this call, on every resource that its input names.
    ///
    /// # Errors
    /// AWS's denial, in the operation's own protocol; an internal fault if policies cannot be read.
    pub async fn allow(
        &self,
        caller: &Caller,
        operation: &Operation,
        input: &Value,
        request: RequestView<'_>,
        decision: &mut Decision,
    ) -> Result<(), Fault> {
        if NEED_NO_PERMISSION.contains(&operation.action) {
            decision.passed("policy", format!("{} needs no permission", operation.action));
            return Ok(());
        }
        for resource in self.resources(caller, operation, input, request.region).await? {
            let mut extra = Context::new();
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
        let standing = self.standing(caller).await?;
        let mut context = of_request(request, caller, &standing.tags);
        // Cognito, IAM and STS have no resource policies, so a resource is always of the caller's own account.
        let owner = caller.account().map_or("", |account| account.as_str());
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
        let verdict = evaluate(&question, &layers);
        record(decision, &verdict);
        Ok(if verdict.is_allowed() { Ok(()) } else { Err(verdict.denial_message(&caller.arn())) })
    }

    async fn standing(&self, caller: &Caller) -> Result<Standing, Fault> {
        match caller {
            Caller::Anonymous | Caller::Root { .. } => Ok(Standing::default()),
            Caller::User { user, .. } => self.standing_of_user(&user.account, &user.name).await,
            Caller::Session(session) => self.standing_of_session(session).await,
        }
    }

    async fn standing_of_user(&self, account: &domain::AccountId, name: &str) -> Result<Standing, Fault> {
        let user = self.user(account, name).await?;
        Ok(user.map_or_else(Standing::default, |user| Standing {
            policies: Arc::clone(&user.policies),
            session: None,
            tags: user.facts.tags.clone(),
        }))
    }

    async fn standing_of_session(&self, session: &SessionRecord) -> Result<Standing, Fault> {
        let mut standing = match &session.principal {
            SessionPrincipal::Root => Standing::default(),
            SessionPrincipal::AssumedRole { role_name, .. } => {
                let role = self.role(&session.account_id, role_name).await?;
                role.map_or_else(Standing::default, |role| Standing {
                    policies: Arc::clone(&role.policies),
                    session: None,
                    tags: role.tags.clone(),
                })
            }
            SessionPrincipal::User { user_name, .. } => self.standing_of_user(&session.account_id, user_name).await?,
            // The issuing user's policies join when GetFederationToken is built; without them nothing is allowed.
            SessionPrincipal::FederatedUser { .. } => Standing::default(),
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
            let policy = self.managed_policy(&session.account_id, arn).await?;
            policies.push(NamedPolicy { kind: PolicyKind::Session, name: arn.clone(), policy });
        }
        Ok(Some(policies))
    }
}

/// What a caller brings to a decision.
#[derive(Default)]
struct Standing {
    policies: Arc<IdentityPolicies>,
    session: Option<Vec<NamedPolicy>>,
    tags: BTreeMap<String, String>,
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
                SessionPrincipal::FederatedUser { issuing_user_id, .. } => Principal::FederatedUser {
                    arn: session.caller_arn(),
                    issuer_arn: String::new(),
                    issuer_id: issuing_user_id.as_ref().map(ToString::to_string).unwrap_or_default(),
                    account,
                },
            }
        }
    }
}

/// Writes a verdict into the decision record: the statement that decided, or the nearest miss.
pub fn record(decision: &mut Decision, verdict: &Verdict<'_>) {
    let request = verdict.request();
    let resource = request.resource.arn().unwrap_or("*");
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
        decision.passed("policy", format!("{} on {resource} is allowed by {by}", request.action));
    } else {
        let why = verdict.explain();
        decision.failed("policy", format!("{} on {resource} is denied: {why}", request.action));
    }
}
