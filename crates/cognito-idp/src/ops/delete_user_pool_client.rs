//! DeleteUserPoolClient: removes an app client; who signed in through it can no longer refresh.

use crate::{fault, pool};
use contract::Fault;
use domain::ClientId;
use model::cognito_idp::DeleteUserPoolClientRequest;
use service::Cx;
use store::table::user_pool_clients;

/// Runs the operation.
///
/// # Errors
/// There is no such pool or client.
pub async fn run(cx: &Cx, input: DeleteUserPoolClientRequest) -> Result<(), Fault> {
    let pool = pool::of_caller(cx, &input.user_pool_id).await?;
    let id = ClientId::from(input.client_id);
    cx.write(async |tx| {
        if !user_pool_clients::delete(tx, &pool.id, &id).await? {
            return Err(fault::no_such_client(&id));
        }
        Ok(tx.touch_catalog().await?)
    })
    .await
}
