//! Refusals of what is in a bucket, in S3's words.

use crate::S3Fault;
use http::StatusCode;

pub(super) fn no_such_key(key: &str) -> S3Fault {
    S3Fault::new("NoSuchKey", StatusCode::NOT_FOUND, "The specified key does not exist.").with("Key", key)
}

pub(super) fn no_such_version(key: &str, version: &str) -> S3Fault {
    S3Fault::new("NoSuchVersion", StatusCode::NOT_FOUND, "The specified version does not exist.")
        .with("Key", key)
        .with("VersionId", version)
}

pub(super) fn no_such_upload(id: &str) -> S3Fault {
    S3Fault::new(
        "NoSuchUpload",
        StatusCode::NOT_FOUND,
        "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.",
    )
    .with("UploadId", id)
}

pub(super) fn precondition_failed(condition: &str) -> S3Fault {
    S3Fault::new(
        "PreconditionFailed",
        StatusCode::PRECONDITION_FAILED,
        "At least one of the pre-conditions you specified did not hold",
    )
    .with("Condition", condition)
}

/// The bucket was deleted, or made anew, while the request was under way.
pub(super) fn operation_aborted() -> S3Fault {
    S3Fault::new(
        "OperationAborted",
        StatusCode::CONFLICT,
        "A conflicting conditional operation is currently in progress against this resource. Please try again.",
    )
}

pub(super) fn entity_too_large(proposed: u64, most: u64) -> S3Fault {
    S3Fault::new("EntityTooLarge", StatusCode::BAD_REQUEST, "Your proposed upload exceeds the maximum allowed size")
        .with("ProposedSize", proposed.to_string())
        .with("MaxSizeAllowed", most.to_string())
}

pub(super) fn bad_digest(algorithm: &str) -> S3Fault {
    let message = format!("The {algorithm} you specified did not match the calculated checksum.");
    S3Fault::new("BadDigest", StatusCode::BAD_REQUEST, message)
}

/// An operation of S3 that the folder does not carry out.
pub(super) fn not_built(operation: &str) -> S3Fault {
    let message = format!("{operation} is not built.");
    S3Fault::new("NotImplemented", StatusCode::NOT_IMPLEMENTED, message)
}

/// A document that the bucket does not have.
pub(super) fn no_such_document(code: &'static str, message: &str, bucket: &super::buckets::Bucket) -> S3Fault {
    S3Fault::new(code, StatusCode::NOT_FOUND, message).with("BucketName", bucket.name.as_str())
}
