//! AdminGetUser.

use crate::{invited, pool, world};
use serde_json::json;

#[tokio::test]
async fn a_user_is_found_by_every_name() {
    let w = world().await;
    let pool = pool(&w, &json!({ "AliasAttributes": ["email", "preferred_username"] })).await;
    let attributes = [("email", "ana@example.com"), ("email_verified", "true"), ("preferred_username", "anita")];
    let sub = invited(&w, &pool, "ana", &attributes).await;
    for name in ["ana", "ana@example.com", "anita", &sub] {
        let found = w.call("AdminGetUser", &json!({ "UserPoolId": pool, "Username": name })).await;
        assert_eq!(found.text_at("Username"), "ana", "{name}");
    }
}

#[tokio::test]
async fn attributes_are_texts_and_mfa_is_absent() {
    let w = world().await;
    let pool = pool(&w, &json!({})).await;
    let sub = invited(&w, &pool, "ana", &[("email", "ana@example.com"), ("email_verified", "true")]).await;
    let found = w.call("AdminGetUser", &json!({ "UserPoolId": pool, "Username": "ana" })).await;
    assert_eq!(
        *found.ok(),
        json!({
            "Username": "ana",
            "UserAttributes": [
                { "Name": "sub", "Value": sub },
                { "Name": "email", "Value": "ana@example.com" },
                { "Name": "email_verified", "Value": "true" },
            ],
            "UserCreateDate": 1_767_323_045, "UserLastModifiedDate": 1_767_323_045,
            "Enabled": true, "UserStatus": "FORCE_CHANGE_PASSWORD",
        })
    );
}

#[tokio::test]
async fn an_unknown_user_is_not_there() {
    let w = world().await;
    let pool = pool(&w, &json!({})).await;
    let answer = w.call("AdminGetUser", &json!({ "UserPoolId": pool, "Username": "ana" })).await;
    assert_eq!(answer.to_string(), "400 UserNotFoundException: User does not exist.");
}
