//! DeleteIdentityPool: removes a pool and its identities. What was issued to them is refused from then on.

use crate::pool;
use contract::Fault;
use model::cognito_identity::DeleteIdentityPoolInput;
use service::{Cx, revocation};
use store::table::identity_pools;

/// Removes the pool at once; its identities cannot be reached from then on.
///
/// # Errors
/// `ResourceNotFoundException`.
pub async fn run(cx: &Cx, input: DeleteIdentityPoolInput) -> Result<(), Fault> {
    cx.write(async |tx| {
        let pool = pool::of_caller_in(cx, tx, &input.identity_pool_id).await?;
        identity_pools::delete(tx, &pool.id).await?;
        revocation::pool_ended(tx, &pool.account, &pool.id, cx.now()).await?;
        Ok(tx.touch_catalog().await?)
    })
    .await
}
