//! GetGroup.

use crate::{group, pool, world};
use serde_json::json;

#[tokio::test]
async fn a_group_is_found_by_name_in_its_pool() {
    let w = world().await;
    let (one, other) = (pool(&w, &json!({})).await, pool(&w, &json!({})).await);
    group(&w, &one, "fans", &json!({ "Description": "all of them" })).await;
    let found = w.call("GetGroup", &json!({ "UserPoolId": one, "GroupName": "fans" })).await;
    assert_eq!(found.text_at("Group.Description"), "all of them");
    let input = json!({ "UserPoolId": other, "GroupName": "fans" });
    assert_eq!(w.call("GetGroup", &input).await.to_string(), "400 ResourceNotFoundException: Group not found.");
}
