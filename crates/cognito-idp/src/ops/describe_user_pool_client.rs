//! DescribeUserPoolClient: everything that was configured for an app client, its secret included.

use crate::{client, pool};
use contract::Fault;
use model::cognito_idp::{DescribeUserPoolClientRequest, DescribeUserPoolClientResponse};
use service::Cx;

/// Runs the operation.
///
/// # Errors
/// There is no such pool or client.
pub async fn run(cx: &Cx, input: DescribeUserPoolClientRequest) -> Result<DescribeUserPoolClientResponse, Fault> {
    let pool = pool::of_caller(cx, &input.user_pool_id).await?;
    let client = client::of_pool(&cx.node, &pool, &input.client_id).await?;
    Ok(DescribeUserPoolClientResponse { user_pool_client: Some(client.describe()) })
}
