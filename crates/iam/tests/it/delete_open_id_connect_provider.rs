use crate::create_open_id_connect_provider::provider;
use crate::*;

#[tokio::test]
async fn deleting_twice_is_no_error() {
    let w = world().await;
    let arn = json!({ "OpenIDConnectProviderArn": provider(&w, "https://idp.example").await });
    w.call("DeleteOpenIDConnectProvider", &arn).await.ok();
    assert_eq!(w.call("GetOpenIDConnectProvider", &arn).await.code(), "NoSuchEntity");
    w.call("DeleteOpenIDConnectProvider", &arn).await.ok();
    provider(&w, "https://idp.example").await;
}

#[tokio::test]
async fn another_accounts_provider_is_not_for_us() {
    let w = world().await;
    let foreign = json!({ "OpenIDConnectProviderArn": "arn:aws:iam::999999999999:oidc-provider/idp.example" });
    assert_eq!(w.call("DeleteOpenIDConnectProvider", &foreign).await.code(), "AccessDenied");
}
