//! ListUserPools.

use crate::{names, pool, world};
use serde_json::json;

#[tokio::test]
async fn pools_come_in_pages() {
    let w = world().await;
    let mut made = Vec::new();
    for _ in 0..3 {
        made.push(pool(&w, &json!({})).await);
    }
    made.sort();
    let first = w.call("ListUserPools", &json!({ "MaxResults": 2 })).await;
    assert_eq!(names(&first, "UserPools", "Id"), made[..2]);
    let token = first.text_at("NextToken");
    let second = w.call("ListUserPools", &json!({ "MaxResults": 2, "NextToken": token })).await;
    assert_eq!(names(&second, "UserPools", "Id"), made[2..]);
    assert!(second.ok().get("NextToken").is_none());
}

#[tokio::test]
async fn a_token_is_good_for_its_own_listing_and_an_hour() {
    let w = world().await;
    let id = pool(&w, &json!({})).await;
    pool(&w, &json!({})).await;
    let token = w.call("ListUserPools", &json!({ "MaxResults": 1 })).await.text_at("NextToken");
    let refused = "400 InvalidParameterException: Invalid pagination token.";
    let garbage = w.call("ListUserPools", &json!({ "MaxResults": 1, "NextToken": "garbage" })).await;
    assert_eq!(garbage.to_string(), refused);
    let elsewhere = w.call("ListGroups", &json!({ "UserPoolId": id, "NextToken": token })).await;
    assert_eq!(elsewhere.to_string(), refused);
    w.clock.advance_seconds(3600);
    let late = w.call("ListUserPools", &json!({ "MaxResults": 1, "NextToken": token })).await;
    assert_eq!(late.to_string(), refused);
}

#[tokio::test]
async fn the_limit_is_checked() {
    let w = world().await;
    let answer = w.call("ListUserPools", &json!({ "MaxResults": 0 })).await;
    assert_eq!(
        answer.to_string(),
        "400 InvalidParameterException: 1 validation error detected: Value '0' at 'maxResults' failed to satisfy \
         constraint: Member must have value greater than or equal to 1"
    );
}
