//! `s3_objects`: what is in the buckets of S3. Keys are bytes, so that they are ordered as S3 orders them.

use super::{FromRow, collect, maybe};
use crate::error::StoreError;
use crate::row::Row;
use crate::tx::Tx;
use domain::time::Timestamp;

/// One object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct S3Object {
    /// The bucket.
    pub bucket: String,
    /// Its key.
    pub key: Vec<u8>,
    /// Where its bytes are: a content file, or the upload whose parts they are. No two objects share one.
    pub content: String,
    /// How many parts it has; 0 for an object that was uploaded whole.
    pub parts: i64,
    /// In bytes.
    pub size: i64,
    /// Without quotes.
    pub etag: String,
    /// When it was put there.
    pub modified_ms: Timestamp,
    /// Its checksum: algorithm, type and value.
    pub checksum: Option<String>,
    /// The headers it is served with, and the user's metadata, as JSON.
    pub headers: String,
    /// Its tags, as JSON.
    pub tags: Option<String>,
}

/// What a list shows of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct S3ListedObject {
    /// Its key.
    pub key: Vec<u8>,
    /// In bytes.
    pub size: i64,
    /// Without quotes.
    pub etag: String,
    /// When it was put there.
    pub modified_ms: Timestamp,
    /// Its checksum: algorithm, type and value.
    pub checksum: Option<String>,
}

macro_rules! columns {
    () => {
        "bucket, key, content, parts, size, etag, modified_ms, checksum, headers, tags"
    };
}

/// Writes an object, in the place of whatever was there.
pub async fn put(tx: &mut Tx, row: &S3Object) -> Result<(), StoreError> {
    let sql = concat!(
        "INSERT INTO s3_objects (",
        columns!(),
        ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (bucket, key) DO UPDATE SET \
         content = excluded.content, parts = excluded.parts, size = excluded.size, etag = excluded.etag, \
         modified_ms = excluded.modified_ms, checksum = excluded.checksum, headers = excluded.headers, \
         tags = excluded.tags",
    );
    let parameters = [
        (&row.bucket).into(),
        (&row.key).into(),
        (&row.content).into(),
        row.parts.into(),
        row.size.into(),
        (&row.etag).into(),
        row.modified_ms.into(),
        (&row.checksum).into(),
        (&row.headers).into(),
        (&row.tags).into(),
    ];
    tx.exec(sql, &parameters).await.map(drop)
}

/// The object under this key.
pub async fn find(tx: &mut Tx, bucket: &str, key: &[u8]) -> Result<Option<S3Object>, StoreError> {
    let sql = concat!("SELECT ", columns!(), " FROM s3_objects WHERE bucket = $1 AND key = $2");
    maybe(tx.one(sql, &[bucket.into(), key.into()]).await?.as_ref())
}

/// Whether an object's bytes are in this content file.
pub async fn names_content(tx: &mut Tx, content: &str) -> Result<bool, StoreError> {
    Ok(tx.one("SELECT 1 FROM s3_objects WHERE content = $1", &[content.into()]).await?.is_some())
}

/// Whether the bucket holds an object.
pub async fn any(tx: &mut Tx, bucket: &str) -> Result<bool, StoreError> {
    Ok(tx.one("SELECT 1 FROM s3_objects WHERE bucket = $1 LIMIT 1", &[bucket.into()]).await?.is_some())
}

/// The objects with `from <= key`, and `key < below` if that is given, by key.
pub async fn list(
    tx: &mut Tx,
    bucket: &str,
    from: &[u8],
    below: Option<&[u8]>,
    limit: i64,
) -> Result<Vec<S3ListedObject>, StoreError> {
    macro_rules! select {
        ($and:literal) => {
            concat!(
                "SELECT key, size, etag, modified_ms, checksum FROM s3_objects WHERE bucket = $1 AND key >= $2",
                $and,
                " ORDER BY key LIMIT $3"
            )
        };
    }
    let rows = match below {
        Some(below) => {
            let parameters = [bucket.into(), from.into(), limit.into(), below.into()];
            tx.all(select!(" AND key < $4"), &parameters).await?
        }
        None => tx.all(select!(""), &[bucket.into(), from.into(), limit.into()]).await?,
    };
    collect(&rows)
}

/// Writes an object's tags.
pub async fn update_tags(tx: &mut Tx, bucket: &str, key: &[u8], tags: Option<&str>) -> Result<bool, StoreError> {
    let sql = "UPDATE s3_objects SET tags = $3 WHERE bucket = $1 AND key = $2";
    Ok(tx.exec(sql, &[bucket.into(), key.into(), tags.into()]).await? == 1)
}

/// Removes an object.
pub async fn delete(tx: &mut Tx, bucket: &str, key: &[u8]) -> Result<bool, StoreError> {
    let sql = "DELETE FROM s3_objects WHERE bucket = $1 AND key = $2";
    Ok(tx.exec(sql, &[bucket.into(), key.into()]).await? == 1)
}

impl FromRow for S3Object {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            bucket: row.id(0)?,
            key: row.bytes(1)?.to_vec(),
            content: row.id(2)?,
            parts: row.int(3)?,
            size: row.int(4)?,
            etag: row.id(5)?,
            modified_ms: row.timestamp(6)?,
            checksum: row.opt_id(7)?,
            headers: row.id(8)?,
            tags: row.opt_id(9)?,
        })
    }
}

impl FromRow for S3ListedObject {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            key: row.bytes(0)?.to_vec(),
            size: row.int(1)?,
            etag: row.id(2)?,
            modified_ms: row.timestamp(3)?,
            checksum: row.opt_id(4)?,
        })
    }
}
