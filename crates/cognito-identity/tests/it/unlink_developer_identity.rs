//! UnlinkDeveloperIdentity: a user loses its identity.

use crate::developers::{Backend, NO_MATCH, NOT_SUPPORTED, PROVIDER};
use crate::support::get_open_id_token;
use serde_json::json;
use testkit::Answer;

async fn unlink(b: &Backend, identity: &str, user: &str) -> Answer {
    let input = json!({
        "IdentityId": identity, "DeveloperProviderName": PROVIDER, "DeveloperUserIdentifier": user,
    });
    b.in_pool("UnlinkDeveloperIdentity", input).await
}

#[tokio::test]
async fn the_user_is_new_the_next_time_and_its_tokens_are_worth_nothing() {
    let b = Backend::begin().await;
    let ana = b.id("ana").await;
    b.link(&ana, "ana2", json!({})).await.ok();
    let first = b.user("ana").await.text_at("Token");
    let second = b.user("ana2").await.text_at("Token");
    b.redeem(&ana, &first).await.ok();
    b.w.clock.advance_seconds(1);
    let answer = unlink(&b, &ana, "ana").await;
    assert_eq!((answer.status, answer.text.as_str()), (200, ""));
    assert_eq!(b.redeem(&ana, &first).await.to_string(), NO_MATCH);
    b.redeem(&ana, &second).await.ok();
    let described = b.w.call("DescribeIdentity", &json!({"IdentityId": ana})).await;
    assert_eq!(described.at("LastModifiedDate").as_f64(), Some(b.w.clock.now().seconds() as f64));
    assert_ne!(b.id("ana").await, ana);
    assert_eq!(b.id("ana2").await, ana);
}

#[tokio::test]
async fn an_identity_without_any_login_is_out_of_reach() {
    let b = Backend::begin().await;
    let ana = b.id("ana").await;
    unlink(&b, &ana, "ana").await.ok();
    assert_eq!(
        get_open_id_token(&b.w, &ana, json!({})).await.to_string(),
        format!("400 NotAuthorizedException: Access to Identity '{ana}' is forbidden.")
    );
    assert_eq!(get_open_id_token(&b.w, &ana, b.people.logins(&b.w, "ana")).await.to_string(), NO_MATCH);
    assert_eq!(b.link(&ana, "ana", json!({})).await.to_string(), NO_MATCH);
    assert!(b.providers(&ana).await.is_null());
}

#[tokio::test]
async fn the_user_must_be_linked_to_that_identity() {
    let b = Backend::begin().await;
    let ana = b.id("ana").await;
    let bob = b.id("bob").await;
    assert_eq!(
        unlink(&b, &ana, "bob").await.to_string(),
        format!("400 ResourceConflictException: Developer user identifier 'bob' is not linked to identity '{ana}'.")
    );
    assert_eq!(
        unlink(&b, &ana, "eve").await.to_string(),
        "400 ResourceNotFoundException: Developer user identifier 'eve' not found."
    );
    let absent = "us-east-1:00000000-0000-4000-8000-000000000000";
    assert_eq!(
        unlink(&b, absent, "ana").await.to_string(),
        format!("400 ResourceNotFoundException: Identity '{absent}' not found.")
    );
    let input = json!({
        "IdentityId": ana, "DeveloperProviderName": "login.other", "DeveloperUserIdentifier": "ana",
    });
    assert_eq!(b.in_pool("UnlinkDeveloperIdentity", input).await.to_string(), NOT_SUPPORTED);
    // A user pool's login is none of the developer's.
    let carl = b.public_id(b.people.logins(&b.w, "carl")).await;
    let input = json!({
        "IdentityId": carl, "DeveloperProviderName": b.people.provider(), "DeveloperUserIdentifier": "carl",
    });
    assert_eq!(b.in_pool("UnlinkDeveloperIdentity", input).await.code(), "ValidationException");
    assert_eq!((b.id("ana").await, b.id("bob").await), (ana, bob));
}
