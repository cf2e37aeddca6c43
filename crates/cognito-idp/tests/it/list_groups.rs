//! ListGroups.

use crate::{group, names, pool, world};
use serde_json::json;

#[tokio::test]
async fn groups_come_by_name_in_pages() {
    let w = world().await;
    let pool = pool(&w, &json!({})).await;
    for name in ["b", "c", "a"] {
        group(&w, &pool, name, &json!({})).await;
    }
    let first = w.call("ListGroups", &json!({ "UserPoolId": pool, "Limit": 2 })).await;
    assert_eq!(names(&first, "Groups", "GroupName"), ["a", "b"]);
    let token = first.text_at("NextToken");
    let second = w.call("ListGroups", &json!({ "UserPoolId": pool, "Limit": 2, "NextToken": token })).await;
    assert_eq!(names(&second, "Groups", "GroupName"), ["c"]);
}

#[tokio::test]
async fn a_limit_of_zero_is_the_default_and_a_negative_one_is_refused() {
    let w = world().await;
    let pool = pool(&w, &json!({})).await;
    group(&w, &pool, "a", &json!({})).await;
    let all = w.call("ListGroups", &json!({ "UserPoolId": pool, "Limit": 0 })).await;
    assert_eq!(names(&all, "Groups", "GroupName"), ["a"]);
    assert_eq!(
        w.call("ListGroups", &json!({ "UserPoolId": pool, "Limit": -1 })).await.to_string(),
        "400 InvalidParameterException: 1 validation error detected: Value '-1' at 'limit' failed to satisfy constraint: \
         Member must have value greater than or equal to 0"
    );
}
