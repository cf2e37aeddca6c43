//! `s3_parts`: the parts of multipart uploads, and of the objects that these became.

use super::{FromRow, collect, maybe};
use crate::error::StoreError;
use crate::row::Row;
use crate::tx::Tx;
use domain::time::Timestamp;

/// One part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct S3Part {
    /// The upload.
    pub upload: String,
    /// Its number, from 1 to 10,000.
    pub number: i64,
    /// The content file with its bytes. No two parts share one.
    pub content: String,
    /// In bytes.
    pub size: i64,
    /// Without quotes.
    pub etag: String,
    /// When it was uploaded.
    pub modified_ms: Timestamp,
    /// Its checksum: algorithm and value.
    pub checksum: Option<String>,
}

macro_rules! columns {
    () => {
        "upload, number, content, size, etag, modified_ms, checksum"
    };
}

/// Writes a part, in the place of the one with its number.
pub async fn put(tx: &mut Tx, row: &S3Part) -> Result<(), StoreError> {
    let sql = concat!(
        "INSERT INTO s3_parts (",
        columns!(),
        ") VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (upload, number) DO UPDATE SET content = excluded.content, \
         size = excluded.size, etag = excluded.etag, modified_ms = excluded.modified_ms, checksum = excluded.checksum",
    );
    let parameters = [
        (&row.upload).into(),
        row.number.into(),
        (&row.content).into(),
        row.size.into(),
        (&row.etag).into(),
        row.modified_ms.into(),
        (&row.checksum).into(),
    ];
    tx.exec(sql, &parameters).await.map(drop)
}

/// The part with this number.
pub async fn find(tx: &mut Tx, upload: &str, number: i64) -> Result<Option<S3Part>, StoreError> {
    let sql = concat!("SELECT ", columns!(), " FROM s3_parts WHERE upload = $1 AND number = $2");
    maybe(tx.one(sql, &[upload.into(), number.into()]).await?.as_ref())
}

/// The parts of an upload after the given number, in order.
pub async fn list(tx: &mut Tx, upload: &str, after: i64, limit: i64) -> Result<Vec<S3Part>, StoreError> {
    let sql =
        concat!("SELECT ", columns!(), " FROM s3_parts WHERE upload = $1 AND number > $2 ORDER BY number LIMIT $3",);
    collect(&tx.all(sql, &[upload.into(), after.into(), limit.into()]).await?)
}

/// Whether a part's bytes are in this content file.
pub async fn names_content(tx: &mut Tx, content: &str) -> Result<bool, StoreError> {
    Ok(tx.one("SELECT 1 FROM s3_parts WHERE content = $1", &[content.into()]).await?.is_some())
}

/// Removes one part.
pub async fn delete(tx: &mut Tx, upload: &str, number: i64) -> Result<bool, StoreError> {
    let sql = "DELETE FROM s3_parts WHERE upload = $1 AND number = $2";
    Ok(tx.exec(sql, &[upload.into(), number.into()]).await? == 1)
}

/// Removes all parts of an upload; answers how many there were.
pub async fn delete_all(tx: &mut Tx, upload: &str) -> Result<u64, StoreError> {
    tx.exec("DELETE FROM s3_parts WHERE upload = $1", &[upload.into()]).await
}

impl FromRow for S3Part {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            upload: row.id(0)?,
            number: row.int(1)?,
            content: row.id(2)?,
            size: row.int(3)?,
            etag: row.id(4)?,
            modified_ms: row.timestamp(5)?,
            checksum: row.opt_id(6)?,
        })
    }
}
