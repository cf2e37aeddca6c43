//! `iam_saml_keys`: the private keys for which SAML providers encrypt their assertions.

use super::{FromRow, collect};
use crate::error::StoreError;
use crate::row::Row;
use crate::tx::Tx;
use domain::time::Timestamp;
use std::fmt;

/// One private key of a SAML provider.
#[derive(Clone, PartialEq, Eq)]
pub struct SamlKey {
    /// The provider's unique id.
    pub provider_id: String,
    /// Its own.
    pub id: String,
    /// The key in PEM, sealed.
    pub sealed_private: Vec<u8>,
    /// When it was added.
    pub added_ms: Timestamp,
}

macro_rules! columns {
    () => {
        "provider_id, id, sealed_private, added_ms"
    };
}

/// Adds a key; `false` when the id is taken.
pub async fn insert(tx: &mut Tx, row: &SamlKey) -> Result<bool, StoreError> {
    let sql = concat!("INSERT INTO iam_saml_keys (", columns!(), ") VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING");
    let parameters = [(&row.provider_id).into(), (&row.id).into(), (&row.sealed_private).into(), row.added_ms.into()];
    Ok(tx.exec(sql, &parameters).await? == 1)
}

/// The keys of a provider, by id.
pub async fn list(tx: &mut Tx, provider_id: &str, after: &str, limit: i64) -> Result<Vec<SamlKey>, StoreError> {
    let sql =
        concat!("SELECT ", columns!(), " FROM iam_saml_keys WHERE provider_id = $1 AND id > $2 ORDER BY id LIMIT $3");
    collect(&tx.all(sql, &[provider_id.into(), after.into(), limit.into()]).await?)
}

/// Removes a key.
pub async fn delete(tx: &mut Tx, provider_id: &str, id: &str) -> Result<bool, StoreError> {
    let sql = "DELETE FROM iam_saml_keys WHERE provider_id = $1 AND id = $2";
    Ok(tx.exec(sql, &[provider_id.into(), id.into()]).await? == 1)
}

/// Removes all keys of a provider.
pub async fn delete_all(tx: &mut Tx, provider_id: &str) -> Result<(), StoreError> {
    tx.exec("DELETE FROM iam_saml_keys WHERE provider_id = $1", &[provider_id.into()]).await.map(drop)
}

impl FromRow for SamlKey {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            provider_id: row.id(0)?,
            id: row.id(1)?,
            sealed_private: row.bytes(2)?.to_vec(),
            added_ms: row.timestamp(3)?,
        })
    }
}

impl fmt::Debug for SamlKey {
    // Sealed bytes stay out of logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SamlKey").field("id", &self.id).field("added_ms", &self.added_ms).finish_non_exhaustive()
    }
}
