//! GetBucketOwnershipControls, PutBucketOwnershipControls, DeleteBucketOwnershipControls: access control lists are off, and
//! stay so.

use super::create_bucket::OWNER_ENFORCED;
use crate::folder::document::{self, Document};
use crate::folder::refusals;
use crate::folder::visit::{Answer, Visit};
use crate::xml::Element;
use crate::{Body, S3Fault};
use http::StatusCode;

pub(in crate::folder) async fn get(v: &Visit) -> Answer {
    let bucket = v.bucket().await?;
    let none = || {
        let message = "The bucket ownership controls were not found";
        refusals::no_such_document("OwnershipControlsNotFoundError", message, &bucket)
    };
    let ownership = bucket.ownership.as_deref().ok_or_else(none)?;
    let mut document = Document::new("OwnershipControls");
    document.open("Rule").leaf("ObjectOwnership", ownership);
    Ok(document.finish())
}

pub(in crate::folder) async fn put(v: &Visit, body: Body) -> Answer {
    let bucket = v.bucket().await?;
    let bytes = document::read(body, super::DOCUMENT_MOST).await?;
    let root = Element::read(&bytes, "OwnershipControls")?;
    let mut rules = root.all("Rule");
    let (Some(rule), None) = (rules.next(), rules.next()) else { return Err(S3Fault::malformed_xml()) };
    match rule.only("ObjectOwnership")?.map(str::trim) {
        Some(OWNER_ENFORCED) => {}
        // They would give meaning to access control lists, of which there are none.
        Some("BucketOwnerPreferred" | "ObjectWriter") => return Err(S3Fault::not_implemented("ObjectOwnership")),
        _ => return Err(S3Fault::malformed_xml()),
    }
    v.folder.change(&bucket, |row| row.ownership = Some(OWNER_ENFORCED.to_owned())).await?;
    Ok(document::empty(StatusCode::OK))
}

pub(in crate::folder) async fn delete(v: &Visit) -> Answer {
    let bucket = v.bucket().await?;
    v.folder.change(&bucket, |row| row.ownership = None).await?;
    Ok(document::empty(StatusCode::NO_CONTENT))
}
