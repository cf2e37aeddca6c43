//! AdminRemoveUserFromGroup.

use crate::{group, invited, join, pool, world};
use serde_json::json;

#[tokio::test]
async fn removing_twice_is_removing_once() {
    let w = world().await;
    let pool = pool(&w, &json!({})).await;
    invited(&w, &pool, "ana", &[]).await;
    group(&w, &pool, "fans", &json!({})).await;
    join(&w, &pool, "fans", "ana").await;
    let input = json!({ "UserPoolId": pool, "GroupName": "fans", "Username": "ana" });
    for _ in 0..2 {
        assert_eq!(w.call("AdminRemoveUserFromGroup", &input).await.status, 200);
    }
    let listed = w.call("AdminListGroupsForUser", &json!({ "UserPoolId": pool, "Username": "ana" })).await;
    assert_eq!(listed.to_string(), r#"200 {"Groups":[]}"#);
}
