//! DeleteIdentityPool: removes a pool and its identities. Credentials that were handed out stay good until they expire.

use crate::pool;
use contract::Fault;
use model::cognito_identity::DeleteIdentityPoolInput;
use service::Cx;
use store::table::identity_pools;

/// Removes the pool at once; its identities cannot be reached from then on.
///
/// # Errors
/// `ResourceNotFoundException`.
pub async fn run(cx: &Cx, input: DeleteIdentityPoolInput) -> Result<(), Fault> {
    cx.write(async |tx| {
        let pool = pool::of_caller_in(cx, tx, &input.identity_pool_id).await?;
        identity_pools::delete(tx, &pool.id).await?;
        Ok(tx.touch_catalog().await?)
    })
    .await
}
