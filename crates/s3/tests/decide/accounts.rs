//! The two sides of a decision: the caller's policies and the bucket's (spec/policy.md 6.2 to 6.4, 6.7).

use crate::scene::{ACCOUNT, DENIED, STRANGER, Scene, allow, letting, no_identity_policy};
use gate::Caller;
use s3::settings::PublicAccessBlock;
use serde_json::{Value, json};

const GET: (&str, &str, &[(&str, &str)]) = ("GET", "/app/k", &[]);
const KEYS: &str = "arn:aws:s3:::app/*";

async fn open_scene() -> Scene {
    Scene::with(PublicAccessBlock::NONE).await
}

/// The rows of 6.3 that have a bucket policy in them.
#[tokio::test]
async fn within_one_account() {
    let scene = open_scene().await;
    let ana = scene.user("ana", None).await;
    let _ben = scene.user("ben", None).await;
    let may = scene.user("may", Some(&json!([allow(&json!("s3:GetObject"), &json!("*"))]))).await;
    let fan = scene.role("Fan", &json!([allow(&json!("s3:ListBucket"), &json!("*"))])).await;
    let arn = |name: &str| json!({ "AWS": format!("arn:aws:iam::{ACCOUNT}:{name}") });
    let session = json!({ "AWS": format!("arn:aws:sts::{ACCOUNT}:assumed-role/Fan/s") });
    let other_session = json!({ "AWS": format!("arn:aws:sts::{ACCOUNT}:assumed-role/Fan/t") });
    let account = json!({ "AWS": ACCOUNT });
    let refused = |caller: &Caller| no_identity_policy(caller, "s3:GetObject", "arn:aws:s3:::app/k");
    let yes = || "allowed".to_owned();
    for (caller, principal, wanted) in [
        (&ana, arn("user/ana"), yes()),
        (&ana, json!("*"), yes()),
        (&ana, account.clone(), refused(&ana)),
        (&ana, arn("root"), refused(&ana)),
        (&may, account.clone(), yes()),
        (&ana, arn("user/ben"), refused(&ana)),
        (&fan, arn("role/Fan"), yes()),
        (&fan, session, yes()),
        (&fan, other_session, refused(&fan)),
        (&fan, account, refused(&fan)),
        (&Caller::Anonymous, json!("*"), yes()),
        (&Caller::Anonymous, arn("user/ana"), DENIED.to_owned()),
    ] {
        scene.put_policy("app", &json!([letting("Allow", &principal, "s3:GetObject", KEYS)])).await;
        assert_eq!(scene.ask(caller, GET).await, wanted, "{} {principal}", caller.arn());
    }
}

#[tokio::test]
async fn a_deny_of_the_bucket_holds_for_everyone() {
    let scene = open_scene().await;
    let may = scene.user("may", Some(&json!([allow(&json!("s3:*"), &json!("*"))]))).await;
    let deny = letting("Deny", &json!("*"), "s3:*", KEYS);
    scene.put_policy("app", &json!([letting("Allow", &json!("*"), "s3:GetObject", KEYS), deny])).await;
    let sentence = |caller: &Caller| {
        format!(
            "403 AccessDenied: User: {} is not authorized to perform: s3:GetObject on resource: \"arn:aws:s3:::app/k\" with an \
             explicit deny in a resource-based policy",
            caller.arn()
        )
    };
    assert_eq!(scene.ask(&may, GET).await, sentence(&may));
    assert_eq!(scene.ask(&scene.root(), GET).await, sentence(&scene.root()));
    assert_eq!(scene.ask(&Caller::Anonymous, GET).await, DENIED);
    assert_eq!(scene.ask(&scene.stranger(), GET).await, DENIED);
    assert_eq!(scene.ask(&may, ("GET", "/other/k", &[])).await, "allowed");
    // NotPrincipal leaves out whom it names, and nobody else.
    let deny = json!({ "Effect": "Deny", "NotPrincipal": { "AWS": may.arn() }, "Action": "s3:*", "Resource": KEYS });
    scene.put_policy("app", &json!([deny])).await;
    assert_eq!(scene.ask(&may, GET).await, "allowed");
    assert_eq!(scene.ask(&scene.root(), GET).await, sentence(&scene.root()));
}

#[tokio::test]
async fn across_accounts_both_sides_must_allow() {
    let scene = open_scene().await;
    let stranger = scene.stranger();
    let mut poor = match &stranger {
        Caller::Session(session) => domain::session::SessionRecord::clone(session),
        _ => panic!("a session"),
    };
    poor.inline_policies = vec![crate::scene::policy(&json!([allow(&json!("sqs:*"), &json!("*"))]))];
    let poor = Caller::Session(poor.into());
    let root = scene.root_of_stranger();
    // Nobody is named.
    for caller in [&stranger, &root, &Caller::Anonymous] {
        assert_eq!(scene.ask(caller, GET).await, DENIED, "{}", caller.arn());
    }
    let account: Value = json!({ "AWS": STRANGER });
    let eve = json!({ "AWS": format!("arn:aws:sts::{STRANGER}:federated-user/eve") });
    for (caller, principal, wanted) in [
        (&stranger, &account, true),
        (&stranger, &eve, true),
        (&stranger, &json!("*"), true),
        (&poor, &account, false),
        (&poor, &eve, false),
        (&root, &account, true),
        (&root, &json!("*"), true),
        (&Caller::Anonymous, &account, false),
        (&Caller::Anonymous, &json!("*"), true),
    ] {
        scene.put_policy("app", &json!([letting("Allow", principal, "s3:GetObject", KEYS)])).await;
        let found = scene.ask(caller, GET).await;
        assert_eq!(found == "allowed", wanted, "{} {principal}: {found}", caller.arn());
        assert!(wanted || found == DENIED, "across accounts no reason is told: {found}");
    }
    // The account of the server is as foreign to the other's bucket.
    let may = scene.user("may", Some(&json!([allow(&json!("s3:*"), &json!("*"))]))).await;
    assert_eq!(scene.ask(&may, ("GET", "/foreign/k", &[])).await, DENIED);
    assert_eq!(scene.ask(&scene.root(), ("GET", "/foreign/k", &[])).await, DENIED);
    // So a copy out of it is denied by its source.
    let copy = ("PUT", "/app/copy", &[("x-amz-copy-source", "foreign/k")][..]);
    assert_eq!(scene.ask(&may, copy).await, DENIED);
    let principal = json!({ "AWS": ACCOUNT });
    scene.put_policy("foreign", &json!([letting("Allow", &principal, "s3:GetObject", "arn:aws:s3:::foreign/*")])).await;
    assert_eq!(scene.ask(&may, copy).await, "allowed");
}

#[tokio::test]
async fn a_principal_that_is_made_anew_is_someone_else() {
    let scene = open_scene().await;
    let ana = scene.user("ana", None).await;
    scene.put_policy("app", &json!([letting("Allow", &json!({ "AWS": ana.arn() }), "s3:GetObject", KEYS)])).await;
    assert_eq!(scene.ask(&ana, GET).await, "allowed");
    scene.w.call("DeleteUser", &json!({ "UserName": "ana" })).await.ok();
    let anew = scene.user("ana", None).await;
    assert_eq!(scene.ask(&anew, GET).await, no_identity_policy(&anew, "s3:GetObject", "arn:aws:s3:::app/k"));
    let shown = scene.serve(&scene.root(), ("GET", "/app?policy", &[]), "").await;
    assert!(shown.contains(&format!("{{\"AWS\":\"{}\"}}", ana.user_id())), "{shown}");
}

#[tokio::test]
async fn owners_are_as_expected() {
    let scene = open_scene().await;
    let root = scene.root();
    let own: &[(&str, &str)] = &[("x-amz-expected-bucket-owner", ACCOUNT)];
    let other: &[(&str, &str)] = &[("x-amz-expected-bucket-owner", STRANGER)];
    assert_eq!(scene.ask(&root, ("GET", "/app/k", own)).await, "allowed");
    assert_eq!(scene.ask(&root, ("GET", "/app/k", other)).await, DENIED);
    let source: &[(&str, &str)] = &[("x-amz-copy-source", "other/k"), ("x-amz-source-expected-bucket-owner", STRANGER)];
    assert_eq!(scene.ask(&root, ("PUT", "/app/k", source)).await, DENIED);
    assert_eq!(
        scene.ask(&root, ("GET", "/absent/k", &[])).await,
        "404 NoSuchBucket: The specified bucket does not exist"
    );
    assert_eq!(scene.ask(&Caller::Anonymous, ("GET", "/", &[])).await, DENIED);
    assert_eq!(scene.ask(&Caller::Anonymous, ("PUT", "/new", &[])).await, DENIED);
}
