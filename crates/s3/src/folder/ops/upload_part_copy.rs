//! UploadPartCopy: a part from an object, or from some of its bytes.

use super::copy_object::Source;
use super::upload_part::number;
use crate::S3Fault;
use crate::body::BODY_MOST;
use crate::folder::checksum::Checksum;
use crate::folder::document::Document;
use crate::folder::object::{quoted, size};
use crate::folder::range::{self, Slice};
use crate::folder::times::iso8601;
use crate::folder::unbuilt;
use crate::folder::upload::{self, NewPart};
use crate::folder::visit::{Answer, Visit};

/// How often a source that is replaced while it is copied is looked up anew.
const ATTEMPTS: usize = 5;

pub(in crate::folder) async fn run(v: &Visit) -> Answer {
    unbuilt::refuse(v)?;
    let number = number(v)?;
    let bucket = v.bucket().await?;
    let upload = upload::find(v, &bucket).await?;
    let algorithm = upload::algorithm_of_part(&upload, None)?;
    let content = v.fresh_id();
    for _ in 0..ATTEMPTS {
        let source = Source::find(v).await?;
        let whole = size(source.object.size);
        let slice = match v.header("x-amz-copy-source-range") {
            Some(text) => range::of_copy(text, whole)?,
            None => Slice { start: 0, length: whole },
        };
        if slice.length > BODY_MOST {
            let message = format!(
                "The specified copy source is larger than the maximum allowable size for a copy source: {BODY_MOST}"
            );
            return Err(S3Fault::invalid_request(message));
        }
        let Some(received) = source.read(v, &bucket.name, &content, algorithm, slice).await? else { continue };
        let checksum = Checksum::full(algorithm, &received.written.checksum);
        let etag = const_hex::encode(received.written.md5);
        let mut document = Document::new("CopyPartResult");
        document.leaf("LastModified", &iso8601(v.now)).leaf("ETag", &quoted(&etag));
        checksum.write_element(document.text());
        let part = NewPart { number, content, settled: received.settled, size: slice.length, etag, checksum };
        upload::put_part(v, &bucket, part).await?;
        return Ok(document.finish());
    }
    Err(S3Fault::internal("the content file of a copy's source is missing"))
}
