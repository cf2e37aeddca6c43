//! A client with a secret proves it beside the user name (spec/user-pools-auth.md 2).

use crate::client::Client;
use contract::Fault;
use domain::secret_hash;
use model::cognito_idp::error;

/// Checks `SECRET_HASH`, which may be made over any of `names`.
///
/// # Errors
/// `NotAuthorizedException`.
pub(super) fn check(client: &Client, names: &[&str], given: Option<&str>) -> Result<(), Fault> {
    check_or(client, names, given, format!("Unable to verify secret hash for client {}", client.id))
}

/// The same, with the sentence for a hash that does not fit.
///
/// # Errors
/// `NotAuthorizedException`.
pub(super) fn check_or(client: &Client, names: &[&str], given: Option<&str>, wrong: String) -> Result<(), Fault> {
    let id = &client.id;
    match (&client.secret, given) {
        (None, None) => Ok(()),
        (None, Some(_)) => {
            Err(error::not_authorized(format!("Client {id} is not configured for secret but secret hash was received")))
        }
        (Some(_), None) => Err(error::not_authorized(format!(
            "Client {id} is configured with secret but SECRET_HASH was not received"
        ))),
        (Some(secret), Some(given)) => {
            let fits = |name: &&str| secret_hash::verify(secret.reveal(), name, id.as_str(), given);
            if names.iter().any(fits) { Ok(()) } else { Err(error::not_authorized(wrong)) }
        }
    }
}
