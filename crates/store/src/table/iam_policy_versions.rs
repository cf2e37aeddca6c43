//! `iam_policy_versions`: the documents of customer-managed policies.

use super::{FromRow, collect, maybe};
use crate::error::StoreError;
use crate::row::Row;
use crate::tx::Tx;
use domain::time::Timestamp;

/// One version of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyVersion {
    /// The policy's `ANPA…`.
    pub policy_id: String,
    /// 1, 2, …: never used again.
    pub version: i64,
    /// The policy, as JSON.
    pub document: String,
    /// When it was made.
    pub created_ms: Timestamp,
}

macro_rules! columns {
    () => {
        "policy_id, version, document, created_ms"
    };
}

/// Adds a version; `false` when the number is taken.
pub async fn insert(tx: &mut Tx, row: &PolicyVersion) -> Result<bool, StoreError> {
    let sql =
        concat!("INSERT INTO iam_policy_versions (", columns!(), ") VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING");
    let parameters = [(&row.policy_id).into(), row.version.into(), (&row.document).into(), row.created_ms.into()];
    Ok(tx.exec(sql, &parameters).await? == 1)
}

/// One version.
pub async fn find(tx: &mut Tx, policy_id: &str, version: i64) -> Result<Option<PolicyVersion>, StoreError> {
    let row = tx
        .one(
            concat!("SELECT ", columns!(), " FROM iam_policy_versions WHERE policy_id = $1 AND version = $2"),
            &[policy_id.into(), version.into()],
        )
        .await?;
    maybe(row.as_ref())
}

/// The versions of a policy, oldest first; the quota bounds them.
pub async fn list(tx: &mut Tx, policy_id: &str) -> Result<Vec<PolicyVersion>, StoreError> {
    let sql = concat!("SELECT ", columns!(), " FROM iam_policy_versions WHERE policy_id = $1 ORDER BY version");
    let parameters = [policy_id.into()];
    collect(&tx.all(sql, &parameters).await?)
}

/// How many versions the policies of an account have together.
pub async fn count(tx: &mut Tx, account_id: &domain::id::AccountId) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM iam_policy_versions WHERE policy_id IN (SELECT id FROM iam_policies WHERE account_id = $1)";
    tx.one(sql, &[account_id.into()]).await?.map_or(Ok(0), |row| row.int(0))
}

/// Removes a version.
pub async fn delete(tx: &mut Tx, policy_id: &str, version: i64) -> Result<bool, StoreError> {
    let sql = "DELETE FROM iam_policy_versions WHERE policy_id = $1 AND version = $2";
    Ok(tx.exec(sql, &[policy_id.into(), version.into()]).await? == 1)
}

impl FromRow for PolicyVersion {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self { policy_id: row.id(0)?, version: row.int(1)?, document: row.id(2)?, created_ms: row.timestamp(3)? })
    }
}
