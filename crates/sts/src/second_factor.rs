//! A second factor beside the signature: `SerialNumber` and `TokenCode`.

use contract::Fault;
use domain::Timestamp;
use domain::session::SessionPrincipal;
use model::sts::error;
use service::mfa::{CodeCheck, redeem_code};
use service::{Caller, Cx};

/// Redeems the code of the caller's own device; when it was shown, or `None` if the request brings none.
///
/// # Errors
/// `AccessDenied`, in the sentences of spec/sts-and-iam.md B3.
pub async fn redeem(cx: &Cx, serial: Option<&str>, code: Option<&str>) -> Result<Option<Timestamp>, Fault> {
    let (serial, code) = match (serial, code) {
        (None, None) => return Ok(None),
        (Some(serial), Some(code)) => (serial, code),
        _ => {
            return Err(error::access_denied(
                "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.",
            ));
        }
    };
    let outcome = match owner(&cx.caller) {
        Some(owner) => redeem_code(cx, serial, &owner, code).await?,
        None => CodeCheck::NoDevice,
    };
    match outcome {
        CodeCheck::Accepted => {
            cx.decision().passed("mfa", format!("a code of {serial} was redeemed"));
            Ok(Some(cx.now()))
        }
        // The blank at the end is AWS's.
        CodeCheck::Wrong => {
            Err(error::access_denied("MultiFactorAuthentication failed with invalid MFA one time pass code. "))
        }
        CodeCheck::NoDevice => Err(error::access_denied(
            "MultiFactorAuthentication failed, unable to validate MFA code.  \
             Please verify your MFA serial number is valid and associated with this user.",
        )),
    }
    .inspect_err(|fault| cx.decision().failed("mfa", fault.to_string()))
}

/// Whose device it must be; roles and federated users have none.
fn owner(caller: &Caller) -> Option<String> {
    match caller {
        Caller::Root { account, .. } => Some(account.to_string()),
        Caller::User { user, .. } => Some(user.id.to_string()),
        Caller::Session(session) => match &session.principal {
            SessionPrincipal::User { user_id, .. } => Some(user_id.to_string()),
            SessionPrincipal::Root => Some(session.account_id.to_string()),
            SessionPrincipal::AssumedRole { .. } | SessionPrincipal::FederatedUser { .. } => None,
        },
        Caller::Anonymous => None,
    }
}
