//! `iam_policies`: the customer-managed policies of an account.

use super::{FromRow, collect, maybe};
use crate::error::StoreError;
use crate::row::Row;
use crate::tx::Tx;
use domain::id::AccountId;
use domain::time::Timestamp;

/// One customer-managed policy; its documents are its versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IamPolicy {
    /// The account.
    pub account_id: AccountId,
    /// The name in lower case: names differ by more than case.
    pub name_key: String,
    /// The name as it was given.
    pub name: String,
    /// `ANPA…`.
    pub id: String,
    /// Such as `/`.
    pub path: String,
    /// What it is for.
    pub description: Option<String>,
    /// The version in force.
    pub default_version: i64,
    /// The highest number given out: numbers are never used again.
    pub newest_version: i64,
    /// Tags, as JSON.
    pub tags: String,
    /// When it was made.
    pub created_ms: Timestamp,
    /// When it was last changed.
    pub modified_ms: Timestamp,
}

macro_rules! columns {
    () => {
        "account_id, name_key, name, id, path, description, default_version, newest_version, tags, \
         created_ms, modified_ms"
    };
}

/// Adds a policy; `false` when the name is taken.
pub async fn insert(tx: &mut Tx, row: &IamPolicy) -> Result<bool, StoreError> {
    let sql = concat!(
        "INSERT INTO iam_policies (",
        columns!(),
        ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING"
    );
    let parameters = [
        (&row.account_id).into(),
        (&row.name_key).into(),
        (&row.name).into(),
        (&row.id).into(),
        (&row.path).into(),
        (&row.description).into(),
        row.default_version.into(),
        row.newest_version.into(),
        (&row.tags).into(),
        row.created_ms.into(),
        row.modified_ms.into(),
    ];
    Ok(tx.exec(sql, &parameters).await? == 1)
}

/// Writes what can change, found by id.
pub async fn update(tx: &mut Tx, row: &IamPolicy) -> Result<bool, StoreError> {
    let sql = "UPDATE iam_policies SET default_version = $3, newest_version = $4, tags = $5, \
         modified_ms = $6 WHERE account_id = $1 AND id = $2";
    let parameters = [
        (&row.account_id).into(),
        (&row.id).into(),
        row.default_version.into(),
        row.newest_version.into(),
        (&row.tags).into(),
        row.modified_ms.into(),
    ];
    Ok(tx.exec(sql, &parameters).await? == 1)
}

/// The policy of this name.
pub async fn find(tx: &mut Tx, account_id: &AccountId, name_key: &str) -> Result<Option<IamPolicy>, StoreError> {
    let row = tx
        .one(
            concat!("SELECT ", columns!(), " FROM iam_policies WHERE account_id = $1 AND name_key = $2"),
            &[account_id.into(), name_key.into()],
        )
        .await?;
    maybe(row.as_ref())
}

/// The policies of an account, by name.
pub async fn list(tx: &mut Tx, account_id: &AccountId, after: &str, limit: i64) -> Result<Vec<IamPolicy>, StoreError> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM iam_policies WHERE account_id = $1 AND name_key > $2 ORDER BY name_key LIMIT $3"
    );
    let parameters = [account_id.into(), after.into(), limit.into()];
    collect(&tx.all(sql, &parameters).await?)
}

/// How many policies an account has.
pub async fn count(tx: &mut Tx, account_id: &AccountId) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM iam_policies WHERE account_id = $1";
    tx.one(sql, &[account_id.into()]).await?.map_or(Ok(0), |row| row.int(0))
}

/// Removes a policy; versions and attachments are the caller's to check.
pub async fn delete(tx: &mut Tx, account_id: &AccountId, name_key: &str) -> Result<bool, StoreError> {
    let sql = "DELETE FROM iam_policies WHERE account_id = $1 AND name_key = $2";
    Ok(tx.exec(sql, &[account_id.into(), name_key.into()]).await? == 1)
}

impl FromRow for IamPolicy {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            account_id: row.id(0)?,
            name_key: row.id(1)?,
            name: row.id(2)?,
            id: row.id(3)?,
            path: row.id(4)?,
            description: row.opt_id(5)?,
            default_version: row.int(6)?,
            newest_version: row.int(7)?,
            tags: row.id(8)?,
            created_ms: row.timestamp(9)?,
            modified_ms: row.timestamp(10)?,
        })
    }
}
