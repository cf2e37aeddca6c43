//! Objects: found, replaced and removed, and the headers that tell about one.

use super::buckets::Bucket;
use super::checksum::Checksum;
use super::conditions::WriteConditions;
use super::content_id::ContentId;
use super::files::Settled;
use super::metadata::{Metadata, insert};
use super::receive::blocking;
use super::times::http_date;
use super::visit::{Ended, Visit};
use super::{refusals, tags};
use crate::{BucketName, ObjectKey, S3Fault};
use domain::Timestamp;
use http::{HeaderMap, HeaderValue};
use std::sync::Arc;
use store::Tx;
use store::table::s3_objects::{self, S3Object};
use store::table::s3_parts::{self, S3Part};
use store::table::s3_trash::{self, S3Trash};

/// How long, in seconds, the parts of an object that is gone stay, for those who are reading it: they open a part when they
/// come to it. An object in one file needs no such time.
const PARTS_LINGER: i64 = 3600;
/// The most parts an object can have.
pub(super) const PARTS_MOST: i64 = 10_000;

/// The object under this key, and its parts when `with_parts` and it has some.
///
/// # Errors
/// `NoSuchKey`.
pub(super) async fn find(
    v: &Visit,
    bucket: &BucketName,
    key: &ObjectKey,
    with_parts: bool,
) -> Result<(S3Object, Vec<S3Part>), S3Fault> {
    let found = v
        .read(async |tx| {
            let Some(object) = s3_objects::find(tx, bucket.as_str(), key.as_str().as_bytes()).await? else {
                return Ok(None);
            };
            let parts = match with_parts && object.parts > 0 {
                true => s3_parts::list(tx, &object.content, 0, PARTS_MOST).await?,
                false => Vec::new(),
            };
            Ok(Some((object, parts)))
        })
        .await?;
    found.ok_or_else(|| refusals::no_such_key(key.as_str()))
}

/// Makes the row of what was written, in the place of the object that was there, if the conditions hold of that one.
///
/// # Errors
/// `PreconditionFailed`, `NoSuchKey`, `NoSuchBucket`: the content file is gone then too.
pub(super) async fn put(
    v: &Visit,
    bucket: &Bucket,
    settled: Settled,
    row: &S3Object,
    conditions: &WriteConditions,
) -> Result<(), S3Fault> {
    let key = v.key()?.as_str();
    let done = v
        .write(async |tx| {
            bucket.still_there(tx).await?;
            let before = s3_objects::find(tx, &row.bucket, &row.key).await?;
            conditions.check(key, before.as_ref())?;
            if let Some(before) = &before {
                throw_away(tx, before, v.now).await?;
            }
            s3_objects::put(tx, row).await?;
            Ok(before)
        })
        .await;
    keep(v, bucket, settled, done.map(|before| before.and_then(|before| whole_content(&before)))).await
}

/// Ends the write of a content file by how its transaction ended, and removes the file it replaced.
pub(super) async fn keep(
    v: &Visit,
    bucket: &Bucket,
    settled: Settled,
    done: Result<Option<ContentId>, Ended>,
) -> Result<(), S3Fault> {
    match done {
        Ok(replaced) => {
            let (files, name) = (Arc::clone(v.files()), bucket.name.clone());
            let cleared = blocking(move || {
                settled.keep()?;
                replaced.map_or(Ok(()), |id| files.remove(&name, &id))
            });
            note(cleared.await);
            v.folder.tidy(v.now).await;
            Ok(())
        }
        Err(Ended::Refused(fault)) => {
            note(blocking(|| settled.discard()).await);
            Err(fault)
        }
        // The row may be there all the same: the sweep finds out.
        Err(ended @ Ended::Failed(_)) => Err(ended.into()),
    }
}

/// Removes those of the objects that are there and whose conditions hold; tells each one's fate.
///
/// # Errors
/// `NoSuchBucket`, and failures: nothing was removed then.
pub(super) async fn remove(
    v: &Visit,
    bucket: &Bucket,
    doomed: &[(&str, WriteConditions)],
) -> Result<Vec<Result<(), S3Fault>>, S3Fault> {
    let name = bucket.name.as_str();
    let (fates, removed) = v
        .write(async |tx| {
            bucket.still_there(tx).await?;
            let (mut fates, mut removed) = (Vec::with_capacity(doomed.len()), Vec::new());
            for (key, conditions) in doomed {
                let before = s3_objects::find(tx, name, key.as_bytes()).await?;
                let fate = conditions.check(key, before.as_ref());
                if let (Some(before), Ok(())) = (before, &fate) {
                    throw_away(tx, &before, v.now).await?;
                    s3_objects::delete(tx, name, key.as_bytes()).await?;
                    removed.extend(whole_content(&before));
                }
                fates.push(fate);
            }
            Ok((fates, removed))
        })
        .await?;
    remove_files(v, &bucket.name, removed).await;
    Ok(fates)
}

/// Removes content files that no row names any more. What cannot be removed now, the sweep removes.
pub(super) async fn remove_files(v: &Visit, bucket: &BucketName, ids: Vec<ContentId>) {
    if !ids.is_empty() {
        let (files, bucket) = (Arc::clone(v.files()), bucket.clone());
        note(blocking(move || ids.iter().try_for_each(|id| files.remove(&bucket, id))).await);
    }
    v.folder.tidy(v.now).await;
}

/// Removes the files that are due now, after a change that leaves many.
pub(super) async fn clear(v: &Visit) {
    note(v.folder.empty_trash(v.now).await);
}

/// Notes that an object's bytes are no longer needed: they are removed even if this process dies right after.
pub(super) async fn throw_away(tx: &mut Tx, object: &S3Object, now: Timestamp) -> Result<(), Ended> {
    if object.parts > 0 {
        let due = now.plus_seconds(PARTS_LINGER);
        s3_trash::insert_parts(tx, &object.content, &object.bucket, due).await?;
        s3_parts::delete_all(tx, &object.content).await?;
    } else {
        let row = S3Trash { content: object.content.clone(), bucket: object.bucket.clone(), due_ms: now };
        s3_trash::insert(tx, &row).await?;
    }
    Ok(())
}

/// The content file of an object that is in one.
fn whole_content(object: &S3Object) -> Option<ContentId> {
    (object.parts == 0).then(|| ContentId::parse(&object.content)).flatten()
}

fn note(done: std::io::Result<()>) {
    if let Err(error) = done {
        tracing::warn!(%error, "a content file could not be removed; it will be tried again");
    }
}

/// Adds what every read tells about an object: all but its length.
pub(super) fn write_headers(object: &S3Object, headers: &mut HeaderMap) -> Result<(), S3Fault> {
    Metadata::parse(&object.headers)?.write(headers);
    write_validators(object, headers);
    headers.insert("accept-ranges", HeaderValue::from_static("bytes"));
    let count = object.tags.as_deref().map(tags::read).transpose()?.map_or(0, |tags| tags.len());
    if count > 0 {
        headers.insert("x-amz-tagging-count", HeaderValue::from(count));
    }
    Ok(())
}

/// Adds what conditions compare with.
pub(super) fn write_validators(object: &S3Object, headers: &mut HeaderMap) {
    insert(headers, "etag", &quoted(&object.etag));
    insert(headers, "last-modified", &http_date(object.modified_ms));
}

/// An ETag as it is shown.
pub(super) fn quoted(etag: &str) -> String {
    format!("\"{etag}\"")
}

/// The checksum that the store kept.
pub(super) fn checksum(text: Option<&str>) -> Option<Checksum> {
    text.and_then(Checksum::parse)
}

/// A size as the store keeps it.
pub(super) fn stored_size(size: u64) -> Result<i64, S3Fault> {
    i64::try_from(size).map_err(|_| S3Fault::internal("a size beyond all sizes"))
}

/// A size as the store kept it.
pub(super) fn size(stored: i64) -> u64 {
    u64::try_from(stored).unwrap_or_default()
}
