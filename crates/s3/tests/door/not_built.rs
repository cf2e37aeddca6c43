//! What nobody carries out is denied to who may not ask for it, and refused to who may: it never succeeds.

use crate::stage::{Reply, Stage};
use s3::Operation;
use serde_json::json;
use testkit::Keys;

/// Operation, method, target.
type Row = (Operation, &'static str, &'static str);

/// What neither carries out.
const NEITHER: [Row; 10] = [
    (Operation::PutBucketAbac, "PUT", "/app?abac"),
    (Operation::PutBucketAnalyticsConfiguration, "PUT", "/app?analytics&id=1"),
    (Operation::PutBucketEncryption, "PUT", "/app?encryption"),
    (Operation::PutBucketInventoryConfiguration, "PUT", "/app?inventory&id=1"),
    (Operation::PutBucketLogging, "PUT", "/app?logging"),
    (Operation::PutBucketNotificationConfiguration, "PUT", "/app?notification"),
    (Operation::PutBucketReplication, "PUT", "/app?replication"),
    (Operation::UpdateObjectEncryption, "PUT", "/app/k?encryption"),
    (Operation::GetObjectTorrent, "GET", "/app/k?torrent"),
    (Operation::PostObject, "POST", "/app"),
];

/// What the folder does not, besides.
const NOT_THE_FOLDER: [Row; 37] = [
    (Operation::GetBucketAbac, "GET", "/app?abac"),
    (Operation::PutBucketAccelerateConfiguration, "PUT", "/app?accelerate"),
    (Operation::PutBucketAcl, "PUT", "/app?acl"),
    (Operation::GetBucketAnalyticsConfiguration, "GET", "/app?analytics&id=1"),
    (Operation::ListBucketAnalyticsConfigurations, "GET", "/app?analytics"),
    (Operation::DeleteBucketAnalyticsConfiguration, "DELETE", "/app?analytics&id=1"),
    (Operation::DeleteBucketEncryption, "DELETE", "/app?encryption"),
    (Operation::GetBucketIntelligentTieringConfiguration, "GET", "/app?intelligent-tiering&id=1"),
    (Operation::ListBucketIntelligentTieringConfigurations, "GET", "/app?intelligent-tiering"),
    (Operation::PutBucketIntelligentTieringConfiguration, "PUT", "/app?intelligent-tiering&id=1"),
    (Operation::DeleteBucketIntelligentTieringConfiguration, "DELETE", "/app?intelligent-tiering&id=1"),
    (Operation::GetBucketInventoryConfiguration, "GET", "/app?inventory&id=1"),
    (Operation::ListBucketInventoryConfigurations, "GET", "/app?inventory"),
    (Operation::DeleteBucketInventoryConfiguration, "DELETE", "/app?inventory&id=1"),
    (Operation::PutBucketLifecycleConfiguration, "PUT", "/app?lifecycle"),
    (Operation::DeleteBucketLifecycle, "DELETE", "/app?lifecycle"),
    (Operation::GetBucketMetricsConfiguration, "GET", "/app?metrics&id=1"),
    (Operation::ListBucketMetricsConfigurations, "GET", "/app?metrics"),
    (Operation::PutBucketMetricsConfiguration, "PUT", "/app?metrics&id=1"),
    (Operation::DeleteBucketMetricsConfiguration, "DELETE", "/app?metrics&id=1"),
    (Operation::PutObjectLockConfiguration, "PUT", "/app?object-lock"),
    (Operation::DeleteBucketReplication, "DELETE", "/app?replication"),
    (Operation::PutBucketRequestPayment, "PUT", "/app?requestPayment"),
    (Operation::PutBucketVersioning, "PUT", "/app?versioning"),
    (Operation::PutBucketWebsite, "PUT", "/app?website"),
    (Operation::DeleteBucketWebsite, "DELETE", "/app?website"),
    (Operation::SelectObjectContent, "POST", "/app/k?select&select-type=2"),
    (Operation::PutObjectAcl, "PUT", "/app/k?acl"),
    (Operation::PutObjectRetention, "PUT", "/app/k?retention"),
    (Operation::PutObjectLegalHold, "PUT", "/app/k?legal-hold"),
    (Operation::RestoreObject, "POST", "/app/k?restore"),
    // These tell that there is none, which is true.
    (Operation::GetBucketEncryption, "GET", "/app?encryption"),
    (Operation::GetBucketLifecycleConfiguration, "GET", "/app?lifecycle"),
    (Operation::GetBucketReplication, "GET", "/app?replication"),
    (Operation::GetBucketWebsite, "GET", "/app?website"),
    (Operation::GetObjectLockConfiguration, "GET", "/app?object-lock"),
    (Operation::GetObjectRetention, "GET", "/app/k?retention"),
];

const SOME: [(&str, &str); 1] = [("content-type", "multipart/form-data; boundary=b")];

/// The same without the sub-resource's own permission: it may do everything else.
async fn nobody(stage: &Stage) -> Keys {
    stage.user("nobody", &json!({ "Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*" })).await
}

async fn ask(stage: &Stage, keys: Option<&Keys>, (operation, method, target): Row) -> Reply {
    let body = match operation {
        Operation::PutObjectRetention => "<Retention/>",
        Operation::PutObjectLegalHold => "<LegalHold/>",
        _ => "",
    };
    let acl = [("x-amz-acl", "private")];
    let headers = match operation {
        Operation::PutBucketAcl | Operation::PutObjectAcl => &acl,
        _ => &SOME,
    };
    stage.send(keys, method, target, headers, body).await
}

#[tokio::test]
async fn the_folder_never_answers_with_success_what_it_does_not_do() {
    let stage = Stage::folder().await;
    let nobody = nobody(&stage).await;
    let root = Keys::root();
    for row in NEITHER.into_iter().chain(NOT_THE_FOLDER) {
        let told = ask(&stage, Some(&root), row).await.told();
        assert!(
            told == "501 NotImplemented" || told.starts_with("404 ") || told == "400 InvalidRequest",
            "{row:?}: {told}"
        );
        if row.0 != Operation::PostObject {
            for keys in [Some(&nobody), None] {
                assert_eq!(ask(&stage, keys, row).await.told(), "403 AccessDenied", "{row:?}");
            }
        }
    }
}

#[tokio::test]
async fn what_cannot_be_decided_is_not_passed_on() {
    let (stage, behind) = Stage::upstream().await;
    let nobody = nobody(&stage).await;
    let root = Keys::root();
    let more = [
        (Operation::PutBucketOwnershipControls, "PUT", "/app?ownershipControls"),
        (Operation::DeleteBucketOwnershipControls, "DELETE", "/app?ownershipControls"),
    ];
    for row in NEITHER.into_iter().chain(more) {
        assert_eq!(ask(&stage, Some(&root), row).await.told(), "501 NotImplemented", "{row:?}");
        if row.0 != Operation::PostObject {
            for keys in [Some(&nobody), None] {
                assert_eq!(ask(&stage, keys, row).await.told(), "403 AccessDenied", "{row:?}");
            }
        }
    }
    let body = "<RestoreRequest><OutputLocation><S3/></OutputLocation></RestoreRequest>";
    assert_eq!(stage.root("POST", "/app/k?restore", body).await.told(), "501 NotImplemented");
    assert!(behind.got().is_empty(), "nothing of it left the house");
    // What is decided is passed on.
    assert_eq!(stage.root("PUT", "/app?versioning", "<VersioningConfiguration/>").await.told(), "200");
    assert_eq!(behind.got().len(), 1);
}

/// Every operation is either carried out by the folder, or in one of the lists above.
#[test]
fn no_operation_is_forgotten() {
    let listed: Vec<Operation> = NEITHER.into_iter().chain(NOT_THE_FOLDER).map(|(operation, ..)| operation).collect();
    let served = Operation::ALL.iter().filter(|operation| !listed.contains(operation)).count();
    assert_eq!((Operation::ALL.len(), listed.len(), served), (96, 47, 49));
}
