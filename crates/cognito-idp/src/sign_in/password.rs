//! The flows that send the password: `ADMIN_USER_PASSWORD_AUTH` (also called `ADMIN_NO_SRP_AUTH`) and
//! `USER_PASSWORD_AUTH` (spec/user-pools-auth.md 3).

use super::{Outcome, Place, Texts, new_password, optional, required, secret_hash, tokens, unknown_names};
use crate::client::Flow;
use crate::{fault, password, user};
use contract::Fault;
use domain::lockout::LockedOut;
use domain::{Timestamp, UserSub};
use model::cognito_idp::error;
use service::Cx;
use store::table::group_members;
use store::table::groups::Group;
use store::table::users::{self, User};

/// Begins, and mostly ends, a sign-in with a password.
///
/// # Errors
/// In this order: a parameter is missing, the secret hash is wrong, the flow is off (`disabled`), there is no such
/// user, sign-in is locked, the password is wrong, the user may not sign in.
pub(super) async fn begin(
    cx: &Cx,
    at: &Place,
    flow: Flow,
    disabled: &str,
    parameters: &Texts,
) -> Result<Outcome, Fault> {
    let username = required(parameters, "USERNAME")?;
    secret_hash::check(&at.client, &[username], optional(parameters, "SECRET_HASH"))?;
    if !at.client.allows(flow) {
        return Err(error::invalid_parameter(disabled));
    }
    let given = required(parameters, "PASSWORD")?;
    let Some((user, groups)) = find(cx, at, username).await? else {
        return Err(unknown(cx, at, username, given).await?);
    };
    cx.decision().note("sign-in", format!("the user is {} ({}), status {}", user.name, user.sub, user.status));
    let lockout = user::lockout(&user);
    if let Err(locked) = lockout.admit(cx.now()) {
        cx.decision().failed("sign-in", format!("locked after {} wrong passwords", lockout.failures));
        return Err(error::not_authorized(lockout_message(locked)));
    }
    if !password::matches(cx, &at.pool, Some(&user), given)? {
        count_failure(cx, at, &user.sub).await?;
        cx.decision().failed("sign-in", "the password is wrong");
        return Err(fault::wrong_password());
    }
    cx.decision().passed("sign-in", "the password is right");
    may_sign_in(cx, at, &user)?;
    if lockout.failures > 0 {
        forget_failures(cx, at, &user.sub).await?;
    }
    if user.status == user::FORCE_CHANGE_PASSWORD {
        cx.decision().note("sign-in", "a new password is asked for");
        return new_password::ask(cx, at, &user, username);
    }
    tokens::sign_in(cx, at, &user, &groups).await.map(Outcome::Tokens)
}

/// The user and all groups, in one snapshot.
async fn find(cx: &Cx, at: &Place, username: &str) -> Result<Option<(User, Vec<Group>)>, Fault> {
    cx.read(async |tx| {
        let Some(user) = user::find(tx, &at.pool, username).await? else { return Ok(None) };
        let groups = group_members::groups_of(tx, &at.pool.id, &user.sub, "", tokens::MOST_GROUPS).await?;
        Ok(Some((user, groups)))
    })
    .await
}

/// There is no such user. A client that hides who exists hears what it would hear of a wrong password, after the same
/// work (spec/user-pools-api.md 15).
async fn unknown(cx: &Cx, at: &Place, username: &str, given: &str) -> Result<Fault, Fault> {
    cx.decision().failed("sign-in", "there is no such user");
    if !at.client.hides_users() {
        return Ok(fault::no_such_user());
    }
    if let Err(locked) = unknown_names::admit(cx, &at.pool, username).await? {
        return Ok(error::not_authorized(lockout_message(locked)));
    }
    password::matches(cx, &at.pool, None, given)?;
    unknown_names::count_failure(cx, &at.pool, username).await?;
    Ok(fault::wrong_password())
}

/// Whether a user whose password was right may go on. A wrong password is told before any of this.
///
/// # Errors
/// The state forbids it, or the temporary password is too old.
fn may_sign_in(cx: &Cx, at: &Place, user: &User) -> Result<(), Fault> {
    let refused = if !user.enabled {
        error::not_authorized("User is disabled.")
    } else {
        match user.status.as_str() {
            user::CONFIRMED => return Ok(()),
            user::FORCE_CHANGE_PASSWORD if !temporary_expired(cx.now(), at, user) => return Ok(()),
            user::FORCE_CHANGE_PASSWORD => {
                error::not_authorized("Temporary password has expired and must be reset by an administrator.")
            }
            "UNCONFIRMED" => error::user_not_confirmed("User is not confirmed."),
            "RESET_REQUIRED" => error::password_reset_required("Password reset required for the user"),
            // The password of a user of another provider is not ours to accept.
            _ => fault::wrong_password(),
        }
    };
    cx.decision().failed("sign-in", format!("the user may not sign in: {refused}"));
    Err(refused)
}

fn temporary_expired(now: Timestamp, at: &Place, user: &User) -> bool {
    let days = i64::from(at.pool.password_policy.temporary_validity_days);
    user.temporary_password && user.password_set_ms.is_some_and(|set| now >= set.plus_seconds(days * 86400))
}

async fn count_failure(cx: &Cx, at: &Place, sub: &UserSub) -> Result<(), Fault> {
    cx.write(async |tx| {
        // Read again: others may have failed meanwhile, and each failure counts.
        let Some(user) = users::find(tx, &at.pool.id, sub).await? else { return Ok(()) };
        let lockout = user::lockout(&user).after_failure(cx.now());
        let until = user::locked_until(&lockout);
        users::set_sign_in_state(tx, &at.pool.id, sub, lockout.failures.into(), until).await?;
        Ok(())
    })
    .await
}

async fn forget_failures(cx: &Cx, at: &Place, sub: &UserSub) -> Result<(), Fault> {
    cx.write(async |tx| Ok(users::set_sign_in_state(tx, &at.pool.id, sub, 0, None).await.map(drop)?)).await
}

fn lockout_message(_: LockedOut) -> &'static str {
    LockedOut::MESSAGE
}
