//! CompleteMultipartUpload: the parts become an object, which is read part by part: nothing is copied.

use crate::folder::checksum::{self, Algorithm, Checksum, Digest, Kind};
use crate::folder::conditions::{WriteConditions, unquoted};
use crate::folder::document::{self, Document};
use crate::folder::object::{self, PARTS_MOST, quoted};
use crate::folder::visit::{Answer, Ended, Visit};
use crate::folder::{refusals, unbuilt, upload};
use crate::xml::Element;
use crate::{Body, S3Fault};
use http::StatusCode;
use store::Tx;
use store::table::s3_objects::{self, S3Object};
use store::table::s3_parts::{self, S3Part};
use store::table::s3_trash::{self, S3Trash};
use store::table::s3_uploads::{self, S3Upload};

/// Every part but the last has at least so many bytes.
const PART_LEAST: i64 = 5 * 1024 * 1024;
/// The largest object: 50 TB in parts of 5 GiB.
const OBJECT_MOST: u64 = 10_000 * crate::body::BODY_MOST;

/// A part that the client names.
struct Named {
    number: i64,
    etag: String,
    checksum: Option<(Algorithm, String)>,
}

pub(in crate::folder) async fn run(v: &Visit, body: Body) -> Answer {
    unbuilt::refuse(v)?;
    let bucket = v.bucket().await?;
    let bytes = document::read(body, v.operation.document_most().unwrap_or_default()).await?;
    let named = read(&bytes)?;
    let conditions = WriteConditions::of(v)?;
    let key = v.key()?.as_str();
    let object = v
        .write(async |tx| {
            bucket.still_there(tx).await?;
            let before = s3_objects::find(tx, bucket.name.as_str(), key.as_bytes()).await?;
            let Some(found) = upload::find_in(tx, v, &bucket).await? else {
                // Asked again after the answer was lost: what this upload became is the answer.
                let done = before.filter(|object| object.parts > 0 && object.content == upload::id(v));
                return done.ok_or_else(|| refusals::no_such_upload(upload::id(v)).into());
            };
            conditions.check(key, before.as_ref())?;
            let parts = choose(tx, v, &found, &named).await?;
            let object = assemble(v, &found, &parts)?;
            if let Some(before) = &before {
                object::throw_away(tx, before, v.now).await?;
            }
            s3_uploads::delete(tx, &found.bucket, &found.key, &found.id).await?;
            s3_objects::put(tx, &object).await?;
            Ok(object)
        })
        .await?;
    object::clear(v).await;
    let mut document = Document::new("CompleteMultipartUploadResult");
    document.leaf("Location", &format!("/{}/{key}", object.bucket));
    document.leaf("Bucket", &object.bucket).leaf("Key", key).leaf("ETag", &quoted(&object.etag));
    if let Some(sum) = object::checksum(object.checksum.as_deref()) {
        sum.write_element(document.text());
        document.leaf("ChecksumType", sum.kind.name());
    }
    Ok(document.finish())
}

/// The parts in the document: rising numbers.
fn read(document: &[u8]) -> Result<Vec<Named>, S3Fault> {
    let root = Element::read(document, "CompleteMultipartUpload")?;
    let part = |part: &Element| {
        let number = part.only("PartNumber")?.and_then(|text| text.trim().parse().ok());
        let etag = part.only("ETag")?.map(|text| unquoted(text).to_owned());
        let mut checksum = None;
        for algorithm in Algorithm::OF_AMAZON {
            if let Some(text) = part.only(&format!("Checksum{}", checksum::name(algorithm)))? {
                checksum = Some((algorithm, text.trim().to_owned()));
            }
        }
        match (number, etag) {
            (Some(number), Some(etag)) => Ok(Named { number, etag, checksum }),
            _ => Err(S3Fault::malformed_xml()),
        }
    };
    let parts = root.all("Part").map(part).collect::<Result<Vec<_>, S3Fault>>()?;
    if parts.is_empty() || parts.len() > usize::try_from(PARTS_MOST).unwrap_or(usize::MAX) {
        return Err(S3Fault::malformed_xml());
    }
    if parts.windows(2).any(|pair| matches!(pair, [one, next] if one.number >= next.number)) {
        let message = "The list of parts was not in ascending order. Parts must be ordered by part number.";
        return Err(S3Fault::new("InvalidPartOrder", StatusCode::BAD_REQUEST, message));
    }
    Ok(parts)
}

/// The rows of the named parts; those that are not named are thrown away.
async fn choose(tx: &mut Tx, v: &Visit, upload: &S3Upload, named: &[Named]) -> Result<Vec<S3Part>, Ended> {
    let mut chosen = Vec::with_capacity(named.len());
    let mut wanted = named.iter().peekable();
    for part in s3_parts::list(tx, &upload.id, 0, PARTS_MOST).await? {
        match wanted.peek() {
            Some(named) if named.number == part.number => {
                check(named, &part)?;
                wanted.next();
                chosen.push(part);
            }
            Some(named) if named.number < part.number => break,
            _ => {
                let (content, bucket) = (part.content.clone(), upload.bucket.clone());
                s3_trash::insert(tx, &S3Trash { content, bucket, due_ms: v.now }).await?;
                s3_parts::delete(tx, &upload.id, part.number).await?;
            }
        }
    }
    if let Some(named) = wanted.next() {
        return Err(invalid_part(named).into());
    }
    let all_but_last = chosen.len().saturating_sub(1);
    if let Some(small) = chosen.iter().take(all_but_last).find(|part| part.size < PART_LEAST) {
        let message = "Your proposed upload is smaller than the minimum allowed size";
        return Err(S3Fault::new("EntityTooSmall", StatusCode::BAD_REQUEST, message)
            .with("ProposedSize", small.size.to_string())
            .with("MinSizeAllowed", PART_LEAST.to_string())
            .with("PartNumber", small.number.to_string())
            .with("ETag", &small.etag)
            .into());
    }
    Ok(chosen)
}

fn check(named: &Named, part: &S3Part) -> Result<(), S3Fault> {
    let kept = object::checksum(part.checksum.as_deref());
    let fits = match (&named.checksum, &kept) {
        (Some((algorithm, value)), Some(kept)) if *algorithm == kept.algorithm => *value == kept.value,
        // Another algorithm than the part's says nothing that could be compared.
        (Some(_), _) => false,
        (None, _) => true,
    };
    if fits && named.etag == part.etag { Ok(()) } else { Err(invalid_part(named)) }
}

/// The object that the parts make.
fn assemble(v: &Visit, upload: &S3Upload, parts: &[S3Part]) -> Result<S3Object, S3Fault> {
    let size: u64 = parts.iter().map(|part| object::size(part.size)).sum();
    if size > OBJECT_MOST {
        return Err(refusals::entity_too_large(size, OBJECT_MOST));
    }
    if let Some(text) = v.header("x-amz-mp-object-size")
        && text.parse() != Ok(size)
    {
        let message =
            format!("The provided 'x-amz-mp-object-size' header value {text} does not match what was computed: {size}");
        return Err(S3Fault::invalid_request(message));
    }
    let sum = checksum_of(v, upload, parts)?;
    Ok(S3Object {
        bucket: upload.bucket.clone(),
        key: upload.key.clone(),
        content: upload.id.clone(),
        parts: i64::try_from(parts.len()).unwrap_or(i64::MAX),
        size: object::stored_size(size)?,
        etag: etag(parts)?,
        modified_ms: v.now,
        checksum: sum.map(|sum| sum.text()),
        headers: upload.headers.clone(),
        tags: upload.tags.clone(),
    })
}

/// The MD5 of the parts' MD5s, and how many there are.
fn etag(parts: &[S3Part]) -> Result<String, S3Fault> {
    let mut digest = Digest::new(Algorithm::Md5, None);
    for part in parts {
        let bytes =
            const_hex::decode(&part.etag).map_err(|error| S3Fault::internal(format!("a stored ETag: {error}")))?;
        digest.update(&bytes);
    }
    Ok(format!("{}-{}", const_hex::encode(digest.finish()), parts.len()))
}

/// The checksum of the whole, held to what the request says of it.
fn checksum_of(v: &Visit, upload: &S3Upload, parts: &[S3Part]) -> Result<Option<Checksum>, S3Fault> {
    let each: Vec<_> =
        parts.iter().map(|part| (object::checksum(part.checksum.as_deref()), object::size(part.size))).collect();
    let wanted = upload::wanted(upload);
    if let (Some((_, kind)), Some(text)) = (wanted, v.header("x-amz-checksum-type"))
        && Kind::parse(text) != Some(kind)
    {
        let message = format!(
            "The upload was created using the {} checksum mode. The complete request must use the same checksum mode.",
            kind.name()
        );
        return Err(S3Fault::invalid_request(message));
    }
    // Nobody asked for one: what the parts happen to have, if they all have the same that can be put together.
    let (algorithm, kind) = match (wanted, each.first()) {
        (Some(wanted), _) => wanted,
        (None, Some((Some(first), _))) => (first.algorithm, Kind::FullObject),
        (None, _) => return Ok(None),
    };
    let sum = checksum::of_parts(algorithm, kind, &each);
    for named in Algorithm::OF_AMAZON {
        let Some(text) = v.header(named.header()) else { continue };
        let fits = match (&sum, kind) {
            (Some(sum), _) if sum.algorithm != named => false,
            // Clients may leave out the number of parts.
            (Some(sum), Kind::Composite) => {
                sum.value == text || sum.value.split_once('-').is_some_and(|(value, _)| value == text)
            }
            (Some(sum), Kind::FullObject) => sum.value == text,
            (None, _) => false,
        };
        if !fits {
            return Err(refusals::bad_digest(checksum::name(named)));
        }
    }
    Ok(sum)
}

fn invalid_part(named: &Named) -> S3Fault {
    let message = "One or more of the specified parts could not be found.  The part may not have been uploaded, or the \
                   specified entity tag may not match the part's entity tag.";
    S3Fault::new("InvalidPart", StatusCode::BAD_REQUEST, message)
        .with("PartNumber", named.number.to_string())
        .with("ETag", &named.etag)
}
