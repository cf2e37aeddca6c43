//! HeadBucket: whether there is such a bucket, and where.

use crate::folder::document;
use crate::folder::metadata::insert;
use crate::folder::visit::{Answer, Visit};
use http::StatusCode;

pub(in crate::folder) async fn run(v: &Visit) -> Answer {
    let bucket = v.bucket().await?;
    let mut response = document::empty(StatusCode::OK);
    insert(response.headers_mut(), "x-amz-bucket-region", bucket.facts.region.as_str());
    insert(response.headers_mut(), "x-amz-access-point-alias", "false");
    Ok(response)
}
