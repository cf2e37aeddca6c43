//! GetBucketTagging, PutBucketTagging, DeleteBucketTagging: the tags of a bucket.

use crate::Body;
use crate::folder::document::{self, Document};
use crate::folder::refusals;
use crate::folder::tags::{self, OF_BUCKET};
use crate::folder::visit::{Answer, Visit};
use http::StatusCode;

pub(in crate::folder) async fn get(v: &Visit) -> Answer {
    let bucket = v.bucket().await?;
    let none = || refusals::no_such_document("NoSuchTagSet", "The TagSet does not exist", &bucket);
    let tags = bucket.tags.as_ref().ok_or_else(none)?;
    let mut document = Document::new("Tagging");
    tags::write(document.text(), tags);
    Ok(document.finish())
}

pub(in crate::folder) async fn put(v: &Visit, body: Body) -> Answer {
    let bucket = v.bucket().await?;
    let bytes = document::read(body, super::DOCUMENT_MOST).await?;
    let text = tags::text(&tags::of_document(&bytes, OF_BUCKET)?)?;
    v.folder.change(&bucket, |row| row.tags.clone_from(&text)).await?;
    Ok(document::empty(StatusCode::NO_CONTENT))
}

pub(in crate::folder) async fn delete(v: &Visit) -> Answer {
    let bucket = v.bucket().await?;
    v.folder.change(&bucket, |row| row.tags = None).await?;
    Ok(document::empty(StatusCode::NO_CONTENT))
}
