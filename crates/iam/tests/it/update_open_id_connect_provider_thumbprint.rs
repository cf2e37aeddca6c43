use crate::create_open_id_connect_provider::{provider, shown};
use crate::*;

#[tokio::test]
async fn thumbprints_are_replaced() {
    let w = world().await;
    let arn = provider(&w, "https://idp.example").await;
    let update = async |thumbprints: Value| {
        let input = json!({ "OpenIDConnectProviderArn": arn, "ThumbprintList": thumbprints });
        w.call("UpdateOpenIDConnectProviderThumbprint", &input).await
    };
    let (one, two) = ("A".repeat(40), "B".repeat(40));
    update(json!([one])).await.ok();
    update(json!([two])).await.ok();
    assert_eq!(shown(&w, &arn).await["ThumbprintList"], json!(["b".repeat(40)]));
    assert_eq!(
        update(json!(vec![one; 6])).await.to_string(),
        "400 InvalidInput: Thumbprint list must contain fewer than 5 entries."
    );
    assert_eq!(update(json!(["short"])).await.code(), "ValidationError");
    assert_eq!(shown(&w, &arn).await["ThumbprintList"], json!(["b".repeat(40)]));
}
