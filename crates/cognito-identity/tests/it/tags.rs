//! TagResource, UntagResource, ListTagsForResource.

use crate::support::{identity_pool, world};
use serde_json::json;

#[tokio::test]
async fn tags_come_and_go() {
    let w = world().await;
    let pool = identity_pool(&w, json!({"IdentityPoolTags": {"team": "blue"}})).await;
    let arn = format!("arn:aws:cognito-identity:us-east-1:123456789012:identitypool/{pool}");
    let tags = async || w.call("ListTagsForResource", &json!({"ResourceArn": arn})).await.ok().clone();
    assert_eq!(tags().await, json!({"Tags": {"team": "blue"}}));
    let tag = w.call("TagResource", &json!({"ResourceArn": arn, "Tags": {"team": "red", "cost": ""}})).await;
    assert_eq!(tag.to_string(), "200 {}");
    assert_eq!(tags().await, json!({"Tags": {"team": "red", "cost": ""}}));
    let untag = w.call("UntagResource", &json!({"ResourceArn": arn, "TagKeys": ["team", "absent"]})).await;
    assert_eq!(untag.to_string(), "200 {}");
    assert_eq!(tags().await, json!({"Tags": {"cost": ""}}));
    let shown = w.call("DescribeIdentityPool", &json!({"IdentityPoolId": pool})).await;
    assert_eq!(shown.at("IdentityPoolTags"), &json!({"cost": ""}));
}

#[tokio::test]
async fn an_arn_that_names_no_pool_of_ours_is_not_found() {
    let w = world().await;
    let pool = identity_pool(&w, json!({})).await;
    for arn in [
        format!("arn:aws:cognito-identity:us-east-1:999999999999:identitypool/{pool}"),
        format!("arn:aws:cognito-identity:us-east-1:123456789012:identitypool/{pool}0"),
        "arn:aws:iam::123456789012:role/Fan".to_owned(),
    ] {
        for (operation, more) in
            [("TagResource", json!({"a": "b"})), ("UntagResource", json!({})), ("ListTagsForResource", json!({}))]
        {
            let input = json!({"ResourceArn": arn, "Tags": more, "TagKeys": ["a"]});
            assert_eq!(w.call(operation, &input).await.code(), "ResourceNotFoundException", "{operation} {arn}");
        }
    }
}

#[tokio::test]
async fn fifty_tags_are_the_most() {
    let w = world().await;
    let tags: serde_json::Map<_, _> = (0..50).map(|n| (format!("t{n}"), json!(""))).collect();
    let pool = identity_pool(&w, json!({"IdentityPoolTags": tags})).await;
    let arn = format!("arn:aws:cognito-identity:us-east-1:123456789012:identitypool/{pool}");
    let full = w.call("TagResource", &json!({"ResourceArn": arn, "Tags": {"more": ""}})).await;
    assert_eq!(full.code(), "InvalidParameterException");
    let same = w.call("TagResource", &json!({"ResourceArn": arn, "Tags": {"t1": "x"}})).await;
    assert_eq!(same.status, 200);
}
