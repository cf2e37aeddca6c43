//! AdminAddUserToGroup.

use crate::{group, invited, names, pool, world};
use serde_json::json;

#[tokio::test]
async fn adding_twice_is_adding_once() {
    let w = world().await;
    let pool = pool(&w, &json!({})).await;
    invited(&w, &pool, "ana", &[]).await;
    group(&w, &pool, "fans", &json!({})).await;
    let input = json!({ "UserPoolId": pool, "GroupName": "fans", "Username": "ana" });
    for _ in 0..2 {
        assert_eq!(w.call("AdminAddUserToGroup", &input).await.status, 200);
    }
    let listed = w.call("ListUsersInGroup", &json!({ "UserPoolId": pool, "GroupName": "fans" })).await;
    assert_eq!(names(&listed, "Users", "Username"), ["ana"]);
}

#[tokio::test]
async fn user_and_group_must_be_there() {
    let w = world().await;
    let pool = pool(&w, &json!({})).await;
    let input = json!({ "UserPoolId": pool, "GroupName": "fans", "Username": "ana" });
    assert_eq!(
        w.call("AdminAddUserToGroup", &input).await.to_string(),
        "400 UserNotFoundException: User does not exist."
    );
    invited(&w, &pool, "ana", &[]).await;
    assert_eq!(
        w.call("AdminAddUserToGroup", &input).await.to_string(),
        "400 ResourceNotFoundException: Group not found."
    );
}
