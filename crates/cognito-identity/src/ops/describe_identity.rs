//! DescribeIdentity: when an identity was made, and which providers it has logins of.

use crate::{fault, identity, pool};
use contract::Fault;
use domain::IdentityId;
use model::cognito_identity::{DescribeIdentityInput, IdentityDescription};
use service::Cx;
use store::table::identities;

/// Answers the description, of disabled identities too (spec/identity-pools.md 6).
///
/// # Errors
/// `ResourceNotFoundException`.
pub async fn run(cx: &Cx, input: DescribeIdentityInput) -> Result<IdentityDescription, Fault> {
    let id = IdentityId::from(input.identity_id);
    let no_such_identity = || fault::no_such_identity(&id);
    let (pool_id, description) = cx
        .read(async |tx| {
            let row = identities::find(tx, &id).await?.ok_or_else(no_such_identity)?;
            let description = identity::describe(tx, &row).await?;
            Ok((row.pool_id, description))
        })
        .await?;
    let pool = pool::find(&cx.node, &pool_id).await?;
    pool.filter(|pool| pool::is_callers(cx, pool)).ok_or_else(no_such_identity)?;
    Ok(description)
}
