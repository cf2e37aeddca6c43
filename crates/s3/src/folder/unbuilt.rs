//! Headers that ask for what is not built: refused, never passed over in silence.

use super::visit::Visit;
use crate::S3Fault;
use http::StatusCode;

/// Nothing here encrypts: bytes are kept as they came.
const ENCRYPTION: [&str; 2] = ["x-amz-server-side-encryption", "x-amz-copy-source-server-side-encryption"];
const OBJECT_LOCK: &str = "x-amz-object-lock-";
const OTHERS: [&str; 5] = [
    "x-amz-website-redirect-location",
    "x-amz-write-offset-bytes",
    "x-amz-if-match-last-modified-time",
    "x-amz-if-match-size",
    "x-amz-if-match-initiated-time",
];
/// Storage classes that S3 has besides `STANDARD`.
const STORAGE_CLASSES: [&str; 12] = [
    "REDUCED_REDUNDANCY",
    "STANDARD_IA",
    "ONEZONE_IA",
    "INTELLIGENT_TIERING",
    "GLACIER",
    "DEEP_ARCHIVE",
    "OUTPOSTS",
    "GLACIER_IR",
    "SNOW",
    "EXPRESS_ONEZONE",
    "FSX_OPENZFS",
    "FSX_ONTAP",
];

/// Refuses what no operation on objects can do here.
///
/// # Errors
/// `NotImplemented`, `InvalidRequest`, `InvalidStorageClass`.
pub(super) fn refuse(v: &Visit) -> Result<(), S3Fault> {
    for name in v.headers.keys().map(http::HeaderName::as_str) {
        if ENCRYPTION.iter().any(|start| name.starts_with(start)) || OTHERS.contains(&name) {
            return Err(S3Fault::not_implemented(name));
        }
        if name.starts_with(OBJECT_LOCK) {
            return Err(S3Fault::invalid_request("Bucket is missing Object Lock Configuration"));
        }
    }
    match v.header("x-amz-storage-class") {
        None | Some("STANDARD") => Ok(()),
        Some(class) if STORAGE_CLASSES.contains(&class) => Err(S3Fault::not_implemented("x-amz-storage-class")),
        Some(class) => {
            let message = "The storage class you specified is not valid";
            Err(S3Fault::new("InvalidStorageClass", StatusCode::BAD_REQUEST, message)
                .with("StorageClassRequested", class))
        }
    }
}

/// Refuses every access control list but the one that all objects have: the bucket's owner may do everything.
///
/// # Errors
/// `AccessControlListNotSupported`.
pub(super) fn refuse_acl(v: &Visit) -> Result<(), S3Fault> {
    let canned = matches!(v.header("x-amz-acl"), None | Some("private" | "bucket-owner-full-control"));
    let grants = v.headers.keys().any(|name| name.as_str().starts_with("x-amz-grant-"));
    if canned && !grants {
        return Ok(());
    }
    Err(S3Fault::new("AccessControlListNotSupported", StatusCode::BAD_REQUEST, "The bucket does not allow ACLs"))
}
