//! Many keys in one request: each is decided for itself.

use crate::scene::{DENIED, Scene, allow, letting};
use gate::Caller;
use serde_json::json;

const DELETE: (&str, &str, &[(&str, &str)]) = ("POST", "/app?delete", &[]);

#[tokio::test]
async fn versions_and_conditions_are_asked_for_each_key() {
    let scene = Scene::new().await;
    let versions = allow(&json!("s3:DeleteObjectVersion"), &json!("*"));
    let mut only = versions.clone();
    only["Condition"] = json!({ "StringEquals": { "s3:versionid": "v1" } });
    let caller = scene.role("V", &json!([only])).await;
    let body = "<Delete><Object><Key>a</Key></Object><Object><Key>a</Key><VersionId>v1</VersionId></Object>\
                <Object><Key>b</Key><VersionId>v2</VersionId></Object></Delete>";
    let (allowed, denied) = scene.delete(&caller, DELETE, body).await;
    assert_eq!(allowed, ["a"]);
    assert!(denied[0].contains("s3:DeleteObject on resource: \"arn:aws:s3:::app/a\""), "{denied:?}");
    assert!(denied[1].contains("s3:DeleteObjectVersion on resource: \"arn:aws:s3:::app/b\""), "{denied:?}");
    // Whoever wants to break a lock needs a permission for that, too.
    let caller = scene.role("W", &json!([versions])).await;
    let bypass = ("POST", "/app?delete", &[("x-amz-bypass-governance-retention", "true")][..]);
    let (allowed, denied) = scene.delete(&caller, bypass, body).await;
    assert!(allowed.is_empty());
    assert!(denied[1].contains("s3:BypassGovernanceRetention"), "{denied:?}");
}

#[tokio::test]
async fn strangers_learn_nothing() {
    let scene = Scene::new().await;
    let body = "<Delete><Object><Key>a</Key></Object></Delete>";
    for caller in [&Caller::Anonymous, &scene.stranger()] {
        let (allowed, denied) = scene.delete(caller, DELETE, body).await;
        assert_eq!((allowed.len(), denied.as_slice()), (0, &["a: Access Denied".to_owned()][..]));
    }
    scene.unblock("app").await;
    scene.put_policy("app", &json!([letting("Allow", &json!("*"), "s3:DeleteObject", "arn:aws:s3:::app/*")])).await;
    assert_eq!(scene.delete(&Caller::Anonymous, DELETE, body).await.0, ["a"]);
    assert_ne!(scene.ask(&Caller::Anonymous, ("DELETE", "/other/a", &[])).await, "allowed");
    assert_eq!(scene.ask(&Caller::Anonymous, ("DELETE", "/other/a", &[])).await, DENIED);
}

#[tokio::test]
async fn a_thousand_denials_stay_cheap() {
    let scene = Scene::new().await;
    let caller = scene.role("N", &json!([allow(&json!("s3:GetObject"), &json!("*"))])).await;
    let keys: String = (0..1000).map(|number| format!("<Object><Key>{number}</Key></Object>")).collect();
    let (allowed, denied) = scene.delete(&caller, DELETE, &format!("<Delete>{keys}</Delete>")).await;
    assert_eq!((allowed.len(), denied.len()), (0, 1000));
    assert!(denied.iter().all(|it| it.contains("because no identity-based policy allows")));
}
