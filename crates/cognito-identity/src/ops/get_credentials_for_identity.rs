//! GetCredentialsForIdentity: the enhanced flow, from logins to temporary credentials in one call. Unsigned.

use crate::pool::Pool;
use crate::{explain, fault, guest_scope, roles, tags, visit};
use contract::Fault;
use domain::IdentityId;
use domain::identity_token::PROVIDER;
use domain::login_token::{VerifiedLogin, amr};
use domain::role_choice::{RoleQuestion, choose_role};
use domain::session::{SessionIdentity, WebIdentity};
use model::cognito_identity::{Credentials, GetCredentialsForIdentityInput, GetCredentialsForIdentityResponse};
use service::{Cx, RoleFacts};
use std::sync::Arc;
use sts::issue::{IssueRequest, Issued, role_session};
use sts::trust::{WebIdentityRequest, may_assume_with_web_identity};

/// Verifies logins, settles the identity, chooses the role, asks its trust policy, and issues a session of an hour
/// (spec/identity-pools.md 8). With nothing new to link it costs one read and no write.
///
/// The `IdentityId` of the answer may be another than the one sent: the identity may have been merged.
///
/// # Errors
/// `ResourceNotFoundException`, `NotAuthorizedException`, `InvalidParameterException`, `ResourceConflictException`;
/// `InvalidIdentityPoolConfigurationException` when there is no role or it does not let the identity in.
pub async fn run(cx: &Cx, input: GetCredentialsForIdentityInput) -> Result<GetCredentialsForIdentityResponse, Fault> {
    let visit = visit::begin(cx, IdentityId::from(input.identity_id)).await?;
    let pool = &visit.pool;
    let (identity_id, logins) = visit.settle(cx, input.logins).await?;
    let role = role(cx, pool, &logins, input.custom_role_arn.as_deref()).await?;
    let issued = assume(cx, pool, &identity_id, &logins, &role)?;
    Ok(GetCredentialsForIdentityResponse {
        identity_id: Some(identity_id.to_string()),
        credentials: Some(Credentials {
            access_key_id: Some(issued.access_key_id.to_string()),
            secret_key: Some(issued.secret_access_key.reveal().to_owned()),
            session_token: Some(issued.session_token.reveal().to_owned()),
            expiration: Some(issued.expires_at.millis()),
        }),
    })
}

async fn role(
    cx: &Cx,
    pool: &Pool,
    logins: &[VerifiedLogin],
    custom_role_arn: Option<&str>,
) -> Result<Arc<RoleFacts>, Fault> {
    let question = RoleQuestion { roles: &pool.roles, mappings: &pool.mappings, logins, custom_role_arn };
    let choice = choose_role(question);
    explain::role_choice(&mut cx.decision(), &choice);
    let arn = choice.outcome.map_err(|refusal| Fault::new(refusal.code(), 400, refusal.message()))?;
    let role = roles::find(cx, &pool.account, &arn).await?;
    role.ok_or_else(|| {
        cx.decision().failed("role", format!("`{arn}` is not a role of the pool's account {}", pool.account));
        fault::bad_configuration()
    })
}

fn assume(
    cx: &Cx,
    pool: &Pool,
    identity_id: &IdentityId,
    logins: &[VerifiedLogin],
    role: &RoleFacts,
) -> Result<Issued, Fault> {
    let web_identity = WebIdentity {
        provider: PROVIDER.to_owned(),
        audience: pool.id.to_string(),
        subject: identity_id.to_string(),
        amr: amr(logins),
    };
    let tags = tags::of(cx, pool, logins);
    let asked = WebIdentityRequest { web_identity: &web_identity, session_name: SESSION_NAME, tags: &tags };
    if !may_assume_with_web_identity(cx, role, asked) {
        return Err(fault::bad_configuration());
    }
    let mut request = IssueRequest::new(SESSION_NAME);
    request.web_identity = Some(web_identity);
    request.identity = Some(SessionIdentity { identity_pool_id: pool.id.clone(), identity_id: identity_id.clone() });
    request.tags = tags;
    if logins.is_empty() {
        guest_scope::narrow(&mut request);
    }
    role_session(cx, role, request)
}

/// spec/identity-pools.md 12.
const SESSION_NAME: &str = "CognitoIdentityCredentials";
