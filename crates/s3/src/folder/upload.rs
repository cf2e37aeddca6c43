//! Multipart uploads: found, and their parts put in place.

use super::buckets::Bucket;
use super::checksum::{Algorithm, Checksum, Kind, name, named};
use super::content_id::ContentId;
use super::files::Settled;
use super::visit::Visit;
use super::{object, refusals};
use crate::S3Fault;
use store::Tx;
use store::table::s3_parts::{self, S3Part};
use store::table::s3_trash::{self, S3Trash};
use store::table::s3_uploads::{self, S3Upload};

/// The upload that the request names.
///
/// # Errors
/// `NoSuchUpload`.
pub(super) async fn find(v: &Visit, bucket: &Bucket) -> Result<S3Upload, S3Fault> {
    let found = v.read(async |tx| find_in(tx, v, bucket).await.map_err(Into::into)).await?;
    found.ok_or_else(|| refusals::no_such_upload(id(v)))
}

/// The same inside a transaction.
pub(super) async fn find_in(tx: &mut Tx, v: &Visit, bucket: &Bucket) -> Result<Option<S3Upload>, S3Fault> {
    let key = v.key()?.as_str().as_bytes();
    let found = s3_uploads::find(tx, bucket.name.as_str(), key, id(v)).await;
    found.map_err(|error| S3Fault::internal(error.to_string()))
}

/// The upload's id, as it came.
pub(super) fn id(v: &Visit) -> &str {
    let id = v.parameter("uploadId").unwrap_or_default();
    // What is no id of ours is nobody's; a text with a NUL the store would not even look for.
    if ContentId::parse(id).is_some() { id } else { "-" }
}

/// The checksum that was asked for when the upload was begun; `None`: nothing was said.
pub(super) fn wanted(upload: &S3Upload) -> Option<(Algorithm, Kind)> {
    let (algorithm, kind) = upload.checksum.as_deref()?.split_once(' ')?;
    Some((named(algorithm)?, Kind::parse(kind)?))
}

/// The algorithm for a part, given the one that the part's request names.
///
/// # Errors
/// `InvalidRequest`: the upload was begun with another.
pub(super) fn algorithm_of_part(upload: &S3Upload, given: Option<Algorithm>) -> Result<Algorithm, S3Fault> {
    match (wanted(upload), given) {
        (Some((wanted, _)), Some(given)) if wanted != given => {
            let (wanted, given) = (name(wanted).to_ascii_lowercase(), name(given).to_ascii_lowercase());
            let message = format!(
                "Checksum Type mismatch occurred, expected checksum Type: {wanted}, actual checksum Type: {given}"
            );
            Err(S3Fault::invalid_request(message))
        }
        (Some((wanted, _)), _) => Ok(wanted),
        (None, given) => Ok(given.unwrap_or(Algorithm::Crc64Nvme)),
    }
}

/// What a part is made of.
pub(super) struct NewPart {
    pub(super) number: u32,
    pub(super) content: ContentId,
    pub(super) settled: Settled,
    pub(super) size: u64,
    pub(super) etag: String,
    pub(super) checksum: Checksum,
}

/// Makes the row of a part, in the place of the one with its number.
///
/// # Errors
/// `NoSuchUpload`, when it was completed or aborted meanwhile.
pub(super) async fn put_part(v: &Visit, bucket: &Bucket, part: NewPart) -> Result<(), S3Fault> {
    let row = S3Part {
        upload: id(v).to_owned(),
        number: i64::from(part.number),
        content: part.content.as_str().to_owned(),
        size: object::stored_size(part.size)?,
        etag: part.etag,
        modified_ms: v.now,
        checksum: Some(part.checksum.text()),
    };
    let done = v
        .write(async |tx| {
            bucket.still_there(tx).await?;
            if find_in(tx, v, bucket).await?.is_none() {
                return Err(refusals::no_such_upload(id(v)).into());
            }
            let before = s3_parts::find(tx, &row.upload, row.number).await?;
            if let Some(before) = &before {
                let name = bucket.name.as_str().to_owned();
                let trash = S3Trash { content: before.content.clone(), bucket: name, due_ms: v.now };
                s3_trash::insert(tx, &trash).await?;
            }
            s3_parts::put(tx, &row).await?;
            Ok(before.and_then(|before| ContentId::parse(&before.content)))
        })
        .await;
    object::keep(v, bucket, part.settled, done).await
}
