//! GetSessionToken: temporary credentials of the caller itself, usually to show a second factor once.

use crate::issue::{self, IssueRequest};
use crate::second_factor;
use contract::Fault;
use domain::session::SessionPrincipal;
use model::sts::{GetSessionTokenRequest, GetSessionTokenResponse, error};
use service::{Caller, Cx};

/// Issues a session of the user or of root (spec/sts-and-iam.md B2, B10). What it cannot call is the gate's to know.
///
/// # Errors
/// `AccessDenied`: the second factor does not hold, or the caller is a session itself.
pub async fn run(cx: &Cx, input: GetSessionTokenRequest) -> Result<GetSessionTokenResponse, Fault> {
    let principal = match &cx.caller {
        Caller::Root { .. } => SessionPrincipal::Root,
        Caller::User { user, .. } => {
            SessionPrincipal::User { user_id: user.id.clone(), user_name: user.name.clone(), user_arn: user.arn() }
        }
        Caller::Session(_) | Caller::Anonymous => {
            return Err(error::access_denied("Cannot call GetSessionToken with session credentials"));
        }
    };
    let mfa = second_factor::redeem(cx, input.serial_number.as_deref(), input.token_code.as_deref()).await?;
    let mut request = IssueRequest::new("");
    request.duration_seconds = duration(&cx.caller, input.duration_seconds);
    request.mfa_authenticated_at = mfa;
    let issued = issue::session(cx, cx.account(), principal, request)?;
    Ok(GetSessionTokenResponse { credentials: Some(issued.credentials()), ..GetSessionTokenResponse::default() })
}

/// Half a day, or what was asked for; root's longer wishes are cut to an hour without a word (spec/sts-and-iam.md B2).
pub(super) fn duration(caller: &Caller, asked: Option<i64>) -> i64 {
    let seconds = asked.unwrap_or(43_200);
    if caller.is_root() { seconds.min(3600) } else { seconds }
}
