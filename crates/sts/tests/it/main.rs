//! Stories of the STS operations, told on a test world.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod assume_role;
mod assume_role_with_saml;
mod assume_role_with_web_identity;
mod decode_authorization_message;
mod get_access_key_info;
mod get_caller_identity;
mod get_federation_token;
mod get_session_token;
mod get_web_identity_token;
mod issue;
mod second_factor;
mod trust;

use contract::Fault;
use domain::{RoleId, Timestamp};
use gate::{Caller, Decision};
use serde_json::{Value, json};
use service::{Cx, RequestFacts, RoleFacts};
use std::sync::Arc;
use store::table::iam_roles::{self, IamRole};
use testkit::{Answer, Keys, World};

/// A role with this trust policy, as if IAM had made it.
async fn role(w: &World, name: &str, trust: Value) -> Arc<RoleFacts> {
    let row = IamRole {
        account_id: w.node.account.clone(),
        name_key: name.to_lowercase(),
        name: name.to_owned(),
        id: RoleId::from("AROATESTTESTTESTTESTT"),
        path: "/app/".to_owned(),
        trust: trust.to_string(),
        description: None,
        max_session_seconds: 3600,
        boundary_arn: None,
        tags: r#"{"team":"blue"}"#.to_owned(),
        created_ms: Timestamp::default(),
    };
    let added = w.node.store.write(async |tx| {
        tx.touch_catalog().await?;
        Ok::<_, Fault>(iam_roles::insert(tx, &row).await?)
    });
    assert!(added.await.unwrap());
    w.node.gate.role(&w.node.account, name).await.unwrap().expect("the role")
}

const ACCOUNT: &str = "123456789012";

/// A world with IAM beside STS.
async fn iam_world() -> World {
    World::new(&[sts::operations(), iam::operations()]).await
}

/// A user with a key.
async fn user(w: &World, name: &str) -> Keys {
    w.call("CreateUser", &json!({ "UserName": name })).await.ok();
    let answer = w.call("CreateAccessKey", &json!({ "UserName": name })).await;
    Keys::of(answer.at("CreateAccessKeyResponse.CreateAccessKeyResult.AccessKey"))
}

/// Gives a user an inline policy of this one statement.
async fn allow_user(w: &World, name: &str, action: &str, resource: &str) {
    let policy = json!({ "Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Action": action, "Resource": resource,
    }});
    let policy_name = action.replace([':', '*'], "-");
    w.call(
        "PutUserPolicy",
        &json!({ "UserName": name, "PolicyName": policy_name, "PolicyDocument": policy.to_string() }),
    )
    .await
    .ok();
}

/// A role with this trust policy, made through IAM; its ARN.
async fn trusting_role(w: &World, name: &str, statements: Value) -> String {
    let trust = json!({ "Version": "2012-10-17", "Statement": statements }).to_string();
    let input = json!({ "RoleName": name, "Path": "/app/", "AssumeRolePolicyDocument": trust });
    w.call("CreateRole", &input).await.text_at("CreateRoleResponse.CreateRoleResult.Role.Arn")
}

/// Gives a role an inline policy of this one statement.
async fn allow_role(w: &World, name: &str, action: &str, resource: &str) {
    let policy = json!({ "Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Action": action, "Resource": resource,
    }});
    let policy_name = action.replace([':', '*'], "-");
    w.call(
        "PutRolePolicy",
        &json!({ "RoleName": name, "PolicyName": policy_name, "PolicyDocument": policy.to_string() }),
    )
    .await
    .ok();
}

/// What a good answer of STS says, without its envelope.
#[track_caller]
fn result(operation: &str, answer: &Answer) -> Value {
    answer.ok()[format!("{operation}Response")][format!("{operation}Result")].clone()
}

/// The keys that a good answer brings.
#[track_caller]
fn keys(operation: &str, answer: &Answer) -> Keys {
    Keys::of(&result(operation, answer)["Credentials"])
}

/// `403 AccessDenied: sentence`.
fn refusal(answer: &Answer) -> String {
    assert_ne!(answer.status, 200, "{answer}");
    answer.to_string()
}

/// A trust policy that lets nobody in.
fn nobody() -> Value {
    json!({"Version": "2012-10-17", "Statement": {
        "Effect": "Deny", "Principal": "*", "Action": "sts:*",
    }})
}

/// The error code of a refusal. The world asks for JSON, where a query service says it in `Error.Code`.
fn code(answer: &testkit::Answer) -> String {
    let code = answer.json.pointer("/Error/Code").and_then(Value::as_str);
    code.map_or_else(|| answer.code(), str::to_owned)
}

/// The context of an unsigned request.
fn context(w: &World) -> Cx {
    let request = RequestFacts {
        request_id: "request".to_owned(),
        now: w.clock.now(),
        seed: [3; 32],
        region: w.node.region.clone(),
        source_ip: Some([203, 0, 113, 9].into()),
        user_agent: None,
        referer: None,
        secure: true,
        stray_session_token: false,
    };
    let decision = Decision::new("request".to_owned(), w.clock.now(), "test".to_owned());
    Cx::new(Arc::clone(&w.node), request, Caller::Anonymous, decision)
}
