//! `user_pool_clients`: the app clients of a user pool.

use super::{FromRow, collect, maybe};
use crate::error::StoreError;
use crate::row::Row;
use crate::tx::Tx;
use domain::id::{ClientId, UserPoolId};
use domain::time::Timestamp;
use std::fmt;

/// One app client.
#[derive(Clone, PartialEq, Eq)]
pub struct UserPoolClient {
    /// 26 characters.
    pub id: ClientId,
    /// The user pool.
    pub pool_id: UserPoolId,
    /// Its name; several may share one.
    pub name: String,
    /// The client secret, sealed, if it has one.
    pub sealed_secret: Option<Vec<u8>>,
    /// Everything else, as JSON.
    pub config: String,
    /// When it was made.
    pub created_ms: Timestamp,
    /// When it was last changed.
    pub modified_ms: Timestamp,
}

macro_rules! columns {
    () => {
        "id, pool_id, name, sealed_secret, config, created_ms, modified_ms"
    };
}

/// Adds a client.
pub async fn insert(tx: &mut Tx, row: &UserPoolClient) -> Result<bool, StoreError> {
    let sql = concat!(
        "INSERT INTO user_pool_clients (",
        columns!(),
        ") VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
    );
    let parameters = [
        (&row.id).into(),
        (&row.pool_id).into(),
        (&row.name).into(),
        (&row.sealed_secret).into(),
        (&row.config).into(),
        row.created_ms.into(),
        row.modified_ms.into(),
    ];
    Ok(tx.exec(sql, &parameters).await? == 1)
}

/// Writes what can change.
pub async fn update(tx: &mut Tx, row: &UserPoolClient) -> Result<bool, StoreError> {
    let sql = "UPDATE user_pool_clients SET name = $3, sealed_secret = $4, config = $5, modified_ms = $6 \
               WHERE pool_id = $1 AND id = $2";
    let parameters = [
        (&row.pool_id).into(),
        (&row.id).into(),
        (&row.name).into(),
        (&row.sealed_secret).into(),
        (&row.config).into(),
        row.modified_ms.into(),
    ];
    Ok(tx.exec(sql, &parameters).await? == 1)
}

/// The client with this id, in whichever pool: what unsigned calls name.
pub async fn find(tx: &mut Tx, id: &ClientId) -> Result<Option<UserPoolClient>, StoreError> {
    let sql = concat!("SELECT ", columns!(), " FROM user_pool_clients WHERE id = $1");
    let row = tx.one(sql, &[id.into()]).await?;
    maybe(row.as_ref())
}

/// The clients of a pool, by id.
pub async fn list(
    tx: &mut Tx,
    pool_id: &UserPoolId,
    after: &str,
    limit: i64,
) -> Result<Vec<UserPoolClient>, StoreError> {
    let sql =
        concat!("SELECT ", columns!(), " FROM user_pool_clients WHERE pool_id = $1 AND id > $2 ORDER BY id LIMIT $3",);
    let parameters = [pool_id.into(), after.into(), limit.into()];
    collect(&tx.all(sql, &parameters).await?)
}

/// Removes a client.
pub async fn delete(tx: &mut Tx, pool_id: &UserPoolId, id: &ClientId) -> Result<bool, StoreError> {
    let sql = "DELETE FROM user_pool_clients WHERE pool_id = $1 AND id = $2";
    Ok(tx.exec(sql, &[pool_id.into(), id.into()]).await? == 1)
}

impl FromRow for UserPoolClient {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id(0)?,
            pool_id: row.id(1)?,
            name: row.id(2)?,
            sealed_secret: row.opt_bytes(3)?.map(<[u8]>::to_vec),
            config: row.id(4)?,
            created_ms: row.timestamp(5)?,
            modified_ms: row.timestamp(6)?,
        })
    }
}

impl fmt::Debug for UserPoolClient {
    // Sealed bytes and personal data stay out of logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserPoolClient")
            .field("id", &self.id)
            .field("pool_id", &self.pool_id)
            .field("config", &self.config)
            .field("created_ms", &self.created_ms)
            .field("modified_ms", &self.modified_ms)
            .finish_non_exhaustive()
    }
}
