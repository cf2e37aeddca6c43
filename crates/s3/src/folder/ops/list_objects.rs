//! ListObjects: a page of a bucket's objects, after a marker.

use crate::S3Fault;
use crate::folder::buckets::Bucket;
use crate::folder::checksum::name;
use crate::folder::document::Document;
use crate::folder::listing::{self, Ask, Encoding, Entry, Listed, Page, Position, just_after};
use crate::folder::object::{checksum, quoted};
use crate::folder::owner;
use crate::folder::times::iso8601;
use crate::folder::visit::{Answer, Ended, Visit};
use store::table::s3_objects::{self, S3ListedObject};

/// A page has no more entries, whatever is asked for.
pub(super) const MOST: u32 = 1000;

impl Listed for S3ListedObject {
    fn key(&self) -> &[u8] {
        &self.key
    }

    fn after(&self) -> Position {
        Position { key: just_after(&self.key), id: String::new() }
    }
}

pub(in crate::folder) async fn run(v: &Visit) -> Answer {
    let bucket = v.bucket().await?;
    let encoding = Encoding::parse(v.parameter("encoding-type"))?;
    let ask = ask(v, "max-keys")?;
    let marker = v.parameter("marker").unwrap_or_default();
    let page = read(v, &bucket, &ask, marker.as_bytes()).await?;
    let mut document = Document::new("ListBucketResult");
    document.leaf("Name", bucket.name.as_str()).leaf("Prefix", &encoding.show(ask.prefix));
    document.leaf("Marker", &encoding.show(marker.as_bytes()));
    // Without a delimiter, clients go on after the last key.
    if let Some(last) = page.entries.last().filter(|_| page.truncated && !ask.delimiter.is_empty()) {
        document.leaf("NextMarker", &encoding.show(key_of(last)));
    }
    document.show("MaxKeys", ask.most);
    write_delimiter(&mut document, &ask, encoding);
    document.show("IsTruncated", page.truncated);
    write_entries(&mut document, &bucket, &page, encoding, true);
    Ok(document.finish())
}

/// What the parameters ask for.
pub(super) fn ask<'v>(v: &'v Visit, most: &str) -> Result<Ask<'v>, S3Fault> {
    let text = |name: &str| v.parameter(name).unwrap_or_default().as_bytes();
    let most = v.number(most)?.unwrap_or(MOST).min(MOST);
    let most = usize::try_from(most).map_err(|error| S3Fault::internal(error.to_string()))?;
    Ok(Ask { prefix: text("prefix"), delimiter: text("delimiter"), most })
}

/// Reads a page of objects.
pub(super) async fn read(
    v: &Visit,
    bucket: &Bucket,
    ask: &Ask<'_>,
    marker: &[u8],
) -> Result<Page<S3ListedObject>, S3Fault> {
    let (start, below) = (ask.after(marker), ask.below());
    let page = v
        .read(async |tx| {
            let fetch = async |position: &Position, limit: usize| {
                let limit = i64::try_from(limit).unwrap_or(i64::MAX);
                let name = bucket.name.as_str();
                Ok::<_, Ended>(s3_objects::list(tx, name, &position.key, below.as_deref(), limit).await?)
            };
            listing::page(ask, start.clone(), fetch).await
        })
        .await?;
    Ok(page)
}

/// The key or prefix of an entry.
pub(super) fn key_of<T: Listed>(entry: &Entry<T>) -> &[u8] {
    match entry {
        Entry::Row(row) => row.key(),
        Entry::Prefix(prefix) => prefix,
    }
}

/// Shows the delimiter and the encoding, if there are any.
pub(super) fn write_delimiter(document: &mut Document, ask: &Ask<'_>, encoding: Encoding) {
    if !ask.delimiter.is_empty() {
        document.leaf("Delimiter", &encoding.show(ask.delimiter));
    }
    document.maybe("EncodingType", encoding.name());
}

/// Shows objects, then prefixes.
pub(super) fn write_entries(
    document: &mut Document,
    bucket: &Bucket,
    page: &Page<S3ListedObject>,
    encoding: Encoding,
    with_owner: bool,
) {
    for entry in &page.entries {
        let Entry::Row(row) = entry else { continue };
        document.open("Contents").leaf("Key", &encoding.show(&row.key));
        write_object(document, row);
        document.leaf("StorageClass", "STANDARD");
        if with_owner {
            owner::write(document, "Owner", &bucket.facts.account);
        }
        document.close();
    }
    write_prefixes(document, page, encoding);
}

/// Shows what every list tells of an object.
pub(super) fn write_object(document: &mut Document, row: &S3ListedObject) {
    document.leaf("LastModified", &iso8601(row.modified_ms)).leaf("ETag", &quoted(&row.etag));
    if let Some(sum) = checksum(row.checksum.as_deref()) {
        document.leaf("ChecksumAlgorithm", name(sum.algorithm)).leaf("ChecksumType", sum.kind.name());
    }
    document.show("Size", row.size);
}

/// Shows the prefixes that keys were rolled up into.
pub(super) fn write_prefixes<T>(document: &mut Document, page: &Page<T>, encoding: Encoding) {
    for entry in &page.entries {
        if let Entry::Prefix(prefix) = entry {
            document.open("CommonPrefixes").leaf("Prefix", &encoding.show(prefix)).close();
        }
    }
}
