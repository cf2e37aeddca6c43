use crate::create_open_id_connect_provider::{provider, shown};
use crate::*;

#[tokio::test]
async fn a_client_id_is_added_once() {
    let w = world().await;
    let arn = provider(&w, "https://idp.example").await;
    for client_id in ["web", "app", "web"] {
        let input = json!({ "OpenIDConnectProviderArn": arn, "ClientID": client_id });
        w.call("AddClientIDToOpenIDConnectProvider", &input).await.ok();
    }
    assert_eq!(shown(&w, &arn).await["ClientIDList"], json!(["app", "web"]));
}

#[tokio::test]
async fn a_provider_has_a_hundred_at_most() {
    let w = world().await;
    let ids: Vec<String> = (0..100).map(|n| n.to_string()).collect();
    let input = json!({ "Url": "https://a.example", "ClientIDList": ids });
    let arn = result(&w, "CreateOpenIDConnectProvider", &input).await["OpenIDConnectProviderArn"].clone();
    let add = async |client_id| {
        let input = json!({ "OpenIDConnectProviderArn": arn, "ClientID": client_id });
        w.call("AddClientIDToOpenIDConnectProvider", &input).await
    };
    add("99").await.ok();
    assert_eq!(
        add("100").await.to_string(),
        "409 LimitExceeded: Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 100"
    );
}

#[tokio::test]
async fn an_unknown_provider_is_not_found() {
    let w = world().await;
    let arn = "arn:aws:iam::123456789012:oidc-provider/idp.example";
    let input = json!({ "OpenIDConnectProviderArn": arn, "ClientID": "app" });
    assert_eq!(
        w.call("AddClientIDToOpenIDConnectProvider", &input).await.to_string(),
        format!("404 NoSuchEntity: OpenIDConnect Provider not found for arn {arn}")
    );
}
