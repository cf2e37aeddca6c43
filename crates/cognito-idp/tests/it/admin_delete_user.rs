//! AdminDeleteUser.

use crate::{client, group, invited, join, pool, refresh, sign_in_public, user, world};
use serde_json::json;

#[tokio::test]
async fn a_deleted_user_leaves_nothing_behind() {
    let w = world().await;
    let pool = pool(&w, &json!({ "AliasAttributes": ["email"] })).await;
    let client = client(&w, &pool, &json!({})).await;
    let address = [("email", "ana@example.com"), ("email_verified", "true")];
    user(&w, &pool, "ana", &address).await;
    group(&w, &pool, "fans", &json!({})).await;
    join(&w, &pool, "fans", "ana").await;
    let signed_in = sign_in_public(&w, &client, "ana", crate::PASSWORD).await;
    let token = signed_in.text_at("AuthenticationResult.RefreshToken");

    let input = json!({ "UserPoolId": pool, "Username": "ana" });
    assert_eq!(w.call("AdminDeleteUser", &input).await.status, 200);

    assert_eq!(w.call("AdminDeleteUser", &input).await.to_string(), "400 UserNotFoundException: User does not exist.");
    assert_eq!(refresh(&w, &client, &token).await.to_string(), "400 NotAuthorizedException: Invalid Refresh Token");
    let members = w.call("ListUsersInGroup", &json!({ "UserPoolId": pool, "GroupName": "fans" })).await;
    assert_eq!(members.to_string(), r#"200 {"Users":[]}"#);
    let found = w.call("ListUsers", &json!({ "UserPoolId": pool, "Filter": "email = \"ana@example.com\"" })).await;
    assert_eq!(found.to_string(), r#"200 {"Users":[]}"#);
    // Name and alias are free again.
    invited(&w, &pool, "ana", &address).await;
}
