//! The faults that several operations share, in Cognito's words (spec/user-pools-api.md 14).

use contract::Fault;
use domain::{ClientId, UserPoolId};
use model::cognito_idp::error;

/// The pool is not there, or is another account's.
pub fn no_such_pool(id: &UserPoolId) -> Fault {
    error::resource_not_found(format!("User pool {id} does not exist."))
}

/// The client is not there, or is another pool's.
pub fn no_such_client(id: &ClientId) -> Fault {
    error::resource_not_found(format!("User pool client {id} does not exist."))
}

/// The group is not there.
pub fn no_such_group() -> Fault {
    error::resource_not_found("Group not found.")
}

/// The user is not there, for callers who may know.
pub fn no_such_user() -> Fault {
    error::user_not_found("User does not exist.")
}

/// The password is wrong, or whatever must not be told apart from that.
pub fn wrong_password() -> Fault {
    error::not_authorized("Incorrect username or password.")
}

/// An authentication parameter or a challenge response is absent.
pub fn missing_parameter(name: &str) -> Fault {
    error::invalid_parameter(format!("Missing required parameter {name}"))
}

/// A setting that cannot be honoured yet, and must not be taken for honoured.
pub fn not_yet(what: &str) -> Fault {
    error::invalid_parameter(format!("Sekisho does not have {what} yet."))
}
