//! UnlinkDeveloperIdentity: a developer's user no longer has its identity.

use crate::{developer, identity, pool};
use contract::Fault;
use domain::IdentityId;
use model::cognito_identity::UnlinkDeveloperIdentityInput;
use service::Cx;
use store::table::identity_logins;

/// Unlinks the user, who is new the next time; an identity without any login left is out of everybody's reach.
///
/// # Errors
/// `ResourceNotFoundException`: no such pool, identity or user; `InvalidParameterException`: not the pool's developer provider;
/// `ResourceConflictException`: the user is another identity's.
pub async fn run(cx: &Cx, input: UnlinkDeveloperIdentityInput) -> Result<(), Fault> {
    let pool = pool::of_caller(cx, &input.identity_pool_id).await?;
    let provider = input.developer_provider_name.as_str();
    developer::demand_provider(&pool, provider)?;
    let user = input.developer_user_identifier.as_str();
    developer::demand_user(user)?;
    let id = IdentityId::from(input.identity_id);
    cx.write(async |tx| {
        developer::identity_of(tx, &pool, &id).await?;
        if developer::link_of(tx, &pool, provider, user).await?.identity_id != id {
            return Err(developer::linked_elsewhere(user, &id));
        }
        identity_logins::delete(tx, &pool.id, provider, user).await?;
        identity::was_unlinked(tx, &pool, &id, cx.now()).await
    })
    .await?;
    cx.decision().passed("identity", format!("{id}: `{user}` of `{provider}` is unlinked"));
    Ok(())
}
