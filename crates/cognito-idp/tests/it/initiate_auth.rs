//! InitiateAuth.

use crate::{PASSWORD, claims, client, group, join, pool, refresh, sign_in_public, user, with, world};
use domain::secret_hash::secret_hash;
use serde_json::{Value, json};
use testkit::World;

async fn setting(w: &World, extra: &Value) -> (String, String) {
    let pool = pool(w, &json!({})).await;
    let client = client(w, &pool, extra).await;
    user(w, &pool, "ana", &[]).await;
    (pool, client)
}

/// A client with a secret: its id and secret.
async fn secret_client(w: &World, pool: &str) -> (String, String) {
    let input = json!({
        "UserPoolId": pool, "ClientName": "app", "GenerateSecret": true,
        "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    });
    let made = w.call("CreateUserPoolClient", &input).await;
    (made.text_at("UserPoolClient.ClientId"), made.text_at("UserPoolClient.ClientSecret"))
}

async fn begin(w: &World, client: &str, flow: &str, parameters: &Value) -> String {
    let input = json!({ "ClientId": client, "AuthFlow": flow, "AuthParameters": parameters });
    w.call_unsigned("InitiateAuth", &input).await.to_string()
}

#[tokio::test]
async fn a_device_signs_in_without_a_signature() {
    let w = world().await;
    let (_, client) = setting(&w, &json!({})).await;
    sign_in_public(&w, &client, "ana", PASSWORD).await.at("AuthenticationResult.RefreshToken");
    assert_eq!(
        sign_in_public(&w, &client, "ana", "wrong").await.to_string(),
        "400 NotAuthorizedException: Incorrect username or password."
    );
}

#[tokio::test]
async fn flows_of_the_server_are_not_for_devices() {
    let w = world().await;
    let (_, client) = setting(&w, &json!({})).await;
    for flow in ["ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"] {
        assert_eq!(
            begin(&w, &client, flow, &json!({ "USERNAME": "ana", "PASSWORD": PASSWORD })).await,
            "400 InvalidParameterException: Initiate Auth method not supported"
        );
    }
}

#[tokio::test]
async fn an_unknown_client_is_not_there() {
    let w = world().await;
    assert_eq!(
        sign_in_public(&w, "abc123", "ana", PASSWORD).await.to_string(),
        "400 ResourceNotFoundException: User pool client abc123 does not exist."
    );
}

#[tokio::test]
async fn an_unknown_user_is_told_unless_the_client_hides_that() {
    let w = world().await;
    let (pool, open) = setting(&w, &json!({})).await;
    let hiding = client(&w, &pool, &json!({ "PreventUserExistenceErrors": "ENABLED" })).await;
    assert_eq!(
        sign_in_public(&w, &open, "nobody", PASSWORD).await.to_string(),
        "400 UserNotFoundException: User does not exist."
    );
    // Known and unknown names hear the same, attempt for attempt.
    for attempt in 1..=8 {
        let known = sign_in_public(&w, &hiding, "ana", "wrong").await.to_string();
        let unknown = sign_in_public(&w, &hiding, "nobody", "wrong").await.to_string();
        assert_eq!(known, unknown, "attempt {attempt}");
        let locked = known == "400 NotAuthorizedException: Password attempts exceeded";
        assert_eq!(locked, attempt > 5, "attempt {attempt}: {known}");
    }
    w.clock.advance_seconds(1);
    let unknown = sign_in_public(&w, &hiding, "nobody", "wrong").await;
    assert_eq!(unknown.message(), "Incorrect username or password.");
}

#[tokio::test]
async fn a_client_with_a_secret_proves_it() {
    let w = world().await;
    let (pool, public) = setting(&w, &json!({})).await;
    let (client, secret) = secret_client(&w, &pool).await;
    let password = |hash: Option<&str>| {
        let parameters = json!({ "USERNAME": "ana", "PASSWORD": PASSWORD });
        hash.map_or(parameters.clone(), |hash| with(parameters, &json!({ "SECRET_HASH": hash })))
    };
    let flow = "USER_PASSWORD_AUTH";
    let right = secret_hash(&secret, "ana", &client);
    assert!(begin(&w, &client, flow, &password(Some(&right))).await.starts_with("200"));
    assert_eq!(
        begin(&w, &client, flow, &password(None)).await,
        format!(
            "400 NotAuthorizedException: Client {client} is configured with secret but SECRET_HASH was not received"
        )
    );
    for wrong in [secret_hash(&secret, "ben", &client), secret_hash("guess", "ana", &client), "x".to_owned()] {
        assert_eq!(
            begin(&w, &client, flow, &password(Some(&wrong))).await,
            format!("400 NotAuthorizedException: Unable to verify secret hash for client {client}")
        );
    }
    assert_eq!(
        begin(&w, &public, flow, &password(Some(&right))).await,
        format!(
            "400 NotAuthorizedException: Client {public} is not configured for secret but secret hash was received"
        )
    );
}

#[tokio::test]
async fn an_alias_signs_in() {
    let w = world().await;
    let pool = pool(&w, &json!({ "AliasAttributes": ["email"] })).await;
    let client = client(&w, &pool, &json!({})).await;
    user(&w, &pool, "ana", &[("email", "ana@example.com"), ("email_verified", "true")]).await;
    user(&w, &pool, "ben", &[("email", "ben@example.com")]).await;
    let answer = sign_in_public(&w, &client, "ana@example.com", PASSWORD).await;
    let id = claims(&w, &pool, &answer.text_at("AuthenticationResult.IdToken")).await;
    assert_eq!(id["cognito:username"], json!("ana"));
    // Nobody has shown that this address is theirs.
    assert_eq!(
        sign_in_public(&w, &client, "ben@example.com", PASSWORD).await.to_string(),
        "400 UserNotFoundException: User does not exist."
    );
}

#[tokio::test]
async fn an_address_as_user_name_signs_in_verified_or_not() {
    let w = world().await;
    let pool =
        pool(&w, &json!({ "UsernameAttributes": ["email"], "UsernameConfiguration": { "CaseSensitive": false } }))
            .await;
    let client = client(&w, &pool, &json!({})).await;
    let sub = user(&w, &pool, "ana@example.com", &[]).await;
    for name in ["ana@example.com", "Ana@Example.com", &sub] {
        let answer = sign_in_public(&w, &client, name, PASSWORD).await;
        let id = claims(&w, &pool, &answer.text_at("AuthenticationResult.IdToken")).await;
        assert_eq!(id["cognito:username"], json!(sub), "{name}");
    }
}

#[tokio::test]
async fn a_refresh_keeps_the_sign_in_and_reads_the_user_again() {
    let w = world().await;
    let (pool, client) = setting(&w, &json!({})).await;
    let first = sign_in_public(&w, &client, "ana", PASSWORD).await;
    let token = first.text_at("AuthenticationResult.RefreshToken");
    assert!(token.starts_with("eyJjdHkiOiJKV1QiLCJlbmMiOiJBMjU2R0NNIiwiYWxnIjoiUlNBLU9BRVAifQ."));
    group(&w, &pool, "fans", &json!({})).await;
    join(&w, &pool, "fans", "ana").await;
    w.clock.advance_seconds(600);
    let second = refresh(&w, &client, &token).await;
    assert!(second.at("AuthenticationResult").get("RefreshToken").is_none());
    let before = claims(&w, &pool, &first.text_at("AuthenticationResult.IdToken")).await;
    let after = claims(&w, &pool, &second.text_at("AuthenticationResult.IdToken")).await;
    for kept in ["sub", "origin_jti", "auth_time", "event_id", "aud"] {
        assert_eq!(after[kept], before[kept], "{kept}");
    }
    assert_ne!(after["jti"], before["jti"]);
    assert_eq!(after["iat"], json!(1_767_323_045 + 600));
    assert_eq!(after["cognito:groups"], json!(["fans"]));
}

#[tokio::test]
async fn a_refresh_token_is_good_for_its_client_and_its_time() {
    let w = world().await;
    let extra = json!({ "RefreshTokenValidity": 2, "TokenValidityUnits": { "RefreshToken": "hours" } });
    let (pool, client_id) = setting(&w, &extra).await;
    let other = client(&w, &pool, &json!({})).await;
    let token = sign_in_public(&w, &client_id, "ana", PASSWORD).await.text_at("AuthenticationResult.RefreshToken");
    let invalid = "400 NotAuthorizedException: Invalid Refresh Token";
    assert_eq!(refresh(&w, &other, &token).await.to_string(), invalid);
    assert_eq!(refresh(&w, &client_id, "garbage").await.to_string(), invalid);
    let changed = format!("{}x", token.strip_suffix(token.chars().last().unwrap()).unwrap());
    assert_eq!(refresh(&w, &client_id, &changed).await.to_string(), invalid);
    refresh(&w, &client_id, &token).await.ok();
    w.clock.advance_seconds(7200);
    assert_eq!(
        refresh(&w, &client_id, &token).await.to_string(),
        "400 NotAuthorizedException: Refresh Token has expired"
    );
}

#[tokio::test]
async fn a_revoked_sign_in_and_a_disabled_user_do_not_refresh() {
    let w = world().await;
    let pool = pool(&w, &json!({})).await;
    let client = client(&w, &pool, &json!({})).await;
    let sub = user(&w, &pool, "ana", &[]).await;
    let sign_in = async || {
        let answer = sign_in_public(&w, &client, "ana", PASSWORD).await;
        let access = claims(&w, &pool, &answer.text_at("AuthenticationResult.AccessToken")).await;
        (answer.text_at("AuthenticationResult.RefreshToken"), access["origin_jti"].as_str().unwrap().to_owned())
    };
    let revoked = "400 NotAuthorizedException: Refresh Token has been revoked";
    let (one, origin) = sign_in().await;
    let (other, _) = sign_in().await;
    let expires = w.clock.now().plus_seconds(1000);
    let revoke = async |tx: &mut store::Tx| {
        store::table::revoked_tokens::insert(tx, &pool.as_str().into(), &origin, expires).await
    };
    assert!(w.node.store.write(revoke).await.unwrap());
    assert_eq!(refresh(&w, &client, &one).await.to_string(), revoked);
    refresh(&w, &client, &other).await.ok();

    let mut row = crate::row(&w, &pool, &sub).await;
    row.tokens_valid_after_ms = Some(w.clock.now());
    let save = async |tx: &mut store::Tx| store::table::users::update(tx, &row).await;
    assert!(w.node.store.write(save).await.unwrap());
    assert_eq!(refresh(&w, &client, &other).await.to_string(), revoked);
    w.clock.advance_seconds(1);
    let (later, _) = sign_in().await;
    refresh(&w, &client, &later).await.ok();

    row.enabled = false;
    let save = async |tx: &mut store::Tx| store::table::users::update(tx, &row).await;
    assert!(w.node.store.write(save).await.unwrap());
    assert_eq!(refresh(&w, &client, &later).await.to_string(), "400 NotAuthorizedException: User is disabled.");
}

#[tokio::test]
async fn a_refresh_needs_the_flow_and_the_hash_of_the_real_name() {
    let w = world().await;
    let pool = pool(&w, &json!({ "UsernameAttributes": ["email"] })).await;
    let sub = user(&w, &pool, "ana@example.com", &[]).await;
    let (client_id, secret) = secret_client(&w, &pool).await;
    let typed = secret_hash(&secret, "ana@example.com", &client_id);
    let real = secret_hash(&secret, &sub, &client_id);
    let input = json!({
        "ClientId": client_id, "AuthFlow": "USER_PASSWORD_AUTH",
        "AuthParameters": { "USERNAME": "ana@example.com", "PASSWORD": PASSWORD, "SECRET_HASH": typed },
    });
    let token = w.call_unsigned("InitiateAuth", &input).await.text_at("AuthenticationResult.RefreshToken");
    let flow = "REFRESH_TOKEN_AUTH";
    assert!(
        begin(&w, &client_id, flow, &json!({ "REFRESH_TOKEN": token, "SECRET_HASH": real })).await.starts_with("200")
    );
    assert_eq!(
        begin(&w, &client_id, flow, &json!({ "REFRESH_TOKEN": token, "SECRET_HASH": typed })).await,
        format!("400 NotAuthorizedException: SecretHash does not match for the client: {client_id}")
    );
    assert_eq!(
        begin(&w, &client_id, flow, &json!({ "REFRESH_TOKEN": token })).await,
        format!(
            "400 NotAuthorizedException: Client {client_id} is configured with secret but SECRET_HASH was not received"
        )
    );
    assert_eq!(
        begin(&w, &client_id, flow, &json!({ "SECRET_HASH": real })).await,
        "400 InvalidParameterException: Missing required parameter REFRESH_TOKEN"
    );
    let off = client(&w, &pool, &json!({ "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"] })).await;
    assert_eq!(
        begin(&w, &off, flow, &json!({ "REFRESH_TOKEN": token })).await,
        "400 InvalidParameterException: Auth flow not enabled for this client"
    );
}
