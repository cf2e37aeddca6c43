//! ListObjectVersions: of an unversioned bucket, each object is its only version.

use super::list_objects::{ask, key_of, read, write_delimiter, write_object, write_prefixes};
use crate::S3Fault;
use crate::folder::document::Document;
use crate::folder::listing::{Encoding, Entry};
use crate::folder::owner;
use crate::folder::visit::{Answer, Visit};

pub(in crate::folder) async fn run(v: &Visit) -> Answer {
    let bucket = v.bucket().await?;
    let encoding = Encoding::parse(v.parameter("encoding-type"))?;
    let ask = ask(v, "max-keys")?;
    let marker = v.parameter("key-marker").unwrap_or_default();
    let version = v.parameter("version-id-marker").unwrap_or_default();
    if !version.is_empty() && marker.is_empty() {
        let message = "A version-id marker cannot be specified without a key marker.";
        return Err(S3Fault::invalid_argument(message, "version-id-marker", version));
    }
    let page = read(v, &bucket, &ask, marker.as_bytes()).await?;
    let mut document = Document::new("ListVersionsResult");
    document.leaf("Name", bucket.name.as_str()).leaf("Prefix", &encoding.show(ask.prefix));
    document.leaf("KeyMarker", &encoding.show(marker.as_bytes())).leaf("VersionIdMarker", version);
    if let Some(last) = page.entries.last().filter(|_| page.truncated) {
        document.leaf("NextKeyMarker", &encoding.show(key_of(last)));
        if matches!(last, Entry::Row(_)) {
            document.leaf("NextVersionIdMarker", "null");
        }
    }
    document.show("MaxKeys", ask.most);
    write_delimiter(&mut document, &ask, encoding);
    document.show("IsTruncated", page.truncated);
    for entry in &page.entries {
        let Entry::Row(row) = entry else { continue };
        document
            .open("Version")
            .leaf("Key", &encoding.show(&row.key))
            .leaf("VersionId", "null")
            .leaf("IsLatest", "true");
        write_object(&mut document, row);
        document.leaf("StorageClass", "STANDARD");
        owner::write(&mut document, "Owner", &bucket.facts.account);
        document.close();
    }
    write_prefixes(&mut document, &page, encoding);
    Ok(document.finish())
}
