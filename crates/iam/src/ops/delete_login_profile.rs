//! DeleteLoginProfile: a user can sign in with a password no more. Its access keys stay.

use crate::login_profile;
use crate::user::{self, Subject};
use contract::Fault;
use model::iam::shapes::DeleteLoginProfileRequest;
use service::Cx;
use store::table::iam_login_profiles;

/// Finds the user, or takes the caller, and removes its profile.
///
/// # Errors
/// `NoSuchEntity`; `ValidationError` without a name when the caller is no user.
pub async fn run(cx: &Cx, input: DeleteLoginProfileRequest) -> Result<(), Fault> {
    cx.write(async |tx| match user::named_or_caller(tx, cx, input.user_name.as_deref()).await? {
        Subject::Root => Err(user::no_user()),
        Subject::User(user) => {
            login_profile::find(tx, &user).await?;
            iam_login_profiles::delete(tx, &user.id).await?;
            Ok(tx.touch_catalog().await?)
        }
    })
    .await
}
