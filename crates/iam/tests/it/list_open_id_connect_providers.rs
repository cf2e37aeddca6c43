use crate::create_open_id_connect_provider::provider;
use crate::*;

#[tokio::test]
async fn providers_are_listed_by_arn() {
    let w = world().await;
    let b = provider(&w, "https://b.example").await;
    let a = provider(&w, "https://a.example/x").await;
    let listed = result(&w, "ListOpenIDConnectProviders", &json!({})).await;
    assert_eq!(listed, json!({ "OpenIDConnectProviderList": [{ "Arn": a }, { "Arn": b }] }));
}
