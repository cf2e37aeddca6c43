//! AssumeRoleWithWebIdentity: credentials of a role for whoever brings a token of a provider that the role trusts.

use super::assume_role::{assumed_role_user, demand_duration};
use crate::issue::{self, DEFAULT_SECONDS, IssueRequest};
use crate::role_arn::RoleArn;
use crate::session_policy::SessionPolicies;
use crate::trust::{self, Wanted};
use crate::{packed, session_claims, web_identity};
use contract::Fault;
use domain::identity_token;
use domain::session::SessionIdentity;
use model::sts::{AssumeRoleWithWebIdentityRequest, AssumeRoleWithWebIdentityResponse};
use service::Cx;

const ACTION: &str = "sts:AssumeRoleWithWebIdentity";

/// Issues a session of the role (spec/sts-and-iam.md B3, B4, B8).
///
/// # Errors
/// `AccessDenied`: not let in, or there is no such role; `InvalidIdentityToken`, `ExpiredTokenException`, `IDPRejectedClaim`,
/// `IDPCommunicationError` for the token;
/// `ValidationError`, `MalformedPolicyDocument`, `PackedPolicyTooLarge` for what else was passed.
pub async fn run(cx: &Cx, input: AssumeRoleWithWebIdentityRequest) -> Result<AssumeRoleWithWebIdentityResponse, Fault> {
    web_identity::demand_no_session_token(cx)?;
    let target = RoleArn::parse(&input.role_arn).map_err(|_| trust::not_authorized(ACTION))?;
    let duration = input.duration_seconds.unwrap_or(DEFAULT_SECONDS);
    let policies = SessionPolicies::read(input.policy, input.policy_arns)?;
    let verified = match &input.provider_id {
        Some(provider) => web_identity::verify_opaque(cx, provider, &input.web_identity_token).await?,
        None => web_identity::verify(cx, &target, &input.web_identity_token).await?,
    };
    let tags = session_claims::tags(&verified.claims)?;
    let source_identity = session_claims::source_identity(&verified.claims)?;
    let authorized_by_idp = session_claims::role_is_authorized(&verified.claims, target.as_str())?;
    let packed = packed::percent(&policies, &tags.tags)?;

    let Some(role) = target.find(cx).await? else {
        cx.decision().failed("role", format!("there is no role {}", target.as_str()));
        return Err(trust::not_authorized(ACTION));
    };
    let wanted =
        Wanted { session_name: &input.role_session_name, tags: &tags, source_identity: source_identity.as_deref() };
    trust::assume_with_web_identity(cx, &role, &verified, authorized_by_idp, wanted)?;
    demand_duration(&role, duration)?;
    policies.demand_present(cx, &role.account).await?;

    let web_identity = verified.web_identity;
    let mut request = IssueRequest::new(&input.role_session_name);
    request.duration_seconds = duration;
    request.web_identity = Some(web_identity.clone());
    request.identity = (web_identity.provider == identity_token::PROVIDER).then(|| SessionIdentity {
        identity_pool_id: web_identity.audience.as_str().into(),
        identity_id: web_identity.subject.as_str().into(),
    });
    request.inline_policies = policies.inline.into_iter().collect();
    request.managed_policy_arns = policies.arns;
    request.tags = tags.tags;
    request.transitive_tag_keys = tags.transitive.into_iter().collect();
    request.source_identity.clone_from(&source_identity);
    let issued = issue::role_session(cx, &role, request)?;
    Ok(AssumeRoleWithWebIdentityResponse {
        credentials: Some(issued.credentials()),
        subject_from_web_identity_token: Some(web_identity.subject),
        assumed_role_user: Some(assumed_role_user(&role, &input.role_session_name)),
        packed_policy_size: packed,
        provider: Some(web_identity.provider),
        audience: Some(web_identity.audience),
        source_identity,
        ..AssumeRoleWithWebIdentityResponse::default()
    })
}
