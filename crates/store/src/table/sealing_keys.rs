//! `sealing_keys`: the key ring, each key wrapped by the master key.

use super::{FromRow, collect, maybe};
use crate::error::StoreError;
use crate::row::Row;
use crate::tx::Tx;
use domain::id::SealingKeyId;
use domain::time::Timestamp;
use std::fmt;

/// One key of the ring.
#[derive(Clone, PartialEq, Eq)]
pub struct SealingKey {
    /// Which key.
    pub id: SealingKeyId,
    /// What it seals.
    pub purpose: String,
    /// The key, wrapped by the master key.
    pub wrapped: Vec<u8>,
    /// When it was made.
    pub created_ms: Timestamp,
    /// Since when it opens but no longer seals.
    pub retired_ms: Option<Timestamp>,
}

macro_rules! columns {
    () => {
        "id, purpose, wrapped, created_ms, retired_ms"
    };
}

/// Adds a row.
pub async fn insert(tx: &mut Tx, row: &SealingKey) -> Result<bool, StoreError> {
    let sql =
        concat!("INSERT INTO sealing_keys (", columns!(), ") VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",);
    let parameters =
        [(&row.id).into(), (&row.purpose).into(), (&row.wrapped).into(), row.created_ms.into(), row.retired_ms.into()];
    Ok(tx.exec(sql, &parameters).await? == 1)
}

/// The key with this id.
pub async fn find(tx: &mut Tx, id: &SealingKeyId) -> Result<Option<SealingKey>, StoreError> {
    let sql = concat!("SELECT ", columns!(), " FROM sealing_keys WHERE id = $1");
    let row = tx.one(sql, &[id.into()]).await?;
    maybe(row.as_ref())
}

/// The whole ring, oldest first; rotation keeps it small.
pub async fn all(tx: &mut Tx) -> Result<Vec<SealingKey>, StoreError> {
    let sql = concat!("SELECT ", columns!(), " FROM sealing_keys ORDER BY created_ms, id");
    collect(&tx.all(sql, &[]).await?)
}

/// From now on the key opens but no longer seals.
pub async fn retire(tx: &mut Tx, id: &SealingKeyId, at: Timestamp) -> Result<bool, StoreError> {
    let sql = "UPDATE sealing_keys SET retired_ms = $2 WHERE id = $1 AND retired_ms IS NULL";
    Ok(tx.exec(sql, &[id.into(), at.into()]).await? == 1)
}

/// Puts the key in another wrapping, when the master key changes.
pub async fn rewrap(tx: &mut Tx, id: &SealingKeyId, wrapped: &[u8]) -> Result<bool, StoreError> {
    let sql = "UPDATE sealing_keys SET wrapped = $2 WHERE id = $1";
    Ok(tx.exec(sql, &[id.into(), wrapped.into()]).await? == 1)
}

/// Forgets a key: what it sealed stays closed.
pub async fn delete(tx: &mut Tx, id: &SealingKeyId) -> Result<bool, StoreError> {
    let sql = "DELETE FROM sealing_keys WHERE id = $1";
    Ok(tx.exec(sql, &[id.into()]).await? == 1)
}

impl FromRow for SealingKey {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id(0)?,
            purpose: row.id(1)?,
            wrapped: row.bytes(2)?.to_vec(),
            created_ms: row.timestamp(3)?,
            retired_ms: row.opt_timestamp(4)?,
        })
    }
}

impl fmt::Debug for SealingKey {
    // Sealed bytes and personal data stay out of logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealingKey")
            .field("id", &self.id)
            .field("purpose", &self.purpose)
            .field("created_ms", &self.created_ms)
            .field("retired_ms", &self.retired_ms)
            .finish_non_exhaustive()
    }
}
