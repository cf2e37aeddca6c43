//! CreateGroup.

use crate::{group, pool, world};
use serde_json::json;

#[tokio::test]
async fn a_group_shows_what_was_set() {
    let w = world().await;
    let pool = pool(&w, &json!({})).await;
    let role = "arn:aws:iam::123456789012:role/Fan";
    let input = json!({ "UserPoolId": pool, "GroupName": "fans", "RoleArn": role, "Precedence": 0 });
    assert_eq!(
        *w.call("CreateGroup", &input).await.at("Group"),
        json!({
            "GroupName": "fans", "UserPoolId": pool, "RoleArn": role, "Precedence": 0,
            "CreationDate": 1_767_323_045, "LastModifiedDate": 1_767_323_045,
        })
    );
}

#[tokio::test]
async fn a_taken_name_is_refused() {
    let w = world().await;
    let pool = pool(&w, &json!({})).await;
    group(&w, &pool, "fans", &json!({})).await;
    assert_eq!(
        w.call("CreateGroup", &json!({ "UserPoolId": pool, "GroupName": "fans" })).await.to_string(),
        "400 GroupExistsException: A group with the name already exists"
    );
}
