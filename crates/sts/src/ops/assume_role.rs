//! AssumeRole: credentials of a role for a signed caller whom its trust policy lets in.

use crate::issue::{self, DEFAULT_SECONDS, IssueRequest};
use crate::role_arn::RoleArn;
use crate::session_policy::SessionPolicies;
use crate::session_tags::RequestedTags;
use crate::trust::AssumeRequest;
use crate::{packed, second_factor, trust};
use contract::Fault;
use model::sts::{AssumeRoleRequest, AssumeRoleResponse, AssumedRoleUser, error};
use service::{Caller, Cx, RoleFacts};

/// Issues a session of the role (spec/sts-and-iam.md B2, B3, B7).
///
/// # Errors
/// `AccessDenied`: not let in, or there is no such role; `ValidationError`, `InvalidParameterValue`,
/// `MalformedPolicyDocument`, `PackedPolicyTooLarge` for what was passed.
pub async fn run(cx: &Cx, input: AssumeRoleRequest) -> Result<AssumeRoleResponse, Fault> {
    if cx.caller.is_root() {
        return Err(error::access_denied("Roles may not be assumed by root accounts."));
    }
    let target = RoleArn::parse(&input.role_arn)?;
    let duration = input.duration_seconds.unwrap_or(DEFAULT_SECONDS);
    if matches!(cx.caller, Caller::Session(_)) && duration > CHAINED_SECONDS_MOST {
        return Err(error::validation_error(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
        ));
    }
    if input.provided_contexts.is_some() {
        // Trusted identity propagation: there is no context provider here that could be asked.
        return Err(error::validation_error("ProvidedContexts: no context provider is known to this server."));
    }
    let policies = SessionPolicies::read(input.policy, input.policy_arns)?;
    let requested = RequestedTags::read(input.tags, input.transitive_tag_keys)?;
    let carried = requested.chained(&cx.caller)?;
    let packed = packed::percent(&policies, &carried.tags)?;
    let source_identity = source_identity(&cx.caller, input.source_identity, &target)?;
    let mfa = second_factor::redeem(cx, input.serial_number.as_deref(), input.token_code.as_deref()).await?;

    let Some(role) = target.find(cx).await? else {
        cx.decision().failed("role", format!("there is no role {}", target.as_str()));
        return Err(not_authorized(&cx.caller, "sts:AssumeRole", &target));
    };
    let asked = AssumeRequest {
        session_name: &input.role_session_name,
        external_id: input.external_id.as_deref(),
        requested_tags: &requested.tags,
        carried_tags: &carried,
        source_identity: source_identity.as_deref(),
        mfa: mfa.is_some(),
    };
    trust::assume(cx, &role, asked).await?;
    demand_duration(&role, duration)?;
    policies.demand_present(cx, &role.account).await?;

    let mut request = IssueRequest::new(&input.role_session_name);
    request.duration_seconds = duration;
    request.inline_policies = policies.inline.into_iter().collect();
    request.managed_policy_arns = policies.arns;
    request.tags = carried.tags;
    request.transitive_tag_keys = carried.transitive;
    request.source_identity.clone_from(&source_identity);
    request.mfa_authenticated_at = mfa;
    let issued = issue::role_session(cx, &role, request)?;
    Ok(AssumeRoleResponse {
        source_identity,
        assumed_role_user: Some(assumed_role_user(&role, &input.role_session_name)),
        credentials: Some(issued.credentials()),
        packed_policy_size: packed,
        ..AssumeRoleResponse::default()
    })
}

/// The longest session that one session may make of another (spec/sts-and-iam.md B2).
const CHAINED_SECONDS_MOST: i64 = 3600;

/// `AssumedRoleUser`: the role's path is dropped (spec/sts-and-iam.md B4).
pub(super) fn assumed_role_user(role: &RoleFacts, session_name: &str) -> AssumedRoleUser {
    AssumedRoleUser {
        assumed_role_id: format!("{}:{session_name}", role.id),
        arn: format!("arn:aws:sts::{}:assumed-role/{}/{session_name}", role.account, role.name),
    }
}

/// A role's own limit; whoever is told it was let in.
///
/// # Errors
/// `ValidationError`.
pub(super) fn demand_duration(role: &RoleFacts, seconds: i64) -> Result<(), Fault> {
    if seconds > role.max_session_seconds {
        return Err(error::validation_error(
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        ));
    }
    Ok(())
}

/// The one of the session in the end: set once, it stays through the chain (spec/sts-and-iam.md B7, 5).
fn source_identity(caller: &Caller, asked: Option<String>, target: &RoleArn) -> Result<Option<String>, Fault> {
    let present = match caller {
        Caller::Session(session) => session.source_identity.as_ref(),
        _ => None,
    };
    match (present, asked) {
        (Some(present), Some(asked)) if *present != asked => {
            Err(not_authorized(caller, "sts:SetSourceIdentity", target))
        }
        (Some(present), _) => Ok(Some(present.clone())),
        (None, asked) => Ok(asked),
    }
}

fn not_authorized(caller: &Caller, action: &str, target: &RoleArn) -> Fault {
    error::access_denied(gate::not_authorized(&caller.arn(), action, target.as_str()))
}
