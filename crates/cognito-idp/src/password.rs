//! Passwords of users: kept as sealed SRP verifiers, so that SRP sign-in works without the password.

use crate::pool::Pool;
use crate::user::PASSWORD_KIND;
use contract::Fault;
use domain::srp::PasswordVerifier;
use domain::{UserPoolId, UserSub};
use model::cognito_idp::error;
use service::Cx;
use std::sync::LazyLock;
use store::table::users::User;

/// The sealed verifier of a new password. Slow (a modular exponentiation): never inside a store closure.
///
/// # Errors
/// An internal fault: the verifier cannot be made or sealed.
pub fn seal(cx: &Cx, pool: &Pool, sub: &UserSub, username: &str, password: &str) -> Result<Vec<u8>, Fault> {
    let verifier = PasswordVerifier::from_password(pool.id.srp_name(), username, password, cx.random());
    let verifier = verifier.map_err(Fault::internal)?;
    cx.seal(PASSWORD_KIND, &owner(&pool.id, sub), &verifier.to_bytes())
}

/// Whether this is the user's password. Takes the same time for a user without one, or for no user at all.
///
/// # Errors
/// An internal fault: the row was changed, or sealed by a key this node does not have.
pub fn matches(cx: &Cx, pool: &Pool, user: Option<&User>, password: &str) -> Result<bool, Fault> {
    let Some((user, sealed)) = user.and_then(|user| Some((user, user.sealed_password.as_ref()?))) else {
        let _ = NOBODY.as_ref().is_some_and(|verifier| verifier.matches(pool.id.srp_name(), "", password));
        return Ok(false);
    };
    let plain = cx.open(PASSWORD_KIND, &owner(&pool.id, &user.sub), sealed)?;
    let verifier = PasswordVerifier::from_bytes(&plain).map_err(Fault::internal)?;
    Ok(verifier.matches(pool.id.srp_name(), &user.name, password))
}

/// Refuses a password shorter than any policy allows, in the words of the shape check that AWS has for it
/// (spec/user-pools-api.md 7).
///
/// # Errors
/// `InvalidParameterException`.
pub fn check_shape(member: &str, password: &str) -> Result<(), Fault> {
    if password.chars().count() >= SHORTEST {
        return Ok(());
    }
    Err(error::invalid_parameter(format!(
        "1 validation error detected: Value at '{member}' failed to satisfy constraint: Member must have length \
         greater than or equal to {SHORTEST}"
    )))
}

fn owner(pool: &UserPoolId, sub: &UserSub) -> String {
    format!("{pool}/{sub}")
}

/// A verifier that no password has in practice, to spend the time a real one takes.
static NOBODY: LazyLock<Option<PasswordVerifier>> = LazyLock::new(|| PasswordVerifier::from_parts(&[1; 16], &[3]).ok());

const SHORTEST: usize = 6;
