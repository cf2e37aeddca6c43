//! Stories of the operator's paths, told on a test world.
#![allow(clippy::unwrap_used, clippy::panic)]

use crate::data_dir::RootKey;
use crate::operations::tables;
use crate::paths::answer;
use bytes::Bytes;
use door::Arrival;
use serde_json::{Value, json};
use testkit::{Keys, World};

/// What a path answers to a signed POST: status and JSON.
async fn post(world: &World, keys: &Keys, path: &str, body: &str) -> (u16, Value) {
    send(world, "POST", keys, path, body).await
}

async fn send(world: &World, method: &str, keys: &Keys, path: &str, body: &str) -> (u16, Value) {
    let request = http::Request::builder().method(method).uri(path).header("host", "sekisho.localhost:4566");
    let request = request.body(Bytes::from(body.to_owned())).unwrap();
    let (parts, body) = world.signed(request, keys).into_parts();
    let now = world.clock.now();
    let arrival = Arrival { parts: &parts, body: &body, now, seed: [7; 32], source_ip: None, secure: false };
    let root = RootKey { access_key_id: String::new(), secret_access_key: String::new().into() };
    let response = answer(&world.node, &root, &arrival).await;
    (response.status().as_u16(), serde_json::from_slice(response.body()).unwrap_or_default())
}

async fn as_root(world: &World, path: &str, body: &Value) -> (u16, Value) {
    post(world, &Keys::root(), path, &body.to_string()).await
}

/// An identity pool with guests and a role for them; the pool's id.
async fn pool_with_guests(world: &World) -> String {
    let pool = json!({ "IdentityPoolName": "fans", "AllowUnauthenticatedIdentities": true });
    let pool = world.call("CreateIdentityPool", &pool).await.text_at("IdentityPoolId");
    let trust = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": { "Federated": "cognito-identity.amazonaws.com" },
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": { "StringEquals": { "cognito-identity.amazonaws.com:aud": pool } },
    }] });
    let role = json!({ "RoleName": "Guest", "AssumeRolePolicyDocument": trust.to_string() });
    world.call("iam:CreateRole", &role).await.ok();
    let roles = json!({ "unauthenticated": "arn:aws:iam::123456789012:role/Guest" });
    world.call("SetIdentityPoolRoles", &json!({ "IdentityPoolId": pool, "Roles": roles })).await.ok();
    pool
}

async fn guest(world: &World, pool: &str) -> (String, Keys) {
    let id = world.call_unsigned("GetId", &json!({ "IdentityPoolId": pool })).await.text_at("IdentityId");
    let answer = world.call_unsigned("GetCredentialsForIdentity", &json!({ "IdentityId": id })).await;
    (id, Keys::of(answer.at("Credentials")))
}

/// A user who may do this on that; the user's keys.
async fn user(world: &World, name: &str, action: &str, resource: &str) -> Keys {
    world.call("iam:CreateUser", &json!({ "UserName": name })).await.ok();
    let policy = json!({ "Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Action": action, "Resource": resource,
    } });
    let put = json!({ "UserName": name, "PolicyName": "own", "PolicyDocument": policy.to_string() });
    world.call("PutUserPolicy", &put).await.ok();
    let key = world.call("CreateAccessKey", &json!({ "UserName": name })).await;
    Keys::of(key.at("CreateAccessKeyResponse.CreateAccessKeyResult.AccessKey"))
}

async fn lives(world: &World, keys: &Keys) -> bool {
    world.call_as(keys, "GetCallerIdentity", &json!({})).await.status == 200
}

#[tokio::test]
async fn an_identity_and_a_role_are_revoked() {
    let world = World::new(&tables()).await;
    let pool = pool_with_guests(&world).await;
    let ((one, ones), (_, others)) = (guest(&world, &pool).await, guest(&world, &pool).await);
    let path = "/_sekisho/revocations";
    let (status, entry) = as_root(&world, path, &json!({ "identity_id": one, "reason": "lost phone" })).await;
    assert_eq!((status, &entry["subject"], &entry["identity_pool_id"]), (200, &json!(one), &json!(pool)), "{entry}");
    assert_eq!(entry["reason"], "by arn:aws:iam::123456789012:root: lost phone");
    assert_eq!(entry["revoked_at"], "2026-01-02T03:04:05Z");
    assert!(!lives(&world, &ones).await && lives(&world, &others).await);
    for role in ["Guest", "arn:aws:iam::123456789012:role/Guest"] {
        let (_, keys) = guest(&world, &pool).await;
        assert!(lives(&world, &keys).await);
        let (status, entry) = as_root(&world, path, &json!({ "role": role })).await;
        assert_eq!((status, &entry["kind"]), (200, &json!("role")), "{entry}");
        assert!(!lives(&world, &keys).await && !lives(&world, &others).await);
    }
    for unknown in [
        json!({ "role": "Nobody" }),
        json!({ "role": "arn:aws:iam::123456789012:role/path/Guest" }),
        json!({ "identity_id": "us-east-1:00000000-0000-4000-8000-000000000000" }),
        json!({ "identity_id": "a\u{0}b" }),
    ] {
        assert_eq!(as_root(&world, path, &unknown).await.0, 404, "{unknown}");
    }
    for invalid in [json!({}), json!({ "identity_id": one, "role": "Guest" }), json!({ "rôle": "Guest" }), json!(7)] {
        assert_eq!(as_root(&world, path, &invalid).await.0, 400, "{invalid}");
    }
}

#[tokio::test]
async fn only_who_may_revokes_and_asks() {
    let world = World::new(&tables()).await;
    let pool = pool_with_guests(&world).await;
    let (id, keys) = guest(&world, &pool).await;
    let arn = format!("arn:aws:cognito-identity:us-east-1:123456789012:identitypool/{pool}");
    let guard = user(&world, "guard", "sekisho:RevokeSessions", &arn).await;
    let curious = user(&world, "curious", "sekisho:Explain*", "*").await;
    let of_identity = json!({ "identity_id": id }).to_string();
    let of_role = json!({ "role": "Guest" }).to_string();
    let question = json!({ "identity_pool_id": pool }).to_string();
    let (revocations, identity, token) =
        ("/_sekisho/revocations", "/_sekisho/explain/identity", "/_sekisho/explain/token");
    let denied = async |who: &Keys, path: &str, body: &str| {
        let (status, answer) = post(&world, who, path, body).await;
        assert_eq!((status, &answer["__type"]), (403, &json!("AccessDeniedException")), "{path} {answer}");
    };
    denied(&curious, revocations, &of_identity).await;
    denied(&curious, revocations, &json!({ "role": "Nobody" }).to_string()).await;
    denied(&guard, revocations, &of_role).await;
    denied(&guard, identity, &question).await;
    denied(&guard, token, r#"{"token":"x"}"#).await;
    assert!(lives(&world, &keys).await);
    assert_eq!(post(&world, &guard, revocations, &of_identity).await.0, 200);
    assert!(!lives(&world, &keys).await);
    // The dead cannot ask either.
    assert_eq!(post(&world, &keys, token, r#"{"token":"x"}"#).await.0, 400);
    assert_eq!(post(&world, &curious, identity, &question).await.0, 200);
}

#[tokio::test]
async fn keys_are_listed_and_rotated_by_who_may() {
    let world = World::new(&tables()).await;
    let pool = pool_with_guests(&world).await;
    let (id, _) = guest(&world, &pool).await;
    let token = async || world.call_unsigned("GetOpenIdToken", &json!({ "IdentityId": id })).await.text_at("Token");
    let rotate = async |keys: &Keys, body: &str| post(&world, keys, "/_sekisho/keys/rotate", body).await;
    let root = Keys::root();
    assert_eq!(rotate(&root, "{}").await, (200, json!({ "keys": [] })));
    let old = token().await;
    world.clock.advance_seconds(60);
    let told = json!({ "keys": [
        { "region": "us-east-1", "key_id": "us-east-11", "state": "signs", "created_at": "2026-01-02T03:04:05Z",
          "age_seconds": 60 },
        { "region": "us-east-1", "key_id": "us-east-12", "state": "published", "created_at": "2026-01-02T03:05:05Z",
          "age_seconds": 0, "signs_from": "2026-01-02T04:05:05Z" },
    ] });
    let curious = user(&world, "curious", "sekisho:ListKeys", "*").await;
    let (status, refused) = rotate(&curious, "{}").await;
    assert_eq!((status, &refused["__type"]), (403, &json!("AccessDeniedException")), "{refused}");
    let keeper = user(&world, "keeper", "sekisho:RotateKeys", "*").await;
    assert_eq!(rotate(&keeper, "{}").await, (200, told.clone()));
    assert_eq!(send(&world, "GET", &curious, "/_sekisho/keys", "").await, (200, told));
    let (status, refused) = send(&world, "GET", &keeper, "/_sekisho/keys", "").await;
    assert_eq!((status, &refused["__type"]), (403, &json!("AccessDeniedException")), "{refused}");
    for invalid in ["", "[]x", r#"{"now":"yes"}"#, r#"{"later":true}"#] {
        assert_eq!(rotate(&keeper, invalid).await.0, 400, "{invalid}");
    }
    let role = json!({
        "RoleArn": "arn:aws:iam::123456789012:role/Guest", "RoleSessionName": "story", "WebIdentityToken": old,
    });
    assert_eq!(world.call_unsigned("AssumeRoleWithWebIdentity", &role).await.status, 200);
    let (status, told) = rotate(&keeper, r#"{"now":true}"#).await;
    assert_eq!((status, told["keys"].as_array().unwrap().len()), (200, 1), "{told}");
    assert_eq!((&told["keys"][0]["key_id"], &told["keys"][0]["state"]), (&json!("us-east-13"), &json!("signs")));
    assert_eq!(world.call_unsigned("AssumeRoleWithWebIdentity", &role).await.status, 400);
    assert_ne!(token().await, old);
}

#[tokio::test]
async fn what_would_happen_is_told_step_by_step() {
    let world = World::new(&tables()).await;
    let pool = pool_with_guests(&world).await;
    let question = json!({ "identity_pool_id": pool, "action": "s3:GetObject", "resource": "arn:aws:s3:::b/k" });
    let (status, told) = as_root(&world, "/_sekisho/explain/identity", &question).await;
    assert_eq!(status, 200, "{told}");
    assert_eq!(told["session"]["arn"], "arn:aws:sts::123456789012:assumed-role/Guest/CognitoIdentityCredentials");
    assert_eq!(told["permission"]["is_allowed"], false);
    let stages: Vec<&str> =
        told["steps"].as_array().unwrap().iter().filter_map(|step| step["stage"].as_str()).collect();
    for stage in ["pool", "identity", "role", "trust", "session", "policy"] {
        assert!(stages.contains(&stage), "no {stage} in {stages:?}");
    }
    let listed = json!({ "IdentityPoolId": pool, "MaxResults": 60 });
    assert_eq!(world.call("ListIdentities", &listed).await.at("Identities"), &json!([]), "none was made");
    assert!(!told.to_string().contains("ASIA"), "nothing that could be a credential");
    // What the call would be refused for its form, it is refused here.
    let wrong = json!({ "identity_pool_id": "no id!" });
    let (status, refused) = as_root(&world, "/_sekisho/explain/identity", &wrong).await;
    assert_eq!((status, &refused["__type"]), (400, &json!("ValidationException")), "{refused}");
    let wrong = json!({ "identity_pool_id": pool, "action": "everything" });
    assert_eq!(as_root(&world, "/_sekisho/explain/identity", &wrong).await.0, 400);
    let secret = r#"{"identity_pool_id": "secret-token"#;
    let (status, refused) = post(&world, &Keys::root(), "/_sekisho/explain/identity", secret).await;
    assert_eq!(status, 400);
    assert!(!refused.to_string().contains("secret-token"), "{refused}");
}

#[tokio::test]
async fn a_token_is_told_apart() {
    let world = World::new(&tables()).await;
    let pool = pool_with_guests(&world).await;
    let (id, keys) = guest(&world, &pool).await;
    let token = world.call_unsigned("GetOpenIdToken", &json!({ "IdentityId": id })).await.text_at("Token");
    let (status, told) = as_root(&world, "/_sekisho/explain/token", &json!({ "token": token })).await;
    assert_eq!((status, &told["identities"][0]["identity_id"]), (200, &json!(id)), "{told}");
    assert_eq!(told["claims"]["aud"], pool);
    let session = json!({ "token": keys.session_token, "access_key_id": keys.access_key_id });
    let (_, told) = as_root(&world, "/_sekisho/explain/token", &session).await;
    assert_eq!(told["caller"], "arn:aws:sts::123456789012:assumed-role/Guest/CognitoIdentityCredentials");
    assert!(!told.to_string().contains(&keys.secret_access_key), "{told}");
}
