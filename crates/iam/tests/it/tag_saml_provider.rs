use crate::create_saml_provider::{provider, shown};
use crate::*;

#[tokio::test]
async fn tags_are_merged() {
    let w = world().await;
    let arn = provider(&w, "Okta").await;
    let tag = async |tags: Value| w.call("TagSAMLProvider", &json!({ "SAMLProviderArn": arn, "Tags": tags })).await;
    tag(json!([{ "Key": "a", "Value": "1" }, { "Key": "b", "Value": "" }])).await.ok();
    tag(json!([{ "Key": "A", "Value": "2" }])).await.ok();
    let merged = json!([{ "Key": "A", "Value": "2" }, { "Key": "b", "Value": "" }]);
    assert_eq!(shown(&w, &arn).await["Tags"], merged);
    assert_eq!(
        tag(json!([{ "Key": "c", "Value": "" }, { "Key": "C", "Value": "" }])).await.to_string(),
        "400 InvalidInput: Duplicate tag keys found. Please note that Tag keys are case insensitive."
    );
    assert_eq!(shown(&w, &arn).await["Tags"], merged);
}
