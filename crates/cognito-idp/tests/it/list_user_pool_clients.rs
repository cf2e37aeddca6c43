//! ListUserPoolClients.

use crate::{client, names, pool, world};
use serde_json::json;

#[tokio::test]
async fn clients_come_in_pages_with_id_and_name_alone() {
    let w = world().await;
    let pool = pool(&w, &json!({})).await;
    let mut made = [client(&w, &pool, &json!({})).await, client(&w, &pool, &json!({})).await];
    made.sort();
    let first = w.call("ListUserPoolClients", &json!({ "UserPoolId": pool, "MaxResults": 1 })).await;
    assert_eq!(*first.at("UserPoolClients"), json!([{ "ClientId": made[0], "UserPoolId": pool, "ClientName": "app" }]));
    let token = first.text_at("NextToken");
    let second = w.call("ListUserPoolClients", &json!({ "UserPoolId": pool, "NextToken": token })).await;
    assert_eq!(names(&second, "UserPoolClients", "ClientId"), made[1..]);
}
