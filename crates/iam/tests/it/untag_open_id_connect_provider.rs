use crate::create_open_id_connect_provider::{provider, shown};
use crate::*;

#[tokio::test]
async fn tags_are_removed_by_key() {
    let w = world().await;
    let arn = provider(&w, "https://idp.example").await;
    let tags = json!([{ "Key": "a", "Value": "1" }, { "Key": "b", "Value": "" }]);
    w.call("TagOpenIDConnectProvider", &json!({ "OpenIDConnectProviderArn": arn, "Tags": tags })).await.ok();
    let input = json!({ "OpenIDConnectProviderArn": arn, "TagKeys": ["A", "other"] });
    w.call("UntagOpenIDConnectProvider", &input).await.ok();
    assert_eq!(shown(&w, &arn).await["Tags"], json!([{ "Key": "b", "Value": "" }]));
}
