use crate::create_open_id_connect_provider::{provider, shown};
use crate::*;

#[tokio::test]
async fn tags_are_merged() {
    let w = world().await;
    let arn = provider(&w, "https://idp.example").await;
    let tag = async |tags: Value| {
        w.call("TagOpenIDConnectProvider", &json!({ "OpenIDConnectProviderArn": arn, "Tags": tags })).await
    };
    tag(json!([{ "Key": "a", "Value": "1" }, { "Key": "b", "Value": "" }])).await.ok();
    tag(json!([{ "Key": "A", "Value": "2" }])).await.ok();
    let merged = json!([{ "Key": "A", "Value": "2" }, { "Key": "b", "Value": "" }]);
    assert_eq!(shown(&w, &arn).await["Tags"], merged);
    let many: Vec<Value> = (0..49).map(|n| json!({ "Key": n.to_string(), "Value": "" })).collect();
    assert_eq!(tag(json!(many)).await.code(), "LimitExceeded");
    assert_eq!(shown(&w, &arn).await["Tags"], merged);
}
