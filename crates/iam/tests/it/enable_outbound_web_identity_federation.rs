use crate::*;

#[tokio::test]
async fn an_account_keeps_its_issuer() {
    let w = world().await;
    let enabled = result(&w, "EnableOutboundWebIdentityFederation", &json!({})).await;
    let issuer = enabled["IssuerIdentifier"].as_str().unwrap();
    let id = issuer.strip_prefix("http://127.0.0.1:4566/_sekisho/web-identity/").unwrap();
    assert_eq!(id.len(), 36);
    let again = w.call("EnableOutboundWebIdentityFederation", &json!({})).await;
    assert_eq!(
        again.to_string(),
        "409 FeatureEnabled: Outbound Web Identity Federation is already enabled for this account."
    );
    w.call("DisableOutboundWebIdentityFederation", &json!({})).await.ok();
    assert_eq!(result(&w, "EnableOutboundWebIdentityFederation", &json!({})).await, enabled);
}
