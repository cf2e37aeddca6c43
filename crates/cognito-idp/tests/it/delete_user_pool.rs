//! DeleteUserPool.

use crate::{client, invited, pool, sign_in_public, world};
use serde_json::json;

#[tokio::test]
async fn a_deleted_pool_is_gone_with_its_clients_and_keys() {
    let w = world().await;
    let pool = pool(&w, &json!({})).await;
    let client = client(&w, &pool, &json!({})).await;
    invited(&w, &pool, "ana", &[]).await;
    // What the node remembers of them must go too.
    assert_eq!(sign_in_public(&w, &client, "ana", "wrong").await.code(), "NotAuthorizedException");
    assert!(cognito_idp::discovery::jwks(&w.node, &pool.as_str().into()).await.unwrap().is_some());

    assert_eq!(w.call("DeleteUserPool", &json!({ "UserPoolId": pool })).await.status, 200);

    let again = w.call("DeleteUserPool", &json!({ "UserPoolId": pool })).await;
    assert_eq!(again.to_string(), format!("400 ResourceNotFoundException: User pool {pool} does not exist."));
    assert_eq!(
        sign_in_public(&w, &client, "ana", "wrong").await.to_string(),
        format!("400 ResourceNotFoundException: User pool client {client} does not exist.")
    );
    assert!(cognito_idp::discovery::jwks(&w.node, &pool.as_str().into()).await.unwrap().is_none());
}

#[tokio::test]
async fn a_protected_pool_stays() {
    let w = world().await;
    let pool = pool(&w, &json!({ "DeletionProtection": "ACTIVE" })).await;
    assert_eq!(
        w.call("DeleteUserPool", &json!({ "UserPoolId": pool })).await.to_string(),
        "400 InvalidParameterException: The user pool cannot be deleted because deletion protection is activated. \
         Deletion protection must be inactivated first."
    );
    w.call("DescribeUserPool", &json!({ "UserPoolId": pool })).await.ok();
}
