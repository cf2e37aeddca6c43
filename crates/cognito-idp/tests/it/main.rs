//! Stories of the user pool operations, told on a test world.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod admin_add_user_to_group;
mod admin_create_user;
mod admin_delete_user;
mod admin_get_user;
mod admin_initiate_auth;
mod admin_list_groups_for_user;
mod admin_remove_user_from_group;
mod admin_respond_to_auth_challenge;
mod admin_set_user_password;
mod create_group;
mod create_user_pool;
mod create_user_pool_client;
mod delete_group;
mod delete_user_pool;
mod delete_user_pool_client;
mod describe_user_pool;
mod describe_user_pool_client;
mod discovery;
mod get_group;
mod initiate_auth;
mod list_groups;
mod list_user_pool_clients;
mod list_user_pools;
mod list_users;
mod list_users_in_group;
mod respond_to_auth_challenge;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use testkit::{Answer, World};

const PASSWORD: &str = "Passw0rd!";
const TEMPORARY: &str = "Temp0rary!";

async fn world() -> World {
    World::new(&[cognito_idp::operations()]).await
}

/// `base` with the members of `extra`.
fn with(mut base: Value, extra: &Value) -> Value {
    for (name, value) in extra.as_object().expect("an object") {
        base[name] = value.clone();
    }
    base
}

/// A new pool's id.
async fn pool(w: &World, extra: &Value) -> String {
    w.call("CreateUserPool", &with(json!({ "PoolName": "people" }), extra)).await.text_at("UserPool.Id")
}

/// A new client's id; it allows every flow with a password.
async fn client(w: &World, pool: &str, extra: &Value) -> String {
    let flows = ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"];
    let base = json!({ "UserPoolId": pool, "ClientName": "app", "ExplicitAuthFlows": flows });
    w.call("CreateUserPoolClient", &with(base, extra)).await.text_at("UserPoolClient.ClientId")
}

/// A user with the temporary password `TEMPORARY`; answers the `sub`.
async fn invited(w: &World, pool: &str, name: &str, attributes: &[(&str, &str)]) -> String {
    let attributes: Vec<_> = attributes.iter().map(|(name, value)| json!({ "Name": name, "Value": value })).collect();
    let input = json!({
        "UserPoolId": pool, "Username": name, "TemporaryPassword": TEMPORARY, "MessageAction": "SUPPRESS",
        "UserAttributes": attributes,
    });
    w.call("AdminCreateUser", &input).await.text_at("User.Attributes.0.Value")
}

/// A confirmed user whose password is `PASSWORD`; answers the `sub`.
async fn user(w: &World, pool: &str, name: &str, attributes: &[(&str, &str)]) -> String {
    let sub = invited(w, pool, name, attributes).await;
    let input = json!({ "UserPoolId": pool, "Username": name, "Password": PASSWORD, "Permanent": true });
    w.call("AdminSetUserPassword", &input).await.ok();
    sub
}

/// A new group, with a role if one is given.
async fn group(w: &World, pool: &str, name: &str, extra: &Value) {
    w.call("CreateGroup", &with(json!({ "UserPoolId": pool, "GroupName": name }), extra)).await.ok();
}

async fn join(w: &World, pool: &str, group: &str, user: &str) {
    let input = json!({ "UserPoolId": pool, "GroupName": group, "Username": user });
    w.call("AdminAddUserToGroup", &input).await.ok();
}

/// Signs in as the application's server does.
async fn sign_in(w: &World, pool: &str, client: &str, name: &str, password: &str) -> Answer {
    let input = json!({
        "UserPoolId": pool, "ClientId": client, "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
        "AuthParameters": { "USERNAME": name, "PASSWORD": password },
    });
    w.call("AdminInitiateAuth", &input).await
}

/// Signs in as the user's device does.
async fn sign_in_public(w: &World, client: &str, name: &str, password: &str) -> Answer {
    let input = json!({
        "ClientId": client, "AuthFlow": "USER_PASSWORD_AUTH",
        "AuthParameters": { "USERNAME": name, "PASSWORD": password },
    });
    w.call_unsigned("InitiateAuth", &input).await
}

async fn refresh(w: &World, client: &str, token: &str) -> Answer {
    let parameters = json!({ "REFRESH_TOKEN": token });
    let input = json!({ "ClientId": client, "AuthFlow": "REFRESH_TOKEN_AUTH", "AuthParameters": parameters });
    w.call_unsigned("InitiateAuth", &input).await
}

/// The claims of a token whose signature was checked with the pool's published key of that name.
async fn claims(w: &World, pool: &str, token: &str) -> Value {
    let unverified = domain::jwt::peek(token).unwrap();
    let jwks = cognito_idp::discovery::jwks(&w.node, &pool.into()).await.unwrap().expect("a key set");
    let jwks: Value = serde_json::from_str(&jwks).unwrap();
    let key = jwks["keys"].as_array().unwrap().iter().find(|key| key["kid"] == unverified.kid()).expect("the key");
    let (n, e) = (key["n"].as_str().unwrap(), key["e"].as_str().unwrap());
    let key = domain::jwt::VerifyingKey::from_jwk(unverified.kid(), domain::jwt::Algorithm::Rs256, n, e).unwrap();
    Value::Object(unverified.verify(&key).expect("a good signature"))
}

/// The header of a token.
fn header(token: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap()).unwrap()
}

/// The user's row, for looking behind the answers.
async fn row(w: &World, pool: &str, sub: &str) -> store::table::users::User {
    let found = w.node.store.read(async |tx| store::table::users::find(tx, &pool.into(), &sub.into()).await);
    found.await.unwrap().expect("the user")
}

/// The names of listed items.
fn names(answer: &Answer, list: &str, member: &str) -> Vec<String> {
    answer.at(list).as_array().unwrap().iter().map(|item| item[member].as_str().unwrap().to_owned()).collect()
}
