//! ListBuckets: the caller's own buckets, by name.

use crate::S3Fault;
use crate::folder::document::Document;
use crate::folder::owner;
use crate::folder::times::iso8601;
use crate::folder::visit::{Answer, Visit};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use store::table::s3_buckets;

const MOST: u32 = 10_000;

pub(in crate::folder) async fn run(v: &Visit) -> Answer {
    let account = v.account.clone().ok_or_else(S3Fault::access_denied)?;
    let most = v.number("max-buckets")?;
    if let Some(number) = most.filter(|most| !(1..=MOST).contains(most)) {
        let message = "Argument max-buckets must be an integer between 1 and 10000";
        return Err(S3Fault::invalid_argument(message, "max-buckets", &number.to_string()));
    }
    let (prefix, region) = (v.parameter("prefix").unwrap_or_default(), v.parameter("bucket-region"));
    let token = v.parameter("continuation-token").filter(|token| !token.is_empty());
    let mut after = token.map(read_token).transpose()?.unwrap_or_default();
    let limit = usize::try_from(most.unwrap_or(MOST)).map_err(|error| S3Fault::internal(error.to_string()))?;
    let mut rows = Vec::new();
    // One more than shown tells whether there are more; those of other regions are passed over.
    while rows.len() <= limit {
        let page =
            v.read(async |tx| Ok(s3_buckets::list(tx, &account, prefix, &after, i64::from(MOST)).await?)).await?;
        let Some(last) = page.last() else { break };
        after.clone_from(&last.name);
        rows.extend(page.into_iter().filter(|row| region.is_none_or(|region| region == row.region.as_str())));
    }
    let more = rows.len() > limit;
    rows.truncate(limit);
    let detailed = most.is_some() || token.is_some() || region.is_some() || !prefix.is_empty();
    let mut document = Document::new("ListAllMyBucketsResult");
    owner::write(&mut document, "Owner", &account);
    document.open("Buckets");
    for row in &rows {
        document.open("Bucket").leaf("Name", &row.name).leaf("CreationDate", &iso8601(row.created_ms));
        document.maybe("BucketRegion", detailed.then_some(row.region.as_str())).close();
    }
    document.close();
    if let Some(last) = rows.last().filter(|_| more) {
        document.leaf("ContinuationToken", &URL_SAFE_NO_PAD.encode(&last.name));
    }
    document.maybe("Prefix", Some(prefix).filter(|prefix| !prefix.is_empty()));
    Ok(document.finish())
}

fn read_token(token: &str) -> Result<String, S3Fault> {
    let name = URL_SAFE_NO_PAD.decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    name.filter(|name| !name.contains('\0')).ok_or_else(|| {
        S3Fault::invalid_argument("The continuation token provided is incorrect", "continuation-token", token)
    })
}
