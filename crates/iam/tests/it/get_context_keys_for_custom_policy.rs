use crate::*;

fn policy(resource: &str, key: &str) -> String {
    json!({ "Version": "2012-10-17", "Statement": { "Effect": "Allow", "Action": "s3:*", "Resource": resource,
        "Condition": { "StringLike": { key: "${aws:PrincipalTag/team}*" } } } })
    .to_string()
}

#[tokio::test]
async fn keys_and_variables_are_listed_once_in_order() {
    let w = world().await;
    let documents = [
        policy("arn:aws:s3:::b/${aws:username}${*}", "s3:prefix"),
        policy("*", "S3:Prefix"),
        policy("*", "aws:SourceArn"),
    ];
    let found = result(&w, "GetContextKeysForCustomPolicy", &json!({ "PolicyInputList": documents })).await;
    assert_eq!(
        found["ContextKeyNames"],
        json!(["aws:username", "s3:prefix", "aws:PrincipalTag/team", "aws:SourceArn"])
    );
}

#[tokio::test]
async fn a_text_that_is_no_policy_is_refused() {
    let w = world().await;
    let input = json!({ "PolicyInputList": [policy("*", "s3:prefix"), "{"] });
    let answer = w.call("GetContextKeysForCustomPolicy", &input).await;
    assert_eq!(answer.to_string(), "400 InvalidInput: Policy input list item 2 has invalid content");
}
