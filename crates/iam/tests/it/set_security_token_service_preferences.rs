use crate::*;

#[tokio::test]
async fn the_choice_is_in_the_summary() {
    let w = world().await;
    let version =
        async || result(&w, "GetAccountSummary", &json!({})).await["SummaryMap"]["GlobalEndpointTokenVersion"].clone();
    let set = async |version: &str| {
        let input = json!({ "GlobalEndpointTokenVersion": version });
        w.call("SetSecurityTokenServicePreferences", &input).await
    };
    assert_eq!(version().await, 1);
    set("v2Token").await.ok();
    assert_eq!(version().await, 2);
    assert_eq!(set("v3Token").await.code(), "ValidationError");
    set("v1Token").await.ok();
    assert_eq!(version().await, 1);
}
