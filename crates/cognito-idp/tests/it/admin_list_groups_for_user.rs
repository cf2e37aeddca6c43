//! AdminListGroupsForUser.

use crate::{group, invited, join, names, pool, world};
use serde_json::json;

#[tokio::test]
async fn a_users_groups_come_in_pages() {
    let w = world().await;
    let pool = pool(&w, &json!({})).await;
    let sub = invited(&w, &pool, "ana", &[]).await;
    for name in ["b", "a", "other"] {
        group(&w, &pool, name, &json!({})).await;
    }
    join(&w, &pool, "a", "ana").await;
    join(&w, &pool, "b", &sub).await;
    let base = json!({ "UserPoolId": pool, "Username": "ana" });
    let first = w.call("AdminListGroupsForUser", &crate::with(base.clone(), &json!({ "Limit": 1 }))).await;
    assert_eq!(names(&first, "Groups", "GroupName"), ["a"]);
    let next = json!({ "NextToken": first.text_at("NextToken") });
    let second = w.call("AdminListGroupsForUser", &crate::with(base, &next)).await;
    assert_eq!(names(&second, "Groups", "GroupName"), ["b"]);
    assert!(second.ok().get("NextToken").is_none());
}
