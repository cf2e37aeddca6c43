//! UnlinkIdentity: a login loses its identity, at the word of whoever shows a login of it.

use crate::developers::{Backend, NO_MATCH, OWN, PROVIDER};
use crate::support::{decision, get_credentials, get_id, identity_pool, says};
use gate::Outcome;
use serde_json::{Value, json};
use testkit::Answer;

async fn unlink(b: &Backend, identity: &str, logins: Value, remove: &[String]) -> Answer {
    let input = json!({"IdentityId": identity, "Logins": logins, "LoginsToRemove": remove});
    b.w.call_unsigned("UnlinkIdentity", &input).await
}

fn both(b: &Backend, person: &str, staff: &str) -> Value {
    let (people, of_staff) = (b.people.token(&b.w, person), b.staff.token(&b.w, staff));
    json!({b.people.provider(): people, b.staff.provider(): of_staff})
}

#[tokio::test]
async fn a_login_is_unlinked_and_comes_back_as_somebody_new() {
    let b = Backend::begin().await;
    let ana = b.public_id(both(&b, "ana", "ana7")).await;
    b.w.clock.advance_seconds(1);
    let answer = unlink(&b, &ana, b.people.logins(&b.w, "ana"), &[b.staff.provider()]).await;
    assert_eq!((answer.status, answer.text.as_str()), (200, ""));
    assert!(says(&decision(&b.w, &answer), "identity", Outcome::Passed, "is unlinked"));
    assert_eq!(b.providers(&ana).await, json!([b.people.provider()]));
    let described = b.w.call("DescribeIdentity", &json!({"IdentityId": ana})).await;
    assert_eq!(described.at("LastModifiedDate").as_f64(), Some(b.w.clock.now().seconds() as f64));
    assert_ne!(b.public_id(b.staff.logins(&b.w, "ana7")).await, ana);
    assert_eq!(b.public_id(b.people.logins(&b.w, "ana")).await, ana);
    // What is not linked is passed over.
    unlink(&b, &ana, b.people.logins(&b.w, "ana"), &[b.staff.provider(), "nobody".to_owned(), "a\0b".to_owned()])
        .await
        .ok();
    assert_eq!(b.public_id(b.people.logins(&b.w, "ana")).await, ana);
}

#[tokio::test]
async fn with_the_last_login_the_identity_is_out_of_reach() {
    let b = Backend::begin().await;
    let ana = b.public_id(both(&b, "ana", "ana7")).await;
    // The login that opens may be among those that go, and one of several is enough.
    let shown = both(&b, "ana", "other");
    unlink(&b, &ana, shown, &[b.people.provider(), b.staff.provider()]).await.ok();
    assert!(b.providers(&ana).await.is_null());
    let forbidden = format!("400 NotAuthorizedException: Access to Identity '{ana}' is forbidden.");
    assert_eq!(get_credentials(&b.w, &ana, json!({})).await.to_string(), forbidden);
    assert_eq!(get_credentials(&b.w, &ana, b.people.logins(&b.w, "ana")).await.to_string(), NO_MATCH);
    assert_eq!(unlink(&b, &ana, b.people.logins(&b.w, "ana"), &[b.people.provider()]).await.to_string(), NO_MATCH);
    assert_ne!(b.public_id(b.people.logins(&b.w, "ana")).await, ana);
}

#[tokio::test]
async fn nobody_unlinks_what_is_somebody_elses() {
    let b = Backend::begin().await;
    let ana = b.public_id(b.people.logins(&b.w, "ana")).await;
    let bob = b.public_id(b.people.logins(&b.w, "bob")).await;
    let guest = b.public_id(json!({})).await;
    let providers = [b.people.provider()];
    for (identity, logins) in [
        (&ana, b.people.logins(&b.w, "bob")),
        (&ana, b.staff.logins(&b.w, "ana")),
        (&ana, json!({})),
        (&guest, b.people.logins(&b.w, "ana")),
        (&guest, json!({})),
    ] {
        assert_eq!(unlink(&b, identity, logins, &providers).await.to_string(), NO_MATCH);
    }
    // One bad token is enough to refuse.
    let mut logins = b.people.logins(&b.w, "ana");
    logins[b.staff.provider()] = json!("garbage");
    assert_eq!(
        unlink(&b, &ana, logins, &providers).await.message(),
        "Invalid login token. Not a valid OpenId Connect identity token."
    );
    assert_eq!(b.public_id(b.people.logins(&b.w, "ana")).await, ana);
    assert_eq!(b.public_id(b.people.logins(&b.w, "bob")).await, bob);
    let absent = "us-east-1:00000000-0000-4000-8000-000000000000";
    assert_eq!(
        unlink(&b, absent, b.people.logins(&b.w, "ana"), &providers).await.to_string(),
        format!("400 ResourceNotFoundException: Identity '{absent}' not found.")
    );
    let missing = b.w.call_unsigned("UnlinkIdentity", &json!({})).await;
    assert!(missing.message().starts_with("3 validation errors detected: "), "{missing}");
}

#[tokio::test]
async fn the_developers_users_are_the_developers_to_unlink() {
    let b = Backend::begin().await;
    let ana = b.id("ana").await;
    let answer = b.link(&ana, "ana", b.people.logins(&b.w, "ana")).await;
    let public = "400 InvalidParameterException: Please provide a valid public provider.";
    let person = b.people.logins(&b.w, "ana");
    assert_eq!(unlink(&b, &ana, person.clone(), &[PROVIDER.to_owned()]).await.to_string(), public);
    assert_eq!(unlink(&b, &ana, json!({PROVIDER: "ana"}), &[b.people.provider()]).await.to_string(), public);
    assert_eq!(
        unlink(&b, &ana, json!({OWN: answer.text_at("Token")}), &[b.people.provider()]).await.to_string(),
        "400 NotAuthorizedException: Invalid login token. Can't pass in a Cognito token."
    );
    assert_eq!(b.providers(&ana).await, json!([b.people.provider(), PROVIDER]));
    unlink(&b, &ana, person, &[b.people.provider()]).await.ok();
    assert_eq!(b.providers(&ana).await, json!([PROVIDER]));
}

#[tokio::test]
async fn a_merged_identity_stands_for_the_other_one() {
    let b = Backend::begin().await;
    let older = b.public_id(b.people.logins(&b.w, "ana")).await;
    let younger = b.public_id(b.staff.logins(&b.w, "ana7")).await;
    b.public_id(both(&b, "ana", "ana7")).await;
    unlink(&b, &younger, b.people.logins(&b.w, "ana"), &[b.staff.provider()]).await.ok();
    assert_eq!(b.providers(&older).await, json!([b.people.provider()]));
}

#[tokio::test]
async fn an_inactive_user_unlinks_nothing() {
    let b = Backend::begin().await;
    let mut strict = b.people.entry();
    strict["ServerSideTokenCheck"] = json!(true);
    let pool = identity_pool(&b.w, json!({"CognitoIdentityProviders": [strict]})).await;
    b.people.put_user("ana", &b.w, true, None).await;
    let logins = b.people.logins(&b.w, "ana");
    let ana = get_id(&b.w, &pool, logins.clone()).await.text_at("IdentityId");
    b.people.put_user("ana", &b.w, false, None).await;
    assert_eq!(
        unlink(&b, &ana, logins.clone(), &[b.people.provider()]).await.to_string(),
        "400 NotAuthorizedException: Token is inactive"
    );
    b.people.put_user("ana", &b.w, true, None).await;
    unlink(&b, &ana, logins, &[b.people.provider()]).await.ok();
}
