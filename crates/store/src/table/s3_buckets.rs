//! `s3_buckets`: the buckets of S3, and the documents that belong to one. Rows of the catalog.

use super::{FromRow, collect, maybe};
use crate::error::StoreError;
use crate::param::prefix_end;
use crate::row::Row;
use crate::tx::Tx;
use domain::id::{AccountId, Region};
use domain::time::Timestamp;

/// One bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct S3Bucket {
    /// Its name; no two accounts have the same.
    pub name: String,
    /// Whose it is.
    pub account_id: AccountId,
    /// Where it was made.
    pub region: Region,
    /// When it was made.
    pub created_ms: Timestamp,
    /// Its CORS rules, as JSON.
    pub cors: Option<String>,
    /// Its tags, as JSON.
    pub tags: Option<String>,
    /// Its ownership controls: a word such as `BucketOwnerEnforced`.
    pub ownership: Option<String>,
}

macro_rules! columns {
    () => {
        "name, account_id, region, created_ms, cors, tags, ownership"
    };
}

/// Adds a bucket.
pub async fn insert(tx: &mut Tx, row: &S3Bucket) -> Result<bool, StoreError> {
    let sql = concat!(
        "INSERT INTO s3_buckets (",
        columns!(),
        ") VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
    );
    let parameters = [
        (&row.name).into(),
        (&row.account_id).into(),
        (&row.region).into(),
        row.created_ms.into(),
        (&row.cors).into(),
        (&row.tags).into(),
        (&row.ownership).into(),
    ];
    Ok(tx.exec(sql, &parameters).await? == 1)
}

/// Writes the documents, which are all that can change.
pub async fn update(tx: &mut Tx, row: &S3Bucket) -> Result<bool, StoreError> {
    let sql = "UPDATE s3_buckets SET cors = $2, tags = $3, ownership = $4 WHERE name = $1";
    let parameters = [(&row.name).into(), (&row.cors).into(), (&row.tags).into(), (&row.ownership).into()];
    Ok(tx.exec(sql, &parameters).await? == 1)
}

/// The bucket of this name, whosever it is.
pub async fn find(tx: &mut Tx, name: &str) -> Result<Option<S3Bucket>, StoreError> {
    let sql = concat!("SELECT ", columns!(), " FROM s3_buckets WHERE name = $1");
    maybe(tx.one(sql, &[name.into()]).await?.as_ref())
}

/// Whether there is a bucket of this name.
pub async fn exists(tx: &mut Tx, name: &str) -> Result<bool, StoreError> {
    Ok(tx.one("SELECT 1 FROM s3_buckets WHERE name = $1", &[name.into()]).await?.is_some())
}

/// The buckets of an account whose names begin with `prefix`, by name.
pub async fn list(
    tx: &mut Tx,
    account_id: &AccountId,
    prefix: &str,
    after: &str,
    limit: i64,
) -> Result<Vec<S3Bucket>, StoreError> {
    // Names are ASCII, so the text that ends the range is one that no bucket has.
    let end = prefix_end(prefix).unwrap_or_else(|| "\u{10ffff}".to_owned());
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM s3_buckets WHERE account_id = $1 AND name >= $2 AND name > $3 AND name < $4 ORDER BY name LIMIT $5",
    );
    let parameters = [account_id.into(), prefix.into(), after.into(), (&end).into(), limit.into()];
    collect(&tx.all(sql, &parameters).await?)
}

/// Removes a bucket.
pub async fn delete(tx: &mut Tx, name: &str) -> Result<bool, StoreError> {
    Ok(tx.exec("DELETE FROM s3_buckets WHERE name = $1", &[name.into()]).await? == 1)
}

impl FromRow for S3Bucket {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            name: row.id(0)?,
            account_id: row.id(1)?,
            region: row.id(2)?,
            created_ms: row.timestamp(3)?,
            cors: row.opt_id(4)?,
            tags: row.opt_id(5)?,
            ownership: row.opt_id(6)?,
        })
    }
}
