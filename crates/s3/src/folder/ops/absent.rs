//! Reading configurations that no bucket here can have: the truth is that there are none.

use crate::S3Fault;
use crate::folder::document::Document;
use crate::folder::refusals::no_such_document;
use crate::folder::visit::{Answer, Visit};

/// An empty document: the configuration of a bucket that has none.
pub(in crate::folder) async fn empty(v: &Visit, root: &'static str) -> Answer {
    v.bucket().await?;
    Ok(Document::new(root).finish())
}

/// Who pays: the owner, always.
pub(in crate::folder) async fn request_payment(v: &Visit) -> Answer {
    v.bucket().await?;
    let mut document = Document::new("RequestPaymentConfiguration");
    document.leaf("Payer", "BucketOwner");
    Ok(document.finish())
}

/// A refusal that says that there is none.
pub(in crate::folder) async fn none(v: &Visit, code: &'static str, message: &str) -> Answer {
    let bucket = v.bucket().await?;
    Err(no_such_document(code, message, &bucket))
}

/// The same for an object's retention and legal hold.
pub(in crate::folder) async fn no_lock(v: &Visit) -> Answer {
    v.bucket().await?;
    Err(S3Fault::invalid_request("Bucket is missing Object Lock Configuration"))
}
