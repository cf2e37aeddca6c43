//! Conditions on tags, boundaries and policy ARNs bite.

use crate::*;

async fn user_with_policy(w: &World, name: &str, statements: Value) -> Keys {
    let keys = user_with_key(w, name).await;
    let document = json!({ "Version": "2012-10-17", "Statement": statements }).to_string();
    let input = json!({ "UserName": name, "PolicyName": "p", "PolicyDocument": document });
    w.call("PutUserPolicy", &input).await.ok();
    keys
}

#[tokio::test]
async fn a_deny_on_a_tag_holds_for_what_carries_the_tag() {
    let w = world().await;
    role(&w, "plain").await;
    role(&w, "guarded").await;
    w.call("TagRole", &json!({ "RoleName": "guarded", "Tags": [{ "Key": "Team", "Value": "core" }] })).await.ok();
    for (number, key) in ["aws:ResourceTag/team", "iam:ResourceTag/Team"].iter().enumerate() {
        let statements = json!([
            { "Effect": "Allow", "Action": "iam:GetRole", "Resource": "*" },
            { "Effect": "Deny", "Action": "*", "Resource": "*", "Condition": { "StringEquals": { *key: "core" } } },
        ]);
        let keys = user_with_policy(&w, &format!("reader-{number}"), statements).await;
        assert_eq!(w.call_as(&keys, "GetRole", &json!({ "RoleName": "plain" })).await.status, 200);
        let denied = w.call_as(&keys, "GetRole", &json!({ "RoleName": "guarded" })).await;
        assert!(denied.message().ends_with("with an explicit deny in an identity-based policy"), "{denied}");
    }
}

#[tokio::test]
async fn a_delegate_may_attach_only_the_policies_named() {
    let w = world().await;
    role(&w, "r").await;
    let statements = json!([{
        "Effect": "Allow", "Action": "iam:AttachRolePolicy", "Resource": "*",
        "Condition": { "ArnEquals": { "iam:PolicyARN": S3_READ } },
    }]);
    let keys = user_with_policy(&w, "delegate", statements).await;
    let attach = async |arn: &str| {
        w.call_as(&keys, "AttachRolePolicy", &json!({ "RoleName": "r", "PolicyArn": arn })).await.status
    };
    assert_eq!(attach(S3_READ).await, 200);
    assert_eq!(attach(ADMIN).await, 403);
}

#[tokio::test]
async fn a_delegate_may_make_users_only_within_the_boundary() {
    let w = world().await;
    let statements = json!([{
        "Effect": "Allow", "Action": ["iam:CreateUser", "iam:PutUserPolicy"], "Resource": "*",
        "Condition": { "StringEquals": { "iam:PermissionsBoundary": S3_READ } },
    }]);
    let keys = user_with_policy(&w, "delegate", statements).await;
    let make = async |name: &str, boundary: Option<&str>| {
        let input = json!({ "UserName": name, "PermissionsBoundary": boundary });
        w.call_as(&keys, "CreateUser", &input).await.status
    };
    assert_eq!(make("free", None).await, 403);
    assert_eq!(make("wide", Some(S3_FULL)).await, 403);
    assert_eq!(make("bounded", Some(S3_READ)).await, 200);
    user(&w, "other").await;
    let put = async |name: &str| {
        let input = json!({ "UserName": name, "PolicyName": "p", "PolicyDocument": allowing("s3:*") });
        w.call_as(&keys, "PutUserPolicy", &input).await.status
    };
    assert_eq!(put("bounded").await, 200);
    assert_eq!(put("other").await, 403);
}
