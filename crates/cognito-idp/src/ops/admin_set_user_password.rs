//! AdminSetUserPassword: gives a user a password, final or to be changed at the next sign-in.

use crate::{fault, password, pool, user};
use contract::Fault;
use model::cognito_idp::{AdminSetUserPasswordRequest, AdminSetUserPasswordResponse, error};
use service::Cx;
use store::table::users::{self, User};

/// Runs the operation.
///
/// # Errors
/// There is no such pool or user, or the password is against the policy.
pub async fn run(cx: &Cx, input: AdminSetUserPasswordRequest) -> Result<AdminSetUserPasswordResponse, Fault> {
    password::check_shape("password", &input.password)?;
    let pool = pool::of_caller(cx, &input.user_pool_id).await?;
    let found = cx.read(async |tx| Ok(user::find(tx, &pool, &input.username).await?)).await?;
    let found = found.ok_or_else(fault::no_such_user)?;
    let policy = pool.password_policy.check(&input.password);
    policy.map_err(|violation| error::invalid_password(violation.message()))?;
    let permanent = input.permanent.unwrap_or(false);
    let sealed = password::seal(cx, &pool, &found.sub, &found.name, &input.password)?;
    cx.write(async |tx| {
        let before = users::find(tx, &pool.id, &found.sub).await?.ok_or_else(fault::no_such_user)?;
        let status = if permanent { user::CONFIRMED } else { user::FORCE_CHANGE_PASSWORD };
        let after = User {
            status: status.to_owned(),
            sealed_password: Some(sealed.clone()),
            password_set_ms: Some(cx.now()),
            temporary_password: !permanent,
            failed_sign_ins: 0,
            locked_until_ms: None,
            modified_ms: cx.now(),
            ..before.clone()
        };
        let saved = user::update(tx, &pool, &before, &after).await?;
        saved.map_err(|_| Fault::internal("a password changes no alias"))
    })
    .await?;
    Ok(AdminSetUserPasswordResponse {})
}
