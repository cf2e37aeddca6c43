//! DeleteUser: removes a user that holds nothing any more.

use crate::owner::Owner;
use crate::{attachment, mfa};
use contract::Fault;
use domain::IamUserId;
use model::iam::error;
use model::iam::shapes::DeleteUserRequest;
use service::Cx;
use store::table::{iam_access_keys, iam_groups, iam_login_profiles, iam_users};

/// Finds the user, looks for what it still holds, removes it.
///
/// # Errors
/// `NoSuchEntity`, `DeleteConflict`.
pub async fn run(cx: &Cx, input: DeleteUserRequest) -> Result<(), Fault> {
    cx.write(async |tx| {
        let user = Owner::user(tx, cx.account(), &input.user_name).await?;
        let user_id = IamUserId::from(user.id.as_str());
        if !iam_groups::list_of_user(tx, &user.account, &user_id, "", 1).await?.is_empty() {
            return Err(error::delete_conflict("Cannot delete entity, must remove users from group first."));
        }
        attachment::demand_none(tx, &user).await?;
        if !iam_access_keys::list(tx, &user.account, &user.id, "", 1).await?.is_empty() {
            return Err(error::delete_conflict("Cannot delete entity, must delete access keys first."));
        }
        mfa::demand_none(tx, &user.account, &user.id).await?;
        if iam_login_profiles::find(tx, &user_id).await?.is_some() {
            return Err(error::delete_conflict("Cannot delete entity, must delete login profile first."));
        }
        iam_users::delete(tx, &user.account, &crate::name::key(&user.name)).await?;
        Ok(tx.touch_catalog().await?)
    })
    .await
}
