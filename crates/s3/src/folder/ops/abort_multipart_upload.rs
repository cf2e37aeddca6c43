//! AbortMultipartUpload: the upload and its parts go.

use crate::folder::visit::{Answer, Visit};
use crate::folder::{document, object, refusals, unbuilt, upload};
use http::StatusCode;
use store::table::{s3_parts, s3_trash, s3_uploads};

pub(in crate::folder) async fn run(v: &Visit) -> Answer {
    unbuilt::refuse(v)?;
    let bucket = v.bucket().await?;
    let name = bucket.name.as_str();
    v.write(async |tx| {
        let Some(upload) = upload::find_in(tx, v, &bucket).await? else {
            return Err(refusals::no_such_upload(upload::id(v)).into());
        };
        s3_trash::insert_parts(tx, &upload.id, name, v.now).await?;
        s3_parts::delete_all(tx, &upload.id).await?;
        s3_uploads::delete(tx, name, &upload.key, &upload.id).await?;
        Ok(())
    })
    .await?;
    object::clear(v).await;
    Ok(document::empty(StatusCode::NO_CONTENT))
}
