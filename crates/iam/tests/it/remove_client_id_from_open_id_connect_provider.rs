use crate::create_open_id_connect_provider::{provider, shown};
use crate::*;

#[tokio::test]
async fn a_client_id_is_removed_whether_it_is_there_or_not() {
    let w = world().await;
    let arn = provider(&w, "https://idp.example").await;
    for client_id in ["other", "app", "app"] {
        let input = json!({ "OpenIDConnectProviderArn": arn, "ClientID": client_id });
        w.call("RemoveClientIDFromOpenIDConnectProvider", &input).await.ok();
    }
    assert_eq!(shown(&w, &arn).await["ClientIDList"], json!([]));
}
