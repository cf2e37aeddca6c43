//! The public keys that a user pool's ID tokens are verified with, parsed once and kept until the catalog changes.

use contract::Fault;
use domain::UserPoolId;
use domain::jwt::{Algorithm, VerifyingKey};
use service::Node;
use std::sync::Arc;
use store::table::user_pool_keys;

/// The keys of one user pool that sign ID tokens.
#[derive(Debug)]
pub struct IdTokenKeys(Vec<VerifyingKey>);

impl IdTokenKeys {
    /// The key with this id.
    pub fn find(&self, kid: &str) -> Option<&VerifyingKey> {
        self.0.iter().find(|key| key.kid() == kid)
    }
}

/// The keys of a user pool of this server; `None`: there is no such pool here. From memory if they are there.
///
/// # Errors
/// An internal fault: the store fails, or a stored key is none.
pub async fn of_user_pool(node: &Node, pool: &UserPoolId) -> Result<Option<Arc<IdTokenKeys>>, Fault> {
    let load = async || {
        let rows = node.store.read(async |tx| Ok::<_, Fault>(user_pool_keys::all(tx, pool).await?)).await?;
        // A key that signs access tokens must not make an ID token.
        let signs_id_tokens = rows.iter().filter(|row| row.token_use == "id");
        let parsed = signs_id_tokens
            .map(|row| VerifyingKey::new(&row.key_id, Algorithm::Rs256, &row.public_modulus, &row.public_exponent));
        let keys = parsed.collect::<Result<Vec<_>, _>>().map_err(Fault::internal)?;
        Ok((!keys.is_empty()).then_some(IdTokenKeys(keys)))
    };
    node.caches.of::<IdTokenKeys>().get_or_load(&node.store, pool.as_str(), load).await
}
