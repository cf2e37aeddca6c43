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

#[tokio::test]
async fn a_policy_may_ask_for_a_providers_tags() {
    let w = world().await;
    let ana = user_with_key(&w, "ana").await;
    let document = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Action": "iam:DeleteSAMLProvider", "Resource": "*" },
        { "Effect": "Deny", "Action": "*", "Resource": "*",
            "Condition": { "StringEquals": { "aws:ResourceTag/team": "x" } } } ] });
    let input = json!({ "UserName": "ana", "PolicyName": "p", "PolicyDocument": document.to_string() });
    w.call("PutUserPolicy", &input).await.ok();
    let arn = provider(&w, "Okta").await;
    let tag = async |value: &str| {
        let tags = json!([{ "Key": "team", "Value": value }]);
        w.call("TagSAMLProvider", &json!({ "SAMLProviderArn": arn, "Tags": tags })).await.ok();
    };
    let delete = async || w.call_as(&ana, "DeleteSAMLProvider", &json!({ "SAMLProviderArn": arn })).await;
    tag("x").await;
    assert_eq!(delete().await.code(), "AccessDenied");
    tag("y").await;
    delete().await.ok();
}
