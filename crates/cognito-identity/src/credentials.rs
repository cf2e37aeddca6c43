//! What GetCredentialsForIdentity decides once the identity is known: the role, and whether it lets the identity in.

use crate::pool::Pool;
use crate::{explain, fault, guest_scope, roles, tags};
use contract::Fault;
use domain::IdentityId;
use domain::identity_token::PROVIDER;
use domain::login_token::{VerifiedLogin, amr};
use domain::role_choice::{RoleQuestion, choose_role};
use domain::session::{SessionIdentity, WebIdentity};
use service::{Cx, RoleFacts};
use std::sync::Arc;
use sts::issue::IssueRequest;
use sts::trust::{WebIdentityRequest, may_assume_with_web_identity};

/// A session that may be issued.
pub struct Granted {
    /// Whose session it is.
    pub role: Arc<RoleFacts>,
    /// What it shall be.
    pub request: IssueRequest,
}

/// Chooses the role and asks its trust policy (spec/identity-pools.md 9 and 11). Issues nothing and writes nothing.
///
/// # Errors
/// `NotAuthorizedException`, `InvalidParameterException`: the mappings or CustomRoleArn;
/// `InvalidIdentityPoolConfigurationException`: there is no role, or it does not let the identity in.
pub async fn decide(
    cx: &Cx,
    pool: &Pool,
    identity_id: &IdentityId,
    logins: &[VerifiedLogin],
    custom_role_arn: Option<&str>,
) -> Result<Granted, Fault> {
    let role = role(cx, pool, logins, custom_role_arn).await?;
    let web_identity = WebIdentity {
        provider: PROVIDER.to_owned(),
        audience: pool.id.to_string(),
        subject: identity_id.to_string(),
        amr: amr(logins),
    };
    let tags = tags::of(cx, pool, logins);
    let asked = WebIdentityRequest { web_identity: &web_identity, session_name: SESSION_NAME, tags: &tags };
    if !may_assume_with_web_identity(cx, &role, asked) {
        return Err(fault::bad_configuration());
    }
    let mut request = IssueRequest::new(SESSION_NAME);
    request.web_identity = Some(web_identity);
    request.identity = Some(SessionIdentity { identity_pool_id: pool.id.clone(), identity_id: identity_id.clone() });
    request.tags = tags;
    if logins.is_empty() {
        guest_scope::narrow(&mut request);
        cx.decision().note("session", guest_scope::REASON);
    }
    Ok(Granted { role, request })
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
        cx.decision().failed("role", roles::why_not_found(&pool.account, &arn));
        fault::bad_configuration()
    })
}

/// spec/identity-pools.md 12.
const SESSION_NAME: &str = "CognitoIdentityCredentials";
