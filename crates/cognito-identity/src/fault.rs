//! The faults that several operations share, in the service's words (spec/identity-pools.md 4).

use contract::Fault;
use domain::{IdentityId, IdentityPoolId};
use model::cognito_identity::error;

/// The pool is not there, or is another account's.
pub fn no_such_pool(id: &IdentityPoolId) -> Fault {
    error::resource_not_found(format!("IdentityPool '{id}' not found."))
}

/// The identity is not there, or its pool is gone or another account's.
pub fn no_such_identity(id: &IdentityId) -> Fault {
    error::resource_not_found(format!("Identity '{id}' not found."))
}

/// No login where guests are off.
pub fn no_guests() -> Fault {
    error::not_authorized("Unauthenticated access is not supported for this identity pool.")
}

/// An authenticated or disabled identity without a login.
pub fn identity_forbidden(id: &IdentityId) -> Fault {
    error::not_authorized(format!("Access to Identity '{id}' is forbidden."))
}

/// A role that may not be given to this pool.
pub fn role_forbidden(arn: &str) -> Fault {
    error::not_authorized(format!("Access to Role '{arn}' is forbidden."))
}

/// None of the logins is one of the identity's.
pub fn logins_do_not_match() -> Fault {
    error::not_authorized(
        "Logins don't match. Please include at least one valid login for this identity or identity pool.",
    )
}

/// No role for this state, or STS does not hand it out. The reason is in the decision record alone.
pub fn bad_configuration() -> Fault {
    error::invalid_identity_pool_configuration(
        "Invalid identity pool configuration. Check assigned IAM roles for this pool.",
    )
}

/// Two users of one provider would share an identity. The service's text is not known (spec/identity-pools.md 19).
pub fn provider_taken(provider: &str) -> Fault {
    error::resource_conflict(format!("Another login of {provider} is already associated with this identity."))
}

/// More logins than an identity may have (spec/identity-pools.md 17); GetCredentialsForIdentity has no error for limits.
pub fn too_many_logins() -> Fault {
    error::resource_conflict("An identity cannot have more than 20 linked logins.")
}
