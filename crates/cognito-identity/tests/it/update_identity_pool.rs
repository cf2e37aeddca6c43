//! UpdateIdentityPool.

use crate::support::{UserPool, identity_pool, world};
use serde_json::json;

#[tokio::test]
async fn what_is_left_out_returns_to_its_default_but_tags_and_the_developer_provider_stay() {
    let w = world().await;
    let people = UserPool::new(&w, "us-east-1_AbCdEf123").await;
    let id = identity_pool(
        &w,
        json!({
            "AllowClassicFlow": true, "DeveloperProviderName": "my.backend", "IdentityPoolTags": {"team": "blue"},
            "CognitoIdentityProviders": [people.entry()],
        }),
    )
    .await;
    let input = json!({"IdentityPoolId": id, "IdentityPoolName": "renamed", "AllowUnauthenticatedIdentities": false});
    let expected = json!({
        "IdentityPoolId": id, "IdentityPoolName": "renamed", "AllowUnauthenticatedIdentities": false,
        "DeveloperProviderName": "my.backend", "IdentityPoolTags": {"team": "blue"},
    });
    assert_eq!(*w.call("UpdateIdentityPool", &input).await.ok(), expected);
    assert_eq!(*w.call("DescribeIdentityPool", &json!({"IdentityPoolId": id})).await.ok(), expected);
    // The next call already sees it.
    let answer = w.call_unsigned("GetId", &json!({"IdentityPoolId": id})).await;
    assert_eq!(answer.message(), "Unauthenticated access is not supported for this identity pool.");
}

#[tokio::test]
async fn the_developer_provider_is_set_once_for_all() {
    let w = world().await;
    let id = identity_pool(&w, json!({})).await;
    let update = async |name: &str| {
        let input = json!({
            "IdentityPoolId": id, "IdentityPoolName": "fans", "AllowUnauthenticatedIdentities": true,
            "DeveloperProviderName": name,
        });
        w.call("UpdateIdentityPool", &input).await
    };
    assert_eq!(update("my.backend").await.text_at("DeveloperProviderName"), "my.backend");
    assert_eq!(update("my.backend").await.status, 200);
    assert_eq!(update("other.backend").await.code(), "InvalidParameterException");
}

#[tokio::test]
async fn tags_that_are_sent_replace_the_old_ones() {
    let w = world().await;
    let id = identity_pool(&w, json!({"IdentityPoolTags": {"team": "blue"}})).await;
    let input = json!({
        "IdentityPoolId": id, "IdentityPoolName": "fans", "AllowUnauthenticatedIdentities": true,
        "IdentityPoolTags": {"cost": "low"},
    });
    assert_eq!(*w.call("UpdateIdentityPool", &input).await.at("IdentityPoolTags"), json!({"cost": "low"}));
}
