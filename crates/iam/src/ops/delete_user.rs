//! DeleteUser: removes a user that holds nothing any more.

use crate::attachment;
use crate::owner::Owner;
use contract::Fault;
use model::iam::error;
use model::iam::shapes::DeleteUserRequest;
use service::Cx;
use store::table::{iam_access_keys, iam_users};

/// Finds the user, looks for what it still holds, removes it.
///
/// # Errors
/// `NoSuchEntity`, `DeleteConflict`.
pub async fn run(cx: &Cx, input: DeleteUserRequest) -> Result<(), Fault> {
    cx.write(async |tx| {
        let user = Owner::user(tx, cx.account(), &input.user_name).await?;
        attachment::demand_none(tx, &user).await?;
        if !iam_access_keys::list(tx, &user.account, &user.id, "", 1).await?.is_empty() {
            return Err(error::delete_conflict("Cannot delete entity, must delete access keys first."));
        }
        iam_users::delete(tx, &user.account, &crate::name::key(&user.name)).await?;
        Ok(tx.touch_catalog().await?)
    })
    .await
}
