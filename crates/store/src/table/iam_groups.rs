//! `iam_groups`: the groups of an account.

use super::{FromRow, collect, maybe};
use crate::error::StoreError;
use crate::row::Row;
use crate::tx::Tx;
use domain::id::{AccountId, IamUserId};
use domain::time::Timestamp;

/// One IAM group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IamGroup {
    /// The account.
    pub account_id: AccountId,
    /// The name in lower case: names differ by more than case.
    pub name_key: String,
    /// The name as it was given.
    pub name: String,
    /// `AGPA…`.
    pub id: String,
    /// Such as `/`.
    pub path: String,
    /// When it was made.
    pub created_ms: Timestamp,
}

macro_rules! columns {
    () => {
        "account_id, name_key, name, id, path, created_ms"
    };
}

/// Adds a group; `false` when the name is taken.
pub async fn insert(tx: &mut Tx, row: &IamGroup) -> Result<bool, StoreError> {
    let sql =
        concat!("INSERT INTO iam_groups (", columns!(), ") VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING");
    let parameters = [
        (&row.account_id).into(),
        (&row.name_key).into(),
        (&row.name).into(),
        (&row.id).into(),
        (&row.path).into(),
        row.created_ms.into(),
    ];
    Ok(tx.exec(sql, &parameters).await? == 1)
}

/// Writes name and path, found by id; [`StoreError::Unique`] when a new name is taken.
pub async fn update(tx: &mut Tx, row: &IamGroup) -> Result<bool, StoreError> {
    let sql = "UPDATE iam_groups SET name_key = $3, name = $4, path = $5 WHERE account_id = $1 AND id = $2";
    let parameters =
        [(&row.account_id).into(), (&row.id).into(), (&row.name_key).into(), (&row.name).into(), (&row.path).into()];
    Ok(tx.exec(sql, &parameters).await? == 1)
}

/// The group of this name.
pub async fn find(tx: &mut Tx, account_id: &AccountId, name_key: &str) -> Result<Option<IamGroup>, StoreError> {
    let row = tx
        .one(
            concat!("SELECT ", columns!(), " FROM iam_groups WHERE account_id = $1 AND name_key = $2"),
            &[account_id.into(), name_key.into()],
        )
        .await?;
    maybe(row.as_ref())
}

/// The group with this id.
pub async fn find_by_id(tx: &mut Tx, id: &str) -> Result<Option<IamGroup>, StoreError> {
    let row = tx.one(concat!("SELECT ", columns!(), " FROM iam_groups WHERE id = $1"), &[id.into()]).await?;
    maybe(row.as_ref())
}

/// The groups of an account, by name.
pub async fn list(tx: &mut Tx, account_id: &AccountId, after: &str, limit: i64) -> Result<Vec<IamGroup>, StoreError> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM iam_groups WHERE account_id = $1 AND name_key > $2 ORDER BY name_key LIMIT $3"
    );
    let parameters = [account_id.into(), after.into(), limit.into()];
    collect(&tx.all(sql, &parameters).await?)
}

/// The groups that a user is in, by name.
pub async fn list_of_user(
    tx: &mut Tx,
    account_id: &AccountId,
    user_id: &IamUserId,
    after: &str,
    limit: i64,
) -> Result<Vec<IamGroup>, StoreError> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM iam_groups WHERE account_id = $1 AND name_key > $3 AND id IN (SELECT \
         group_id FROM iam_group_members WHERE user_id = $2) ORDER BY name_key LIMIT $4"
    );
    let parameters = [account_id.into(), user_id.into(), after.into(), limit.into()];
    collect(&tx.all(sql, &parameters).await?)
}

/// How many groups an account has.
pub async fn count(tx: &mut Tx, account_id: &AccountId) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM iam_groups WHERE account_id = $1";
    tx.one(sql, &[account_id.into()]).await?.map_or(Ok(0), |row| row.int(0))
}

/// Removes a group; members and policies are the caller's to check.
pub async fn delete(tx: &mut Tx, account_id: &AccountId, name_key: &str) -> Result<bool, StoreError> {
    let sql = "DELETE FROM iam_groups WHERE account_id = $1 AND name_key = $2";
    Ok(tx.exec(sql, &[account_id.into(), name_key.into()]).await? == 1)
}

impl FromRow for IamGroup {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            account_id: row.id(0)?,
            name_key: row.id(1)?,
            name: row.id(2)?,
            id: row.id(3)?,
            path: row.id(4)?,
            created_ms: row.timestamp(5)?,
        })
    }
}
