//! DescribeUserPool.

use crate::{invited, pool, world};
use contract::Fault;
use serde_json::json;
use store::table::user_pools;
use testkit::Keys;

#[tokio::test]
async fn a_pool_is_described_as_it_was_made() {
    let w = world().await;
    let made = w.call("CreateUserPool", &json!({ "PoolName": "people", "UserPoolTags": { "a": "b" } })).await;
    let described = w.call("DescribeUserPool", &json!({ "UserPoolId": made.text_at("UserPool.Id") })).await;
    assert_eq!(described.ok(), made.ok());
}

#[tokio::test]
async fn users_are_counted() {
    let w = world().await;
    let pool = pool(&w, &json!({})).await;
    invited(&w, &pool, "ana", &[]).await;
    invited(&w, &pool, "ben", &[]).await;
    let described = w.call("DescribeUserPool", &json!({ "UserPoolId": pool })).await;
    assert_eq!(*described.at("UserPool.EstimatedNumberOfUsers"), json!(2));
}

#[tokio::test]
async fn only_the_accounts_own_pools_of_the_region_exist() {
    let mut w = world().await;
    let unknown = w.call("DescribeUserPool", &json!({ "UserPoolId": "us-east-1_Abc123xyz" })).await;
    assert_eq!(unknown.to_string(), "400 ResourceNotFoundException: User pool us-east-1_Abc123xyz does not exist.");

    let pool = pool(&w, &json!({})).await;
    let refused = format!("400 ResourceNotFoundException: User pool {pool} does not exist.");
    w.region = "eu-west-1".to_owned();
    assert_eq!(w.call("DescribeUserPool", &json!({ "UserPoolId": pool })).await.to_string(), refused);
    w.region = "us-east-1".to_owned();
    w.call("DescribeUserPool", &json!({ "UserPoolId": pool })).await.ok();

    let row = w.node.store.read(async |tx| user_pools::find(tx, &pool.as_str().into()).await).await.unwrap().unwrap();
    let foreign = user_pools::UserPool { id: "us-east-1_Foreign01".into(), account_id: "999999999999".into(), ..row };
    let added = w.node.store.write(async |tx| Ok::<_, Fault>(user_pools::insert(tx, &foreign).await?)).await;
    assert!(added.unwrap());
    let answer = w.call_as(&Keys::root(), "DescribeUserPool", &json!({ "UserPoolId": "us-east-1_Foreign01" })).await;
    assert_eq!(answer.to_string(), "400 ResourceNotFoundException: User pool us-east-1_Foreign01 does not exist.");
}
