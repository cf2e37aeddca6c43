//! CopyObject: an object from another one, or the same one with other metadata.

use super::get_object::segments;
use super::put_object::algorithm;
use crate::body::BODY_MOST;
use crate::folder::buckets::Bucket;
use crate::folder::checksum::{Algorithm, Checksum};
use crate::folder::conditions::{ReadConditions, Verdict, WriteConditions};
use crate::folder::content_id::ContentId;
use crate::folder::document::Document;
use crate::folder::files::Settled;
use crate::folder::metadata::Metadata;
use crate::folder::object::{self, quoted, size};
use crate::folder::range::Slice;
use crate::folder::receive::{Received, blocking, disk, receive};
use crate::folder::send::send;
use crate::folder::times::iso8601;
use crate::folder::visit::{Answer, Visit, expect_owner};
use crate::folder::{refusals, tags, unbuilt};
use crate::{BucketName, S3Fault};
use std::io;
use std::sync::Arc;
use store::table::s3_objects::S3Object;
use store::table::s3_parts::S3Part;

/// How often a source that is replaced while it is copied is looked up anew.
const ATTEMPTS: usize = 5;

pub(in crate::folder) async fn run(v: &Visit) -> Answer {
    unbuilt::refuse(v)?;
    unbuilt::refuse_acl(v)?;
    let replace_metadata = replaces(v, "x-amz-metadata-directive", "Unknown metadata directive.")?;
    let replace_tags = replaces(v, "x-amz-tagging-directive", "Unknown tagging directive.")?;
    let bucket = v.bucket().await?;
    let conditions = WriteConditions::of(v)?;
    let wanted = algorithm(v)?;
    let key = v.key()?.as_str();
    for _ in 0..ATTEMPTS {
        let source = Source::find(v).await?;
        let itself = source.bucket.name == bucket.name && source.object.key == key.as_bytes();
        if itself && !replace_metadata && !replace_tags && wanted.is_none() {
            return Err(S3Fault::invalid_request(
                "This copy request is illegal because it is trying to copy an object to itself without changing the \
                 object's metadata, storage class, website redirect location or encryption attributes.",
            ));
        }
        let content = v.fresh_id();
        let Some(copy) = source.copy(v, &bucket.name, &content, wanted).await? else { continue };
        let (headers, kept_tags) = (source.object.headers.clone(), source.object.tags.clone());
        let row = S3Object {
            bucket: bucket.name.as_str().to_owned(),
            key: key.as_bytes().to_vec(),
            content: content.as_str().to_owned(),
            parts: 0,
            size: source.object.size,
            etag: copy.etag,
            modified_ms: v.now,
            checksum: copy.checksum.as_ref().map(Checksum::text),
            headers: if replace_metadata { Metadata::of(v)?.text()? } else { headers },
            tags: match replace_tags {
                true => tags::text(&tags::of_header(v.header("x-amz-tagging").unwrap_or_default())?)?,
                false => kept_tags,
            },
        };
        object::put(v, &bucket, copy.settled, &row, &conditions).await?;
        let mut document = Document::new("CopyObjectResult");
        document.leaf("LastModified", &iso8601(row.modified_ms)).leaf("ETag", &quoted(&row.etag));
        if let Some(sum) = copy.checksum {
            sum.write_element(document.text());
            document.leaf("ChecksumType", sum.kind.name());
        }
        return Ok(document.finish());
    }
    Err(S3Fault::internal("the content file of a copy's source is missing"))
}

/// What is copied.
pub(super) struct Source {
    pub(super) bucket: Arc<Bucket>,
    pub(super) object: S3Object,
    parts: Vec<S3Part>,
}

struct Copy {
    settled: Settled,
    etag: String,
    checksum: Option<Checksum>,
}

impl Source {
    /// Looks the source up.
    ///
    /// # Errors
    /// `NoSuchBucket`, `NoSuchKey`, `NoSuchVersion`, `PreconditionFailed`.
    pub(super) async fn find(v: &Visit) -> Result<Self, S3Fault> {
        let source = v.copy_source()?;
        if let Some(version) = source.version.as_deref().filter(|version| *version != "null") {
            return Err(refusals::no_such_version(source.key.as_str(), version));
        }
        let bucket = v.bucket_named(&source.bucket).await?;
        expect_owner(&bucket, v.header("x-amz-source-expected-bucket-owner"))?;
        let (object, parts) = object::find(v, &source.bucket, &source.key, true).await?;
        match ReadConditions::of(v, "x-amz-copy-source-").check(&object) {
            Verdict::Holds => Ok(Self { bucket, object, parts }),
            Verdict::Fails("If-Match") => Err(refusals::precondition_failed("x-amz-copy-source-If-Match")),
            Verdict::Fails(_) => Err(refusals::precondition_failed("x-amz-copy-source-If-Unmodified-Since")),
            Verdict::NotModified => Err(refusals::precondition_failed("x-amz-copy-source-If-None-Match")),
        }
    }

    /// Reads a slice into a new content file. `None`: the source was replaced meanwhile.
    pub(super) async fn read(
        &self,
        v: &Visit,
        bucket: &BucketName,
        content: &ContentId,
        algorithm: Algorithm,
        slice: Slice,
    ) -> Result<Option<Received>, S3Fault> {
        let segments = segments(v.files(), &self.bucket, &self.object, &self.parts, slice)?;
        let body = match send(segments).await {
            Ok(body) => body,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(disk(error)),
        };
        receive(v.files(), bucket, content.clone(), algorithm, body, |_, _| Ok(())).await.map(Some)
    }

    /// Copies the whole: by name, when the source is one file and keeps its checksum, by reading it otherwise.
    async fn copy(
        &self,
        v: &Visit,
        bucket: &BucketName,
        content: &ContentId,
        wanted: Option<Algorithm>,
    ) -> Result<Option<Copy>, S3Fault> {
        let whole = size(self.object.size);
        if whole > BODY_MOST {
            let message = format!(
                "The specified copy source is larger than the maximum allowable size for a copy source: {BODY_MOST}"
            );
            return Err(S3Fault::invalid_request(message));
        }
        let kept = object::checksum(self.object.checksum.as_deref());
        let same = wanted.is_none_or(|wanted| kept.as_ref().is_some_and(|kept| kept.algorithm == wanted));
        if self.object.parts == 0 && same {
            match self.link(v, bucket, content).await {
                Ok(Some(settled)) => {
                    return Ok(Some(Copy { settled, etag: self.object.etag.clone(), checksum: kept }));
                }
                Ok(None) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                Err(error) => return Err(disk(error)),
            }
        }
        let algorithm = wanted.or(kept.map(|kept| kept.algorithm)).unwrap_or(Algorithm::Crc64Nvme);
        let slice = Slice { start: 0, length: whole };
        let Some(received) = self.read(v, bucket, content, algorithm, slice).await? else { return Ok(None) };
        let checksum = Some(Checksum::full(algorithm, &received.written.checksum));
        Ok(Some(Copy { settled: received.settled, etag: const_hex::encode(received.written.md5), checksum }))
    }

    async fn link(&self, v: &Visit, bucket: &BucketName, content: &ContentId) -> io::Result<Option<Settled>> {
        let from =
            ContentId::parse(&self.object.content).ok_or_else(|| io::Error::other("a stored content id is none"))?;
        let (files, from_bucket) = (Arc::clone(v.files()), self.bucket.name.clone());
        let (bucket, content) = (bucket.clone(), content.clone());
        blocking(move || Settled::copy_of(files, (&from_bucket, &from), bucket, content)).await
    }
}

/// Whether a directive says `REPLACE` rather than `COPY`.
fn replaces(v: &Visit, header: &str, message: &str) -> Result<bool, S3Fault> {
    match v.header(header) {
        None | Some("COPY") => Ok(false),
        Some("REPLACE") => Ok(true),
        Some(other) => Err(S3Fault::invalid_argument(message, header, other)),
    }
}
