//! `identity_pools`: the identity pools of an account.

use super::{FromRow, collect, maybe};
use crate::error::StoreError;
use crate::row::Row;
use crate::tx::Tx;
use domain::id::{AccountId, IdentityPoolId, Region};
use domain::time::Timestamp;

/// One identity pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityPool {
    /// `REGION:UUID`.
    pub id: IdentityPoolId,
    /// The account.
    pub account_id: AccountId,
    /// Where it is.
    pub region: Region,
    /// Its name; several may share one.
    pub name: String,
    /// Everything else, as JSON.
    pub config: String,
    /// Roles and role mappings, as JSON.
    pub roles: String,
    /// When it was made.
    pub created_ms: Timestamp,
    /// When it was last changed.
    pub modified_ms: Timestamp,
}

macro_rules! columns {
    () => {
        "id, account_id, region, name, config, roles, created_ms, modified_ms"
    };
}

/// Adds a pool.
pub async fn insert(tx: &mut Tx, row: &IdentityPool) -> Result<bool, StoreError> {
    let sql = concat!(
        "INSERT INTO identity_pools (",
        columns!(),
        ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
    );
    let parameters = [
        (&row.id).into(),
        (&row.account_id).into(),
        (&row.region).into(),
        (&row.name).into(),
        (&row.config).into(),
        (&row.roles).into(),
        row.created_ms.into(),
        row.modified_ms.into(),
    ];
    Ok(tx.exec(sql, &parameters).await? == 1)
}

/// Writes what can change.
pub async fn update(tx: &mut Tx, row: &IdentityPool) -> Result<bool, StoreError> {
    let sql = "UPDATE identity_pools SET name = $2, config = $3, roles = $4, modified_ms = $5 WHERE id = $1";
    let parameters =
        [(&row.id).into(), (&row.name).into(), (&row.config).into(), (&row.roles).into(), row.modified_ms.into()];
    Ok(tx.exec(sql, &parameters).await? == 1)
}

/// The pool with this id, in whichever account.
pub async fn find(tx: &mut Tx, id: &IdentityPoolId) -> Result<Option<IdentityPool>, StoreError> {
    let sql = concat!("SELECT ", columns!(), " FROM identity_pools WHERE id = $1");
    let row = tx.one(sql, &[id.into()]).await?;
    maybe(row.as_ref())
}

/// The pools of an account in one region, by id.
pub async fn list(
    tx: &mut Tx,
    account_id: &AccountId,
    region: &Region,
    after: &str,
    limit: i64,
) -> Result<Vec<IdentityPool>, StoreError> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM identity_pools WHERE account_id = $1 AND region = $2 AND id > $3 ORDER BY id LIMIT $4",
    );
    let parameters = [account_id.into(), region.into(), after.into(), limit.into()];
    collect(&tx.all(sql, &parameters).await?)
}

/// Removes the pool at once; its identities and logins follow in pieces ([`super::pool_sweeps`]).
/// Pool ids are never given twice, so what is left cannot be reached.
pub async fn delete(tx: &mut Tx, id: &IdentityPoolId) -> Result<bool, StoreError> {
    if tx.exec("DELETE FROM identity_pools WHERE id = $1", &[id.into()]).await? == 0 {
        return Ok(false);
    }
    super::pool_sweeps::insert(tx, id.as_str()).await?;
    Ok(true)
}

impl FromRow for IdentityPool {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id(0)?,
            account_id: row.id(1)?,
            region: row.id(2)?,
            name: row.id(3)?,
            config: row.id(4)?,
            roles: row.id(5)?,
            created_ms: row.timestamp(6)?,
            modified_ms: row.timestamp(7)?,
        })
    }
}
