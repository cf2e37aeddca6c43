//! `iam_instance_profiles`: what an account's machines carry a role in.

use super::{FromRow, collect, maybe};
use crate::error::StoreError;
use crate::row::Row;
use crate::tx::Tx;
use domain::id::{AccountId, RoleId};
use domain::time::Timestamp;

/// One instance profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstanceProfile {
    /// The account.
    pub account_id: AccountId,
    /// The name in lower case: names differ by more than case.
    pub name_key: String,
    /// The name as it was given.
    pub name: String,
    /// `AIPA…`.
    pub id: String,
    /// Such as `/`.
    pub path: String,
    /// The role in it: one at most.
    pub role_id: Option<RoleId>,
    /// Tags, as JSON.
    pub tags: String,
    /// When it was made.
    pub created_ms: Timestamp,
}

macro_rules! columns {
    () => {
        "account_id, name_key, name, id, path, role_id, tags, created_ms"
    };
}

/// Adds a profile; `false` when the name is taken.
pub async fn insert(tx: &mut Tx, row: &InstanceProfile) -> Result<bool, StoreError> {
    let sql = concat!(
        "INSERT INTO iam_instance_profiles (",
        columns!(),
        ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING"
    );
    let parameters = [
        (&row.account_id).into(),
        (&row.name_key).into(),
        (&row.name).into(),
        (&row.id).into(),
        (&row.path).into(),
        (&row.role_id).into(),
        (&row.tags).into(),
        row.created_ms.into(),
    ];
    Ok(tx.exec(sql, &parameters).await? == 1)
}

/// Writes role and tags, found by name.
pub async fn update(tx: &mut Tx, row: &InstanceProfile) -> Result<bool, StoreError> {
    let sql = "UPDATE iam_instance_profiles SET role_id = $3, tags = $4 WHERE account_id = $1 AND name_key = $2";
    let parameters = [(&row.account_id).into(), (&row.name_key).into(), (&row.role_id).into(), (&row.tags).into()];
    Ok(tx.exec(sql, &parameters).await? == 1)
}

/// The profile of this name.
pub async fn find(tx: &mut Tx, account_id: &AccountId, name_key: &str) -> Result<Option<InstanceProfile>, StoreError> {
    let sql = concat!("SELECT ", columns!(), " FROM iam_instance_profiles WHERE account_id = $1 AND name_key = $2");
    maybe(tx.one(sql, &[account_id.into(), name_key.into()]).await?.as_ref())
}

/// The profiles of an account, by name.
pub async fn list(
    tx: &mut Tx,
    account_id: &AccountId,
    after: &str,
    limit: i64,
) -> Result<Vec<InstanceProfile>, StoreError> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM iam_instance_profiles WHERE account_id = $1 AND name_key > $2 ORDER BY name_key LIMIT $3"
    );
    collect(&tx.all(sql, &[account_id.into(), after.into(), limit.into()]).await?)
}

/// The profiles that a role is in, by name.
pub async fn list_of_role(
    tx: &mut Tx,
    account_id: &AccountId,
    role_id: &RoleId,
    after: &str,
    limit: i64,
) -> Result<Vec<InstanceProfile>, StoreError> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM iam_instance_profiles WHERE account_id = $1 AND role_id = $2 AND name_key > $3 ORDER BY name_key \
         LIMIT $4"
    );
    collect(&tx.all(sql, &[account_id.into(), role_id.into(), after.into(), limit.into()]).await?)
}

/// How many profiles an account has.
pub async fn count(tx: &mut Tx, account_id: &AccountId) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM iam_instance_profiles WHERE account_id = $1";
    tx.one(sql, &[account_id.into()]).await?.map_or(Ok(0), |row| row.int(0))
}

/// Removes a profile; that no role is in it is the caller's to check.
pub async fn delete(tx: &mut Tx, account_id: &AccountId, name_key: &str) -> Result<bool, StoreError> {
    let sql = "DELETE FROM iam_instance_profiles WHERE account_id = $1 AND name_key = $2";
    Ok(tx.exec(sql, &[account_id.into(), name_key.into()]).await? == 1)
}

impl FromRow for InstanceProfile {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            account_id: row.id(0)?,
            name_key: row.id(1)?,
            name: row.id(2)?,
            id: row.id(3)?,
            path: row.id(4)?,
            role_id: row.opt_id(5)?,
            tags: row.id(6)?,
            created_ms: row.timestamp(7)?,
        })
    }
}
