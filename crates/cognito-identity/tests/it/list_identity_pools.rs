//! ListIdentityPools.

use crate::support::{identity_pool, world};
use serde_json::{Value, json};

#[tokio::test]
async fn every_pool_of_the_region_is_on_exactly_one_page() {
    let mut w = world().await;
    let mut made = Vec::new();
    for _ in 0..5 {
        made.push(identity_pool(&w, json!({})).await);
    }
    w.region = "eu-west-1".to_owned();
    identity_pool(&w, json!({})).await;
    w.region = "us-east-1".to_owned();
    let (mut seen, mut token) = (Vec::new(), Value::Null);
    loop {
        let page = w.call("ListIdentityPools", &json!({"MaxResults": 2, "NextToken": token})).await;
        for pool in page.at("IdentityPools").as_array().unwrap() {
            assert_eq!(pool["IdentityPoolName"], "fans");
            seen.push(pool["IdentityPoolId"].as_str().unwrap().to_owned());
        }
        token = page.ok()["NextToken"].clone();
        if token.is_null() {
            break;
        }
    }
    made.sort();
    assert_eq!(seen, made);
}

#[tokio::test]
async fn a_token_of_another_listing_is_refused() {
    let mut w = world().await;
    for _ in 0..2 {
        identity_pool(&w, json!({})).await;
    }
    let token = w.call("ListIdentityPools", &json!({"MaxResults": 1})).await.text_at("NextToken");
    w.region = "eu-west-1".to_owned();
    let refused = w.call("ListIdentityPools", &json!({"MaxResults": 1, "NextToken": token})).await;
    assert_eq!(refused.to_string(), "400 InvalidParameterException: Invalid NextToken.");
    let refused = w.call("ListIdentityPools", &json!({"MaxResults": 61})).await;
    assert_eq!(refused.code(), "ValidationException");
}
