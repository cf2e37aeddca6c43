//! GetLoginProfile: since when a user has a password.

use crate::login_profile;
use crate::user::{self, Subject};
use contract::Fault;
use model::iam::shapes::{GetLoginProfileRequest, GetLoginProfileResponse};
use service::Cx;

/// Finds the user, or takes the caller, and its profile.
///
/// # Errors
/// `NoSuchEntity`; `ValidationError` without a name when the caller is no user.
pub async fn run(cx: &Cx, input: GetLoginProfileRequest) -> Result<GetLoginProfileResponse, Fault> {
    cx.read(async |tx| match user::named_or_caller(tx, cx, input.user_name.as_deref()).await? {
        Subject::Root => Err(user::no_user()),
        Subject::User(user) => {
            let found = login_profile::find(tx, &user).await?;
            Ok(GetLoginProfileResponse { login_profile: login_profile::shown(&user, &found) })
        }
    })
    .await
}
