//! A pool's signing keys: one for ID tokens, one for access tokens (spec/user-pools-auth.md 11.1).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use contract::Fault;
use domain::UserPoolId;
use domain::jwt::{self, Algorithm, SigningKey, VerifyingKey};
use service::{Cx, Node};
use std::sync::Arc;
use store::table::user_pool_keys::{self, UserPoolKey};

/// The keys of one pool, ready to sign.
#[derive(Debug)]
pub struct PoolKeys {
    /// Signs ID tokens.
    pub id: SigningKey,
    /// Signs access tokens.
    pub access: SigningKey,
    /// The public halves of every key, older ones too, as the key set document.
    pub jwks: String,
}

/// The keys of a pool; `None` if there is no such pool. From memory if they are there.
///
/// # Errors
/// An internal fault: a key does not open.
pub async fn find(node: &Node, pool: &UserPoolId) -> Result<Option<Arc<PoolKeys>>, Fault> {
    let load = async || {
        let rows = node.store.read(async |tx| user_pool_keys::all(tx, pool).await).await?;
        if rows.is_empty() { Ok(None) } else { load(node, &rows).map(Some) }
    };
    node.caches.of::<PoolKeys>().get_or_load(&node.store, pool.as_str(), load).await
}

/// Two new keys for a pool that is about to be made. They come from the node's supply: making one takes long.
///
/// # Errors
/// An internal fault: there is no key to be had, or it cannot be sealed.
pub async fn make(cx: &Cx, pool: &UserPoolId) -> Result<[UserPoolKey; 2], Fault> {
    Ok([make_one(cx, pool, ID).await?, make_one(cx, pool, ACCESS).await?])
}

async fn make_one(cx: &Cx, pool: &UserPoolId, token_use: &str) -> Result<UserPoolKey, Fault> {
    let private = cx.node.key_source.take().await?;
    let kid = jwt::new_kid(cx.random());
    let key = SigningKey::from_pkcs8(&kid, Algorithm::Rs256, &private).map_err(Fault::internal)?;
    let jwk = key.verifying_key().jwk();
    let number = |member: &str| {
        let text = jwk.get(member).and_then(serde_json::Value::as_str).unwrap_or_default();
        URL_SAFE_NO_PAD.decode(text).map_err(Fault::internal)
    };
    Ok(UserPoolKey {
        pool_id: pool.clone(),
        sealed_private: cx.seal(KIND, &owner(pool, &kid), &private)?,
        public_modulus: number("n")?,
        public_exponent: number("e")?,
        token_use: token_use.to_owned(),
        created_ms: cx.now(),
        key_id: kid,
    })
}

/// `rows` come oldest first; the newest of each use signs.
fn load(node: &Node, rows: &[UserPoolKey]) -> Result<PoolKeys, Fault> {
    let newest = |token_use: &str| {
        let row = rows.iter().rev().find(|row| row.token_use == token_use);
        let row = row.ok_or_else(|| Fault::internal(format!("the pool has no key for {token_use} tokens")))?;
        let private = node.vault.open(KIND, &owner(&row.pool_id, &row.key_id), &row.sealed_private)?;
        SigningKey::from_pkcs8(&row.key_id, Algorithm::Rs256, &private).map_err(Fault::internal)
    };
    let public =
        |row: &UserPoolKey| VerifyingKey::new(&row.key_id, Algorithm::Rs256, &row.public_modulus, &row.public_exponent);
    let all = rows.iter().map(public).collect::<Result<Vec<_>, _>>().map_err(Fault::internal)?;
    Ok(PoolKeys { id: newest(ID)?, access: newest(ACCESS)?, jwks: jwt::jwks(&all).to_string() })
}

fn owner(pool: &UserPoolId, kid: &str) -> String {
    format!("{pool}/{kid}")
}

/// What private keys are sealed as.
const KIND: &str = "signing-key";
const ID: &str = "id";
const ACCESS: &str = "access";
