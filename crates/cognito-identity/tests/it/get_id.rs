//! GetId.

use crate::support::{CLIENT, UserPool, decision, get_id, identity_pool, says, world};
use gate::Outcome;
use serde_json::json;
use std::collections::BTreeSet;
use std::rc::Rc;
use store::table::identities;

#[tokio::test]
async fn every_guest_is_new() {
    let w = world().await;
    let pool = identity_pool(&w, json!({})).await;
    let first = get_id(&w, &pool, json!({})).await.text_at("IdentityId");
    let second = w.call_unsigned("GetId", &json!({"IdentityPoolId": pool})).await.text_at("IdentityId");
    assert!(first.starts_with("us-east-1:") && first.len() == 46, "{first}");
    assert_ne!(first, second);
}

#[tokio::test]
async fn guests_are_refused_where_they_are_off() {
    let w = world().await;
    let pool = identity_pool(&w, json!({"AllowUnauthenticatedIdentities": false})).await;
    assert_eq!(
        get_id(&w, &pool, json!({})).await.to_string(),
        "400 NotAuthorizedException: Unauthenticated access is not supported for this identity pool."
    );
}

#[tokio::test]
async fn a_pool_that_is_not_there_is_not_found() {
    let w = world().await;
    let pool = "us-east-1:00000000-0000-4000-8000-000000000000";
    assert_eq!(
        get_id(&w, pool, json!({})).await.to_string(),
        format!("400 ResourceNotFoundException: IdentityPool '{pool}' not found.")
    );
    let malformed = w.call_unsigned("GetId", &json!({"IdentityPoolId": "nonsense"})).await;
    assert_eq!(malformed.code(), "ValidationException");
}

#[tokio::test]
async fn a_user_has_one_identity_whatever_the_token_or_client() {
    let w = world().await;
    let people = UserPool::new(&w, "us-east-1_AbCdEf123").await;
    let second_client = json!({"ProviderName": people.provider(), "ClientId": "second"});
    let pool = identity_pool(&w, json!({"CognitoIdentityProviders": [people.entry(), second_client]})).await;
    let ana = get_id(&w, &pool, people.logins(&w, "ana")).await.text_at("IdentityId");
    w.clock.advance_seconds(600);
    let again = get_id(&w, &pool, people.logins(&w, "ana")).await;
    assert_eq!(again.text_at("IdentityId"), ana);
    let kept = decision(&w, &again);
    assert!(says(&kept, "login", Outcome::Passed, "ana") && says(&kept, "identity", Outcome::Passed, &ana));
    let other_client = people.token_with(&w, "ana", json!({"aud": "second"}));
    let again = get_id(&w, &pool, json!({people.provider(): other_client})).await;
    assert_eq!(again.text_at("IdentityId"), ana);
    assert_ne!(get_id(&w, &pool, people.logins(&w, "bob")).await.text_at("IdentityId"), ana);
    let other_pool = identity_pool(&w, json!({"CognitoIdentityProviders": [people.entry()]})).await;
    assert_ne!(get_id(&w, &other_pool, people.logins(&w, "ana")).await.text_at("IdentityId"), ana);
}

#[tokio::test]
async fn both_issuers_of_a_user_pool_are_taken() {
    let w = world().await;
    let people = UserPool::new(&w, "us-east-1_AbCdEf123").await;
    let pool = identity_pool(&w, json!({"CognitoIdentityProviders": [people.entry()]})).await;
    let own = get_id(&w, &pool, people.logins(&w, "ana")).await.text_at("IdentityId");
    let aws = people.token_with(&w, "ana", json!({"iss": format!("https://{}", people.provider())}));
    assert_eq!(get_id(&w, &pool, json!({people.provider(): aws})).await.text_at("IdentityId"), own);
}

#[tokio::test]
async fn a_hundred_simultaneous_calls_of_a_new_user_make_one_identity() {
    let w = Rc::new(world().await);
    let people = UserPool::new(&w, "us-east-1_AbCdEf123").await;
    let pool = identity_pool(&w, json!({"CognitoIdentityProviders": [people.entry()]})).await;
    let logins = people.logins(&w, "ana");
    let calls = tokio::task::LocalSet::new();
    let tasks: Vec<_> = (0..100)
        .map(|_| {
            let (w, pool, logins) = (Rc::clone(&w), pool.clone(), logins.clone());
            calls.spawn_local(async move { get_id(&w, &pool, logins).await.text_at("IdentityId") })
        })
        .collect();
    calls.await;
    let mut ids = BTreeSet::new();
    for task in tasks {
        ids.insert(task.await.unwrap());
    }
    assert_eq!(ids.len(), 1);
    let pool = pool.as_str().into();
    let stored = w.node.store.read(async |tx| Ok::<_, contract::Fault>(identities::list(tx, &pool, "", 10).await?));
    assert_eq!(stored.await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_deleted_provider_no_longer_counts() {
    let w = world().await;
    let people = UserPool::new(&w, "us-east-1_AbCdEf123").await;
    let pool = identity_pool(&w, json!({"CognitoIdentityProviders": [people.entry()]})).await;
    get_id(&w, &pool, people.logins(&w, "ana")).await.ok();
    let input = json!({
        "IdentityPoolId": pool, "IdentityPoolName": "fans", "AllowUnauthenticatedIdentities": true,
        "CognitoIdentityProviders": [{"ProviderName": people.provider(), "ClientId": format!("not{CLIENT}")}],
    });
    w.call("UpdateIdentityPool", &input).await.ok();
    assert_eq!(
        get_id(&w, &pool, people.logins(&w, "ana")).await.message(),
        "Token is not from a supported provider of this identity pool."
    );
}
