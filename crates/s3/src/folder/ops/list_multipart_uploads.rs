//! ListMultipartUploads: a page of the uploads to a bucket that were neither completed nor aborted.

use super::list_objects::{ask, key_of, write_delimiter, write_prefixes};
use crate::folder::checksum::name;
use crate::folder::document::Document;
use crate::folder::listing::{self, Encoding, Entry, Listed, Position};
use crate::folder::times::iso8601;
use crate::folder::visit::{Answer, Ended, Visit};
use crate::folder::{owner, upload};
use domain::AccountId;
use store::table::s3_uploads::{self, S3Upload};

impl Listed for S3Upload {
    fn key(&self) -> &[u8] {
        &self.key
    }

    fn after(&self) -> Position {
        Position { key: self.key.clone(), id: self.id.clone() }
    }
}

pub(in crate::folder) async fn run(v: &Visit) -> Answer {
    let bucket = v.bucket().await?;
    let encoding = Encoding::parse(v.parameter("encoding-type"))?;
    let ask = ask(v, "max-uploads")?;
    let marker = v.parameter("key-marker").unwrap_or_default();
    // Without a key, the id says nothing.
    let id = v.parameter("upload-id-marker").filter(|id| !marker.is_empty() && !id.is_empty() && !id.contains('\0'));
    let start = match id {
        Some(id) => Some(Position { key: marker.as_bytes().to_vec(), id: id.to_owned() }),
        None => ask.after(marker.as_bytes()),
    };
    let below = ask.below();
    let page = v
        .read(async |tx| {
            let fetch = async |position: &Position, limit: usize| {
                let limit = i64::try_from(limit).unwrap_or(i64::MAX);
                let after = (position.key.as_slice(), position.id.as_str());
                Ok::<_, Ended>(s3_uploads::list(tx, bucket.name.as_str(), after, below.as_deref(), limit).await?)
            };
            listing::page(&ask, start.clone(), fetch).await
        })
        .await?;
    let mut document = Document::new("ListMultipartUploadsResult");
    document.leaf("Bucket", bucket.name.as_str()).leaf("KeyMarker", &encoding.show(marker.as_bytes()));
    document.leaf("UploadIdMarker", id.unwrap_or_default());
    if let Some(last) = page.entries.last().filter(|_| page.truncated) {
        document.leaf("NextKeyMarker", &encoding.show(key_of(last)));
        if let Entry::Row(row) = last {
            document.leaf("NextUploadIdMarker", &row.id);
        }
    }
    document.leaf("Prefix", &encoding.show(ask.prefix));
    write_delimiter(&mut document, &ask, encoding);
    document.show("MaxUploads", ask.most).show("IsTruncated", page.truncated);
    for entry in &page.entries {
        let Entry::Row(row) = entry else { continue };
        document.open("Upload").leaf("Key", &encoding.show(&row.key)).leaf("UploadId", &row.id);
        if !row.initiator.is_empty() {
            owner::write(&mut document, "Initiator", &AccountId::from(row.initiator.as_str()));
        }
        owner::write(&mut document, "Owner", &bucket.facts.account);
        document.leaf("StorageClass", "STANDARD").leaf("Initiated", &iso8601(row.started_ms));
        if let Some((algorithm, kind)) = upload::wanted(row) {
            document.leaf("ChecksumAlgorithm", name(algorithm)).leaf("ChecksumType", kind.name());
        }
        document.close();
    }
    write_prefixes(&mut document, &page, encoding);
    Ok(document.finish())
}
