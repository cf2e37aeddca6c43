//! ChangePassword: a user sets its own password, and shows that it knows the present one.

use crate::login_profile::{self, NewPassword};
use crate::password_policy;
use crate::user::{self, Subject};
use contract::Fault;
use domain::lockout::Lockout;
use model::iam::error;
use model::iam::shapes::ChangePasswordRequest;
use service::Cx;
use store::table::iam_accounts;
use store::table::iam_login_profiles::{self, LoginProfile};

/// Compares the present password, checks the new one and keeps it, sealed. Wrong passwords are counted; after five of them each
/// further one costs a wait that doubles ([`domain::lockout`]).
///
/// # Errors
/// `InvalidUserType`: the caller is no user; `NoSuchEntity`: it has no password; `AccessDenied`: the present password is
/// another; `PasswordPolicyViolation`; `EntityTemporarilyUnmodifiable`: the profile changed meanwhile.
pub async fn run(cx: &Cx, input: ChangePasswordRequest) -> Result<(), Fault> {
    let (user, before, account) = cx
        .read(async |tx| {
            let user = match user::named_or_caller(tx, cx, None).await {
                Ok(Subject::User(user)) => user,
                Ok(Subject::Root) => return Err(no_user()),
                Err(fault) if fault.code == "ValidationError" => return Err(no_user()),
                Err(fault) => return Err(fault),
            };
            let before = login_profile::find(tx, &user).await?;
            Ok((user, before, iam_accounts::find(tx, cx.account()).await?))
        })
        .await?;
    let lockout = lockout(&before);
    if lockout.admit(cx.now()).is_err() {
        return Err(wrong_password());
    }
    if !login_profile::matches(cx, &before, &input.old_password)? {
        count_failure(cx, &before).await?;
        return Err(wrong_password());
    }
    let policy = password_policy::of(&account)?;
    let new = NewPassword::make(cx, policy.as_ref(), &user, Some(&before), &input.new_password)?;
    let cleared = lockout.after_success();
    let after = LoginProfile {
        sealed_password: new.sealed_password,
        sealed_history: new.sealed_history,
        reset_required: false,
        password_set_ms: cx.now(),
        failures: cleared.failures.into(),
        last_failure_ms: cleared.last_failure_at,
        ..before.clone()
    };
    cx.write(async |tx| {
        if login_profile::find(tx, &user).await? != before {
            return Err(login_profile::changed_meanwhile(&user.name));
        }
        iam_login_profiles::update(tx, &after).await?;
        Ok(tx.touch_catalog().await?)
    })
    .await
}

async fn count_failure(cx: &Cx, before: &LoginProfile) -> Result<(), Fault> {
    cx.write(async |tx| {
        // Read again: others may have failed meanwhile, and each failure counts.
        let Some(profile) = iam_login_profiles::find(tx, &before.user_id).await? else { return Ok(()) };
        let failed = lockout(&profile).after_failure(cx.now());
        let (failures, last_failure_ms) = (failed.failures.into(), failed.last_failure_at);
        iam_login_profiles::update(tx, &LoginProfile { failures, last_failure_ms, ..profile }).await?;
        Ok(())
    })
    .await
}

fn lockout(profile: &LoginProfile) -> Lockout {
    Lockout { failures: u32::try_from(profile.failures).unwrap_or(u32::MAX), last_failure_at: profile.last_failure_ms }
}

fn wrong_password() -> Fault {
    error::access_denied("The old password was incorrect.")
}

fn no_user() -> Fault {
    error::invalid_user_type("Only IAM Users can change their own password.")
}
