//! DescribeIdentityPool: a pool's configuration, without its roles.

use crate::pool;
use contract::Fault;
use model::cognito_identity::{DescribeIdentityPoolInput, IdentityPool};
use service::Cx;

/// Answers the configuration.
///
/// # Errors
/// `ResourceNotFoundException`.
pub async fn run(cx: &Cx, input: DescribeIdentityPoolInput) -> Result<IdentityPool, Fault> {
    Ok(pool::of_caller(cx, &input.identity_pool_id).await?.describe())
}
