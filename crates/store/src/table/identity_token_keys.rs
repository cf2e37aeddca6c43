//! `identity_token_keys`: the keys that sign the OpenID tokens of identity pools.

use super::{FromRow, collect, maybe};
use crate::error::StoreError;
use crate::row::Row;
use crate::tx::Tx;
use domain::id::Region;
use domain::time::Timestamp;
use std::fmt;

/// One RSA key pair of a region.
#[derive(Clone, PartialEq, Eq)]
pub struct IdentityTokenKey {
    /// The region of the pools whose tokens it signs.
    pub region: Region,
    /// The how manieth key of its region it is, from 1.
    pub number: i64,
    /// The `kid`; no other key has it.
    pub key_id: String,
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
        "region, number, key_id, sealed_private, public_modulus, public_exponent, created_ms"
    };
}

/// Adds a key.
pub async fn insert(tx: &mut Tx, row: &IdentityTokenKey) -> Result<bool, StoreError> {
    let sql = concat!(
        "INSERT INTO identity_token_keys (",
        columns!(),
        ") VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
    );
    let parameters = [
        (&row.region).into(),
        row.number.into(),
        (&row.key_id).into(),
        (&row.sealed_private).into(),
        (&row.public_modulus).into(),
        (&row.public_exponent).into(),
        row.created_ms.into(),
    ];
    Ok(tx.exec(sql, &parameters).await? == 1)
}

/// A region's keys, by rising number.
pub async fn of_region(tx: &mut Tx, region: &Region) -> Result<Vec<IdentityTokenKey>, StoreError> {
    let sql = concat!("SELECT ", columns!(), " FROM identity_token_keys WHERE region = $1 ORDER BY number");
    collect(&tx.all(sql, &[region.into()]).await?)
}

/// Removes a region's keys with lower numbers than this one; answers how many there were.
pub async fn delete_below(tx: &mut Tx, region: &Region, number: i64) -> Result<u64, StoreError> {
    let sql = "DELETE FROM identity_token_keys WHERE region = $1 AND number < $2";
    tx.exec(sql, &[region.into(), number.into()]).await
}

/// The key with this `kid`.
pub async fn find(tx: &mut Tx, key_id: &str) -> Result<Option<IdentityTokenKey>, StoreError> {
    let sql = concat!("SELECT ", columns!(), " FROM identity_token_keys WHERE key_id = $1");
    maybe(tx.one(sql, &[key_id.into()]).await?.as_ref())
}

/// The keys of every region; there are a few.
pub async fn all(tx: &mut Tx) -> Result<Vec<IdentityTokenKey>, StoreError> {
    let sql = concat!("SELECT ", columns!(), " FROM identity_token_keys ORDER BY region, number");
    collect(&tx.all(sql, &[]).await?)
}

impl FromRow for IdentityTokenKey {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            region: row.id(0)?,
            number: row.int(1)?,
            key_id: row.id(2)?,
            sealed_private: row.bytes(3)?.to_vec(),
            public_modulus: row.bytes(4)?.to_vec(),
            public_exponent: row.bytes(5)?.to_vec(),
            created_ms: row.timestamp(6)?,
        })
    }
}

impl fmt::Debug for IdentityTokenKey {
    // Sealed bytes stay out of logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdentityTokenKey")
            .field("key_id", &self.key_id)
            .field("created_ms", &self.created_ms)
            .finish_non_exhaustive()
    }
}
