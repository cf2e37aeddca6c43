//! `s3_bucket_settings`: what decides about a bucket besides its users' own policies; kept for every bucket, whatever serves it.

use super::{FromRow, collect};
use crate::error::StoreError;
use crate::row::Row;
use crate::tx::Tx;
use domain::AccountId;
use domain::time::Timestamp;

/// One setting of a bucket, or of an account as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketSetting {
    /// The bucket's name; empty for what holds for all buckets of the account.
    pub bucket: String,
    /// Whose bucket it was when this was set.
    pub account_id: AccountId,
    /// Which setting.
    pub kind: String,
    /// What was set, in a form that `kind` tells.
    pub document: String,
    /// When.
    pub updated_ms: Timestamp,
}

macro_rules! columns {
    () => {
        "bucket, account_id, kind, document, updated_ms"
    };
}

/// The settings of a bucket, or, with an empty name, of all accounts. Few for each.
pub async fn list(tx: &mut Tx, bucket: &str) -> Result<Vec<BucketSetting>, StoreError> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM s3_bucket_settings WHERE bucket = $1 ORDER BY account_id, kind LIMIT 1000"
    );
    collect(&tx.all(sql, &[bucket.into()]).await?)
}

/// Sets it, whatever it was. Touches the catalog.
pub async fn put(tx: &mut Tx, row: &BucketSetting) -> Result<(), StoreError> {
    let sql = concat!(
        "INSERT INTO s3_bucket_settings (",
        columns!(),
        ") VALUES ($1, $2, $3, $4, $5) ON CONFLICT (bucket, account_id, kind) DO UPDATE ",
        "SET document = excluded.document, updated_ms = excluded.updated_ms"
    );
    let parameters = [
        (&row.bucket).into(),
        (&row.account_id).into(),
        (&row.kind).into(),
        (&row.document).into(),
        row.updated_ms.into(),
    ];
    tx.exec(sql, &parameters).await?;
    tx.touch_catalog().await
}

/// Unsets it. Touches the catalog.
pub async fn delete(tx: &mut Tx, bucket: &str, account: &AccountId, kind: &str) -> Result<bool, StoreError> {
    let sql = "DELETE FROM s3_bucket_settings WHERE bucket = $1 AND account_id = $2 AND kind = $3";
    let done = tx.exec(sql, &[bucket.into(), account.into(), kind.into()]).await? == 1;
    tx.touch_catalog().await?;
    Ok(done)
}

/// Unsets everything about a bucket that is no more. Touches the catalog.
pub async fn delete_all(tx: &mut Tx, bucket: &str) -> Result<(), StoreError> {
    tx.exec("DELETE FROM s3_bucket_settings WHERE bucket = $1", &[bucket.into()]).await?;
    tx.touch_catalog().await
}

impl FromRow for BucketSetting {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            bucket: row.id(0)?,
            account_id: row.id(1)?,
            kind: row.id(2)?,
            document: row.id(3)?,
            updated_ms: row.timestamp(4)?,
        })
    }
}
