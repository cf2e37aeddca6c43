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

/// A role that may not be given to this pool.
pub fn role_forbidden(arn: &str) -> Fault {
    error::not_authorized(format!("Access to Role '{arn}' is forbidden."))
}

/// No role for this state, or STS does not hand it out. The reason is in the decision record alone.
pub fn bad_configuration() -> Fault {
    error::invalid_identity_pool_configuration(
        "Invalid identity pool configuration. Check assigned IAM roles for this pool.",
    )
}
