//! GetCallerIdentity: who signed the request. Needs no permission, and no policy can take it away.

use contract::Fault;
use model::sts::{GetCallerIdentityRequest, GetCallerIdentityResponse};
use service::Cx;

/// Answers the caller's ARN, unique id and account (spec/sts-and-iam.md B5).
///
/// # Errors
/// None.
pub async fn run(cx: &Cx, _input: GetCallerIdentityRequest) -> Result<GetCallerIdentityResponse, Fault> {
    Ok(GetCallerIdentityResponse {
        arn: Some(cx.caller.arn()),
        user_id: Some(cx.caller.user_id()),
        account: Some(cx.account().to_string()),
    })
}
