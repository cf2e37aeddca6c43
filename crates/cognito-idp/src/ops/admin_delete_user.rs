//! AdminDeleteUser: removes a user with all that belongs to it.

use crate::{fault, pool, user};
use contract::Fault;
use model::cognito_idp::AdminDeleteUserRequest;
use service::Cx;
use store::table::users;

/// Runs the operation.
///
/// # Errors
/// There is no such pool or user.
pub async fn run(cx: &Cx, input: AdminDeleteUserRequest) -> Result<(), Fault> {
    let pool = pool::of_caller(cx, &input.user_pool_id).await?;
    cx.write(async |tx| {
        let user = user::find(tx, &pool, &input.username).await?.ok_or_else(fault::no_such_user)?;
        users::delete(tx, &pool.id, &user.sub).await?;
        Ok(())
    })
    .await
}
