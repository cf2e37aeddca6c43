//! DeleteUserPoolClient.

use crate::{client, pool, sign_in_public, user, world};
use serde_json::json;

#[tokio::test]
async fn nobody_signs_in_through_a_deleted_client() {
    let w = world().await;
    let pool = pool(&w, &json!({})).await;
    let client = client(&w, &pool, &json!({})).await;
    user(&w, &pool, "ana", &[]).await;
    sign_in_public(&w, &client, "ana", crate::PASSWORD).await.ok();
    let input = json!({ "UserPoolId": pool, "ClientId": client });
    assert_eq!(w.call("DeleteUserPoolClient", &input).await.status, 200);
    let gone = format!("400 ResourceNotFoundException: User pool client {client} does not exist.");
    assert_eq!(sign_in_public(&w, &client, "ana", crate::PASSWORD).await.to_string(), gone);
    assert_eq!(w.call("DeleteUserPoolClient", &input).await.to_string(), gone);
}
