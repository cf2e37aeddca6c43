//! DeleteUserPool: removes a pool with its clients and keys at once; its users and groups follow in pieces.

use crate::pool::Pool;
use crate::{fault, pool};
use contract::Fault;
use model::cognito_idp::{DeleteUserPoolRequest, error};
use service::Cx;
use store::table::user_pools;

/// Runs the operation.
///
/// # Errors
/// There is no such pool, or it is protected.
pub async fn run(cx: &Cx, input: DeleteUserPoolRequest) -> Result<(), Fault> {
    let pool = pool::of_caller(cx, &input.user_pool_id).await?;
    cx.write(async |tx| {
        // What the node remembers may be older than the protection.
        let row = user_pools::find(tx, &pool.id).await?.ok_or_else(|| fault::no_such_pool(&pool.id))?;
        if Pool::from_row(row)?.settings.deletion_protection.as_deref() == Some("ACTIVE") {
            return Err(error::invalid_parameter(
                "The user pool cannot be deleted because deletion protection is activated. Deletion protection must be \
                 inactivated first.",
            ));
        }
        user_pools::delete(tx, &pool.id).await?;
        Ok(tx.touch_catalog().await?)
    })
    .await
}
