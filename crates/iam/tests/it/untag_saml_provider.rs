use crate::create_saml_provider::{provider, shown};
use crate::*;

#[tokio::test]
async fn tags_are_removed_by_key() {
    let w = world().await;
    let arn = provider(&w, "Okta").await;
    let tags = json!([{ "Key": "a", "Value": "1" }, { "Key": "b", "Value": "" }]);
    w.call("TagSAMLProvider", &json!({ "SAMLProviderArn": arn, "Tags": tags })).await.ok();
    w.call("UntagSAMLProvider", &json!({ "SAMLProviderArn": arn, "TagKeys": ["A", "other"] })).await.ok();
    assert_eq!(shown(&w, &arn).await["Tags"], json!([{ "Key": "b", "Value": "" }]));
}
