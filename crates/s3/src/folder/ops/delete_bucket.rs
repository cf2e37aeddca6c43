//! DeleteBucket: removes an empty bucket. Uploads that were never completed go with it.

use crate::folder::document;
use crate::folder::receive::blocking;
use crate::folder::visit::{Answer, Ended, Visit};
use crate::{S3Fault, settings};
use http::StatusCode;
use std::sync::Arc;
use store::table::{s3_buckets, s3_objects, s3_parts, s3_trash, s3_uploads};

/// So many uploads are removed with a bucket at a time.
const PAGE: i64 = 100;

pub(in crate::folder) async fn run(v: &Visit) -> Answer {
    let bucket = v.bucket().await?;
    let name = bucket.name.as_str();
    let deleted: Result<(), Ended> = v
        .write(async |tx| {
            bucket.still_there(tx).await?;
            if s3_objects::any(tx, name).await? {
                let message = "The bucket you tried to delete is not empty";
                return Err(S3Fault::new("BucketNotEmpty", StatusCode::CONFLICT, message)
                    .with("BucketName", name)
                    .into());
            }
            loop {
                let uploads = s3_uploads::list(tx, name, (b"", ""), None, PAGE).await?;
                for upload in &uploads {
                    s3_trash::insert_parts(tx, &upload.id, name, v.now).await?;
                    s3_parts::delete_all(tx, &upload.id).await?;
                    s3_uploads::delete(tx, name, &upload.key, &upload.id).await?;
                }
                if uploads.is_empty() {
                    break;
                }
            }
            settings::forget(tx, &bucket.name).await?;
            s3_buckets::delete(tx, name).await?;
            Ok(tx.touch_catalog().await?)
        })
        .await;
    deleted?;
    if let Err(error) = v.folder.sweep(v.now).await {
        tracing::warn!(%error, "a deleted bucket's files could not be cleared away; it will be tried again");
    }
    let (files, bucket) = (Arc::clone(v.files()), bucket.name.clone());
    let _ = blocking(move || {
        files.remove_empty_folders(&bucket);
        Ok(())
    })
    .await;
    Ok(document::empty(StatusCode::NO_CONTENT))
}
