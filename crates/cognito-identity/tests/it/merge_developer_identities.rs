//! MergeDeveloperIdentities: two users, one identity.

use crate::developers::{Backend, NOT_SUPPORTED, PROVIDER};
use crate::support::get_open_id_token;
use serde_json::json;
use testkit::Answer;

async fn merge(b: &Backend, source: &str, destination: &str) -> Answer {
    let input = json!({
        "SourceUserIdentifier": source, "DestinationUserIdentifier": destination, "DeveloperProviderName": PROVIDER,
    });
    b.in_pool("MergeDeveloperIdentities", input).await
}

#[tokio::test]
async fn the_source_moves_to_the_destination_with_all_it_has() {
    let b = Backend::begin().await;
    let source = b.id("ana").await;
    b.link(&source, "ana", b.people.logins(&b.w, "ana")).await.ok();
    b.link(&source, "ana2", b.people.logins(&b.w, "ana")).await.ok();
    let destination = b.id("bob").await;
    // The destination survives, though it is younger.
    assert_eq!(*merge(&b, "ana", "bob").await.ok(), json!({"IdentityId": destination}));
    for user in ["ana", "ana2", "bob"] {
        assert_eq!(b.id(user).await, destination);
    }
    assert_eq!(b.public_id(b.people.logins(&b.w, "ana")).await, destination);
    assert_eq!(b.providers(&destination).await, json!([b.people.provider(), PROVIDER]));
    // The source's identity is disabled, and leads to the other one with a login of that.
    assert_eq!(b.enabled().await, 1);
    assert!(b.providers(&source).await.is_null());
    assert_eq!(
        get_open_id_token(&b.w, &source, json!({})).await.to_string(),
        format!("400 NotAuthorizedException: Access to Identity '{source}' is forbidden.")
    );
    let led = get_open_id_token(&b.w, &source, b.people.logins(&b.w, "ana")).await;
    assert_eq!(led.text_at("IdentityId"), destination);
    // Once more changes nothing.
    assert_eq!(merge(&b, "ana", "bob").await.text_at("IdentityId"), destination);
    assert_eq!(merge(&b, "bob", "ana").await.text_at("IdentityId"), destination);
    assert_eq!(merge(&b, "bob", "bob").await.text_at("IdentityId"), destination);
}

#[tokio::test]
async fn what_cannot_be_merged_is_left_as_it_was() {
    let b = Backend::begin().await;
    let ana = b.id("ana").await;
    b.link(&ana, "ana", b.people.logins(&b.w, "ana")).await.ok();
    let bob = b.id("bob").await;
    b.link(&bob, "bob", b.people.logins(&b.w, "bob")).await.ok();
    assert_eq!(
        merge(&b, "ana", "bob").await.to_string(),
        "400 ResourceConflictException: Provided login is already associated with another account"
    );
    for at in 1..20 {
        b.link(&bob, &format!("bob{at}"), b.people.logins(&b.w, "bob")).await;
    }
    b.id("eve").await;
    b.id("max").await;
    assert_eq!(
        merge(&b, "eve", "bob").await.to_string(),
        "400 ResourceConflictException: An identity cannot have more than 20 linked logins"
    );
    assert_eq!((b.id("ana").await, b.id("bob").await, b.enabled().await), (ana, bob, 4));
}

#[tokio::test]
async fn both_users_and_the_provider_must_be_known() {
    let b = Backend::begin().await;
    b.id("ana").await;
    for (source, destination) in [("ana", "eve"), ("eve", "ana"), ("eve", "eve")] {
        assert_eq!(
            merge(&b, source, destination).await.to_string(),
            "400 ResourceNotFoundException: Developer user identifier 'eve' not found."
        );
    }
    let input = json!({
        "SourceUserIdentifier": "ana", "DestinationUserIdentifier": "ana", "DeveloperProviderName": "login.other",
    });
    assert_eq!(b.in_pool("MergeDeveloperIdentities", input).await.to_string(), NOT_SUPPORTED);
    assert_eq!(merge(&b, "a\0b", "ana").await.code(), "InvalidParameterException");
    let missing = b.in_pool("MergeDeveloperIdentities", json!({})).await;
    assert!(missing.message().starts_with("3 validation errors detected: "), "{missing}");
    let pool = "us-east-1:00000000-0000-4000-8000-000000000000";
    let input = json!({
        "SourceUserIdentifier": "ana", "DestinationUserIdentifier": "ana", "DeveloperProviderName": PROVIDER,
        "IdentityPoolId": pool,
    });
    assert_eq!(
        b.w.call("MergeDeveloperIdentities", &input).await.to_string(),
        format!("400 ResourceNotFoundException: IdentityPool '{pool}' not found.")
    );
}
