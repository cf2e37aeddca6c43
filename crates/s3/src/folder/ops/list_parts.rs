//! ListParts: a page of an upload's parts.

use crate::folder::checksum::name;
use crate::folder::document::Document;
use crate::folder::object::{checksum, quoted};
use crate::folder::times::iso8601;
use crate::folder::visit::{Answer, Visit};
use crate::folder::{owner, unbuilt, upload};
use domain::AccountId;
use store::table::s3_parts;

const MOST: u32 = 1000;

pub(in crate::folder) async fn run(v: &Visit) -> Answer {
    unbuilt::refuse(v)?;
    let bucket = v.bucket().await?;
    let upload = upload::find(v, &bucket).await?;
    let most = v.number("max-parts")?.unwrap_or(MOST).min(MOST);
    let marker = v.number("part-number-marker")?.unwrap_or(0);
    let limit = i64::from(most) + 1;
    let mut parts = v.read(async |tx| Ok(s3_parts::list(tx, &upload.id, i64::from(marker), limit).await?)).await?;
    let truncated = parts.len() > usize::try_from(most).unwrap_or(usize::MAX) && most > 0;
    parts.truncate(usize::try_from(most).unwrap_or(usize::MAX));
    let mut document = Document::new("ListPartsResult");
    document.leaf("Bucket", bucket.name.as_str()).leaf("Key", v.key()?.as_str()).leaf("UploadId", &upload.id);
    if !upload.initiator.is_empty() {
        owner::write(&mut document, "Initiator", &AccountId::from(upload.initiator.as_str()));
    }
    owner::write(&mut document, "Owner", &bucket.facts.account);
    document.leaf("StorageClass", "STANDARD").show("PartNumberMarker", marker);
    document.show("NextPartNumberMarker", parts.last().map_or(0, |part| part.number));
    document.show("MaxParts", most).show("IsTruncated", truncated);
    if let Some((algorithm, kind)) = upload::wanted(&upload) {
        document.leaf("ChecksumAlgorithm", name(algorithm)).leaf("ChecksumType", kind.name());
    }
    for part in &parts {
        document.open("Part").show("PartNumber", part.number).leaf("LastModified", &iso8601(part.modified_ms));
        document.leaf("ETag", &quoted(&part.etag)).show("Size", part.size);
        if let Some(sum) = checksum(part.checksum.as_deref()) {
            sum.write_element(document.text());
        }
        document.close();
    }
    Ok(document.finish())
}
