//! DescribeUserPool: everything that was configured for a pool.

use crate::pool;
use contract::Fault;
use model::cognito_idp::{DescribeUserPoolRequest, DescribeUserPoolResponse};
use service::Cx;
use store::table::users;

/// Runs the operation. The number of users is counted up to [`COUNTED`] and stays there: the answer must not take
/// longer for a larger pool, and AWS calls it an estimate.
///
/// # Errors
/// There is no such pool.
pub async fn run(cx: &Cx, input: DescribeUserPoolRequest) -> Result<DescribeUserPoolResponse, Fault> {
    let pool = pool::of_caller(cx, &input.user_pool_id).await?;
    let users = cx.read(async |tx| Ok(users::count(tx, &pool.id, COUNTED).await?)).await?;
    Ok(DescribeUserPoolResponse { user_pool: Some(pool.describe(users)) })
}

const COUNTED: i64 = 10_000;
