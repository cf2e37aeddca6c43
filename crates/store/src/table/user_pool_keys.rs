//! `user_pool_keys`: the signing keys of a user pool.

use super::{FromRow, collect};
use crate::error::StoreError;
use crate::row::Row;
use crate::tx::Tx;
use domain::id::UserPoolId;
use domain::time::Timestamp;
use std::fmt;

/// One RSA key pair.
#[derive(Clone, PartialEq, Eq)]
pub struct UserPoolKey {
    /// The user pool.
    pub pool_id: UserPoolId,
    /// The `kid`.
    pub key_id: String,
    /// `id` or `access`: which tokens it signs.
    pub token_use: String,
    /// The private key, sealed.
    pub sealed_private: Vec<u8>,
    /// n, big-endian.
    pub public_modulus: Vec<u8>,
    /// e, big-endian.
    pub public_exponent: Vec<u8>,
    /// When it was made.
    pub created_ms: Timestamp,
}

macro_rules! columns {
    () => {
        "pool_id, key_id, token_use, sealed_private, public_modulus, public_exponent, created_ms"
    };
}

/// Adds a key.
pub async fn insert(tx: &mut Tx, row: &UserPoolKey) -> Result<bool, StoreError> {
    let sql = concat!(
        "INSERT INTO user_pool_keys (",
        columns!(),
        ") VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
    );
    let parameters = [
        (&row.pool_id).into(),
        (&row.key_id).into(),
        (&row.token_use).into(),
        (&row.sealed_private).into(),
        (&row.public_modulus).into(),
        (&row.public_exponent).into(),
        row.created_ms.into(),
    ];
    Ok(tx.exec(sql, &parameters).await? == 1)
}

/// The keys of a pool, oldest first; there are a few.
pub async fn all(tx: &mut Tx, pool_id: &UserPoolId) -> Result<Vec<UserPoolKey>, StoreError> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM user_pool_keys WHERE pool_id = $1 ORDER BY created_ms, token_use, key_id"
    );
    collect(&tx.all(sql, &[pool_id.into()]).await?)
}

/// Removes a key.
pub async fn delete(tx: &mut Tx, pool_id: &UserPoolId, key_id: &str) -> Result<bool, StoreError> {
    let sql = "DELETE FROM user_pool_keys WHERE pool_id = $1 AND key_id = $2";
    Ok(tx.exec(sql, &[pool_id.into(), key_id.into()]).await? == 1)
}

impl FromRow for UserPoolKey {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            pool_id: row.id(0)?,
            key_id: row.id(1)?,
            token_use: row.id(2)?,
            sealed_private: row.bytes(3)?.to_vec(),
            public_modulus: row.bytes(4)?.to_vec(),
            public_exponent: row.bytes(5)?.to_vec(),
            created_ms: row.timestamp(6)?,
        })
    }
}

impl fmt::Debug for UserPoolKey {
    // Sealed bytes and personal data stay out of logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserPoolKey")
            .field("pool_id", &self.pool_id)
            .field("key_id", &self.key_id)
            .field("token_use", &self.token_use)
            .field("created_ms", &self.created_ms)
            .finish_non_exhaustive()
    }
}
