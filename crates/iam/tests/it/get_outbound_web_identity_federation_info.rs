use crate::*;

#[tokio::test]
async fn the_issuer_is_told_while_the_feature_is_on() {
    let w = world().await;
    let off = "404 FeatureDisabled: Outbound Web Identity Federation is not enabled for this account.";
    let get = async || w.call("GetOutboundWebIdentityFederationInfo", &json!({})).await;
    assert_eq!(get().await.to_string(), off);
    let enabled = result(&w, "EnableOutboundWebIdentityFederation", &json!({})).await;
    assert_eq!(
        unwrapped("GetOutboundWebIdentityFederationInfo", &get().await),
        json!({ "IssuerIdentifier": enabled["IssuerIdentifier"], "JwtVendingEnabled": true })
    );
    w.call("DisableOutboundWebIdentityFederation", &json!({})).await.ok();
    assert_eq!(get().await.to_string(), off);
}
