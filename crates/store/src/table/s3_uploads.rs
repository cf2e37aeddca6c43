//! `s3_uploads`: multipart uploads that were begun and neither completed nor aborted.

use super::{FromRow, collect, maybe};
use crate::error::StoreError;
use crate::row::Row;
use crate::tx::Tx;
use domain::time::Timestamp;

/// One upload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct S3Upload {
    /// The bucket.
    pub bucket: String,
    /// The key of the object that it will be.
    pub key: Vec<u8>,
    /// Its id.
    pub id: String,
    /// When it was begun.
    pub started_ms: Timestamp,
    /// The account that began it; empty: nobody known.
    pub initiator: String,
    /// The checksum that its object will have: algorithm and type.
    pub checksum: Option<String>,
    /// The headers its object will be served with, and the user's metadata, as JSON.
    pub headers: String,
    /// The tags its object will have, as JSON.
    pub tags: Option<String>,
}

macro_rules! columns {
    () => {
        "bucket, key, id, started_ms, initiator, checksum, headers, tags"
    };
}

/// Adds an upload.
pub async fn insert(tx: &mut Tx, row: &S3Upload) -> Result<bool, StoreError> {
    let sql = concat!(
        "INSERT INTO s3_uploads (",
        columns!(),
        ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
    );
    let parameters = [
        (&row.bucket).into(),
        (&row.key).into(),
        (&row.id).into(),
        row.started_ms.into(),
        (&row.initiator).into(),
        (&row.checksum).into(),
        (&row.headers).into(),
        (&row.tags).into(),
    ];
    Ok(tx.exec(sql, &parameters).await? == 1)
}

/// The upload with this id, to this key.
pub async fn find(tx: &mut Tx, bucket: &str, key: &[u8], id: &str) -> Result<Option<S3Upload>, StoreError> {
    let sql = concat!("SELECT ", columns!(), " FROM s3_uploads WHERE bucket = $1 AND key = $2 AND id = $3");
    maybe(tx.one(sql, &[bucket.into(), key.into(), id.into()]).await?.as_ref())
}

/// The uploads after (`key`, `id`), and with `key < below` if that is given, by key and id. An empty `id` is before every id.
pub async fn list(
    tx: &mut Tx,
    bucket: &str,
    (key, id): (&[u8], &str),
    below: Option<&[u8]>,
    limit: i64,
) -> Result<Vec<S3Upload>, StoreError> {
    macro_rules! select {
        ($and:literal) => {
            concat!(
                "SELECT ",
                columns!(),
                " FROM s3_uploads WHERE bucket = $1 AND key >= $2 AND (key > $2 OR id > $3)",
                $and,
                " ORDER BY key, id LIMIT $4"
            )
        };
    }
    let rows = match below {
        Some(below) => {
            let parameters = [bucket.into(), key.into(), id.into(), limit.into(), below.into()];
            tx.all(select!(" AND key < $5"), &parameters).await?
        }
        None => tx.all(select!(""), &[bucket.into(), key.into(), id.into(), limit.into()]).await?,
    };
    collect(&rows)
}

/// Removes an upload; its parts are another table's.
pub async fn delete(tx: &mut Tx, bucket: &str, key: &[u8], id: &str) -> Result<bool, StoreError> {
    let sql = "DELETE FROM s3_uploads WHERE bucket = $1 AND key = $2 AND id = $3";
    Ok(tx.exec(sql, &[bucket.into(), key.into(), id.into()]).await? == 1)
}

impl FromRow for S3Upload {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            bucket: row.id(0)?,
            key: row.bytes(1)?.to_vec(),
            id: row.id(2)?,
            started_ms: row.timestamp(3)?,
            initiator: row.id(4)?,
            checksum: row.opt_id(5)?,
            headers: row.id(6)?,
            tags: row.opt_id(7)?,
        })
    }
}
