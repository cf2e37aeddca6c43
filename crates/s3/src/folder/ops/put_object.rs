//! PutObject: an object from the body, in the place of the one that was there.

use crate::body::BODY_MOST;
use crate::folder::checksum::{Algorithm, Checksum};
use crate::folder::conditions::WriteConditions;
use crate::folder::content_id::ContentId;
use crate::folder::files::Written;
use crate::folder::metadata::{Metadata, insert};
use crate::folder::object::{self, quoted, stored_size};
use crate::folder::receive::{Received, receive};
use crate::folder::visit::{Answer, Visit};
use crate::folder::{checksum, document, refusals, tags, unbuilt};
use crate::{Body, BucketName, S3Fault};
use http::{HeaderMap, StatusCode};
use store::table::s3_objects::{self, S3Object};

pub(in crate::folder) async fn run(v: &Visit, body: Body) -> Answer {
    unbuilt::refuse(v)?;
    unbuilt::refuse_acl(v)?;
    let bucket = v.bucket().await?;
    let metadata = Metadata::of(v)?.text()?;
    let tags = tags::text(&tags::of_header(v.header("x-amz-tagging").unwrap_or_default())?)?;
    let conditions = WriteConditions::of(v)?;
    let key = v.key()?;
    if conditions.any() {
        // Decided again inside the transaction; here so that nobody sends in vain.
        let before = v.read(async |tx| Ok(s3_objects::find(tx, bucket.name.as_str(), key.as_str().as_bytes()).await?));
        conditions.check(key.as_str(), before.await?.as_ref())?;
    }
    let algorithm = algorithm(v)?.unwrap_or(Algorithm::Crc64Nvme);
    let id = v.fresh_id();
    let (received, sum) = body_of(v, &bucket.name, id.clone(), algorithm, body).await?;
    let row = S3Object {
        bucket: bucket.name.as_str().to_owned(),
        key: key.as_str().as_bytes().to_vec(),
        content: id.as_str().to_owned(),
        parts: 0,
        size: stored_size(received.written.size)?,
        etag: const_hex::encode(received.written.md5),
        modified_ms: v.now,
        checksum: Some(sum.text()),
        headers: metadata,
        tags,
    };
    object::put(v, &bucket, received.settled, &row, &conditions).await?;
    let mut response = document::empty(StatusCode::OK);
    insert(response.headers_mut(), "etag", &quoted(&row.etag));
    sum.write(response.headers_mut());
    Ok(response)
}

/// Writes the body to a content file, and tells its checksum.
pub(super) async fn body_of(
    v: &Visit,
    bucket: &BucketName,
    id: ContentId,
    algorithm: Algorithm,
    body: Body,
) -> Result<(Received, Checksum), S3Fault> {
    if let Some(length) = v.length.filter(|length| *length > BODY_MOST) {
        return Err(refusals::entity_too_large(length, BODY_MOST));
    }
    let promised = promised(&v.headers);
    let check = move |written: &Written, trailers: &HeaderMap| {
        // The body verified its promises as it came; what was written is held to them once more.
        let promises = promised.into_iter().chain(self::promised(trailers));
        for (_, value) in promises.filter(|(named, _)| *named == algorithm) {
            if algorithm.decode(value.as_bytes()).as_deref() != Some(&written.checksum) {
                return Err(refusals::bad_digest(checksum::name(algorithm)));
            }
        }
        Ok(())
    };
    let received = receive(v.files(), bucket, id, algorithm, body, check).await?;
    // A trailer may bring a checksum that no header announced: it is verified, and it is the one that the client knows.
    let trailer = self::promised(&received.trailers).into_iter().find(|(named, _)| *named != algorithm);
    let sum = match trailer.and_then(|(named, value)| Some((named, named.decode(value.as_bytes())?))) {
        Some((named, bytes)) => Checksum::full(named, bytes.as_slice()),
        None => Checksum::full(algorithm, &received.written.checksum),
    };
    Ok((received, sum))
}

/// The checksum algorithm that the client uses; `None`: none.
pub(super) fn algorithm(v: &Visit) -> Result<Option<Algorithm>, S3Fault> {
    if let Some((algorithm, _)) = promised(&v.headers).first() {
        return Ok(Some(*algorithm));
    }
    if let Some(algorithm) = v.header("x-amz-trailer").and_then(Algorithm::of_trailer) {
        return Ok(Some(algorithm));
    }
    let named = v.header("x-amz-sdk-checksum-algorithm").or_else(|| v.header("x-amz-checksum-algorithm"));
    named.map(checksum::algorithm_of).transpose()
}

/// The checksums in headers or trailers.
fn promised(headers: &HeaderMap) -> Vec<(Algorithm, String)> {
    let text = |algorithm: Algorithm| Some((algorithm, headers.get(algorithm.header())?.to_str().ok()?.to_owned()));
    Algorithm::OF_AMAZON.into_iter().filter_map(text).collect()
}
