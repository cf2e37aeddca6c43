//! What is not passed on to a server behind us: operations of which our policies cannot decide all that the server would do in
//! its own name, and addresses that it may keep for itself.

use crate::{Operation, S3Fault, Target};
use http::Method;

/// Refuses operations that name, in their bodies, what no policy of ours is asked about, or that would be answered with
/// success and change nothing about who may do what, since that is decided here.
///
/// # Errors
/// `NotImplemented`.
pub(super) fn check(operation: Operation) -> Result<(), S3Fault> {
    let why = match operation {
        // Takes iam:PassRole on a role of the other server's.
        Operation::PutBucketReplication => "the role that would be passed is of the server behind",
        Operation::PutBucketNotificationConfiguration
        | Operation::PutBucketLogging
        | Operation::PutBucketInventoryConfiguration
        | Operation::PutBucketAnalyticsConfiguration => "the destinations are of the server behind",
        // From then on others would use the key in our name, without being asked for a permission on it.
        Operation::PutBucketEncryption | Operation::UpdateObjectEncryption => "the keys are of the server behind",
        Operation::PutBucketAbac | Operation::PutBucketOwnershipControls | Operation::DeleteBucketOwnershipControls => {
            "policies are evaluated before it, without lists and tags of buckets"
        }
        // Whoever has the torrent gets the object from elsewhere.
        Operation::GetObjectTorrent => "torrents lead around the guard",
        _ => return Ok(()),
    };
    let mut fault = S3Fault::new(
        "NotImplemented",
        http::StatusCode::NOT_IMPLEMENTED,
        format!("{} is not passed on to the server behind.", operation.name()),
    );
    fault.cause = Some(format!("not passed on: {why}"));
    Err(fault)
}

/// Whether the operation has a body. Any other body is not sent: a server that does not expect one might take it for the next
/// request of the connection, which is somebody else's.
pub(super) fn has_body(operation: Operation, method: &Method) -> bool {
    let without = matches!(
        operation,
        Operation::CopyObject
            | Operation::UploadPartCopy
            | Operation::CreateMultipartUpload
            | Operation::PutBucketAcl
            | Operation::PutObjectAcl
    );
    matches!(*method, Method::PUT | Method::POST) && !without
}

/// Refuses paths at which some servers of S3 have their administration: it would be asked with our own credentials there.
/// MinIO's is at `/minio/`, whatever the host name says; Ceph's at `/admin/`, which a host name that names a bucket leads past.
/// At AWS both are ordinary.
///
/// # Errors
/// `InvalidBucketName`, `NotImplemented` for a key.
pub(super) fn check_place(target: &Target, host: &str, path: &str) -> Result<(), S3Fault> {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    if [".amazonaws.com", ".amazonaws.com.cn"].iter().any(|end| name.ends_with(end)) {
        return Ok(());
    }
    let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    let names_bucket = target.bucket().is_some_and(|bucket| bucket.as_str() == first);
    match (first, names_bucket) {
        ("minio" | "admin", true) => Err(S3Fault::invalid_bucket_name(first)),
        ("minio", false) => Err(S3Fault::new(
            "NotImplemented",
            http::StatusCode::NOT_IMPLEMENTED,
            "Keys that begin with `minio/` are not passed on to the server behind.",
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::upstream::Address;
    use crate::{BucketName, ObjectKey};

    #[test]
    fn administrations_are_not_reached() {
        let told = |address: &str, bucket: &str, key: &str| {
            let bucket = BucketName::parse(bucket).unwrap();
            let target = match ObjectKey::parse(key) {
                Some(key) => Target::Object(bucket, key),
                None => Target::Bucket(bucket),
            };
            let (host, path, _) = address.parse::<Address>().unwrap().of(&target, &[]);
            check_place(&target, &host, &path).map_or_else(|fault| fault.code, |()| "-")
        };
        let (path, hosted) = ("http://127.0.0.1:9000", "https://{bucket}.minio.example.com:9000");
        let amazon = "https://s3.eu-central-1.amazonaws.com";
        let amazon_hosted = "https://{bucket}.s3.eu-central-1.amazonaws.com";
        for (address, bucket, key, wanted) in [
            (path, "minio", "admin/v3/info", "InvalidBucketName"),
            (path, "minio", "", "InvalidBucketName"),
            (path, "admin", "user", "InvalidBucketName"),
            (path, "admins", "user", "-"),
            (path, "fans", "minio/admin/v3/info", "-"),
            (path, "fans", "admin/user", "-"),
            (hosted, "fans", "minio/admin/v3/info", "NotImplemented"),
            (hosted, "fans", "minio", "NotImplemented"),
            (hosted, "fans", "/minio/admin", "NotImplemented"),
            (hosted, "fans", "admin/user", "-"),
            (hosted, "minio", "a", "-"),
            (amazon, "minio", "a", "-"),
            (amazon, "admin", "a", "-"),
            (amazon_hosted, "fans", "minio/a", "-"),
        ] {
            assert_eq!(told(address, bucket, key), wanted, "{address} {bucket} {key}");
        }
    }

    #[test]
    fn bodies_go_only_where_they_are_expected() {
        assert!(has_body(Operation::PutObject, &Method::PUT));
        assert!(has_body(Operation::DeleteObjects, &Method::POST));
        assert!(!has_body(Operation::GetObject, &Method::GET));
        assert!(!has_body(Operation::DeleteObject, &Method::DELETE));
        assert!(!has_body(Operation::CopyObject, &Method::PUT));
        assert!(!has_body(Operation::CreateMultipartUpload, &Method::POST));
    }
}
