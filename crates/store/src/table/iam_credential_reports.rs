//! `iam_credential_reports`: the last credential report of each account.

use super::{FromRow, maybe};
use crate::error::StoreError;
use crate::row::Row;
use crate::tx::Tx;
use domain::id::AccountId;
use domain::time::Timestamp;

/// One report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialReport {
    /// The account.
    pub account_id: AccountId,
    /// When it was made.
    pub generated_ms: Timestamp,
    /// The report, as CSV.
    pub content: String,
}

/// Keeps the report in the place of the one before.
pub async fn put(tx: &mut Tx, row: &CredentialReport) -> Result<(), StoreError> {
    let sql = "INSERT INTO iam_credential_reports (account_id, generated_ms, content) VALUES ($1, $2, $3) \
               ON CONFLICT (account_id) DO UPDATE SET generated_ms = excluded.generated_ms, content = excluded.content";
    tx.exec(sql, &[(&row.account_id).into(), row.generated_ms.into(), (&row.content).into()]).await.map(drop)
}

/// The account's report.
pub async fn find(tx: &mut Tx, account_id: &AccountId) -> Result<Option<CredentialReport>, StoreError> {
    let sql = "SELECT account_id, generated_ms, content FROM iam_credential_reports WHERE account_id = $1";
    maybe(tx.one(sql, &[account_id.into()]).await?.as_ref())
}

impl FromRow for CredentialReport {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self { account_id: row.id(0)?, generated_ms: row.timestamp(1)?, content: row.id(2)? })
    }
}
