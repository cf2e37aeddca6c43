//! ListObjectsV2: a page of a bucket's objects, after a key or where the page before ended.

use super::list_objects::{ask, key_of, read, write_delimiter, write_entries};
use crate::S3Fault;
use crate::folder::document::Document;
use crate::folder::listing::Encoding;
use crate::folder::visit::{Answer, Visit};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

pub(in crate::folder) async fn run(v: &Visit) -> Answer {
    let bucket = v.bucket().await?;
    let encoding = Encoding::parse(v.parameter("encoding-type"))?;
    let ask = ask(v, "max-keys")?;
    let (token, start_after) = (v.parameter("continuation-token"), v.parameter("start-after"));
    // The token outweighs the key to start after.
    let marker = match token {
        Some(token) => read_token(token)?,
        None => start_after.unwrap_or_default().as_bytes().to_vec(),
    };
    let page = read(v, &bucket, &ask, &marker).await?;
    let mut document = Document::new("ListBucketResult");
    document.leaf("Name", bucket.name.as_str()).leaf("Prefix", &encoding.show(ask.prefix));
    document.maybe("ContinuationToken", token);
    if let Some(last) = page.entries.last().filter(|_| page.truncated) {
        document.leaf("NextContinuationToken", &URL_SAFE_NO_PAD.encode(key_of(last)));
    }
    if let Some(start_after) = start_after {
        document.leaf("StartAfter", &encoding.show(start_after.as_bytes()));
    }
    document.show("KeyCount", page.entries.len()).show("MaxKeys", ask.most);
    write_delimiter(&mut document, &ask, encoding);
    document.show("IsTruncated", page.truncated);
    write_entries(&mut document, &bucket, &page, encoding, v.parameter("fetch-owner") == Some("true"));
    Ok(document.finish())
}

/// The last entry of the page before. A client that makes one up learns no more than by `start-after`.
fn read_token(token: &str) -> Result<Vec<u8>, S3Fault> {
    let refuse =
        || S3Fault::invalid_argument("The continuation token provided is incorrect", "continuation-token", token);
    URL_SAFE_NO_PAD.decode(token).ok().filter(|key| !key.is_empty()).ok_or_else(refuse)
}
