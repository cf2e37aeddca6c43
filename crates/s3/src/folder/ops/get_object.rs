//! GetObject: an object's bytes, or some of them.

use crate::S3Fault;
use crate::body::empty;
use crate::folder::buckets::Bucket;
use crate::folder::conditions::{ReadConditions, Verdict};
use crate::folder::content_id::ContentId;
use crate::folder::files::Files;
use crate::folder::metadata::insert;
use crate::folder::object::{self, checksum, size};
use crate::folder::range::{self, Slice};
use crate::folder::send::{Segment, send};
use crate::folder::visit::{Answer, Visit};
use crate::folder::{document, refusals, unbuilt};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use std::io;
use store::table::s3_objects::S3Object;
use store::table::s3_parts::S3Part;

/// How often an object that is replaced while it is opened is looked up anew.
const ATTEMPTS: usize = 5;

/// Headers that a query may set in the answer.
const OVERRIDES: [(&str, &str); 6] = [
    ("response-cache-control", "cache-control"),
    ("response-content-disposition", "content-disposition"),
    ("response-content-encoding", "content-encoding"),
    ("response-content-language", "content-language"),
    ("response-content-type", "content-type"),
    ("response-expires", "expires"),
];

pub(in crate::folder) async fn run(v: &Visit) -> Answer {
    answer(v, true).await
}

/// Answers with the bytes, or as `HEAD` does without them.
pub(super) async fn answer(v: &Visit, with_body: bool) -> Answer {
    unbuilt::refuse(v)?;
    v.check_version()?;
    let bucket = v.bucket().await?;
    for _ in 0..ATTEMPTS {
        let (object, parts) = object::find(v, &bucket.name, v.key()?, with_body || part_number(v)?.is_some()).await?;
        if let Some(refusal) = check_conditions(v, &object)? {
            return Ok(refusal);
        }
        let plan = Plan::of(v, &object, &parts)?;
        let mut response = Response::new(empty());
        *response.status_mut() = if plan.partial { StatusCode::PARTIAL_CONTENT } else { StatusCode::OK };
        write_headers(v, &object, &plan, response.headers_mut())?;
        if !with_body {
            return Ok(response);
        }
        let segments = segments(v.files(), &bucket, &object, &parts, plan.slice)?;
        match send(segments).await {
            Ok(body) => {
                *response.body_mut() = body;
                return Ok(response);
            }
            // Replaced since it was looked up: its bytes are gone, and so is its row.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(S3Fault::internal(format!("a content file: {error}"))),
        }
    }
    Err(S3Fault::internal("the content file of an object is missing"))
}

/// The answer when a condition says that there is none to give.
fn check_conditions(v: &Visit, object: &S3Object) -> Result<Option<Response<crate::Body>>, S3Fault> {
    match ReadConditions::of(v, "").check(object) {
        Verdict::Holds => Ok(None),
        Verdict::Fails(condition) => Err(refusals::precondition_failed(condition)),
        Verdict::NotModified => {
            let mut response = document::empty(StatusCode::NOT_MODIFIED);
            object::write_validators(object, response.headers_mut());
            Ok(Some(response))
        }
    }
}

/// What part of the object is asked for.
struct Plan<'p> {
    slice: Slice,
    partial: bool,
    /// The part, if one is asked for by its number.
    part: Option<&'p S3Part>,
}

impl<'p> Plan<'p> {
    fn of(v: &Visit, object: &S3Object, parts: &'p [S3Part]) -> Result<Self, S3Fault> {
        let size = size(object.size);
        let Some(number) = part_number(v)? else {
            let slice = range::of_header(v.header("range"), size)?;
            let whole = Slice { start: 0, length: size };
            return Ok(Self { slice: slice.unwrap_or(whole), partial: slice.is_some(), part: None });
        };
        if v.header("range").is_some() {
            let message = "Cannot specify both Range header and partNumber query parameter";
            return Err(S3Fault::invalid_request(message));
        }
        if object.parts == 0 && number == 1 {
            return Ok(Self { slice: Slice { start: 0, length: size }, partial: size > 0, part: None });
        }
        let mut start = 0;
        for part in parts {
            let length = object::size(part.size);
            if part.number == i64::from(number) {
                return Ok(Self { slice: Slice { start, length }, partial: true, part: Some(part) });
            }
            start += length;
        }
        let message = "The requested partnumber is not satisfiable";
        Err(S3Fault::new("InvalidPartNumber", StatusCode::RANGE_NOT_SATISFIABLE, message)
            .with("ActualPartCount", object.parts.max(1).to_string())
            .with("PartNumberRequested", number.to_string()))
    }
}

fn part_number(v: &Visit) -> Result<Option<u32>, S3Fault> {
    match v.parameter("partNumber") {
        None => Ok(None),
        Some(_) => super::upload_part::number(v).map(Some),
    }
}

fn write_headers(v: &Visit, object: &S3Object, plan: &Plan<'_>, headers: &mut HeaderMap) -> Result<(), S3Fault> {
    object::write_headers(object, headers)?;
    headers.insert("content-length", HeaderValue::from(plan.slice.length));
    if plan.partial {
        insert(headers, "content-range", &plan.slice.content_range(size(object.size)));
    }
    if plan.part.is_some() {
        headers.insert("x-amz-mp-parts-count", HeaderValue::from(object.parts));
    }
    let mode = v.header("x-amz-checksum-mode").is_some_and(|mode| mode.eq_ignore_ascii_case("enabled"));
    let sum = match plan.part {
        Some(part) => checksum(part.checksum.as_deref()),
        None if plan.slice.length == size(object.size) => checksum(object.checksum.as_deref()),
        None => None,
    };
    if let Some(sum) = sum.filter(|_| mode) {
        sum.write(headers);
    }
    for (parameter, header) in OVERRIDES {
        let Some(text) = v.parameter(parameter) else { continue };
        if v.account.is_none() {
            let message = "Request specific response headers cannot be used for anonymous GET requests.";
            return Err(S3Fault::invalid_request(message));
        }
        if HeaderValue::from_str(text).is_err() {
            return Err(S3Fault::invalid_argument("The value cannot be a header.", parameter, text));
        }
        insert(headers, header, text);
    }
    Ok(())
}

/// Where the bytes of a slice of the object are.
pub(super) fn segments(
    files: &Files,
    bucket: &Bucket,
    object: &S3Object,
    parts: &[S3Part],
    slice: Slice,
) -> Result<Vec<Segment>, S3Fault> {
    let path = |content: &str| {
        let id = ContentId::parse(content).ok_or_else(|| S3Fault::internal("a stored content id is none"))?;
        Ok::<_, S3Fault>(files.content(&bucket.name, &id))
    };
    if slice.length == 0 {
        return Ok(Vec::new());
    }
    if object.parts == 0 {
        return Ok(vec![Segment { path: path(&object.content)?, start: slice.start, length: slice.length }]);
    }
    let (mut segments, mut offset, end) = (Vec::new(), 0, slice.start + slice.length);
    for part in parts {
        let (from, to) = (offset, offset + size(part.size));
        offset = to;
        let (start, stop) = (slice.start.max(from), end.min(to));
        if start < stop {
            segments.push(Segment { path: path(&part.content)?, start: start - from, length: stop - start });
        }
    }
    if segments.iter().map(|segment| segment.length).sum::<u64>() != slice.length {
        return Err(S3Fault::internal("the parts of an object are not all there"));
    }
    Ok(segments)
}
