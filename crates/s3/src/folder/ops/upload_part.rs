//! UploadPart: one part of an object that comes in parts.

use super::put_object::{algorithm, body_of};
use crate::folder::metadata::insert;
use crate::folder::object::quoted;
use crate::folder::upload::{self, NewPart};
use crate::folder::visit::{Answer, Visit};
use crate::folder::{document, unbuilt};
use crate::{Body, S3Fault};
use http::StatusCode;

pub(in crate::folder) async fn run(v: &Visit, body: Body) -> Answer {
    unbuilt::refuse(v)?;
    let number = number(v)?;
    let bucket = v.bucket().await?;
    let found = upload::find(v, &bucket).await?;
    let algorithm = upload::algorithm_of_part(&found, algorithm(v)?)?;
    let content = v.fresh_id();
    let (received, checksum) = body_of(v, &bucket.name, content.clone(), algorithm, body).await?;
    upload::algorithm_of_part(&found, Some(checksum.algorithm))?;
    let (size, etag) = (received.written.size, const_hex::encode(received.written.md5));
    let mut response = document::empty(StatusCode::OK);
    insert(response.headers_mut(), "etag", &quoted(&etag));
    insert(response.headers_mut(), checksum.algorithm.header(), &checksum.value);
    let part = NewPart { number, content, settled: received.settled, size, etag, checksum };
    upload::put_part(v, &bucket, part).await?;
    Ok(response)
}

/// `partNumber`.
///
/// # Errors
/// `InvalidArgument`: not from 1 to 10,000.
pub(super) fn number(v: &Visit) -> Result<u32, S3Fault> {
    let text = v.parameter("partNumber").unwrap_or_default();
    let number = text.parse::<u32>().ok().filter(|number| (1..=10_000).contains(number));
    number.ok_or_else(|| {
        let message = "Part number must be an integer between 1 and 10000, inclusive";
        S3Fault::invalid_argument(message, "partNumber", text)
    })
}
