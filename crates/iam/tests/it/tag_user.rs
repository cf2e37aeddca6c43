use crate::*;

#[tokio::test]
async fn tags_are_merged() {
    let w = world().await;
    user(&w, "ana").await;
    let tag = async |tags: Value| w.call("TagUser", &json!({ "UserName": "ana", "Tags": tags })).await.to_string();
    assert!(tag(json!([{ "Key": "Team", "Value": "a" }, { "Key": "cost", "Value": "" }])).await.starts_with("200"));
    assert!(tag(json!([{ "Key": "team", "Value": "b" }])).await.starts_with("200"));
    let found = result(&w, "GetUser", &json!({ "UserName": "ana" })).await;
    assert_eq!(found["User"]["Tags"], json!([{ "Key": "cost", "Value": "" }, { "Key": "team", "Value": "b" }]));
    assert_eq!(
        tag(json!([{ "Key": "k", "Value": "" }, { "Key": "K", "Value": "" }])).await,
        "400 InvalidInput: Duplicate tag keys found. Please note that Tag keys are case insensitive."
    );
    let many: Vec<Value> = (0..49).map(|n| json!({ "Key": format!("k{n}"), "Value": "" })).collect();
    assert_eq!(tag(json!(many)).await, "409 LimitExceeded: Cannot exceed quota for TagsPerUser: 50");
}

#[tokio::test]
async fn a_tag_is_a_condition_key_at_once() {
    let w = world().await;
    let ana = user_with_key(&w, "ana").await;
    let document = json!({ "Version": "2012-10-17", "Statement": { "Effect": "Allow", "Action": "iam:ListUsers",
        "Resource": "*", "Condition": { "StringEquals": { "aws:PrincipalTag/team": "a" } } } });
    let input = json!({ "UserName": "ana", "PolicyName": "p", "PolicyDocument": document.to_string() });
    w.call("PutUserPolicy", &input).await.ok();
    assert_eq!(w.call_as(&ana, "ListUsers", &json!({})).await.status, 403);
    let tags = json!([{ "Key": "team", "Value": "a" }]);
    w.call("TagUser", &json!({ "UserName": "ana", "Tags": tags })).await.ok();
    w.call_as(&ana, "ListUsers", &json!({})).await.ok();
}
