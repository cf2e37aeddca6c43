//! CreateGroup.

use crate::{group, pool, world};
use serde_json::json;
use testkit::{Keys, World};

#[tokio::test]
async fn a_group_shows_what_was_set() {
    let w = world().await;
    let pool = pool(&w, &json!({})).await;
    let role = "arn:aws:iam::123456789012:role/Fan";
    let input = json!({ "UserPoolId": pool, "GroupName": "fans", "RoleArn": role, "Precedence": 0 });
    assert_eq!(
        *w.call("CreateGroup", &input).await.at("Group"),
        json!({
            "GroupName": "fans", "UserPoolId": pool, "RoleArn": role, "Precedence": 0,
            "CreationDate": 1_767_323_045, "LastModifiedDate": 1_767_323_045,
        })
    );
}

#[tokio::test]
async fn a_taken_name_is_refused() {
    let w = world().await;
    let pool = pool(&w, &json!({})).await;
    group(&w, &pool, "fans", &json!({})).await;
    assert_eq!(
        w.call("CreateGroup", &json!({ "UserPoolId": pool, "GroupName": "fans" })).await.to_string(),
        "400 GroupExistsException: A group with the name already exists"
    );
}

#[tokio::test]
async fn a_role_is_handed_out_only_by_who_may_pass_it() {
    let w = World::new(&[cognito_idp::operations(), iam::operations()]).await;
    let pool = pool(&w, &json!({})).await;
    let role = "arn:aws:iam::123456789012:role/Fan";
    let keys_of = async |name: &str, statements: serde_json::Value| {
        w.call("iam:CreateUser", &json!({ "UserName": name })).await.ok();
        let document = json!({ "Version": "2012-10-17", "Statement": statements }).to_string();
        let put = json!({ "UserName": name, "PolicyName": "p", "PolicyDocument": document });
        w.call("iam:PutUserPolicy", &put).await.ok();
        let made = w.call("iam:CreateAccessKey", &json!({ "UserName": name })).await;
        Keys::of(made.at("CreateAccessKeyResponse.CreateAccessKeyResult.AccessKey"))
    };
    let create = json!({ "Effect": "Allow", "Action": "cognito-idp:CreateGroup", "Resource": "*" });
    let pass = json!({
        "Effect": "Allow", "Action": "iam:PassRole", "Resource": role,
        "Condition": { "StringEquals": { "iam:PassedToService": "cognito-idp.amazonaws.com" } },
    });
    let (without, with) = (keys_of("without", json!([create])).await, keys_of("with", json!([create, pass])).await);
    let input = |name: &str| json!({ "UserPoolId": pool, "GroupName": name, "RoleArn": role });
    assert_eq!(
        w.call_as(&without, "cognito-idp:CreateGroup", &input("fans")).await.to_string(),
        "400 AccessDeniedException: User: arn:aws:iam::123456789012:user/without is not authorized to perform: \
         iam:PassRole on resource: arn:aws:iam::123456789012:role/Fan because no identity-based policy allows the \
         iam:PassRole action"
    );
    let plain = json!({ "UserPoolId": pool, "GroupName": "plain" });
    w.call_as(&without, "cognito-idp:CreateGroup", &plain).await.ok();
    w.call_as(&with, "cognito-idp:CreateGroup", &input("fans")).await.ok();
}
