//! ListUsersInGroup.

use crate::{group, invited, join, names, pool, with, world};
use serde_json::json;

#[tokio::test]
async fn members_come_in_pages() {
    let w = world().await;
    let pool = pool(&w, &json!({})).await;
    group(&w, &pool, "fans", &json!({})).await;
    for name in ["ana", "ben", "cleo"] {
        invited(&w, &pool, name, &[]).await;
        if name != "cleo" {
            join(&w, &pool, "fans", name).await;
        }
    }
    let base = json!({ "UserPoolId": pool, "GroupName": "fans", "Limit": 1 });
    let first = w.call("ListUsersInGroup", &base).await;
    let next = json!({ "NextToken": first.text_at("NextToken") });
    let second = w.call("ListUsersInGroup", &with(base, &next)).await;
    assert!(second.ok().get("NextToken").is_none());
    let mut all = [names(&first, "Users", "Username"), names(&second, "Users", "Username")].concat();
    all.sort();
    assert_eq!(all, ["ana", "ben"]);
}

#[tokio::test]
async fn the_group_must_be_there() {
    let w = world().await;
    let pool = pool(&w, &json!({})).await;
    let input = json!({ "UserPoolId": pool, "GroupName": "fans" });
    assert_eq!(w.call("ListUsersInGroup", &input).await.to_string(), "400 ResourceNotFoundException: Group not found.");
}
