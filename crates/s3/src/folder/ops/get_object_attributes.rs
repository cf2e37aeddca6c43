//! GetObjectAttributes: what is asked of an object's ETag, checksum, size and parts.

use crate::S3Fault;
use crate::folder::document::Document;
use crate::folder::metadata::insert;
use crate::folder::object::{self, checksum};
use crate::folder::times::http_date;
use crate::folder::unbuilt;
use crate::folder::visit::{Answer, Visit};
use store::table::s3_objects::S3Object;
use store::table::s3_parts::S3Part;

const KNOWN: [&str; 5] = ["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"];
const PARTS_MOST: usize = 1000;

pub(in crate::folder) async fn run(v: &Visit) -> Answer {
    unbuilt::refuse(v)?;
    v.check_version()?;
    let asked = asked(v)?;
    let wants = |name: &str| asked.iter().any(|known| known == name);
    let bucket = v.bucket().await?;
    let (object, parts) = object::find(v, &bucket.name, v.key()?, wants("ObjectParts")).await?;
    let mut document = Document::new("GetObjectAttributesResponse");
    if wants("ETag") {
        // Without quotes, here alone.
        document.leaf("ETag", &object.etag);
    }
    if let Some(sum) = checksum(object.checksum.as_deref()).filter(|_| wants("Checksum")) {
        document.open("Checksum");
        sum.write_element(document.text());
        document.leaf("ChecksumType", sum.kind.name()).close();
    }
    if wants("ObjectParts") && object.parts > 0 {
        write_parts(v, &mut document, &object, &parts)?;
    }
    if wants("StorageClass") {
        document.leaf("StorageClass", "STANDARD");
    }
    if wants("ObjectSize") {
        document.show("ObjectSize", object.size);
    }
    let mut response = document.finish();
    insert(response.headers_mut(), "last-modified", &http_date(object.modified_ms));
    Ok(response)
}

fn asked(v: &Visit) -> Result<Vec<String>, S3Fault> {
    let text = v.header("x-amz-object-attributes").unwrap_or_default();
    let names: Vec<String> =
        text.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect();
    if !names.is_empty() && names.iter().all(|name| KNOWN.contains(&name.as_str())) {
        return Ok(names);
    }
    let message = "Invalid attribute name specified.";
    Err(S3Fault::invalid_argument(message, "x-amz-object-attributes", text))
}

/// The parts' sizes and checksums are told of uploads that were begun with a checksum of the parts; of others, their number.
fn write_parts(v: &Visit, document: &mut Document, object: &S3Object, parts: &[S3Part]) -> Result<(), S3Fault> {
    let number = |name: &str, usual: usize| match v.header(name) {
        None => Ok(usual),
        Some(text) => text.parse::<usize>().map_err(|_| {
            S3Fault::invalid_argument("Provided value not an integer or within integer range", name, text)
        }),
    };
    let most = number("x-amz-max-parts", PARTS_MOST)?.min(PARTS_MOST);
    let marker = number("x-amz-part-number-marker", 0)?;
    let after = i64::try_from(marker).unwrap_or(i64::MAX);
    let mut page: Vec<&S3Part> = parts.iter().filter(|part| part.number > after).take(most + 1).collect();
    let truncated = page.len() > most && most > 0;
    page.truncate(most);
    document.open("ObjectParts").show("PartsCount", object.parts).show("PartNumberMarker", marker);
    document.show("NextPartNumberMarker", page.last().map_or(0, |part| part.number));
    document.show("MaxParts", most).show("IsTruncated", truncated);
    for part in page {
        document.open("Part").show("PartNumber", part.number).show("Size", part.size);
        if let Some(sum) = checksum(part.checksum.as_deref()) {
            sum.write_element(document.text());
        }
        document.close();
    }
    document.close();
    Ok(())
}
