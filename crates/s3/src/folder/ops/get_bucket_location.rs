//! GetBucketLocation: the region, which for the oldest one is not said.

use crate::folder::document::Document;
use crate::folder::visit::{Answer, Visit};

pub(in crate::folder) async fn run(v: &Visit) -> Answer {
    let bucket = v.bucket().await?;
    let region = bucket.facts.region.as_str();
    let mut document = Document::new("LocationConstraint");
    if region != "us-east-1" {
        document.text().push_str(region);
    }
    Ok(document.finish())
}
