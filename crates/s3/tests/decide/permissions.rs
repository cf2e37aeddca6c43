//! Which permissions each operation needs (spec/policy.md 9.1).

use crate::scene::{DENIED, Scene, allow, no_identity_policy};
use gate::Caller;
use serde_json::json;

/// Method, path, headers, and the permissions that are needed.
type Row<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], &'a str);

/// A role that has all these permissions is let in; each of them is needed.
#[tokio::test]
async fn each_operation_needs_its_permissions() {
    let scene = Scene::new().await;
    scene.tag("app/tagged", &[("a", "b")]);
    let lock: &[(&str, &str)] = &[("x-amz-object-lock-mode", "GOVERNANCE"), ("x-amz-object-lock-legal-hold", "ON")];
    let bypass: &[(&str, &str)] = &[("x-amz-bypass-governance-retention", "true")];
    let acl: &[(&str, &str)] = &[("x-amz-acl", "private")];
    let none: &[(&str, &str)] = &[];
    let tags: &[(&str, &str)] = &[("x-amz-tagging", "a=b")];
    let new: &[(&str, &str)] =
        &[("x-amz-acl", "private"), ("x-amz-bucket-object-lock-enabled", "true"), ("x-amz-object-ownership", "x")];
    let copy: &[(&str, &str)] = &[("x-amz-copy-source", "other/k")];
    let copy_of_version: &[(&str, &str)] = &[("x-amz-copy-source", "other/k?versionId=v")];
    let copy_tagged: &[(&str, &str)] = &[("x-amz-copy-source", "app/tagged")];
    let rows: &[Row<'_>] = &[
        ("GET", "/", none, "ListAllMyBuckets"),
        ("PUT", "/new", none, "CreateBucket"),
        (
            "PUT",
            "/new",
            new,
            "CreateBucket PutBucketAcl PutBucketObjectLockConfiguration PutBucketVersioning \
            PutBucketOwnershipControls",
        ),
        ("HEAD", "/app", none, "ListBucket"),
        ("DELETE", "/app", none, "DeleteBucket"),
        ("GET", "/app", none, "ListBucket"),
        ("GET", "/app?list-type=2", none, "ListBucket"),
        ("GET", "/app?versions", none, "ListBucketVersions"),
        ("GET", "/app?uploads", none, "ListBucketMultipartUploads"),
        ("POST", "/app?delete", none, ""),
        ("GET", "/app?policy", none, "GetBucketPolicy"),
        ("PUT", "/app?policy", none, "PutBucketPolicy"),
        ("DELETE", "/app?policy", none, "DeleteBucketPolicy"),
        ("GET", "/app?policyStatus", none, "GetBucketPolicyStatus"),
        ("GET", "/app?publicAccessBlock", none, "GetBucketPublicAccessBlock"),
        ("PUT", "/app?publicAccessBlock", none, "PutBucketPublicAccessBlock"),
        ("DELETE", "/app?publicAccessBlock", none, "PutBucketPublicAccessBlock"),
        ("GET", "/app?abac", none, "GetBucketAbac"),
        ("PUT", "/app?abac", none, "PutBucketAbac"),
        ("GET", "/app?accelerate", none, "GetAccelerateConfiguration"),
        ("PUT", "/app?accelerate", none, "PutAccelerateConfiguration"),
        ("GET", "/app?acl", none, "GetBucketAcl"),
        ("PUT", "/app?acl", acl, "PutBucketAcl"),
        ("GET", "/app?analytics&id=1", none, "GetAnalyticsConfiguration"),
        ("GET", "/app?analytics", none, "GetAnalyticsConfiguration"),
        ("PUT", "/app?analytics&id=1", none, "PutAnalyticsConfiguration"),
        ("DELETE", "/app?analytics&id=1", none, "PutAnalyticsConfiguration"),
        ("GET", "/app?cors", none, "GetBucketCORS"),
        ("PUT", "/app?cors", none, "PutBucketCORS"),
        ("DELETE", "/app?cors", none, "PutBucketCORS"),
        ("GET", "/app?encryption", none, "GetEncryptionConfiguration"),
        ("PUT", "/app?encryption", none, "PutEncryptionConfiguration"),
        ("DELETE", "/app?encryption", none, "PutEncryptionConfiguration"),
        ("GET", "/app?intelligent-tiering&id=1", none, "GetIntelligentTieringConfiguration"),
        ("GET", "/app?intelligent-tiering", none, "GetIntelligentTieringConfiguration"),
        ("PUT", "/app?intelligent-tiering&id=1", none, "PutIntelligentTieringConfiguration"),
        ("DELETE", "/app?intelligent-tiering&id=1", none, "PutIntelligentTieringConfiguration"),
        ("GET", "/app?inventory&id=1", none, "GetInventoryConfiguration"),
        ("GET", "/app?inventory", none, "GetInventoryConfiguration"),
        ("PUT", "/app?inventory&id=1", none, "PutInventoryConfiguration"),
        ("DELETE", "/app?inventory&id=1", none, "PutInventoryConfiguration"),
        ("GET", "/app?lifecycle", none, "GetLifecycleConfiguration"),
        ("PUT", "/app?lifecycle", none, "PutLifecycleConfiguration"),
        ("DELETE", "/app?lifecycle", none, "PutLifecycleConfiguration"),
        ("GET", "/app?location", none, "GetBucketLocation"),
        ("GET", "/app?logging", none, "GetBucketLogging"),
        ("PUT", "/app?logging", none, "PutBucketLogging"),
        ("GET", "/app?metrics&id=1", none, "GetMetricsConfiguration"),
        ("GET", "/app?metrics", none, "GetMetricsConfiguration"),
        ("PUT", "/app?metrics&id=1", none, "PutMetricsConfiguration"),
        ("DELETE", "/app?metrics&id=1", none, "PutMetricsConfiguration"),
        ("GET", "/app?notification", none, "GetBucketNotification"),
        ("PUT", "/app?notification", none, "PutBucketNotification"),
        ("GET", "/app?object-lock", none, "GetBucketObjectLockConfiguration"),
        ("PUT", "/app?object-lock", none, "PutBucketObjectLockConfiguration"),
        ("GET", "/app?ownershipControls", none, "GetBucketOwnershipControls"),
        ("PUT", "/app?ownershipControls", none, "PutBucketOwnershipControls"),
        ("DELETE", "/app?ownershipControls", none, "PutBucketOwnershipControls"),
        ("GET", "/app?replication", none, "GetReplicationConfiguration"),
        ("PUT", "/app?replication", none, "PutReplicationConfiguration"),
        ("DELETE", "/app?replication", none, "PutReplicationConfiguration"),
        ("GET", "/app?requestPayment", none, "GetBucketRequestPayment"),
        ("PUT", "/app?requestPayment", none, "PutBucketRequestPayment"),
        ("GET", "/app?tagging", none, "GetBucketTagging"),
        ("PUT", "/app?tagging", none, "PutBucketTagging"),
        ("DELETE", "/app?tagging", none, "PutBucketTagging"),
        ("GET", "/app?versioning", none, "GetBucketVersioning"),
        ("PUT", "/app?versioning", none, "PutBucketVersioning"),
        ("GET", "/app?website", none, "GetBucketWebsite"),
        ("PUT", "/app?website", none, "PutBucketWebsite"),
        ("DELETE", "/app?website", none, "DeleteBucketWebsite"),
        ("GET", "/app/k", none, "GetObject"),
        ("GET", "/app/k?versionId=v", none, "GetObjectVersion"),
        ("HEAD", "/app/k", none, "GetObject"),
        ("HEAD", "/app/k?versionId=v", none, "GetObjectVersion"),
        ("GET", "/app/k?attributes", none, "GetObject"),
        ("GET", "/app/k?attributes&versionId=v", none, "GetObjectVersion"),
        ("GET", "/app/k?torrent", none, "GetObject"),
        ("POST", "/app/k?select&select-type=2", none, "GetObject"),
        ("PUT", "/app/k", none, "PutObject"),
        ("PUT", "/app/k", acl, "PutObject PutObjectAcl"),
        ("PUT", "/app/k", tags, "PutObject PutObjectTagging"),
        ("PUT", "/app/k", lock, "PutObject PutObjectRetention PutObjectLegalHold"),
        ("PUT", "/app/k", copy, "GetObject PutObject"),
        ("PUT", "/app/k", copy_of_version, "GetObjectVersion PutObject"),
        ("PUT", "/app/k", copy_tagged, "GetObject GetObjectTagging PutObject PutObjectTagging"),
        ("PUT", "/app/k?partNumber=1&uploadId=u", none, "PutObject"),
        ("PUT", "/app/k?partNumber=1&uploadId=u", copy, "GetObject PutObject"),
        ("PUT", "/app/k?partNumber=1&uploadId=u", copy_tagged, "GetObject PutObject"),
        ("POST", "/app/k?uploads", tags, "PutObject PutObjectTagging"),
        ("POST", "/app/k?uploadId=u", none, "PutObject"),
        ("DELETE", "/app/k?uploadId=u", none, "AbortMultipartUpload"),
        ("GET", "/app/k?uploadId=u", none, "ListMultipartUploadParts"),
        ("DELETE", "/app/k", none, "DeleteObject"),
        ("DELETE", "/app/k?versionId=v", none, "DeleteObjectVersion"),
        ("DELETE", "/app/k?versionId=v", bypass, "DeleteObjectVersion BypassGovernanceRetention"),
        ("GET", "/app/k?tagging", none, "GetObjectTagging"),
        ("GET", "/app/k?tagging&versionId=v", none, "GetObjectVersionTagging"),
        ("PUT", "/app/k?tagging", none, "PutObjectTagging"),
        ("PUT", "/app/k?tagging&versionId=v", none, "PutObjectVersionTagging"),
        ("DELETE", "/app/k?tagging", none, "DeleteObjectTagging"),
        ("DELETE", "/app/k?tagging&versionId=v", none, "DeleteObjectVersionTagging"),
        ("GET", "/app/k?acl", none, "GetObjectAcl"),
        ("GET", "/app/k?acl&versionId=v", none, "GetObjectVersionAcl"),
        ("PUT", "/app/k?acl", acl, "PutObjectAcl"),
        ("PUT", "/app/k?acl&versionId=v", acl, "PutObjectVersionAcl"),
        ("GET", "/app/k?retention", none, "GetObjectRetention"),
        ("PUT", "/app/k?retention", none, "PutObjectRetention"),
        ("PUT", "/app/k?retention", bypass, "PutObjectRetention BypassGovernanceRetention"),
        ("GET", "/app/k?legal-hold", none, "GetObjectLegalHold"),
        ("PUT", "/app/k?legal-hold", none, "PutObjectLegalHold"),
        ("POST", "/app/k?restore", none, "RestoreObject"),
        ("PUT", "/app/k?encryption", none, "UpdateObjectEncryption PutObject"),
    ];
    let bodies =
        [("?tagging", "<Tagging><TagSet/></Tagging>"), ("?retention", "<Retention/>"), ("?legal-hold", "<LegalHold/>")];
    for (number, (method, path, headers, permissions)) in rows.iter().enumerate() {
        let body =
            bodies.iter().find(|(mark, _)| *method == "PUT" && path.contains(mark)).map_or("", |(_, body)| *body);
        let permissions: Vec<String> = permissions.split_whitespace().map(|name| format!("s3:{name}")).collect();
        let names = |skipped: usize| -> Vec<&String> {
            permissions.iter().enumerate().filter(|(index, _)| *index != skipped).map(|(_, name)| name).collect()
        };
        for skipped in 0..=permissions.len() {
            let mut actions = json!(names(skipped));
            if actions == json!([]) {
                actions = json!("s3:Nothing");
            }
            let caller = scene.role(&format!("R{number}-{skipped}"), &json!([allow(&actions, &json!("*"))])).await;
            let found = scene.ask_with(&caller, (method, path, headers), body.as_bytes()).await;
            if let Some(missing) = permissions.get(skipped) {
                let part = format!("is not authorized to perform: {missing} ");
                assert!(found.contains(&part), "{method} {path} {headers:?} without {missing}: {found}");
            } else {
                // What is wrong with the request otherwise is said only to those who may make it.
                let passes = found == "allowed" || found.contains("InvalidBucketAclWithObjectOwnership");
                assert!(passes, "{method} {path} {headers:?} with {permissions:?}: {found}");
            }
        }
    }
}

#[tokio::test]
async fn listing_buckets_takes_both_forms_of_resource() {
    let scene = Scene::new().await;
    for (number, resource, wanted) in [(1, "*", true), (2, "arn:aws:s3:::*", true), (3, "arn:aws:s3:::app", false)] {
        let statements = json!([allow(&json!("s3:ListAllMyBuckets"), &json!(resource))]);
        let caller = scene.role(&format!("R{number}"), &statements).await;
        let found = scene.ask(&caller, ("GET", "/", &[])).await;
        if wanted {
            assert_eq!(found, "allowed", "{resource}");
        } else {
            // There is no resource to be named.
            let sentence = "403 AccessDenied: User: arn:aws:sts::123456789012:assumed-role/R3/s is not authorized to perform: \
                            s3:ListAllMyBuckets because no identity-based policy allows the s3:ListAllMyBuckets action";
            assert_eq!(found, sentence);
        }
    }
}

#[tokio::test]
async fn access_control_lists_are_off() {
    let scene = Scene::new().await;
    let root = scene.root();
    let unsupported = "400 AccessControlListNotSupported: The bucket does not allow ACLs";
    let on_bucket = "400 InvalidBucketAclWithObjectOwnership: Bucket cannot have ACLs set with ObjectOwnership's \
                     BucketOwnerEnforced setting";
    for (method, path, header, value, wanted) in [
        ("PUT", "/app/k", "x-amz-acl", "private", "allowed"),
        ("PUT", "/app/k", "x-amz-acl", "bucket-owner-full-control", "allowed"),
        ("PUT", "/app/k", "x-amz-acl", "public-read", unsupported),
        ("PUT", "/app/k", "x-amz-grant-read", "id=1", unsupported),
        ("POST", "/app/k?uploads", "x-amz-acl", "public-read", unsupported),
        ("PUT", "/app/k?acl", "x-amz-acl", "public-read", unsupported),
        ("PUT", "/app/k?acl", "x-other", "", unsupported),
        ("PUT", "/app?acl", "x-amz-acl", "private", "allowed"),
        ("PUT", "/app?acl", "x-amz-acl", "authenticated-read", unsupported),
        ("PUT", "/new", "x-amz-acl", "public-read", on_bucket),
        ("PUT", "/new", "x-amz-acl", "private", "allowed"),
    ] {
        assert_eq!(scene.ask(&root, (method, path, &[(header, value)])).await, wanted, "{path} {value}");
    }
    let nobody = scene.role("Nobody", &json!([allow(&json!("s3:PutObject"), &json!("*"))])).await;
    assert_eq!(
        scene.ask(&nobody, ("PUT", "/app/k", &[("x-amz-acl", "public-read")])).await,
        no_identity_policy(&nobody, "s3:PutObjectAcl", "arn:aws:s3:::app/k")
    );
}

#[tokio::test]
async fn a_key_of_kms_takes_a_permission_on_it() {
    let scene = Scene::new().await;
    let put = allow(&json!("s3:PutObject"), &json!("*"));
    let key = "arn:aws:kms:us-east-1:123456789012:key/1";
    let plain = scene.role("Plain", &json!([put])).await;
    let with_key = scene.role("Key", &json!([put, allow(&json!("kms:GenerateDataKey"), &json!(key))])).await;
    let any_key = scene.role("Any", &json!([put, allow(&json!("kms:*"), &json!("*"))])).await;
    let refused = |caller: &Caller, key: &str| {
        format!(
            "403 AccessDenied: User: {} is not authorized to perform: kms:GenerateDataKey on resource: {key} because no \
             identity-based policy allows the kms:GenerateDataKey action",
            caller.arn()
        )
    };
    let foreign = "arn:aws:kms:us-east-1:444455556666:key/1";
    for (caller, name, wanted) in [
        (&plain, key, refused(&plain, key)),
        (&plain, "1", refused(&plain, key)),
        (&with_key, key, "allowed".to_owned()),
        (&with_key, "1", "allowed".to_owned()),
        (&with_key, "alias/a", refused(&with_key, "arn:aws:kms:us-east-1:123456789012:alias/a")),
        (&any_key, "alias/a", "allowed".to_owned()),
        (&any_key, foreign, DENIED.to_owned()),
    ] {
        let headers =
            [("x-amz-server-side-encryption", "aws:kms"), ("x-amz-server-side-encryption-aws-kms-key-id", name)];
        assert_eq!(scene.ask(caller, ("PUT", "/app/k", &headers)).await, wanted, "{name}");
    }
}
