//! DeleteGroup.

use crate::{group, invited, join, pool, world};
use serde_json::json;

#[tokio::test]
async fn members_of_a_deleted_group_stay() {
    let w = world().await;
    let pool = pool(&w, &json!({})).await;
    invited(&w, &pool, "ana", &[]).await;
    group(&w, &pool, "fans", &json!({})).await;
    join(&w, &pool, "fans", "ana").await;
    let input = json!({ "UserPoolId": pool, "GroupName": "fans" });
    assert_eq!(w.call("DeleteGroup", &input).await.status, 200);
    assert_eq!(w.call("DeleteGroup", &input).await.to_string(), "400 ResourceNotFoundException: Group not found.");
    w.call("AdminGetUser", &json!({ "UserPoolId": pool, "Username": "ana" })).await.ok();
    // A new group of the old name does not inherit them.
    group(&w, &pool, "fans", &json!({})).await;
    assert_eq!(w.call("ListUsersInGroup", &input).await.to_string(), r#"200 {"Users":[]}"#);
}
