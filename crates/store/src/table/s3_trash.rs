//! `s3_trash`: content files that nothing names any more and that are to be removed, once it is time.

use super::{FromRow, collect};
use crate::error::StoreError;
use crate::row::Row;
use crate::tx::Tx;
use domain::time::Timestamp;

/// One content file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct S3Trash {
    /// The file.
    pub content: String,
    /// The bucket it belonged to.
    pub bucket: String,
    /// From when on it may be removed.
    pub due_ms: Timestamp,
}

/// Adds a file.
pub async fn insert(tx: &mut Tx, row: &S3Trash) -> Result<bool, StoreError> {
    let sql = "INSERT INTO s3_trash (content, bucket, due_ms) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    Ok(tx.exec(sql, &[(&row.content).into(), (&row.bucket).into(), row.due_ms.into()]).await? == 1)
}

/// Adds the files of all parts of an upload; answers how many they are.
pub async fn insert_parts(tx: &mut Tx, upload: &str, bucket: &str, due: Timestamp) -> Result<u64, StoreError> {
    let sql = "INSERT INTO s3_trash (content, bucket, due_ms) SELECT content, $2, $3 FROM s3_parts WHERE upload = $1";
    tx.exec(sql, &[upload.into(), bucket.into(), due.into()]).await
}

/// The files that may be removed, those first that were due first.
pub async fn list_due(tx: &mut Tx, now: Timestamp, limit: i64) -> Result<Vec<S3Trash>, StoreError> {
    let sql = "SELECT content, bucket, due_ms FROM s3_trash WHERE due_ms <= $1 ORDER BY due_ms, content LIMIT $2";
    collect(&tx.all(sql, &[now.into(), limit.into()]).await?)
}

/// Forgets a file that was removed.
pub async fn delete(tx: &mut Tx, content: &str) -> Result<bool, StoreError> {
    Ok(tx.exec("DELETE FROM s3_trash WHERE content = $1", &[content.into()]).await? == 1)
}

impl FromRow for S3Trash {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self { content: row.id(0)?, bucket: row.id(1)?, due_ms: row.timestamp(2)? })
    }
}
