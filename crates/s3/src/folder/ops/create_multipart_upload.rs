//! CreateMultipartUpload: begins an object that comes in parts.

use crate::folder::checksum::{self, name};
use crate::folder::document::Document;
use crate::folder::metadata::{Metadata, insert};
use crate::folder::visit::{Answer, Visit};
use crate::folder::{tags, unbuilt};
use store::table::s3_uploads::{self, S3Upload};

pub(in crate::folder) async fn run(v: &Visit) -> Answer {
    unbuilt::refuse(v)?;
    unbuilt::refuse_acl(v)?;
    let bucket = v.bucket().await?;
    let key = v.key()?.as_str();
    let sum = checksum::of_upload(v.header("x-amz-checksum-algorithm"), v.header("x-amz-checksum-type"))?;
    let row = S3Upload {
        bucket: bucket.name.as_str().to_owned(),
        key: key.as_bytes().to_vec(),
        id: v.fresh_id().as_str().to_owned(),
        started_ms: v.now,
        initiator: v.account.as_ref().map_or_else(String::new, |account| account.as_str().to_owned()),
        checksum: sum.map(|(algorithm, kind)| format!("{} {}", name(algorithm), kind.name())),
        headers: Metadata::of(v)?.text()?,
        tags: tags::text(&tags::of_header(v.header("x-amz-tagging").unwrap_or_default())?)?,
    };
    v.write(async |tx| {
        bucket.still_there(tx).await?;
        s3_uploads::insert(tx, &row).await?;
        Ok(())
    })
    .await?;
    let mut document = Document::new("InitiateMultipartUploadResult");
    document.leaf("Bucket", &row.bucket).leaf("Key", key).leaf("UploadId", &row.id);
    let mut response = document.finish();
    if let Some((algorithm, kind)) = sum {
        insert(response.headers_mut(), "x-amz-checksum-algorithm", name(algorithm));
        insert(response.headers_mut(), "x-amz-checksum-type", kind.name());
    }
    Ok(response)
}
