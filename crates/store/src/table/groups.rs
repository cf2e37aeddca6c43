//! `groups`: the groups of the user pools.

use super::{FromRow, collect, maybe};
use crate::error::StoreError;
use crate::row::Row;
use crate::tx::Tx;
use domain::id::UserPoolId;
use domain::time::Timestamp;

/// One group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The user pool.
    pub pool_id: UserPoolId,
    /// Its name, unique in the pool.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// The role its members may have.
    pub role_arn: Option<String>,
    /// The lowest number wins.
    pub precedence: Option<i64>,
    /// When it was made.
    pub created_ms: Timestamp,
    /// When it was last changed.
    pub modified_ms: Timestamp,
}

/// The columns, qualified, for the tables that join this one.
pub(super) const QUALIFIED: &str = "groups.pool_id, groups.name, groups.description, groups.role_arn, \
                                         groups.precedence, groups.created_ms, groups.modified_ms";

macro_rules! columns {
    () => {
        "pool_id, name, description, role_arn, precedence, created_ms, modified_ms"
    };
}

/// Adds a group; `false` when the name is taken.
pub async fn insert(tx: &mut Tx, row: &Group) -> Result<bool, StoreError> {
    let sql =
        concat!("INSERT INTO groups (", columns!(), ") VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",);
    let parameters = [
        (&row.pool_id).into(),
        (&row.name).into(),
        (&row.description).into(),
        (&row.role_arn).into(),
        row.precedence.into(),
        row.created_ms.into(),
        row.modified_ms.into(),
    ];
    Ok(tx.exec(sql, &parameters).await? == 1)
}

/// Writes what can change.
pub async fn update(tx: &mut Tx, row: &Group) -> Result<bool, StoreError> {
    let sql = "UPDATE groups SET description = $3, role_arn = $4, precedence = $5, modified_ms = $6 WHERE \
               pool_id = $1 AND name = $2";
    let parameters = [
        (&row.pool_id).into(),
        (&row.name).into(),
        (&row.description).into(),
        (&row.role_arn).into(),
        row.precedence.into(),
        row.modified_ms.into(),
    ];
    Ok(tx.exec(sql, &parameters).await? == 1)
}

/// The group of this name.
pub async fn find(tx: &mut Tx, pool_id: &UserPoolId, name: &str) -> Result<Option<Group>, StoreError> {
    let sql = concat!("SELECT ", columns!(), " FROM groups WHERE pool_id = $1 AND name = $2");
    let row = tx.one(sql, &[pool_id.into(), name.into()]).await?;
    maybe(row.as_ref())
}

/// The groups of a pool, by name.
pub async fn list(tx: &mut Tx, pool_id: &UserPoolId, after: &str, limit: i64) -> Result<Vec<Group>, StoreError> {
    let sql = concat!("SELECT ", columns!(), " FROM groups WHERE pool_id = $1 AND name > $2 ORDER BY name LIMIT $3",);
    let parameters = [pool_id.into(), after.into(), limit.into()];
    collect(&tx.all(sql, &parameters).await?)
}

/// Removes the group and its memberships; its members stay.
pub async fn delete(tx: &mut Tx, pool_id: &UserPoolId, name: &str) -> Result<bool, StoreError> {
    if tx.exec("DELETE FROM groups WHERE pool_id = $1 AND name = $2", &[pool_id.into(), name.into()]).await? == 0 {
        return Ok(false);
    }
    let sql = "DELETE FROM group_members WHERE pool_id = $1 AND group_name = $2";
    tx.exec(sql, &[pool_id.into(), name.into()]).await?;
    Ok(true)
}

impl FromRow for Group {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            pool_id: row.id(0)?,
            name: row.id(1)?,
            description: row.opt_id(2)?,
            role_arn: row.opt_id(3)?,
            precedence: row.opt_int(4)?,
            created_ms: row.timestamp(5)?,
            modified_ms: row.timestamp(6)?,
        })
    }
}
