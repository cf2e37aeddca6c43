//! `user_pools`: the user pools of an account.

use super::{FromRow, collect, maybe};
use crate::error::StoreError;
use crate::row::Row;
use crate::tx::Tx;
use domain::id::{AccountId, Region, UserPoolId};
use domain::time::Timestamp;

/// One user pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserPool {
    /// `REGION_…`.
    pub id: UserPoolId,
    /// The account.
    pub account_id: AccountId,
    /// Where it is.
    pub region: Region,
    /// Its name; several may share one.
    pub name: String,
    /// Everything else, as JSON.
    pub config: String,
    /// When it was made.
    pub created_ms: Timestamp,
    /// When it was last changed.
    pub modified_ms: Timestamp,
}

macro_rules! columns {
    () => {
        "id, account_id, region, name, config, created_ms, modified_ms"
    };
}

/// Adds a pool.
pub async fn insert(tx: &mut Tx, row: &UserPool) -> Result<bool, StoreError> {
    let sql = concat!(
        "INSERT INTO user_pools (",
        columns!(),
        ") VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
    );
    let parameters = [
        (&row.id).into(),
        (&row.account_id).into(),
        (&row.region).into(),
        (&row.name).into(),
        (&row.config).into(),
        row.created_ms.into(),
        row.modified_ms.into(),
    ];
    Ok(tx.exec(sql, &parameters).await? == 1)
}

/// Writes what can change.
pub async fn update(tx: &mut Tx, row: &UserPool) -> Result<bool, StoreError> {
    let sql = "UPDATE user_pools SET name = $2, config = $3, modified_ms = $4 WHERE id = $1";
    let parameters = [(&row.id).into(), (&row.name).into(), (&row.config).into(), row.modified_ms.into()];
    Ok(tx.exec(sql, &parameters).await? == 1)
}

/// The pool with this id, in whichever account.
pub async fn find(tx: &mut Tx, id: &UserPoolId) -> Result<Option<UserPool>, StoreError> {
    let sql = concat!("SELECT ", columns!(), " FROM user_pools WHERE id = $1");
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
) -> Result<Vec<UserPool>, StoreError> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM user_pools WHERE account_id = $1 AND region = $2 AND id > $3 ORDER BY id LIMIT $4",
    );
    let parameters = [account_id.into(), region.into(), after.into(), limit.into()];
    collect(&tx.all(sql, &parameters).await?)
}

/// Removes the pool at once, with its clients and keys; its users and groups follow in pieces
/// ([`super::pool_sweeps`]). Pool ids are never given twice, so what is left cannot be reached.
pub async fn delete(tx: &mut Tx, id: &UserPoolId) -> Result<bool, StoreError> {
    if tx.exec("DELETE FROM user_pools WHERE id = $1", &[id.into()]).await? == 0 {
        return Ok(false);
    }
    tx.exec("DELETE FROM user_pool_clients WHERE pool_id = $1", &[id.into()]).await?;
    tx.exec("DELETE FROM user_pool_keys WHERE pool_id = $1", &[id.into()]).await?;
    super::pool_sweeps::insert(tx, id.as_str()).await?;
    Ok(true)
}

impl FromRow for UserPool {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id(0)?,
            account_id: row.id(1)?,
            region: row.id(2)?,
            name: row.id(3)?,
            config: row.id(4)?,
            created_ms: row.timestamp(5)?,
            modified_ms: row.timestamp(6)?,
        })
    }
}
