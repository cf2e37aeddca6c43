//! Where `s3:ExistingObjectTag` may be asked (spec/policy.md 9.4).

use crate::scene::{Scene, allow};
use serde_json::json;

#[tokio::test]
async fn the_table() {
    let scene = Scene::new().await;
    scene.tag("app/k", &[("Team", "red")]);
    scene.tag("app/k?v", &[("Team", "red")]);
    scene.tag("app/blue", &[("Team", "blue")]);
    let mut statement = allow(&json!("s3:*"), &json!("*"));
    statement["Condition"] = json!({ "StringEquals": { "s3:ExistingObjectTag/team": "red" } });
    let red = scene.role("Red", &json!([statement])).await;
    let copy: &[(&str, &str)] = &[("x-amz-copy-source", "app/k")];
    let tagging = b"<Tagging><TagSet/></Tagging>".as_slice();
    for (method, path, headers, body, wanted) in [
        ("GET", "/app/k", &[][..], &b""[..], true),
        ("GET", "/app/k?versionId=v", &[], b"", true),
        ("HEAD", "/app/k", &[], b"", true),
        ("GET", "/app/k?tagging", &[], b"", true),
        ("PUT", "/app/k?tagging", &[], tagging, true),
        ("DELETE", "/app/k?tagging", &[], b"", true),
        ("GET", "/app/k?acl", &[], b"", true),
        ("PUT", "/app/k?acl", &[("x-amz-acl", "private")], b"", true),
        ("GET", "/app/blue", &[], b"", false),
        ("GET", "/app/untagged", &[], b"", false),
        ("GET", "/app/k?attributes", &[], b"", false),
        ("PUT", "/app/k", &[], b"", false),
        ("DELETE", "/app/k", &[], b"", false),
        ("GET", "/app/k?retention", &[], b"", false),
        ("GET", "/app/k?legal-hold", &[], b"", false),
        ("GET", "/app", &[], b"", false),
    ] {
        let found = scene.ask_with(&red, (method, path, headers), body).await;
        assert_eq!(found == "allowed", wanted, "{method} {path}: {found}");
    }
    // The source of a copy never has the key; the source of a part does.
    let denied = scene.ask(&red, ("PUT", "/app/copy", copy)).await;
    assert!(denied.contains("s3:GetObject on resource: \"arn:aws:s3:::app/k\""), "{denied}");
    let denied = scene.ask(&red, ("PUT", "/app/copy?partNumber=1&uploadId=u", copy)).await;
    assert!(denied.contains("s3:PutObject on resource: \"arn:aws:s3:::app/copy\""), "{denied}");
}

#[tokio::test]
async fn tags_are_looked_up_only_when_a_policy_asks() {
    let scene = Scene::new().await;
    scene.tag("app/k", &[("Team", "red")]);
    let reader = scene.role("Reader", &json!([allow(&json!("s3:GetObject"), &json!("*"))])).await;
    assert_eq!(scene.ask(&reader, ("GET", "/app/k", &[])).await, "allowed");
    assert_eq!(scene.looked.get(), 0);
    // A bucket policy that asks is in play for everyone.
    let deny = json!({ "Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::app/*",
        "Condition": { "StringEquals": { "S3:existingobjecttag/Team": "red" } } });
    scene.put_policy("app", &json!([deny])).await;
    let denied = scene.ask(&reader, ("GET", "/app/k", &[])).await;
    assert!(denied.ends_with("with an explicit deny in a resource-based policy"), "{denied}");
    assert_eq!(scene.looked.get(), 1);
    assert_eq!(scene.ask(&reader, ("GET", "/app/other", &[])).await, "allowed");
    assert_eq!(scene.ask(&reader, ("GET", "/other/k", &[])).await, "allowed");
    assert_eq!(scene.looked.get(), 2);
}

#[tokio::test]
async fn tags_that_come_along_have_to_be_allowed() {
    let scene = Scene::new().await;
    scene.tag("app/tagged", &[("Team", "red")]);
    let plain = json!([allow(&json!(["s3:GetObject", "s3:PutObject"]), &json!("*"))]);
    let plain = scene.role("Plain", &plain).await;
    let reads = json!([allow(&json!(["s3:GetObject", "s3:PutObject", "s3:GetObjectTagging"]), &json!("*"))]);
    let reads = scene.role("Reads", &reads).await;
    let both = json!([allow(&json!(["s3:GetObject*", "s3:PutObject*"]), &json!("*"))]);
    let both = scene.role("Both", &both).await;
    let tagged: &[(&str, &str)] = &[("x-amz-copy-source", "app/tagged")];
    let untagged: &[(&str, &str)] = &[("x-amz-copy-source", "app/untagged")];
    let replaced: &[(&str, &str)] = &[("x-amz-copy-source", "app/tagged"), ("x-amz-tagging-directive", "REPLACE")];
    let named: &[(&str, &str)] =
        &[("x-amz-copy-source", "app/tagged"), ("x-amz-tagging-directive", "REPLACE"), ("x-amz-tagging", "a=b")];
    for (caller, headers, wanted) in [
        (&plain, untagged, None),
        (&plain, replaced, None),
        (&plain, tagged, Some("s3:GetObjectTagging on resource: \"arn:aws:s3:::app/tagged\"")),
        (&plain, named, Some("s3:PutObjectTagging on resource: \"arn:aws:s3:::app/copy\"")),
        (&reads, tagged, Some("s3:PutObjectTagging on resource: \"arn:aws:s3:::app/copy\"")),
        (&both, tagged, None),
        (&both, named, None),
    ] {
        let found = scene.ask(caller, ("PUT", "/app/copy", headers)).await;
        match wanted {
            None => assert_eq!(found, "allowed", "{headers:?}"),
            Some(part) => assert!(found.contains(part), "{headers:?}: {found}"),
        }
    }
}
