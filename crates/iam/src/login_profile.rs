//! Login profiles: the passwords with which users sign in to the console. Kept as sealed verifiers, as the passwords of
//! user pools are.

use crate::password_policy;
use contract::Fault;
use domain::IamUserId;
use domain::iam_password::{AccountPasswordPolicy, Violation};
use domain::srp::PasswordVerifier;
use model::iam::{error, shapes};
use service::Cx;
use store::Tx;
use store::table::iam_login_profiles::{self, LoginProfile};
use store::table::iam_users::IamUser;
use zeroize::Zeroizing;

/// What a verifier is sealed as; its owner is the user's id.
const PASSWORD: &str = "login-password";

/// What the verifiers of the last passwords are sealed as.
const HISTORY: &str = "login-password-history";

/// What stands in a verifier where a user pool has its name.
const POOL: &str = "iam";

/// Passwords that are remembered: as many as a policy can forbid (spec/sts-and-iam.md C2).
const REMEMBERED: usize = 24;

/// The user's profile.
///
/// # Errors
/// `NoSuchEntity`.
pub async fn find(tx: &mut Tx, user: &IamUser) -> Result<LoginProfile, Fault> {
    let found = iam_login_profiles::find(tx, &user.id).await?;
    found.ok_or_else(|| error::no_such_entity(format!("Login Profile for User {} cannot be found.", user.name)))
}

/// A new password, sealed twice: for signing in, and for remembering.
pub struct NewPassword {
    /// See [`LoginProfile::sealed_password`].
    pub sealed_password: Vec<u8>,
    /// See [`LoginProfile::sealed_history`].
    pub sealed_history: Vec<u8>,
}

impl NewPassword {
    /// Checks a password against the account's policy and the user's last passwords. Slow (modular exponentiations): never
    /// inside a store closure.
    ///
    /// # Errors
    /// `PasswordPolicyViolation`.
    pub fn make(
        cx: &Cx,
        policy: Option<&AccountPasswordPolicy>,
        user: &IamUser,
        before: Option<&LoginProfile>,
        password: &str,
    ) -> Result<Self, Fault> {
        password_policy::demand(policy, &user.account_id, &user.name, password)?;
        let mut history = before.map(|profile| open_history(cx, profile)).transpose()?.unwrap_or_default();
        let forbidden = policy.and_then(|policy| policy.reuse_prevention).unwrap_or(0);
        if history.iter().take(forbidden as usize).any(|verifier| is_of(verifier, &user.id, password)) {
            return Err(error::password_policy_violation(Violation::Reused.message()));
        }
        let verifier = PasswordVerifier::from_password(POOL, user.id.as_str(), password, cx.random());
        let verifier = verifier.map_err(Fault::internal)?;
        let sealed_password = cx.seal(PASSWORD, user.id.as_str(), &verifier.to_bytes())?;
        history.insert(0, verifier);
        history.truncate(REMEMBERED);
        let sealed_history = cx.seal(HISTORY, user.id.as_str(), &write_history(&history)?)?;
        Ok(Self { sealed_password, sealed_history })
    }
}

/// Whether this is the user's password. Slow: never inside a store closure.
///
/// # Errors
/// An internal fault: the row was changed, or sealed by a key this node does not have.
pub fn matches(cx: &Cx, profile: &LoginProfile, password: &str) -> Result<bool, Fault> {
    let plain = cx.open(PASSWORD, profile.user_id.as_str(), &profile.sealed_password)?;
    let verifier = PasswordVerifier::from_bytes(&plain).map_err(Fault::internal)?;
    Ok(is_of(&verifier, &profile.user_id, password))
}

/// The profile has changed since it was read: what was decided on it may not hold any more.
pub fn changed_meanwhile(user_name: &str) -> Fault {
    error::entity_temporarily_unmodifiable(format!(
        "Login Profile for User {user_name} cannot be modified while login profile is being changed."
    ))
}

/// As `GetLoginProfile` answers it.
pub fn shown(user: &IamUser, profile: &LoginProfile) -> shapes::LoginProfile {
    shapes::LoginProfile {
        user_name: user.name.clone(),
        create_date: profile.created_ms.millis(),
        password_reset_required: Some(profile.reset_required),
    }
}

fn is_of(verifier: &PasswordVerifier, user_id: &IamUserId, password: &str) -> bool {
    verifier.matches(POOL, user_id.as_str(), password)
}

/// Verifiers one after another, each after its length in two bytes; the present password's first.
fn write_history(history: &[PasswordVerifier]) -> Result<Zeroizing<Vec<u8>>, Fault> {
    let mut bytes = Zeroizing::new(Vec::new());
    for verifier in history {
        let one = verifier.to_bytes();
        let length = u16::try_from(one.len()).map_err(Fault::internal)?;
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(&one);
    }
    Ok(bytes)
}

fn open_history(cx: &Cx, profile: &LoginProfile) -> Result<Vec<PasswordVerifier>, Fault> {
    let bytes = cx.open(HISTORY, profile.user_id.as_str(), &profile.sealed_history)?;
    read_history(&bytes)
}

fn read_history(mut bytes: &[u8]) -> Result<Vec<PasswordVerifier>, Fault> {
    let mut history = Vec::new();
    while let Some((length, rest)) = bytes.split_first_chunk::<2>() {
        let length = usize::from(u16::from_be_bytes(*length));
        let cut = rest.split_at_checked(length);
        let (one, rest) = cut.ok_or_else(|| Fault::internal("the password history is cut short"))?;
        history.push(PasswordVerifier::from_bytes(one).map_err(Fault::internal)?);
        bytes = rest;
    }
    Ok(history)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_history_is_read_as_it_was_written() {
        let verifier = |salt: u8| PasswordVerifier::from_parts(&[salt; 16], &[salt]).unwrap();
        let history = [verifier(3), verifier(2)];
        let bytes = write_history(&history).unwrap();
        assert_eq!(read_history(&bytes).unwrap(), history);
        assert_eq!(read_history(&[]).unwrap(), []);
        assert!(read_history(&bytes[..bytes.len() - 1]).is_err());
    }
}
