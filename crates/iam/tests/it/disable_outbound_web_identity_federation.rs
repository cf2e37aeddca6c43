use crate::*;

#[tokio::test]
async fn what_is_off_cannot_be_turned_off() {
    let w = world().await;
    let off = "404 FeatureDisabled: Outbound Web Identity Federation is not enabled for this account.";
    let disable = async || w.call("DisableOutboundWebIdentityFederation", &json!({})).await;
    assert_eq!(disable().await.to_string(), off);
    w.call("EnableOutboundWebIdentityFederation", &json!({})).await.ok();
    disable().await.ok();
    assert_eq!(disable().await.to_string(), off);
}
