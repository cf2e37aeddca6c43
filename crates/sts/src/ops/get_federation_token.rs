//! GetFederationToken: credentials for a federated user, who may do what both the calling user and the passed policies allow.

use super::get_session_token::duration;
use crate::issue::{self, IssueRequest};
use crate::packed;
use crate::session_policy::SessionPolicies;
use crate::session_tags::RequestedTags;
use contract::Fault;
use domain::session::SessionPrincipal;
use iam_policy::Context;
use model::sts::{FederatedUser, GetFederationTokenRequest, GetFederationTokenResponse, error};
use service::{Asked, Caller, Cx};

/// Issues a session of the federated user (spec/sts-and-iam.md B2, B4, B10).
///
/// # Errors
/// `AccessDenied`: tags without `sts:TagSession`, or the caller is a session itself; `InvalidParameterValue`,
/// `MalformedPolicyDocument`, `PackedPolicyTooLarge` for what was passed.
pub async fn run(cx: &Cx, input: GetFederationTokenRequest) -> Result<GetFederationTokenResponse, Fault> {
    let (issuing_user_id, issuing_user_arn) = match &cx.caller {
        Caller::Root { .. } => (None, None),
        Caller::User { user, .. } => (Some(user.id.clone()), Some(user.arn())),
        Caller::Session(_) | Caller::Anonymous => {
            return Err(error::access_denied("Cannot call GetFederationToken with session credentials"));
        }
    };
    let policies = SessionPolicies::read(input.policy, input.policy_arns)?;
    let requested = RequestedTags::read(input.tags, None)?;
    let packed = packed::percent(&policies, &requested.tags)?;
    let arn = format!("arn:aws:sts::{}:federated-user/{}", cx.account(), input.name);
    if !requested.tags.is_empty() {
        demand_tagging(cx, &arn, &requested).await?;
    }
    policies.demand_present(cx, cx.account()).await?;

    let principal = SessionPrincipal::FederatedUser { name: input.name.clone(), issuing_user_id, issuing_user_arn };
    let mut request = IssueRequest::new("");
    request.duration_seconds = duration(&cx.caller, input.duration_seconds);
    request.inline_policies = policies.inline.into_iter().collect();
    request.managed_policy_arns = policies.arns;
    request.tags = requested.tags;
    let issued = issue::session(cx, cx.account(), principal, request)?;
    Ok(GetFederationTokenResponse {
        credentials: Some(issued.credentials()),
        federated_user: Some(FederatedUser { federated_user_id: format!("{}:{}", cx.account(), input.name), arn }),
        // Unlike AssumeRole, zero is said (spec/sts-and-iam.md B4).
        packed_policy_size: Some(packed.unwrap_or(0)),
        ..GetFederationTokenResponse::default()
    })
}

/// Session tags need `sts:TagSession` beside the operation's own permission.
async fn demand_tagging(cx: &Cx, arn: &str, requested: &RequestedTags) -> Result<(), Fault> {
    let mut extra = Context::new();
    extra.set_tags("aws:RequestTag", requested.tags.iter().map(|(key, value)| (key.as_str(), value.as_str())));
    extra.set_list("aws:TagKeys", requested.tags.keys().map(String::as_str));
    let asked = Asked { action: "sts:TagSession", resource: Some(arn), extra };
    let mut decision = std::mem::take(&mut *cx.decision());
    let permitted = cx.node.gate.permit(&cx.caller, asked, cx.request.view(), &mut decision).await;
    *cx.decision() = decision;
    permitted?.map_err(error::access_denied)
}
