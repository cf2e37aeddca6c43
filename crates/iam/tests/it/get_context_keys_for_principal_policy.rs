use crate::*;

#[tokio::test]
async fn the_policies_that_are_held_are_read_too() {
    let w = world().await;
    user(&w, "ana").await;
    let policy = |key: &str| {
        json!({ "Version": "2012-10-17", "Statement": { "Effect": "Allow", "Action": "s3:*", "Resource": "*",
            "Condition": { "StringLike": { key: "x" } } } })
        .to_string()
    };
    let inline = json!({ "UserName": "ana", "PolicyName": "p", "PolicyDocument": policy("aws:PrincipalTag/team") });
    w.call("PutUserPolicy", &inline).await.ok();
    let input =
        json!({ "PolicySourceArn": "arn:aws:iam::123456789012:user/ana", "PolicyInputList": [policy("s3:prefix")] });
    let found = result(&w, "GetContextKeysForPrincipalPolicy", &input).await;
    assert_eq!(found["ContextKeyNames"], json!(["s3:prefix", "aws:PrincipalTag/team"]));
    let absent = json!({ "PolicySourceArn": "arn:aws:iam::123456789012:user/bea" });
    let answer = w.call("GetContextKeysForPrincipalPolicy", &absent).await;
    assert_eq!(answer.to_string(), "404 NoSuchEntity: The user with name bea cannot be found.");
}
