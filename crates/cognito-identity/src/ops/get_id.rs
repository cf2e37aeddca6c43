//! GetId: the identity of a user, or a new guest. Unsigned.

use crate::{fault, identity, login, pool};
use contract::Fault;
use domain::IdentityPoolId;
use model::cognito_identity::{GetIdInput, GetIdResponse};
use service::Cx;

/// Answers the identity id. A login that is known costs one read and no write.
///
/// # Errors
/// `ResourceNotFoundException`, `NotAuthorizedException`, `InvalidParameterException`, `ResourceConflictException`.
pub async fn run(cx: &Cx, input: GetIdInput) -> Result<GetIdResponse, Fault> {
    let id = IdentityPoolId::from(input.identity_pool_id);
    let pool = pool::find(&cx.node, &id).await?.ok_or_else(|| fault::no_such_pool(&id))?;
    let logins = input.logins.unwrap_or_default();
    let identity_id = if logins.is_empty() {
        identity::new_guest(cx, &pool).await?
    } else {
        let logins = login::verify(cx, &pool, &logins, false).await?;
        identity::of_logins(cx, &pool, &logins).await?
    };
    Ok(GetIdResponse { identity_id: Some(identity_id.to_string()) })
}
