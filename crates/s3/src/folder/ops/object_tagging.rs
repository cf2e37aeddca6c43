//! GetObjectTagging, PutObjectTagging, DeleteObjectTagging: the tags of an object.

use crate::folder::document::{self, Document};
use crate::folder::tags::{self, OF_OBJECT};
use crate::folder::visit::{Answer, Visit};
use crate::folder::{object, refusals};
use crate::{Body, S3Fault};
use http::StatusCode;
use store::table::s3_objects;

pub(in crate::folder) async fn get(v: &Visit) -> Answer {
    v.check_version()?;
    let bucket = v.bucket().await?;
    let (object, _) = object::find(v, &bucket.name, v.key()?, false).await?;
    let tags = object.tags.as_deref().map(tags::read).transpose()?.unwrap_or_default();
    let mut document = Document::new("Tagging");
    tags::write(document.text(), &tags);
    Ok(document.finish())
}

pub(in crate::folder) async fn put(v: &Visit, body: Body) -> Answer {
    v.check_version()?;
    let bytes = document::read(body, v.operation.document_most().unwrap_or_default()).await?;
    let tags = tags::text(&tags::of_document(&bytes, OF_OBJECT)?)?;
    change(v, tags.as_deref()).await?;
    Ok(document::empty(StatusCode::OK))
}

pub(in crate::folder) async fn delete(v: &Visit) -> Answer {
    v.check_version()?;
    change(v, None).await?;
    Ok(document::empty(StatusCode::NO_CONTENT))
}

async fn change(v: &Visit, tags: Option<&str>) -> Result<(), S3Fault> {
    let bucket = v.bucket().await?;
    let (name, key) = (bucket.name.as_str(), v.key()?.as_str());
    let done = v.write(async |tx| {
        bucket.still_there(tx).await?;
        Ok(s3_objects::update_tags(tx, name, key.as_bytes(), tags).await?)
    });
    if done.await? { Ok(()) } else { Err(refusals::no_such_key(key)) }
}
