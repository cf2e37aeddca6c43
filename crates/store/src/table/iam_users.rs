//! `iam_users`: the users of an account.

use super::{FromRow, collect, maybe};
use crate::error::StoreError;
use crate::row::Row;
use crate::tx::Tx;
use domain::id::{AccountId, IamUserId};
use domain::time::Timestamp;

/// One IAM user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IamUser {
    /// The account.
    pub account_id: AccountId,
    /// The name in lower case: names differ by more than case.
    pub name_key: String,
    /// The name as it was given.
    pub name: String,
    /// `AIDA…`.
    pub id: IamUserId,
    /// Such as `/`.
    pub path: String,
    /// The permissions boundary.
    pub boundary_arn: Option<String>,
    /// Tags, as JSON.
    pub tags: String,
    /// When it was made.
    pub created_ms: Timestamp,
}

macro_rules! columns {
    () => {
        "account_id, name_key, name, id, path, boundary_arn, tags, created_ms"
    };
}

/// Adds a user; `false` when the name is taken.
pub async fn insert(tx: &mut Tx, row: &IamUser) -> Result<bool, StoreError> {
    let sql = concat!(
        "INSERT INTO iam_users (",
        columns!(),
        ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
    );
    let parameters = [
        (&row.account_id).into(),
        (&row.name_key).into(),
        (&row.name).into(),
        (&row.id).into(),
        (&row.path).into(),
        (&row.boundary_arn).into(),
        (&row.tags).into(),
        row.created_ms.into(),
    ];
    Ok(tx.exec(sql, &parameters).await? == 1)
}

/// Writes what can change, found by id; [`StoreError::Unique`] when a new name is taken.
pub async fn update(tx: &mut Tx, row: &IamUser) -> Result<bool, StoreError> {
    let sql = "UPDATE iam_users SET name_key = $3, name = $4, path = $5, boundary_arn = $6, tags = $7 WHERE \
               account_id = $1 AND id = $2";
    let parameters = [
        (&row.account_id).into(),
        (&row.id).into(),
        (&row.name_key).into(),
        (&row.name).into(),
        (&row.path).into(),
        (&row.boundary_arn).into(),
        (&row.tags).into(),
    ];
    Ok(tx.exec(sql, &parameters).await? == 1)
}

/// The user of this name.
pub async fn find(tx: &mut Tx, account_id: &AccountId, name_key: &str) -> Result<Option<IamUser>, StoreError> {
    let sql = concat!("SELECT ", columns!(), " FROM iam_users WHERE account_id = $1 AND name_key = $2");
    let row = tx.one(sql, &[account_id.into(), name_key.into()]).await?;
    maybe(row.as_ref())
}

/// The user with this id.
pub async fn find_by_id(tx: &mut Tx, id: &IamUserId) -> Result<Option<IamUser>, StoreError> {
    let sql = concat!("SELECT ", columns!(), " FROM iam_users WHERE id = $1");
    let row = tx.one(sql, &[id.into()]).await?;
    maybe(row.as_ref())
}

/// The users of an account, by name.
pub async fn list(tx: &mut Tx, account_id: &AccountId, after: &str, limit: i64) -> Result<Vec<IamUser>, StoreError> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM iam_users WHERE account_id = $1 AND name_key > $2 ORDER BY name_key LIMIT $3",
    );
    let parameters = [account_id.into(), after.into(), limit.into()];
    collect(&tx.all(sql, &parameters).await?)
}

/// The users of an account that have this permissions boundary, by id.
pub async fn list_bounded_by(
    tx: &mut Tx,
    account_id: &AccountId,
    boundary_arn: &str,
    after_id: &str,
    limit: i64,
) -> Result<Vec<IamUser>, StoreError> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM iam_users WHERE account_id = $1 AND boundary_arn = $2 AND id > $3 ORDER BY id LIMIT $4"
    );
    let parameters = [account_id.into(), boundary_arn.into(), after_id.into(), limit.into()];
    collect(&tx.all(sql, &parameters).await?)
}

/// The users in a group, by name.
pub async fn list_of_group(
    tx: &mut Tx,
    account_id: &AccountId,
    group_id: &str,
    after: &str,
    limit: i64,
) -> Result<Vec<IamUser>, StoreError> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM iam_users WHERE account_id = $1 AND name_key > $3 AND id IN (SELECT \
         user_id FROM iam_group_members WHERE group_id = $2) ORDER BY name_key LIMIT $4"
    );
    let parameters = [account_id.into(), group_id.into(), after.into(), limit.into()];
    collect(&tx.all(sql, &parameters).await?)
}

/// How many users an account has.
pub async fn count(tx: &mut Tx, account_id: &AccountId) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM iam_users WHERE account_id = $1";
    tx.one(sql, &[account_id.into()]).await?.map_or(Ok(0), |row| row.int(0))
}

/// How many users of an account have each permissions boundary.
pub async fn boundary_counts(tx: &mut Tx, account_id: &AccountId) -> Result<Vec<(String, i64)>, StoreError> {
    let sql = "SELECT boundary_arn, COUNT(*) FROM iam_users \
               WHERE account_id = $1 AND boundary_arn IS NOT NULL GROUP BY boundary_arn";
    tx.all(sql, &[account_id.into()]).await?.iter().map(|row| Ok((row.id(0)?, row.int(1)?))).collect()
}

/// How many users of an account have this permissions boundary.
pub async fn count_bounded_by(tx: &mut Tx, account_id: &AccountId, boundary_arn: &str) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM iam_users WHERE account_id = $1 AND boundary_arn = $2";
    tx.one(sql, &[account_id.into(), boundary_arn.into()]).await?.map_or(Ok(0), |row| row.int(0))
}

/// Removes a user; keys and policies are the caller's to check.
pub async fn delete(tx: &mut Tx, account_id: &AccountId, name_key: &str) -> Result<bool, StoreError> {
    let sql = "DELETE FROM iam_users WHERE account_id = $1 AND name_key = $2";
    Ok(tx.exec(sql, &[account_id.into(), name_key.into()]).await? == 1)
}

impl FromRow for IamUser {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            account_id: row.id(0)?,
            name_key: row.id(1)?,
            name: row.id(2)?,
            id: row.id(3)?,
            path: row.id(4)?,
            boundary_arn: row.opt_id(5)?,
            tags: row.id(6)?,
            created_ms: row.timestamp(7)?,
        })
    }
}
