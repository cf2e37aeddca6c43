//! The condition keys of S3: which a permission carries, and when (spec/policy.md 9.3, 9.4).

use crate::document::Document;
use crate::permission::{On, Permission};
use crate::{Call, Operation};
use domain::{AccountId, Timestamp};
use gate::{Context, RequestView, SignatureFacts};

/// What is known of how the request came.
#[derive(Clone, Copy, Debug, Default)]
pub struct Arrived<'a> {
    /// The signature, verified; none of an anonymous request.
    pub signature: Option<&'a SignatureFacts>,
    /// `s3:authType` where it is not the signature's: `POST`, for the form of a browser.
    pub auth_type: Option<&'a str>,
    /// `s3:TlsVersion` (`1.2`, `1.3`), if the connection is encrypted and its version known.
    pub tls_version: Option<&'a str>,
}

/// Keys that every S3 permission carries.
pub(crate) fn of_request(keys: &mut Context, call: &Call, arrived: Arrived<'_>) {
    if let Some(kind) = arrived.auth_type.or(arrived.signature.map(|signature| signature.auth_type)) {
        keys.set("s3:authType", kind);
    }
    if let Some(signature) = arrived.signature {
        keys.set("s3:signatureversion", signature.version);
        if let Some(age) = signature.age_ms {
            keys.set_number("s3:signatureAge", age);
        }
    }
    if let Some(version) = arrived.tls_version {
        keys.set("s3:TlsVersion", version);
    }
    if let Some(digest) = call.header("x-amz-content-sha256") {
        keys.set("s3:x-amz-content-sha256", digest);
    }
}

/// Keys that this permission carries, besides tags of an object that is there.
pub(crate) fn of_permission(
    keys: &mut Context,
    call: &Call,
    permission: Permission,
    document: &Document,
    request: RequestView<'_>,
    owner: &AccountId,
) {
    keys.set("s3:ResourceAccount", owner.as_str());
    if permission.action.contains("Version") {
        let source = call.source.as_ref().and_then(|source| source.version.as_deref());
        let version = if permission.on == On::Source { source } else { call.version() };
        if let (Some(version), true) = (version, permission.on != On::Bucket) {
            keys.set("s3:versionid", version);
        }
    }
    match permission.action {
        "s3:ListBucket" | "s3:ListBucketVersions" => of_listing(keys, call),
        "s3:PutObject" => {
            of_acl(keys, call);
            of_upload(keys, call);
            of_lock(keys, call, request.now);
            of_request_tags(keys, &document.tags);
            let creates = matches!(
                call.operation,
                Operation::PutObject
                    | Operation::PostObject
                    | Operation::CopyObject
                    | Operation::CompleteMultipartUpload
            );
            keys.set_bool("s3:ObjectCreationOperation", creates);
            of_header(keys, call, "if-match", "s3:if-match");
            of_header(keys, call, "if-none-match", "s3:if-none-match");
        }
        "s3:BypassGovernanceRetention" => {
            of_acl(keys, call);
            of_upload(keys, call);
            of_request_tags(keys, &document.tags);
        }
        "s3:DeleteObject" => of_header(keys, call, "if-match", "s3:if-match"),
        "s3:PutObjectAcl" | "s3:PutObjectVersionAcl" => {
            of_acl(keys, call);
            of_header(keys, call, "x-amz-storage-class", "s3:x-amz-storage-class");
        }
        "s3:PutObjectTagging" | "s3:PutObjectVersionTagging" => of_request_tags(keys, &document.tags),
        "s3:PutObjectRetention" | "s3:PutObjectLegalHold" => {
            of_lock(keys, call, request.now);
            of_locking(keys, document, request.now);
        }
        "s3:PutBucketAcl" => of_acl(keys, call),
        "s3:CreateBucket" => {
            of_acl(keys, call);
            of_header(keys, call, "x-amz-object-ownership", "s3:x-amz-object-ownership");
            of_header(keys, call, "x-amz-bucket-namespace", "s3:x-amz-bucket-namespace");
            if let Some(location) = &document.location {
                keys.set("s3:locationconstraint", location.as_str());
            }
            of_resource_tags(keys, &document.tags);
        }
        "s3:TagResource" => of_resource_tags(keys, &document.tags),
        _ => {}
    }
}

/// Whether `s3:ExistingObjectTag` may be asked with this permission (spec/policy.md 9.4).
pub(crate) fn sees_existing_tags(call: &Call, permission: Permission) -> bool {
    // The two exceptions were observed: with them the key is absent, so an Allow that asks for it fails.
    let except = match call.operation {
        Operation::GetObjectAttributes => true,
        Operation::CopyObject => permission.on == On::Source,
        _ => false,
    };
    let on_object = matches!(permission.on, On::Object | On::Source);
    let usable = matches!(
        permission.action,
        "s3:GetObject"
            | "s3:GetObjectVersion"
            | "s3:GetObjectTagging"
            | "s3:GetObjectVersionTagging"
            | "s3:PutObjectTagging"
            | "s3:PutObjectVersionTagging"
            | "s3:DeleteObjectTagging"
            | "s3:DeleteObjectVersionTagging"
            | "s3:GetObjectAcl"
            | "s3:GetObjectVersionAcl"
            | "s3:PutObjectAcl"
            | "s3:PutObjectVersionAcl"
    );
    on_object && usable && !except
}

/// `s3:prefix`, `s3:delimiter`: as sent, also empty; a parameter that is not sent leaves the key absent.
fn of_listing(keys: &mut Context, call: &Call) {
    if !matches!(call.operation, Operation::ListObjects | Operation::ListObjectsV2 | Operation::ListObjectVersions) {
        return;
    }
    for (name, key) in [("prefix", "s3:prefix"), ("delimiter", "s3:delimiter")] {
        if let Some(value) = call.parameter(name) {
            keys.set(key, value);
        }
    }
    keys.set("s3:max-keys", call.parameter("max-keys").filter(|number| !number.is_empty()).unwrap_or("1000"));
}

fn of_acl(keys: &mut Context, call: &Call) {
    for (header, key) in [
        ("x-amz-acl", "s3:x-amz-acl"),
        ("x-amz-grant-full-control", "s3:x-amz-grant-full-control"),
        ("x-amz-grant-read", "s3:x-amz-grant-read"),
        ("x-amz-grant-read-acp", "s3:x-amz-grant-read-acp"),
        ("x-amz-grant-write", "s3:x-amz-grant-write"),
        ("x-amz-grant-write-acp", "s3:x-amz-grant-write-acp"),
    ] {
        of_header(keys, call, header, key);
    }
}

/// How the object is made. Encryption is said when an upload in parts is begun, and holds for its parts (spec/policy.md 9.3);
/// they cannot say it again ([`crate::header_rules`]). Nobody here can be asked what was said then: the folder encrypts nothing,
/// so its uploads were begun with none, and no call of S3 tells it of an upload on the server behind us (`ListParts` and
/// `ListMultipartUploads` are silent). So these keys are absent of the later calls. A policy that demands encryption then
/// refuses the parts of a large upload rather than let through what it cannot see.
fn of_upload(keys: &mut Context, call: &Call) {
    for (header, key) in [
        ("x-amz-server-side-encryption", "s3:x-amz-server-side-encryption"),
        ("x-amz-server-side-encryption-aws-kms-key-id", "s3:x-amz-server-side-encryption-aws-kms-key-id"),
        ("x-amz-server-side-encryption-customer-algorithm", "s3:x-amz-server-side-encryption-customer-algorithm"),
        ("x-amz-storage-class", "s3:x-amz-storage-class"),
        ("x-amz-website-redirect-location", "s3:x-amz-website-redirect-location"),
    ] {
        of_header(keys, call, header, key);
    }
    if let Some(source) = &call.source {
        // One form for every way to write it: a leading slash must not lead around a Deny.
        keys.set("s3:x-amz-copy-source", format!("{}/{}", source.bucket.as_str(), source.key.as_str()));
        of_header(keys, call, "x-amz-metadata-directive", "s3:x-amz-metadata-directive");
    }
}

fn of_lock(keys: &mut Context, call: &Call, now: Timestamp) {
    of_header(keys, call, "x-amz-object-lock-mode", "s3:object-lock-mode");
    of_header(keys, call, "x-amz-object-lock-legal-hold", "s3:object-lock-legal-hold");
    if let Some(until) = call.header("x-amz-object-lock-retain-until-date") {
        of_retention(keys, until, now);
    }
}

fn of_locking(keys: &mut Context, document: &Document, now: Timestamp) {
    if let Some(mode) = &document.lock_mode {
        keys.set("s3:object-lock-mode", mode.as_str());
    }
    if let Some(until) = &document.retain_until {
        of_retention(keys, until, now);
    }
    if let Some(hold) = &document.legal_hold {
        keys.set("s3:object-lock-legal-hold", hold.as_str());
    }
}

fn of_retention(keys: &mut Context, until: &str, now: Timestamp) {
    keys.set("s3:object-lock-retain-until-date", until);
    if let Ok(at) = until.parse::<jiff::Timestamp>() {
        let days = at.as_millisecond().saturating_sub(now.millis()).max(0) / 86_400_000;
        keys.set_number("s3:object-lock-remaining-retention-days", days);
    }
}

fn of_request_tags(keys: &mut Context, tags: &[(String, String)]) {
    if tags.is_empty() {
        return;
    }
    keys.set_tags("s3:RequestObjectTag", pairs(tags));
    keys.set_list("s3:RequestObjectTagKeys", tags.iter().map(|(key, _)| key.as_str()));
}

fn of_resource_tags(keys: &mut Context, tags: &[(String, String)]) {
    if tags.is_empty() {
        return;
    }
    keys.set_tags("aws:RequestTag", pairs(tags));
    keys.set_list("aws:TagKeys", tags.iter().map(|(key, _)| key.as_str()));
}

pub(crate) fn pairs(tags: &[(String, String)]) -> impl Iterator<Item = (&str, &str)> {
    tags.iter().map(|(key, value)| (key.as_str(), value.as_str()))
}

fn of_header(keys: &mut Context, call: &Call, header: &str, key: &'static str) {
    if let Some(value) = call.header(header) {
        keys.set(key, value);
    }
}
