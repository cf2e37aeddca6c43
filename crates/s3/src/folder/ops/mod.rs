//! The operations that the folder carries out.

mod abort_multipart_upload;
mod absent;
mod acl;
mod bucket_cors;
mod bucket_ownership_controls;
mod bucket_tagging;
mod complete_multipart_upload;
mod copy_object;
mod create_bucket;
mod create_multipart_upload;
mod delete_bucket;
mod delete_object;
mod delete_objects;
mod get_bucket_location;
mod get_object;
mod get_object_attributes;
mod head_bucket;
mod head_object;
mod list_buckets;
mod list_multipart_uploads;
mod list_object_versions;
mod list_objects;
mod list_objects_v2;
mod list_parts;
mod object_tagging;
mod put_object;
mod upload_part;
mod upload_part_copy;

use super::refusals;
use super::visit::{Answer, Visit};
use crate::{Body, Operation};

/// The longest document that sets something of a bucket, in bytes.
const DOCUMENT_MOST: usize = 256 * 1024;

/// Carries out the operation that was approved: this match is the only way to one.
pub(super) async fn run(v: &Visit, body: Body) -> Answer {
    match v.operation {
        Operation::ListBuckets => list_buckets::run(v).await,
        Operation::CreateBucket => create_bucket::run(v, body).await,
        Operation::HeadBucket => head_bucket::run(v).await,
        Operation::DeleteBucket => delete_bucket::run(v).await,
        Operation::GetBucketLocation => get_bucket_location::run(v).await,
        Operation::ListObjects => list_objects::run(v).await,
        Operation::ListObjectsV2 => list_objects_v2::run(v).await,
        Operation::ListObjectVersions => list_object_versions::run(v).await,
        Operation::GetBucketAcl => acl::of_bucket(v).await,
        Operation::GetBucketCors => bucket_cors::get(v).await,
        Operation::PutBucketCors => bucket_cors::put(v, body).await,
        Operation::DeleteBucketCors => bucket_cors::delete(v).await,
        Operation::GetBucketTagging => bucket_tagging::get(v).await,
        Operation::PutBucketTagging => bucket_tagging::put(v, body).await,
        Operation::DeleteBucketTagging => bucket_tagging::delete(v).await,
        Operation::GetBucketOwnershipControls => bucket_ownership_controls::get(v).await,
        Operation::PutBucketOwnershipControls => bucket_ownership_controls::put(v, body).await,
        Operation::DeleteBucketOwnershipControls => bucket_ownership_controls::delete(v).await,

        Operation::GetObject => get_object::run(v).await,
        Operation::HeadObject => head_object::run(v).await,
        Operation::PutObject => put_object::run(v, body).await,
        Operation::CopyObject => copy_object::run(v).await,
        Operation::DeleteObject => delete_object::run(v).await,
        Operation::DeleteObjects => delete_objects::run(v, body).await,
        Operation::GetObjectAttributes => get_object_attributes::run(v).await,
        Operation::GetObjectAcl => acl::of_object(v).await,
        Operation::GetObjectTagging => object_tagging::get(v).await,
        Operation::PutObjectTagging => object_tagging::put(v, body).await,
        Operation::DeleteObjectTagging => object_tagging::delete(v).await,

        Operation::CreateMultipartUpload => create_multipart_upload::run(v).await,
        Operation::UploadPart => upload_part::run(v, body).await,
        Operation::UploadPartCopy => upload_part_copy::run(v).await,
        Operation::CompleteMultipartUpload => complete_multipart_upload::run(v, body).await,
        Operation::AbortMultipartUpload => abort_multipart_upload::run(v).await,
        Operation::ListParts => list_parts::run(v).await,
        Operation::ListMultipartUploads => list_multipart_uploads::run(v).await,

        _ => absent(v).await,
    }
}

/// What is not built: reading it tells that there is none, everything else is refused.
async fn absent(v: &Visit) -> Answer {
    match v.operation {
        Operation::GetBucketAccelerateConfiguration => absent::empty(v, "AccelerateConfiguration").await,
        Operation::GetBucketLogging => absent::empty(v, "BucketLoggingStatus").await,
        Operation::GetBucketNotificationConfiguration => absent::empty(v, "NotificationConfiguration").await,
        Operation::GetBucketVersioning => absent::empty(v, "VersioningConfiguration").await,
        Operation::GetBucketRequestPayment => absent::request_payment(v).await,
        Operation::GetObjectRetention | Operation::GetObjectLegalHold => absent::no_lock(v).await,
        Operation::GetBucketEncryption => {
            let message = "The server side encryption configuration was not found";
            absent::none(v, "ServerSideEncryptionConfigurationNotFoundError", message).await
        }
        Operation::GetBucketLifecycleConfiguration => {
            absent::none(v, "NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist").await
        }
        Operation::GetBucketReplication => {
            let message = "The replication configuration was not found";
            absent::none(v, "ReplicationConfigurationNotFoundError", message).await
        }
        Operation::GetBucketWebsite => {
            let message = "The specified bucket does not have a website configuration";
            absent::none(v, "NoSuchWebsiteConfiguration", message).await
        }
        Operation::GetObjectLockConfiguration => {
            let message = "Object Lock configuration does not exist for this bucket";
            absent::none(v, "ObjectLockConfigurationNotFoundError", message).await
        }
        _ => Err(refusals::not_built(v.operation.name())),
    }
}
