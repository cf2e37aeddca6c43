//! A prefix for each identity of a pool: the whole table of spec/policy.md 9.5.

use crate::scene::{Scene, allow, no_identity_policy};
use gate::Caller;
use serde_json::{Value, json};

const SUB: &str = "${cognito-identity.amazonaws.com:sub}";

fn statements() -> Value {
    let mut list = allow(&json!("s3:ListBucket"), &json!("arn:aws:s3:::app"));
    list["Condition"] = json!({ "StringLike": { "s3:prefix": format!("cognito/APPNAME/{SUB}/*") } });
    let objects = allow(
        &json!(["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]),
        &json!(format!("arn:aws:s3:::app/cognito/APPNAME/{SUB}/*")),
    );
    json!([list, objects])
}

async fn identity(scene: &Scene) -> Caller {
    let role = scene.role("Fan", &statements()).await;
    scene.as_identity(&role, "us-east-1:1111")
}

#[tokio::test]
async fn the_table() {
    let scene = Scene::new().await;
    let fan = identity(&scene).await;
    let own = "/app/cognito/APPNAME/us-east-1:1111";
    let source: &[(&str, &str)] = &[("x-amz-copy-source", "app/cognito/APPNAME/us-east-1%3A1111/a")];
    let foreign: &[(&str, &str)] = &[("x-amz-copy-source", "app/cognito/APPNAME/us-east-1%3A2222/a")];
    let list = "/app?list-type=2";
    for (method, path, headers, wanted) in [
        ("GET", format!("{own}/a/b.txt"), &[][..], Ok(())),
        ("GET", format!("{own}%2Fa/b.txt"), &[], Ok(())),
        ("HEAD", format!("{own}/a/b.txt"), &[], Ok(())),
        ("PUT", "/app/cognito/APPNAME/us-east-1:2222/x".to_owned(), &[], Err("s3:PutObject")),
        ("GET", own.to_owned(), &[], Err("s3:GetObject")),
        ("GET", format!("{own}/../us-east-1:2222/x"), &[], Ok(())), // a name, not a path: it is in the own prefix
        ("GET", format!("{list}&prefix=cognito/APPNAME/us-east-1:1111/"), &[], Ok(())),
        ("GET", format!("{list}&prefix=cognito/APPNAME/us-east-1%3A1111/a"), &[], Ok(())),
        ("GET", format!("{list}&prefix=cognito/APPNAME/us-east-1:1111"), &[], Err("s3:ListBucket")),
        ("GET", list.to_owned(), &[], Err("s3:ListBucket")),
        ("GET", format!("{list}&prefix="), &[], Err("s3:ListBucket")),
        ("GET", "/app".to_owned(), &[], Err("s3:ListBucket")),
        ("HEAD", "/app".to_owned(), &[], Err("s3:ListBucket")),
        ("GET", "/app?versions&prefix=cognito/APPNAME/us-east-1:1111/".to_owned(), &[], Err("s3:ListBucketVersions")),
        ("PUT", format!("{own}/copy"), source, Ok(())),
        ("PUT", format!("{own}/copy"), foreign, Err("s3:GetObject")),
        ("PUT", "/app/cognito/APPNAME/us-east-1:2222/copy".to_owned(), source, Err("s3:PutObject")),
        ("PUT", format!("{own}/big?partNumber=1&uploadId=u"), source, Ok(())),
        ("POST", format!("{own}/big?uploads"), &[], Ok(())),
        ("PUT", format!("{own}/big?partNumber=1&uploadId=u"), &[], Ok(())),
        ("POST", format!("{own}/big?uploadId=u"), &[], Ok(())),
        ("DELETE", format!("{own}/big?uploadId=u"), &[], Err("s3:AbortMultipartUpload")),
        ("DELETE", format!("{own}/a"), &[], Ok(())),
        ("DELETE", format!("{own}/a?versionId=v"), &[], Err("s3:DeleteObjectVersion")),
        // A presigned URL is decided as the signer.
        ("GET", format!("{own}/a?X-Amz-Algorithm=A&X-Amz-Signature=0&X-Amz-Security-Token=t"), &[], Ok(())),
    ] {
        let found = scene.ask(&fan, (method, &path, headers)).await;
        match wanted {
            Ok(()) => assert_eq!(found, "allowed", "{method} {path}"),
            Err(action) => {
                let start = format!("403 AccessDenied: User: {} is not authorized to perform: {action} on", fan.arn());
                assert!(found.starts_with(&start), "{method} {path}: {found}");
                assert!(found.ends_with(&format!("because no identity-based policy allows the {action} action")));
            }
        }
    }
}

#[tokio::test]
async fn the_sentence_is_s3s() {
    let scene = Scene::new().await;
    let fan = identity(&scene).await;
    let asked = ("GET", "/app/cognito/APPNAME/us-east-1:2222/x", &[][..]);
    assert_eq!(
        scene.ask(&fan, asked).await,
        "403 AccessDenied: User: arn:aws:sts::123456789012:assumed-role/Fan/s is not authorized to perform: s3:GetObject on \
         resource: \"arn:aws:s3:::app/cognito/APPNAME/us-east-1:2222/x\" because no identity-based policy allows the \
         s3:GetObject action"
    );
    let (_, decision) = scene.decide(&fan, asked, b"").await;
    let reason = &decision.steps.last().unwrap().text;
    assert!(reason.contains("s3:GetObject on arn:aws:s3:::app/cognito/APPNAME/us-east-1:2222/x is denied"), "{reason}");
    assert!(reason.contains("cognito/APPNAME/"), "the nearest miss is told: {reason}");
    assert!(decision.encoded_message.is_some());
}

#[tokio::test]
async fn others_have_no_prefix() {
    let scene = Scene::new().await;
    let role = scene.role("Fan", &statements()).await;
    let user = scene.user("ana", Some(&statements())).await;
    let old =
        scene.role_with_policy("Old", &json!({ "Version": "2008-10-17", "Statement": statements() }).to_string()).await;
    let old = scene.as_identity(&old, "us-east-1:1111");
    for caller in [role, user, old] {
        for (path, action, resource) in [
            (
                "/app/cognito/APPNAME/us-east-1:1111/a",
                "s3:GetObject",
                "arn:aws:s3:::app/cognito/APPNAME/us-east-1:1111/a",
            ),
            ("/app/cognito/APPNAME//a", "s3:GetObject", "arn:aws:s3:::app/cognito/APPNAME//a"),
            ("/app?prefix=cognito/APPNAME/us-east-1:1111/", "s3:ListBucket", "arn:aws:s3:::app"),
        ] {
            assert_eq!(scene.ask(&caller, ("GET", path, &[])).await, no_identity_policy(&caller, action, resource));
        }
    }
}

#[tokio::test]
async fn foreign_keys_stay_when_many_are_deleted() {
    let scene = Scene::new().await;
    let fan = identity(&scene).await;
    let body = "<Delete><Object><Key>cognito/APPNAME/us-east-1:1111/a</Key></Object>\
                <Object><Key>cognito/APPNAME/us-east-1:2222/a</Key></Object>\
                <Object><Key>cognito/APPNAME/us-east-1:1111/b</Key></Object></Delete>";
    let (allowed, denied) = scene.delete(&fan, ("POST", "/app?delete", &[]), body).await;
    assert_eq!(allowed, ["cognito/APPNAME/us-east-1:1111/a", "cognito/APPNAME/us-east-1:1111/b"]);
    assert_eq!(
        denied,
        [
            "cognito/APPNAME/us-east-1:2222/a: User: arn:aws:sts::123456789012:assumed-role/Fan/s is not authorized to perform: \
          s3:DeleteObject on resource: \"arn:aws:s3:::app/cognito/APPNAME/us-east-1:2222/a\" because no identity-based \
          policy allows the s3:DeleteObject action"
        ]
    );
}

#[tokio::test]
async fn an_absent_object_is_told_of_to_those_who_may_list() {
    let scene = Scene::new().await;
    let fan = identity(&scene).await;
    let reader = scene.role("Reader", &json!([allow(&json!("s3:*"), &json!("*"))])).await;
    assert!(!scene.may_list(&fan, ("GET", "/app/cognito/APPNAME/us-east-1:1111/a", &[])).await);
    assert!(scene.may_list(&reader, ("GET", "/app/k", &[])).await);
    assert!(!scene.may_list(&Caller::Anonymous, ("GET", "/app/k", &[])).await);
}
