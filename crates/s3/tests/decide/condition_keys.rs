//! When each condition key is there, and what it holds (spec/policy.md 9.3).

use crate::scene::{Scene, allow};
use serde_json::{Value, json};

/// A condition, a request, its body, and whether the condition holds.
type Row<'a> = (Value, (&'a str, String, Headers<'a>), &'a [u8], bool);
type Headers<'a> = &'a [(&'a str, &'a str)];

/// Asks with a role that may do everything if the condition holds.
async fn holds(
    scene: &Scene,
    number: &mut usize,
    condition: &Value,
    asked: (&str, &str, &[(&str, &str)]),
    body: &[u8],
) -> bool {
    *number += 1;
    let mut statement = allow(&json!("s3:*"), &json!("*"));
    statement["Condition"] = condition.clone();
    let caller = scene.role(&format!("R{number}"), &json!([statement])).await;
    scene.ask_with(&caller, asked, body).await == "allowed"
}

#[tokio::test]
async fn presence_and_values() {
    let scene = Scene::new().await;
    let mut number = 0;
    let absent = |key: &str| json!({ "Null": { (key): "true" } });
    let equals = |key: &str, value: &str| json!({ "StringEquals": { (key): value } });
    let number_equals = |key: &str, value: &str| json!({ "NumericEquals": { (key): value } });
    let list = "/app?list-type=2";
    let acl: &[(&str, &str)] = &[("x-amz-acl", "bucket-owner-full-control")];
    let tagged: &[(&str, &str)] = &[("x-amz-tagging", "a=1&b=2")];
    let copy: &[(&str, &str)] = &[("x-amz-copy-source", "/app/a%20b"), ("x-amz-metadata-directive", "REPLACE")];
    let sse: &[(&str, &str)] = &[("x-amz-server-side-encryption", "AES256"), ("x-amz-storage-class", "STANDARD")];
    let class: &[(&str, &str)] = &[("x-amz-storage-class", "STANDARD")];
    let lock: &[(&str, &str)] =
        &[("x-amz-object-lock-mode", "GOVERNANCE"), ("x-amz-object-lock-retain-until-date", "2026-01-12T03:04:05Z")];
    let old: &[(&str, &str)] = &[("test-age-ms", "900000")];
    let hash: &[(&str, &str)] = &[("x-amz-content-sha256", "UNSIGNED-PAYLOAD")];
    let matching: &[(&str, &str)] = &[("if-none-match", "*")];
    let ownership: &[(&str, &str)] = &[("x-amz-object-ownership", "BucketOwnerEnforced")];
    let none: &[(&str, &str)] = &[];
    let place = b"<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint>\
                  <Tags><Tag><Key>team</Key><Value>red</Value></Tag></Tags></CreateBucketConfiguration>"
        .as_slice();
    let tagging = b"<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>".as_slice();
    let retention =
        b"<Retention><Mode>GOVERNANCE</Mode><RetainUntilDate>2026-01-04T03:04:05Z</RetainUntilDate></Retention>"
            .as_slice();
    let each = |list: &[&str]| json!({ "ForAllValues:StringEquals": { "s3:RequestObjectTagKeys": list } });
    let empty = b"".as_slice();
    let rows: Vec<Row<'_>> = vec![
        (absent("s3:prefix"), ("GET", list.to_owned(), none), empty, true),
        (equals("s3:prefix", ""), ("GET", format!("{list}&prefix="), none), empty, true),
        (equals("s3:prefix", ""), ("GET", list.to_owned(), none), empty, false),
        (equals("s3:prefix", "a b/"), ("GET", format!("{list}&prefix=a+b%2F"), none), empty, true),
        (equals("s3:prefix", "a"), ("GET", "/app?versions&prefix=a".to_owned(), none), empty, true),
        (absent("s3:prefix"), ("HEAD", "/app".to_owned(), none), empty, true),
        (equals("s3:delimiter", "/"), ("GET", "/app?delimiter=/".to_owned(), none), empty, true),
        (absent("s3:delimiter"), ("GET", "/app".to_owned(), none), empty, true),
        (number_equals("s3:max-keys", "1000"), ("GET", list.to_owned(), none), empty, true),
        (number_equals("s3:max-keys", "10"), ("GET", format!("{list}&max-keys=10"), none), empty, true),
        (absent("s3:max-keys"), ("GET", "/app/k".to_owned(), none), empty, true),
        (equals("s3:versionid", "v1"), ("GET", "/app/k?versionId=v1".to_owned(), none), empty, true),
        (absent("s3:versionid"), ("GET", "/app/k".to_owned(), none), empty, true),
        (equals("s3:x-amz-acl", "bucket-owner-full-control"), ("PUT", "/app/k".to_owned(), acl), empty, true),
        (
            equals("s3:x-amz-acl", "bucket-owner-full-control"),
            ("PUT", "/app/k?x-amz-acl=bucket-owner-full-control".to_owned(), none),
            empty,
            true,
        ),
        (absent("s3:x-amz-acl"), ("PUT", "/app/k".to_owned(), none), empty, true),
        (
            equals("s3:x-amz-copy-source", "app/a b"),
            ("PUT", "/app/k?partNumber=1&uploadId=u".to_owned(), copy),
            empty,
            false,
        ),
        (equals("s3:RequestObjectTag/a", "1"), ("PUT", "/app/k".to_owned(), tagged), empty, true),
        (each(&["a", "b"]), ("PUT", "/app/k".to_owned(), tagged), empty, true),
        (each(&["a"]), ("PUT", "/app/k".to_owned(), tagged), empty, false),
        (equals("s3:RequestObjectTag/A", "1"), ("PUT", "/app/k?tagging".to_owned(), none), tagging, true),
        (equals("s3:RequestObjectTag/a", "2"), ("PUT", "/app/k?tagging".to_owned(), none), tagging, false),
        (equals("s3:x-amz-server-side-encryption", "AES256"), ("PUT", "/app/k".to_owned(), sse), empty, true),
        (absent("s3:x-amz-server-side-encryption"), ("PUT", "/app/k".to_owned(), none), empty, true),
        (equals("s3:x-amz-storage-class", "STANDARD"), ("PUT", "/app/k".to_owned(), sse), empty, true),
        (absent("s3:x-amz-storage-class"), ("GET", "/app/k".to_owned(), class), empty, true),
        (equals("s3:object-lock-mode", "GOVERNANCE"), ("PUT", "/app/k".to_owned(), lock), empty, true),
        (
            number_equals("s3:object-lock-remaining-retention-days", "10"),
            ("PUT", "/app/k".to_owned(), lock),
            empty,
            true,
        ),
        (
            number_equals("s3:object-lock-remaining-retention-days", "2"),
            ("PUT", "/app/k?retention".to_owned(), none),
            retention,
            true,
        ),
        (equals("s3:authType", "REST-HEADER"), ("GET", "/app/k".to_owned(), none), empty, true),
        (equals("s3:authType", "REST-QUERY-STRING"), ("GET", "/app/k".to_owned(), old), empty, true),
        (absent("s3:signatureAge"), ("GET", "/app/k".to_owned(), none), empty, true),
        (
            json!({ "NumericGreaterThan": { "s3:signatureAge": 600_000 } }),
            ("GET", "/app/k".to_owned(), old),
            empty,
            true,
        ),
        (
            json!({ "NumericGreaterThan": { "s3:signatureAge": 900_000 } }),
            ("GET", "/app/k".to_owned(), old),
            empty,
            false,
        ),
        (equals("s3:signatureversion", "AWS4-HMAC-SHA256"), ("GET", "/app/k".to_owned(), none), empty, true),
        (equals("s3:x-amz-content-sha256", "UNSIGNED-PAYLOAD"), ("PUT", "/app/k".to_owned(), hash), empty, true),
        (equals("s3:ResourceAccount", "123456789012"), ("GET", "/app/k".to_owned(), none), empty, true),
        (equals("aws:ResourceAccount", "123456789012"), ("GET", "/app".to_owned(), none), empty, true),
        (equals("s3:if-none-match", "*"), ("PUT", "/app/k".to_owned(), matching), empty, true),
        (absent("s3:if-none-match"), ("GET", "/app/k".to_owned(), matching), empty, true),
        (equals("s3:locationconstraint", "eu-west-1"), ("PUT", "/new".to_owned(), none), place, false), // TagResource is asked too
        (equals("aws:RequestTag/team", "red"), ("PUT", "/new".to_owned(), none), place, true),
        (absent("s3:locationconstraint"), ("PUT", "/new".to_owned(), none), empty, true),
        (absent("s3:TlsVersion"), ("GET", "/app".to_owned(), none), empty, true),
        (json!({ "Bool": { "s3:ObjectCreationOperation": "true" } }), ("PUT", "/app/k".to_owned(), none), empty, true),
        (
            json!({ "Bool": { "s3:ObjectCreationOperation": "true" } }),
            ("POST", "/app/k?uploadId=u".to_owned(), none),
            empty,
            true,
        ),
        (
            json!({ "Bool": { "s3:ObjectCreationOperation": "false" } }),
            ("POST", "/app/k?uploads".to_owned(), none),
            empty,
            true,
        ),
        (
            json!({ "Bool": { "s3:ObjectCreationOperation": "false" } }),
            ("PUT", "/app/k?partNumber=1&uploadId=u".to_owned(), none),
            empty,
            true,
        ),
        (absent("s3:ObjectCreationOperation"), ("GET", "/app/k".to_owned(), none), empty, true),
        (
            equals("s3:x-amz-object-ownership", "BucketOwnerEnforced"),
            ("PUT", "/new".to_owned(), ownership),
            empty,
            false,
        ),
    ];
    for (condition, (method, path, headers), body, wanted) in rows {
        let found = holds(&scene, &mut number, &condition, (method, &path, headers), body).await;
        assert_eq!(found, wanted, "{condition} {method} {path} {headers:?}");
    }
}

#[tokio::test]
async fn a_copy_is_known_by_one_name() {
    let scene = Scene::new().await;
    let mut deny = allow(&json!("s3:PutObject"), &json!("*"));
    deny["Effect"] = json!("Deny");
    deny["Condition"] = json!({ "StringLike": { "s3:x-amz-copy-source": "app/secret/*" } });
    let caller = scene.role("Copier", &json!([allow(&json!("s3:*"), &json!("*")), deny])).await;
    for source in ["app/secret/a", "/app/secret/a", "app%2Fsecret%2Fa", "%2Fapp/secret/a"] {
        let found = scene.ask(&caller, ("PUT", "/app/k", &[("x-amz-copy-source", source)])).await;
        assert!(found.ends_with("with an explicit deny in an identity-based policy"), "{source}: {found}");
    }
    assert_eq!(scene.ask(&caller, ("PUT", "/app/k", &[("x-amz-copy-source", "app/open/a")])).await, "allowed");
}

#[tokio::test]
async fn a_part_cannot_say_how_its_upload_is_encrypted() {
    let scene = Scene::new().await;
    let mut deny = allow(&json!("s3:PutObject"), &json!("*"));
    deny["Effect"] = json!("Deny");
    deny["Condition"] = json!({ "StringNotEquals": { "s3:x-amz-server-side-encryption": "aws:kms" } });
    let caller = scene.role("Encrypting", &json!([allow(&json!("s3:*"), &json!("*")), deny])).await;
    let kms: &[(&str, &str)] = &[("x-amz-server-side-encryption", "aws:kms")];
    let copied: &[(&str, &str)] = &[("x-amz-server-side-encryption", "aws:kms"), ("x-amz-copy-source", "app/a")];
    assert_eq!(scene.ask(&caller, ("POST", "/app/k?uploads", kms)).await, "allowed");
    let (part, complete) = ("/app/k?partNumber=1&uploadId=u", "/app/k?uploadId=u");
    for (method, path, headers) in [("PUT", part, kms), ("PUT", part, copied), ("POST", complete, kms)] {
        assert_eq!(
            scene.ask(&caller, (method, path, headers)).await,
            "400 InvalidArgument: x-amz-server-side-encryption header is not supported for this operation."
        );
        // What the upload was begun with is not known here: it is not taken for granted.
        let found = scene.ask(&caller, (method, path, &[])).await;
        assert!(found.ends_with("with an explicit deny in an identity-based policy"), "{found}");
    }
}
