//! CreateLoginProfile: gives a user a password.

use crate::login_profile::NewPassword;
use crate::password_policy;
use crate::user::{self, Subject};
use contract::Fault;
use domain::Timestamp;
use model::iam::error;
use model::iam::shapes::{CreateLoginProfileRequest, CreateLoginProfileResponse, LoginProfile as Shown};
use service::Cx;
use store::table::iam_accounts;
use store::table::iam_login_profiles::{self, LoginProfile};

/// Finds the user, or takes the caller, checks the password and keeps it, sealed.
///
/// # Errors
/// `NoSuchEntity`, `EntityAlreadyExists`, `PasswordPolicyViolation`; `ValidationError` without a password, or without a name
/// when the caller is no user.
pub async fn run(cx: &Cx, input: CreateLoginProfileRequest) -> Result<CreateLoginProfileResponse, Fault> {
    let password = input.password.ok_or_else(|| {
        error::validation_error(
            "1 validation error detected: Value at 'password' failed to satisfy constraint: Member must not be null",
        )
    })?;
    let (user, account, has_one) = cx
        .read(async |tx| {
            let user = match user::named_or_caller(tx, cx, input.user_name.as_deref()).await? {
                Subject::User(user) => user,
                Subject::Root => return Err(user::no_user()),
            };
            let has_one = iam_login_profiles::find(tx, &user.id).await?.is_some();
            Ok((user, iam_accounts::find(tx, cx.account()).await?, has_one))
        })
        .await?;
    let taken = || error::entity_already_exists(format!("Login Profile for user {} already exists.", user.name));
    if has_one {
        return Err(taken());
    }
    let new = NewPassword::make(cx, password_policy::of(&account)?.as_ref(), &user, None, &password)?;
    let profile = LoginProfile {
        user_id: user.id.clone(),
        account_id: user.account_id.clone(),
        sealed_password: new.sealed_password,
        sealed_history: new.sealed_history,
        reset_required: input.password_reset_required.unwrap_or_default(),
        password_set_ms: cx.now(),
        failures: 0,
        last_failure_ms: Timestamp::default(),
        created_ms: cx.now(),
    };
    cx.write(async |tx| {
        // The user may be gone since, and a user made anew under its name is someone else.
        let present = user::find(tx, cx.account(), &user.name).await?;
        if present.id != user.id || !iam_login_profiles::insert(tx, &profile).await? {
            return Err(taken());
        }
        Ok(tx.touch_catalog().await?)
    })
    .await?;
    let login_profile = Shown {
        user_name: user.name,
        create_date: profile.created_ms.millis(),
        // Absent rather than false (spec/sts-and-iam.md C4).
        password_reset_required: Some(true).filter(|_| profile.reset_required),
    };
    Ok(CreateLoginProfileResponse { login_profile })
}
