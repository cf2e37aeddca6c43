//! UpdateLoginProfile: an administrator sets a user's password, or asks for another one at the next sign-in.

use crate::login_profile::{self, NewPassword};
use crate::{password_policy, user};
use contract::Fault;
use domain::Timestamp;
use model::iam::shapes::UpdateLoginProfileRequest;
use service::Cx;
use store::table::iam_accounts;
use store::table::iam_login_profiles::{self, LoginProfile};

/// Finds the user's profile and changes what was given.
///
/// # Errors
/// `NoSuchEntity`, `PasswordPolicyViolation`; `EntityTemporarilyUnmodifiable`: the profile changed meanwhile.
pub async fn run(cx: &Cx, input: UpdateLoginProfileRequest) -> Result<(), Fault> {
    let (user, before, account) = cx
        .read(async |tx| {
            let user = user::find(tx, cx.account(), &input.user_name).await?;
            let before = login_profile::find(tx, &user).await?;
            Ok((user, before, iam_accounts::find(tx, cx.account()).await?))
        })
        .await?;
    let policy = password_policy::of(&account)?;
    let mut after = before.clone();
    if let Some(password) = &input.password {
        let new = NewPassword::make(cx, policy.as_ref(), &user, Some(&before), password)?;
        after = LoginProfile {
            sealed_password: new.sealed_password,
            sealed_history: new.sealed_history,
            password_set_ms: cx.now(),
            failures: 0,
            last_failure_ms: Timestamp::default(),
            ..after
        };
    }
    after.reset_required = input.password_reset_required.unwrap_or(before.reset_required);
    cx.write(async |tx| {
        if login_profile::find(tx, &user).await? != before {
            return Err(login_profile::changed_meanwhile(&user.name));
        }
        iam_login_profiles::update(tx, &after).await?;
        Ok(tx.touch_catalog().await?)
    })
    .await
}
