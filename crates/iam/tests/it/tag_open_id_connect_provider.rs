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

#[tokio::test]
async fn a_policy_may_ask_for_a_providers_tags() {
    let w = world().await;
    let ana = user_with_key(&w, "ana").await;
    let document = json!({ "Version": "2012-10-17", "Statement": { "Effect": "Allow",
        "Action": "iam:DeleteOpenIDConnectProvider", "Resource": "*",
        "Condition": { "StringEquals": { "aws:ResourceTag/team": "x" } } } });
    let input = json!({ "UserName": "ana", "PolicyName": "p", "PolicyDocument": document.to_string() });
    w.call("PutUserPolicy", &input).await.ok();
    let arn = provider(&w, "https://idp.example").await;
    let input = json!({ "OpenIDConnectProviderArn": arn });
    assert_eq!(w.call_as(&ana, "DeleteOpenIDConnectProvider", &input).await.code(), "AccessDenied");
    let tags = json!([{ "Key": "team", "Value": "x" }]);
    w.call("TagOpenIDConnectProvider", &json!({ "OpenIDConnectProviderArn": arn, "Tags": tags })).await.ok();
    w.call_as(&ana, "DeleteOpenIDConnectProvider", &input).await.ok();
}
