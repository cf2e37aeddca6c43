//! Block Public Access (spec/policy.md 9.6).

use crate::scene::{ACCOUNT, DENIED, STRANGER, Scene, letting, policy};
use gate::Caller;
use serde_json::json;

const KEYS: &str = "arn:aws:s3:::app/*";
const GET: (&str, &str, &[(&str, &str)]) = ("GET", "/app/k", &[]);
const BLOCK: &str = "/app?publicAccessBlock";

fn block(acls: bool, ignore: bool, policy: bool, restrict: bool) -> String {
    format!(
        "<PublicAccessBlockConfiguration><BlockPublicAcls>{acls}</BlockPublicAcls><IgnorePublicAcls>{ignore}\
         </IgnorePublicAcls><BlockPublicPolicy>{policy}</BlockPublicPolicy><RestrictPublicBuckets>{restrict}\
         </RestrictPublicBuckets></PublicAccessBlockConfiguration>"
    )
}

#[tokio::test]
async fn a_new_bucket_lets_no_public_policy_in() {
    let scene = Scene::new().await;
    let public = policy(&json!([letting("Allow", &json!("*"), "s3:GetObject", KEYS)]));
    let put = ("PUT", "/app?policy", &[][..]);
    assert_eq!(
        scene.serve(&scene.root(), put, &public).await,
        "403 AccessDenied: User: arn:aws:iam::123456789012:root is not authorized to perform: s3:PutBucketPolicy on resource: \
         \"arn:aws:s3:::app\" because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public \
         Access."
    );
    let fixed = policy(&json!([letting("Allow", &json!({ "AWS": STRANGER }), "s3:GetObject", KEYS)]));
    assert_eq!(scene.serve(&scene.root(), put, &fixed).await, "204");
    scene.unblock("app").await;
    assert_eq!(scene.serve(&scene.root(), put, &public).await, "204");
    assert_eq!(scene.ask(&Caller::Anonymous, GET).await, "allowed");
}

#[tokio::test]
async fn a_public_policy_is_restricted_to_the_owner() {
    let scene = Scene::new().await;
    scene.unblock("app").await;
    let stranger = json!({ "AWS": STRANGER });
    let both =
        json!(
            [letting("Allow", &json!("*"), "s3:GetObject", KEYS), letting("Allow", &stranger, "s3:PutObject", KEYS),]
        );
    scene.put_policy("app", &both).await;
    let put = ("PUT", "/app/k", &[][..]);
    let owner = scene.user("ana", None).await;
    for asked in [GET, put] {
        assert_eq!(scene.ask(&scene.stranger(), asked).await, "allowed");
    }
    let restrict = block(false, false, false, true);
    assert_eq!(scene.serve(&scene.root(), ("PUT", BLOCK, &[]), &restrict).await, "200");
    for asked in [GET, put] {
        assert_eq!(scene.ask(&scene.stranger(), asked).await, DENIED, "also what a fixed statement grants");
        assert_eq!(scene.ask(&Caller::Anonymous, asked).await, DENIED);
    }
    assert_eq!(scene.ask(&owner, GET).await, "allowed");
    let (_, decision) = scene.decide(&Caller::Anonymous, GET, b"").await;
    assert!(decision.steps.iter().any(|step| step.text.contains("RestrictPublicBuckets")));
    // A policy that is not public restricts nobody.
    scene.put_policy("app", &json!([letting("Allow", &stranger, "s3:GetObject", KEYS)])).await;
    assert_eq!(scene.ask(&scene.stranger(), GET).await, "allowed");
}

#[tokio::test]
async fn each_of_the_four_is_for_itself() {
    let scene = Scene::new().await;
    let public = policy(&json!([letting("Allow", &json!("*"), "s3:GetObject", KEYS)]));
    for bits in 0..16_u8 {
        let (acls, ignore, public_policy, restrict) = (bits & 1 > 0, bits & 2 > 0, bits & 4 > 0, bits & 8 > 0);
        scene.unblock("app").await;
        assert_eq!(scene.serve(&scene.root(), ("PUT", "/app?policy", &[]), &public).await, "204");
        let body = block(acls, ignore, public_policy, restrict);
        assert_eq!(scene.serve(&scene.root(), ("PUT", BLOCK, &[]), &body).await, "200");
        let shown = scene.serve(&scene.root(), ("GET", BLOCK, &[]), "").await;
        let body = body
            .replace("Configuration><Block", "Configuration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Block");
        assert_eq!(shown, format!("200 <?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{body}"));
        assert_eq!(scene.ask(&Caller::Anonymous, GET).await == "allowed", !restrict, "{bits}");
        let put = scene.serve(&scene.root(), ("PUT", "/app?policy", &[]), &public).await;
        assert_eq!(put == "204", !public_policy, "{bits}");
    }
}

#[tokio::test]
async fn the_block_of_a_new_bucket_is_shown_until_it_is_taken_away() {
    let scene = Scene::new().await;
    let shown = scene.serve(&scene.root(), ("GET", BLOCK, &[]), "").await;
    assert_eq!(shown.matches("true").count(), 4, "{shown}");
    scene.unblock("app").await;
    assert_eq!(
        scene.serve(&scene.root(), ("GET", BLOCK, &[]), "").await,
        "404 NoSuchPublicAccessBlockConfiguration: The public access block configuration was not found"
    );
    assert_eq!(
        scene.serve(&scene.root(), ("PUT", BLOCK, &[]), "<a/>").await.split(':').next(),
        Some("400 MalformedXML")
    );
}

#[tokio::test]
async fn a_whole_account_can_be_blocked() {
    use store::table::s3_bucket_settings::{self, BucketSetting};
    let scene = Scene::new().await;
    scene.unblock("app").await;
    scene.put_policy("app", &json!([letting("Allow", &json!("*"), "s3:GetObject", KEYS)])).await;
    assert_eq!(scene.ask(&Caller::Anonymous, GET).await, "allowed");
    for (account, wanted) in [(STRANGER, "allowed"), (ACCOUNT, DENIED)] {
        let row = BucketSetting {
            bucket: String::new(),
            account_id: account.into(),
            kind: "public-access-block".to_owned(),
            document: "RestrictPublicBuckets".to_owned(),
            updated_ms: scene.w.clock.now(),
        };
        let put = async |tx: &mut store::Tx| Ok::<_, contract::Fault>(s3_bucket_settings::put(tx, &row).await?);
        scene.w.node.store.write(put).await.unwrap();
        assert_eq!(scene.ask(&Caller::Anonymous, GET).await, wanted, "{account}");
    }
}

#[tokio::test]
async fn what_was_set_goes_with_the_bucket() {
    let scene = Scene::new().await;
    scene.unblock("app").await;
    scene.put_policy("app", &json!([letting("Allow", &json!("*"), "s3:GetObject", KEYS)])).await;
    assert_eq!(scene.ask(&Caller::Anonymous, GET).await, "allowed");
    // In other hands, what the former owner set says nothing, and the block of a new bucket holds.
    scene.owners.borrow_mut().insert("app".to_owned(), STRANGER.into());
    assert_eq!(scene.ask(&Caller::Anonymous, GET).await, DENIED);
    let shown = scene.serve(&scene.root_of_stranger(), ("GET", BLOCK, &[]), "").await;
    assert_eq!(shown.matches("true").count(), 4, "{shown}");
    scene.owners.borrow_mut().insert("app".to_owned(), ACCOUNT.into());
    scene.guard.forget(&s3::BucketName::parse("app").unwrap()).await.unwrap();
    assert_eq!(scene.ask(&Caller::Anonymous, GET).await, DENIED);
    assert_eq!(
        scene.serve(&scene.root(), ("GET", "/app?policy", &[]), "").await,
        "404 NoSuchBucketPolicy: The bucket policy does not exist"
    );
}
