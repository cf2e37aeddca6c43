//! What the world may know of a pool: its public keys, and where its endpoints are (spec/user-pools-auth.md 11.1,
//! spec/user-pools-oauth.md 10).

use crate::{pool, signing};
use contract::Fault;
use domain::{UserPoolId, jwt};
use service::Node;

/// The key set document at `ISSUER/.well-known/jwks.json`; `None`: there is no such pool.
///
/// # Errors
/// An internal fault.
pub async fn jwks(node: &Node, id: &UserPoolId) -> Result<Option<String>, Fault> {
    Ok(signing::find(node, id).await?.map(|keys| keys.jwks.clone()))
}

/// The document at `ISSUER/.well-known/openid-configuration`; `None`: there is no such pool.
///
/// The pool has no domain yet, so the addresses of its OAuth endpoints begin with its issuer.
///
/// # Errors
/// An internal fault.
pub async fn openid_configuration(node: &Node, id: &UserPoolId) -> Result<Option<String>, Fault> {
    let issuer = node.issuer_of(id);
    Ok(pool::find(node, id).await?.map(|_| jwt::openid_configuration(&issuer, &issuer).to_string()))
}
