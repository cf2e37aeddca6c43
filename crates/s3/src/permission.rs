//! Which permissions a call needs (spec/policy.md 9.1).

use crate::{Call, Operation};
use domain::{AccountId, Region};
use http::HeaderMap;

/// A permission that has to be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Permission {
    /// `s3:Name`.
    pub action: &'static str,
    /// Of what.
    pub on: On,
}

/// What a permission is asked on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum On {
    /// The whole service: any bucket.
    Service,
    /// The call's bucket.
    Bucket,
    /// The call's object.
    Object,
    /// What is copied.
    Source,
    /// The key that the object is to be encrypted with.
    Key,
}

/// The permissions that a call needs, all of them, in the order they are asked. For `DeleteObjects` there are none: each key is
/// decided for itself. Whether tags are copied ([`copies_tags`]) is for the caller to find out.
pub(crate) fn of(call: &Call) -> Vec<Permission> {
    use Operation as O;
    let version = call.version().is_some();
    let bucket = |action| vec![Permission { action, on: On::Bucket }];
    let object = |action| vec![Permission { action, on: On::Object }];
    let by_version = |plain, versioned| object(if version { versioned } else { plain });
    match call.operation {
        O::ListBuckets => vec![Permission { action: "s3:ListAllMyBuckets", on: On::Service }],

        O::CreateBucket => create_bucket(call),
        O::HeadBucket | O::ListObjects | O::ListObjectsV2 => bucket("s3:ListBucket"),
        O::ListObjectVersions => bucket("s3:ListBucketVersions"),
        O::ListMultipartUploads => bucket("s3:ListBucketMultipartUploads"),
        O::DeleteBucket => bucket("s3:DeleteBucket"),
        O::DeleteObjects => Vec::new(),
        O::GetBucketPolicy => bucket("s3:GetBucketPolicy"),
        O::PutBucketPolicy => bucket("s3:PutBucketPolicy"),
        O::DeleteBucketPolicy => bucket("s3:DeleteBucketPolicy"),
        O::GetBucketPolicyStatus => bucket("s3:GetBucketPolicyStatus"),
        O::GetPublicAccessBlock => bucket("s3:GetBucketPublicAccessBlock"),
        O::PutPublicAccessBlock | O::DeletePublicAccessBlock => bucket("s3:PutBucketPublicAccessBlock"),
        O::GetBucketAbac => bucket("s3:GetBucketAbac"),
        O::PutBucketAbac => bucket("s3:PutBucketAbac"),
        O::GetBucketAccelerateConfiguration => bucket("s3:GetAccelerateConfiguration"),
        O::PutBucketAccelerateConfiguration => bucket("s3:PutAccelerateConfiguration"),
        O::GetBucketAcl => bucket("s3:GetBucketAcl"),
        O::PutBucketAcl => bucket("s3:PutBucketAcl"),
        O::GetBucketAnalyticsConfiguration | O::ListBucketAnalyticsConfigurations => {
            bucket("s3:GetAnalyticsConfiguration")
        }
        O::PutBucketAnalyticsConfiguration | O::DeleteBucketAnalyticsConfiguration => {
            bucket("s3:PutAnalyticsConfiguration")
        }
        O::GetBucketCors => bucket("s3:GetBucketCORS"),
        O::PutBucketCors | O::DeleteBucketCors => bucket("s3:PutBucketCORS"),
        O::GetBucketEncryption => bucket("s3:GetEncryptionConfiguration"),
        O::PutBucketEncryption | O::DeleteBucketEncryption => bucket("s3:PutEncryptionConfiguration"),
        O::GetBucketIntelligentTieringConfiguration | O::ListBucketIntelligentTieringConfigurations => {
            bucket("s3:GetIntelligentTieringConfiguration")
        }
        O::PutBucketIntelligentTieringConfiguration | O::DeleteBucketIntelligentTieringConfiguration => {
            bucket("s3:PutIntelligentTieringConfiguration")
        }
        O::GetBucketInventoryConfiguration | O::ListBucketInventoryConfigurations => {
            bucket("s3:GetInventoryConfiguration")
        }
        O::PutBucketInventoryConfiguration | O::DeleteBucketInventoryConfiguration => {
            bucket("s3:PutInventoryConfiguration")
        }
        O::GetBucketLifecycleConfiguration => bucket("s3:GetLifecycleConfiguration"),
        O::PutBucketLifecycleConfiguration | O::DeleteBucketLifecycle => bucket("s3:PutLifecycleConfiguration"),
        O::GetBucketLocation => bucket("s3:GetBucketLocation"),
        O::GetBucketLogging => bucket("s3:GetBucketLogging"),
        O::PutBucketLogging => bucket("s3:PutBucketLogging"),
        O::GetBucketMetricsConfiguration | O::ListBucketMetricsConfigurations => bucket("s3:GetMetricsConfiguration"),
        O::PutBucketMetricsConfiguration | O::DeleteBucketMetricsConfiguration => bucket("s3:PutMetricsConfiguration"),
        O::GetBucketNotificationConfiguration => bucket("s3:GetBucketNotification"),
        O::PutBucketNotificationConfiguration => bucket("s3:PutBucketNotification"),
        O::GetObjectLockConfiguration => bucket("s3:GetBucketObjectLockConfiguration"),
        O::PutObjectLockConfiguration => bucket("s3:PutBucketObjectLockConfiguration"),
        O::GetBucketOwnershipControls => bucket("s3:GetBucketOwnershipControls"),
        O::PutBucketOwnershipControls | O::DeleteBucketOwnershipControls => bucket("s3:PutBucketOwnershipControls"),
        O::GetBucketReplication => bucket("s3:GetReplicationConfiguration"),
        O::PutBucketReplication | O::DeleteBucketReplication => bucket("s3:PutReplicationConfiguration"),
        O::GetBucketRequestPayment => bucket("s3:GetBucketRequestPayment"),
        O::PutBucketRequestPayment => bucket("s3:PutBucketRequestPayment"),
        O::GetBucketTagging => bucket("s3:GetBucketTagging"),
        O::PutBucketTagging | O::DeleteBucketTagging => bucket("s3:PutBucketTagging"),
        O::GetBucketVersioning => bucket("s3:GetBucketVersioning"),
        O::PutBucketVersioning => bucket("s3:PutBucketVersioning"),
        O::GetBucketWebsite => bucket("s3:GetBucketWebsite"),
        O::PutBucketWebsite => bucket("s3:PutBucketWebsite"),
        O::DeleteBucketWebsite => bucket("s3:DeleteBucketWebsite"),

        O::GetObject | O::HeadObject | O::GetObjectAttributes | O::GetObjectTorrent | O::SelectObjectContent => {
            by_version("s3:GetObject", "s3:GetObjectVersion")
        }
        O::PutObject | O::PostObject | O::CreateMultipartUpload => put_object(call),
        O::CopyObject => [source(call), put_object(call)].concat(),
        O::UploadPart | O::CompleteMultipartUpload => object("s3:PutObject"),
        O::UploadPartCopy => [source(call), object("s3:PutObject")].concat(),
        O::AbortMultipartUpload => object("s3:AbortMultipartUpload"),
        O::ListParts => object("s3:ListMultipartUploadParts"),
        O::DeleteObject => delete_object(call, version),
        O::GetObjectTagging => by_version("s3:GetObjectTagging", "s3:GetObjectVersionTagging"),
        O::PutObjectTagging => by_version("s3:PutObjectTagging", "s3:PutObjectVersionTagging"),
        O::DeleteObjectTagging => by_version("s3:DeleteObjectTagging", "s3:DeleteObjectVersionTagging"),
        O::GetObjectAcl => by_version("s3:GetObjectAcl", "s3:GetObjectVersionAcl"),
        O::PutObjectAcl => by_version("s3:PutObjectAcl", "s3:PutObjectVersionAcl"),
        O::GetObjectRetention => object("s3:GetObjectRetention"),
        O::PutObjectRetention => with_bypass(call, object("s3:PutObjectRetention")),
        O::GetObjectLegalHold => object("s3:GetObjectLegalHold"),
        O::PutObjectLegalHold => with_bypass(call, object("s3:PutObjectLegalHold")),
        O::RestoreObject => object("s3:RestoreObject"),
        O::UpdateObjectEncryption => [object("s3:UpdateObjectEncryption"), object("s3:PutObject")].concat(),
    }
}

/// What it takes to delete one key, alone or among others.
pub(crate) fn delete_object(call: &Call, version: bool) -> Vec<Permission> {
    let action = if version { "s3:DeleteObjectVersion" } else { "s3:DeleteObject" };
    with_bypass(call, vec![Permission { action, on: On::Object }])
}

fn with_bypass(call: &Call, mut permissions: Vec<Permission>) -> Vec<Permission> {
    if is_true(call, "x-amz-bypass-governance-retention") {
        permissions.push(Permission { action: "s3:BypassGovernanceRetention", on: On::Object });
    }
    permissions
}

fn create_bucket(call: &Call) -> Vec<Permission> {
    let mut actions = vec!["s3:CreateBucket"];
    if has_acl(call) {
        actions.push("s3:PutBucketAcl");
    }
    if is_true(call, "x-amz-bucket-object-lock-enabled") {
        actions.extend(["s3:PutBucketObjectLockConfiguration", "s3:PutBucketVersioning"]);
    }
    if call.header("x-amz-object-ownership").is_some() {
        actions.push("s3:PutBucketOwnershipControls");
    }
    actions.into_iter().map(|action| Permission { action, on: On::Bucket }).collect()
}

fn put_object(call: &Call) -> Vec<Permission> {
    let mut actions = vec!["s3:PutObject"];
    if has_acl(call) {
        actions.push("s3:PutObjectAcl");
    }
    // A copy says by its directive whether the tags in the header count.
    let counts = call.operation != Operation::CopyObject || replaces_tags(&call.headers);
    if counts && call.header("x-amz-tagging").is_some_and(|tags| !tags.is_empty()) {
        actions.push("s3:PutObjectTagging");
    }
    if ["x-amz-object-lock-mode", "x-amz-object-lock-retain-until-date"].iter().any(|name| call.header(name).is_some())
    {
        actions.push("s3:PutObjectRetention");
    }
    if call.header("x-amz-object-lock-legal-hold").is_some() {
        actions.push("s3:PutObjectLegalHold");
    }
    let mut permissions: Vec<Permission> =
        actions.into_iter().map(|action| Permission { action, on: On::Object }).collect();
    // Whoever serves would use the key in its own name, for anyone who names it.
    if call.header(KMS_KEY).is_some() {
        permissions.push(Permission { action: "kms:GenerateDataKey", on: On::Key });
    }
    permissions
}

/// The header that names a key of KMS.
const KMS_KEY: &str = "x-amz-server-side-encryption-aws-kms-key-id";

/// The ARN of the key that a call names, and the account it belongs to: the caller's own, unless the ARN says otherwise.
pub(crate) fn kms_key(call: &Call, region: &Region, own: &AccountId) -> Option<(String, AccountId)> {
    let name = call.header(KMS_KEY)?;
    if !name.starts_with("arn:") {
        let kind = if name.starts_with("alias/") { "" } else { "key/" };
        return Some((format!("arn:aws:kms:{region}:{own}:{kind}{name}"), own.clone()));
    }
    let account = name.split(':').nth(4).filter(|account| !account.is_empty());
    Some((name.to_owned(), account.map_or_else(|| own.clone(), AccountId::from)))
}

fn source(call: &Call) -> Vec<Permission> {
    let version = call.source.as_ref().is_some_and(|source| source.version.is_some());
    vec![Permission { action: if version { "s3:GetObjectVersion" } else { "s3:GetObject" }, on: On::Source }]
}

/// What is asked besides when the source of a copy has tags and they come along: reading them there, and writing them here.
pub(crate) fn of_copied_tags(call: &Call) -> Vec<Permission> {
    let version = call.source.as_ref().is_some_and(|source| source.version.is_some());
    let read = if version { "s3:GetObjectVersionTagging" } else { "s3:GetObjectTagging" };
    vec![Permission { action: read, on: On::Source }, Permission { action: "s3:PutObjectTagging", on: On::Object }]
}

/// Whether tags that the source has would be copied.
pub(crate) fn copies_tags(call: &Call) -> bool {
    call.operation == Operation::CopyObject && !replaces_tags(&call.headers)
}

/// Whether a copy takes the tags of its header rather than those of its source.
pub(crate) fn replaces_tags(headers: &HeaderMap) -> bool {
    headers.get("x-amz-tagging-directive").is_some_and(|directive| directive.as_bytes() == b"REPLACE")
}

/// The headers that carry an access control list.
pub(crate) const ACL_HEADERS: [&str; 6] = [
    "x-amz-acl",
    "x-amz-grant-full-control",
    "x-amz-grant-read",
    "x-amz-grant-read-acp",
    "x-amz-grant-write",
    "x-amz-grant-write-acp",
];

fn has_acl(call: &Call) -> bool {
    ACL_HEADERS.iter().any(|name| call.header(name).is_some())
}

fn is_true(call: &Call, header: &str) -> bool {
    call.header(header).is_some_and(|value| value.eq_ignore_ascii_case("true"))
}
