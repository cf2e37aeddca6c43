//! What some kinds of session cannot call, whatever their policies say (spec/policy.md 6.6, spec/sts-and-iam.md B10).

use crate::{Caller, dialect};
use contract::{Fault, Operation};
use domain::session::{SessionPrincipal, SessionRecord};

/// Refuses calls that AWS closes to this kind of session.
///
/// # Errors
/// IAM does not know such credentials (`InvalidClientTokenId`); STS denies the call.
pub(crate) fn check(caller: &Caller, operation: &Operation) -> Result<(), Fault> {
    let Caller::Session(session) = caller else { return Ok(()) };
    let name = operation.name;
    match operation.service.name {
        "iam" if !may_call_iam(session) => Err(Fault::new(
            "InvalidClientTokenId",
            403,
            // The sentence of a session token that is not valid, without a stop (spec/sts-and-iam.md E2, 14a).
            "The security token included in the request is invalid",
        )),
        "sts" if matches!(name, "GetSessionToken" | "GetFederationToken") => {
            let sentence = format!("Cannot call {name} with session credentials");
            Err(dialect::denied(operation.service.protocol, sentence))
        }
        "sts" if open_in_sts(&session.principal).is_some_and(|open| !open.contains(&name)) => {
            let sentence = format!("User: {} is not authorized to perform: {}", caller.arn(), operation.action);
            Err(dialect::denied(operation.service.protocol, sentence))
        }
        _ => Ok(()),
    }
}

fn may_call_iam(session: &SessionRecord) -> bool {
    match session.principal {
        SessionPrincipal::AssumedRole { .. } => true,
        SessionPrincipal::FederatedUser { .. } => false,
        SessionPrincipal::User { .. } | SessionPrincipal::Root => session.mfa_authenticated_at.is_some(),
    }
}

/// The operations of STS open to a session; `None`: whatever its policies allow.
fn open_in_sts(principal: &SessionPrincipal) -> Option<&'static [&'static str]> {
    match principal {
        SessionPrincipal::AssumedRole { .. } => None,
        SessionPrincipal::FederatedUser { .. } => Some(&["GetCallerIdentity"]),
        SessionPrincipal::User { .. } | SessionPrincipal::Root => Some(&["AssumeRole", "GetCallerIdentity"]),
    }
}
