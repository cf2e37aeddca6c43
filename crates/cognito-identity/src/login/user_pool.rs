//! Logins of user pools: ID tokens of this server's own pools, their keys at hand (spec/identity-pools.md 7).

use super::{Question, Refused};
use crate::keys;
use contract::Fault;
use domain::login_token::{UserPoolLogin, VerifiedLogin, verify_user_pool_login};
use domain::{ClientId, UserPoolId};

/// Verifies a token for one of these clients.
///
/// # Errors
/// An internal fault.
pub async fn verify(
    question: &Question<'_>,
    provider: &str,
    user_pool: &UserPoolId,
    client_ids: &[ClientId],
    token: &str,
) -> Result<Result<VerifiedLogin, Refused>, Fault> {
    let keys = keys::of_user_pool(question.node, user_pool).await?;
    let issuers = question.node.issuers_of(user_pool);
    let login = UserPoolLogin { provider, token, issuers: &issuers, client_ids, now: question.now };
    let key_of = |kid: &str| keys.as_ref().and_then(|keys| keys.find(kid));
    Ok(verify_user_pool_login(login, key_of).map_err(|refusal| Refused::because(refusal, None)))
}
