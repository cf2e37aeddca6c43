//! DescribeUserPoolClient.

use crate::{client, pool, world};
use serde_json::json;

#[tokio::test]
async fn a_client_is_described_as_it_was_made() {
    let w = world().await;
    let pool = pool(&w, &json!({})).await;
    let input = json!({
        "UserPoolId": pool, "ClientName": "app", "GenerateSecret": true, "PreventUserExistenceErrors": "ENABLED",
        "CallbackURLs": ["https://app.example/cb"], "ReadAttributes": ["email"],
    });
    let made = w.call("CreateUserPoolClient", &input).await;
    let input = json!({ "UserPoolId": pool, "ClientId": made.text_at("UserPoolClient.ClientId") });
    assert_eq!(w.call("DescribeUserPoolClient", &input).await.ok(), made.ok());
}

#[tokio::test]
async fn a_client_of_another_pool_is_not_there() {
    let w = world().await;
    let (one, other) = (pool(&w, &json!({})).await, pool(&w, &json!({})).await);
    let client = client(&w, &one, &json!({})).await;
    assert_eq!(
        w.call("DescribeUserPoolClient", &json!({ "UserPoolId": other, "ClientId": client })).await.to_string(),
        format!("400 ResourceNotFoundException: User pool client {client} does not exist.")
    );
}

#[tokio::test]
async fn the_secret_is_sealed_in_the_row() {
    let w = world().await;
    let pool = pool(&w, &json!({})).await;
    let input = json!({ "UserPoolId": pool, "ClientName": "app", "GenerateSecret": true });
    let made = w.call("CreateUserPoolClient", &input).await;
    let (id, secret) = (made.text_at("UserPoolClient.ClientId"), made.text_at("UserPoolClient.ClientSecret"));
    let find = async |tx: &mut store::Tx| store::table::user_pool_clients::find(tx, &id.as_str().into()).await;
    let row = w.node.store.read(find).await.unwrap().unwrap();
    assert!(!row.config.contains(&secret));
    let sealed = row.sealed_secret.unwrap();
    assert!(!sealed.windows(secret.len()).any(|window| window == secret.as_bytes()));
}
