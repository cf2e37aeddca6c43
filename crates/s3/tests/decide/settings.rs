//! The policy of a bucket: set, shown, judged, taken away (spec/policy.md 2.4).

use crate::scene::{ACCOUNT, STRANGER, Scene, allow, letting, policy};
use s3::settings::PublicAccessBlock;
use serde_json::json;

const POLICY: &str = "/app?policy";
const KEYS: &str = "arn:aws:s3:::app/*";

async fn put(scene: &Scene, text: &str) -> String {
    scene.serve(&scene.root(), ("PUT", POLICY, &[]), text).await
}

#[tokio::test]
async fn a_policy_is_shown_as_it_was_set() {
    let scene = Scene::new().await;
    let ana = scene.user("ana", None).await;
    let text = format!(
        "{{ \"Version\": \"2012-10-17\",\n  \"Statement\": [ {{ \"Sid\": \"a b\", \"Effect\": \"Allow\", \"Principal\": \
         {{ \"AWS\": [ \"{}\" ] }}, \"Action\": \"s3:GetObject\", \"Resource\": \"{KEYS}\" }} ] }}",
        ana.arn()
    );
    assert_eq!(put(&scene, &text).await, "204");
    let shown = scene.serve(&scene.root(), ("GET", POLICY, &[]), "").await;
    let wanted = format!(
        "200 {{\"Version\":\"2012-10-17\",\"Statement\":[{{\"Sid\":\"a b\",\"Effect\":\"Allow\",\"Principal\":{{\"AWS\":\
         [\"{}\"]}},\"Action\":\"s3:GetObject\",\"Resource\":\"{KEYS}\"}}]}}",
        ana.arn()
    );
    assert_eq!(shown, wanted);
    let status = |public: bool| {
        format!(
            "200 <?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<PolicyStatus xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
             <IsPublic>{public}</IsPublic></PolicyStatus>"
        )
    };
    assert_eq!(scene.serve(&scene.root(), ("GET", "/app?policyStatus", &[]), "").await, status(false));
    scene.unblock("app").await;
    scene.put_policy("app", &json!([letting("Allow", &json!("*"), "s3:GetObject", KEYS)])).await;
    assert_eq!(scene.serve(&scene.root(), ("GET", "/app?policyStatus", &[]), "").await, status(true));
    assert_eq!(scene.serve(&scene.root(), ("DELETE", POLICY, &[]), "").await, "204");
    assert_eq!(scene.serve(&scene.root(), ("DELETE", POLICY, &[]), "").await, "204");
    for path in [POLICY, "/app?policyStatus"] {
        assert_eq!(
            scene.serve(&scene.root(), ("GET", path, &[]), "").await,
            "404 NoSuchBucketPolicy: The bucket policy does not exist"
        );
    }
}

#[tokio::test]
async fn malformed_policies_are_refused_in_s3s_words() {
    let scene = Scene::new().await;
    let letting_to =
        |principal: &str| policy(&json!([letting("Allow", &json!({ "AWS": principal }), "s3:GetObject", KEYS)]));
    let absent = format!("arn:aws:iam::{ACCOUNT}:user/absent");
    let absent_role = format!("arn:aws:iam::{ACCOUNT}:role/absent");
    let group = format!("arn:aws:iam::{ACCOUNT}:group/g");
    let canonical = json!([letting("Allow", &json!({ "CanonicalUser": "a".repeat(64) }), "s3:GetObject", KEYS)]);
    let elsewhere = letting("Allow", &json!({ "AWS": ACCOUNT }), "s3:GetObject", "arn:aws:s3:::other/*");
    let unfit = letting("Allow", &json!({ "AWS": ACCOUNT }), "s3:GetObject", "arn:aws:s3:::app");
    for (text, message) in [
        ("[]".to_owned(), "Policies must be valid JSON and the first byte must be '{'"),
        ("{".to_owned(), "This policy contains invalid Json"),
        (letting_to(&absent), "Invalid principal in policy"),
        (letting_to(&absent_role), "Invalid principal in policy"),
        (letting_to(&group), "Invalid principal in policy"),
        (policy(&canonical), "Invalid principal in policy"),
        (policy(&json!([elsewhere])), "Policy has invalid resource"),
        (policy(&json!([unfit])), "Action does not apply to any resource(s) in statement"),
        (policy(&json!([])), "Could not parse the policy: Statement is empty!"),
        (format!("{{{}}}", " ".repeat(21 * 1024)), "Policy exceeds the maximum allowed document size."),
    ] {
        assert_eq!(put(&scene, &text).await, format!("400 MalformedPolicy: {message}"));
    }
    assert_eq!(put(&scene, &letting_to(STRANGER)).await, "204");
    assert_eq!(put(&scene, &letting_to(&format!("arn:aws:iam::{STRANGER}:root"))).await, "204");
}

#[tokio::test]
async fn root_cannot_be_locked_out() {
    let scene = Scene::with(PublicAccessBlock::NONE).await;
    let admin = scene.user("admin", Some(&json!([allow(&json!("*"), &json!("*"))]))).await;
    let deny = |resource: &str| letting("Deny", &json!("*"), "s3:*", resource);
    scene.put_policy("app", &json!([deny("arn:aws:s3:::app"), deny(KEYS)])).await;
    for method in ["GET", "DELETE"] {
        let found = scene.serve(&admin, (method, POLICY, &[]), "").await;
        assert!(found.ends_with("with an explicit deny in a resource-based policy"), "{found}");
    }
    assert!(scene.ask(&scene.root(), ("GET", "/app", &[])).await.starts_with("403"));
    assert!(scene.serve(&scene.root(), ("GET", POLICY, &[]), "").await.starts_with("200"));
    assert!(scene.serve(&scene.root_of_stranger(), ("DELETE", POLICY, &[]), "").await.starts_with("403"));
    assert_eq!(scene.serve(&scene.root(), ("DELETE", POLICY, &[]), "").await, "204");
    assert!(scene.serve(&admin, ("GET", POLICY, &[]), "").await.starts_with("404"));
}

#[tokio::test]
async fn a_policy_is_for_its_own_account_to_manage() {
    let scene = Scene::new().await;
    scene
        .put_policy(
            "app",
            &json!([letting("Allow", &json!({ "AWS": STRANGER }), "s3:GetBucketPolicy", "arn:aws:s3:::app")]),
        )
        .await;
    assert_eq!(
        scene.serve(&scene.stranger(), ("GET", POLICY, &[]), "").await,
        "405 MethodNotAllowed: The specified method is not allowed against this resource."
    );
    assert_eq!(scene.serve(&scene.stranger(), ("DELETE", POLICY, &[]), "").await, crate::scene::DENIED);
}

#[tokio::test]
async fn a_change_holds_at_once() {
    let scene = Scene::new().await;
    let fan = scene.role("Fan", &json!([allow(&json!("s3:GetObject"), &json!("*"))])).await;
    let get = ("GET", "/app/k", &[][..]);
    assert_eq!(scene.ask(&fan, get).await, "allowed");
    scene.put_policy("app", &json!([letting("Deny", &json!("*"), "s3:GetObject", KEYS)])).await;
    assert!(scene.ask(&fan, get).await.contains("explicit deny"));
    assert_eq!(scene.serve(&scene.root(), ("DELETE", POLICY, &[]), "").await, "204");
    assert_eq!(scene.ask(&fan, get).await, "allowed");
}

#[tokio::test]
async fn nobody_locks_themselves_out_without_saying_so() {
    let scene = Scene::with(PublicAccessBlock::NONE).await;
    let admin = scene.user("admin", Some(&json!([allow(&json!("*"), &json!("*"))]))).await;
    let helper = scene.user("helper", None).await;
    let bucket = "arn:aws:s3:::app";
    let own = |arn: String| letting("Allow", &json!({ "AWS": arn }), "s3:PutBucketPolicy", bucket);
    let mut elsewhere = letting("Deny", &json!("*"), "s3:*", bucket);
    elsewhere["Condition"] = json!({ "NotIpAddress": { "aws:SourceIp": "203.0.113.0/24" } });
    let mut here = elsewhere.clone();
    here["Condition"] = json!({ "NotIpAddress": { "aws:SourceIp": "127.0.0.0/8" } });
    let denied_put = letting("Deny", &json!({ "AWS": admin.arn() }), "s3:PutBucketPolicy", bucket);
    let denied_get = letting("Deny", &json!({ "AWS": admin.arn() }), "s3:GetBucketPolicy", bucket);
    let explicit = |caller: &gate::Caller| {
        format!(
            "403 AccessDenied: User: {} is not authorized to perform: s3:PutBucketPolicy on resource: \"{bucket}\" with an \
             explicit deny in a resource-based policy",
            caller.arn()
        )
    };
    let set = async |caller: &gate::Caller, confirmed: Option<&str>, statement: &serde_json::Value| {
        let headers: Vec<(&str, &str)> =
            confirmed.iter().map(|value| ("x-amz-confirm-remove-self-bucket-access", *value)).collect();
        scene.serve(caller, ("PUT", POLICY, &headers), &policy(&json!([statement]))).await
    };
    for statement in [&denied_put, &elsewhere] {
        for confirmed in [None, Some("false")] {
            assert_eq!(set(&admin, confirmed, statement).await, explicit(&admin));
        }
        assert!(scene.serve(&admin, ("GET", POLICY, &[]), "").await.starts_with("404"), "nothing was set");
    }
    for statement in [&here, &denied_get] {
        assert_eq!(set(&admin, None, statement).await, "204");
    }
    // Whoever may only by the policy itself must not drop out of it.
    assert_eq!(set(&admin, None, &own(helper.arn())).await, "204");
    let gone = set(&helper, None, &own(admin.arn())).await;
    assert!(gone.ends_with("because no identity-based policy allows the s3:PutBucketPolicy action"), "{gone}");
    assert_eq!(set(&helper, None, &own(helper.arn())).await, "204");
    assert_eq!(set(&helper, Some("true"), &own(admin.arn())).await, "204");
    // The root user can always come back, so nothing is asked of it.
    assert_eq!(set(&admin, Some("true"), &denied_put).await, "204");
    assert_eq!(set(&admin, Some("true"), &here).await, explicit(&admin));
    assert_eq!(set(&scene.root(), None, &elsewhere).await, "204");
}
