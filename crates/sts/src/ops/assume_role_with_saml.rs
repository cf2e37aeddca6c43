//! AssumeRoleWithSAML: credentials of a role for whoever brings an assertion of a provider that the role trusts.

use super::assume_role::{assumed_role_user, demand_duration};
use crate::issue::{self, DEFAULT_SECONDS, IssueRequest};
use crate::role_arn::RoleArn;
use crate::saml::{self, Provider};
use crate::session_policy::SessionPolicies;
use crate::session_tags::RequestedTags;
use crate::trust::{self, Wanted};
use crate::{packed, session_claims};
use contract::Fault;
use federation::saml::Assertion;
use model::sts::{AssumeRoleWithSAMLRequest, AssumeRoleWithSAMLResponse};
use service::Cx;

const ACTION: &str = "sts:AssumeRoleWithSAML";

/// Issues a session of the role, named as the assertion says (spec/sts-and-iam.md B2, B3, B4, B9).
///
/// # Errors
/// `AccessDenied`: not let in, or there is no such role; `InvalidIdentityToken`, `ExpiredTokenException` for the assertion;
/// `ValidationError`, `MalformedPolicyDocument`, `PackedPolicyTooLarge` for what else was passed.
pub async fn run(cx: &Cx, input: AssumeRoleWithSAMLRequest) -> Result<AssumeRoleWithSAMLResponse, Fault> {
    saml::demand_no_session_token(cx)?;
    let target = RoleArn::parse(&input.role_arn).map_err(|_| trust::not_authorized(ACTION))?;
    let asked = input.duration_seconds.unwrap_or(DEFAULT_SECONDS);
    let policies = SessionPolicies::read(input.policy, input.policy_arns)?;
    let provider = Provider::demand(cx, &input.principal_arn).await?;
    let refused = |refusal| saml::refused(cx, refusal);
    let assertion = provider.verify(&input.saml_assertion, cx.now()).map_err(refused)?;
    let session_name = assertion.role_session_name().map_err(refused)?.to_owned();
    let source_identity = assertion.source_identity().map_err(refused)?.map(str::to_owned);
    let tags = tags(cx, &assertion)?;
    let packed = packed::percent(&policies, &tags.tags)?;
    let duration = saml::duration(cx, asked, &assertion)?;

    let named = assertion
        .roles()
        .iter()
        .any(|claim| claim.role_arn == target.as_str() && claim.provider_arn == input.principal_arn);
    if !named {
        cx.decision().failed("assertion", format!("it does not name {} with this provider", target.as_str()));
        return Err(trust::not_authorized(ACTION));
    }
    let Some(role) = target.find(cx).await? else {
        cx.decision().failed("role", format!("there is no role {}", target.as_str()));
        return Err(trust::not_authorized(ACTION));
    };
    let identity = provider.identity(&assertion);
    let wanted = Wanted { session_name: &session_name, tags: &tags, source_identity: source_identity.as_deref() };
    trust::assume_with_saml(cx, &role, &provider, &assertion, &identity, wanted)?;
    demand_duration(&role, asked)?;
    policies.demand_present(cx, &role.account).await?;

    let mut request = IssueRequest::new(&session_name);
    request.duration_seconds = duration;
    request.saml = Some(identity.clone());
    request.inline_policies = policies.inline.into_iter().collect();
    request.managed_policy_arns = policies.arns;
    request.tags = tags.tags;
    request.transitive_tag_keys = tags.transitive.into_iter().collect();
    request.source_identity.clone_from(&source_identity);
    let issued = issue::role_session(cx, &role, request)?;
    Ok(AssumeRoleWithSAMLResponse {
        credentials: Some(issued.credentials()),
        assumed_role_user: Some(assumed_role_user(&role, &session_name)),
        packed_policy_size: packed,
        subject: Some(identity.subject),
        subject_type: Some(identity.subject_type),
        issuer: Some(assertion.issuer),
        audience: Some(assertion.recipient),
        name_qualifier: Some(identity.name_qualifier),
        source_identity,
        ..AssumeRoleWithSAMLResponse::default()
    })
}

fn tags(cx: &Cx, assertion: &Assertion) -> Result<RequestedTags, Fault> {
    let tags = assertion.principal_tags().map_err(|refusal| saml::refused(cx, refusal))?;
    let tags: Vec<(String, String)> = tags.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    session_claims::demand_limits(&tags)?;
    RequestedTags::of(tags, assertion.transitive_tag_keys().to_vec())
}
