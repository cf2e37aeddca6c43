//! DeleteIdentities: removes up to sixty identities with their logins. What was issued to them is refused from then on.

use crate::{identity, pool};
use contract::Fault;
use domain::IdentityId;
use model::cognito_identity::{DeleteIdentitiesInput, DeleteIdentitiesResponse, UnprocessedIdentityId, error_code};
use service::Cx;
use store::Tx;
use store::table::{identities, identity_pools};

/// Removes each identity that is there and the caller's; the others are answered as unprocessed, never as an error.
///
/// # Errors
/// An internal fault: then none is removed.
pub async fn run(cx: &Cx, input: DeleteIdentitiesInput) -> Result<DeleteIdentitiesResponse, Fault> {
    let unprocessed = cx
        .write(async |tx| {
            let mut unprocessed = Vec::new();
            for id in &input.identity_ids_to_delete {
                if !delete(cx, tx, &IdentityId::from(id.as_str())).await? {
                    unprocessed.push(UnprocessedIdentityId {
                        identity_id: Some(id.clone()),
                        error_code: Some(error_code::ACCESS_DENIED.to_owned()),
                    });
                }
            }
            Ok(unprocessed)
        })
        .await?;
    Ok(DeleteIdentitiesResponse { unprocessed_identity_ids: Some(unprocessed) })
}

async fn delete(cx: &Cx, tx: &mut Tx, id: &IdentityId) -> Result<bool, Fault> {
    let Some(identity) = identities::find(tx, id).await? else { return Ok(false) };
    let Some(pool) = identity_pools::find(tx, &identity.pool_id).await? else { return Ok(false) };
    let pool = pool::Pool::from_row(pool)?;
    if !pool::is_callers(cx, &pool) || !identities::delete(tx, id).await? {
        return Ok(false);
    }
    identity::end(tx, &pool, id, "it was deleted", cx.now()).await?;
    Ok(true)
}
