//! AdminInitiateAuth.

use crate::{PASSWORD, TEMPORARY, claims, client, group, header, invited, join, pool, sign_in, user, with, world};
use serde_json::{Value, json};
use testkit::World;

/// A pool, a client with `extra`, and a confirmed user.
async fn setting(w: &World, extra: &Value) -> (String, String) {
    let pool = pool(w, &json!({})).await;
    let client = client(w, &pool, extra).await;
    user(w, &pool, "ana", &[("email", "ana@example.com"), ("email_verified", "true")]).await;
    (pool, client)
}

#[tokio::test]
async fn tokens_carry_every_claim() {
    let w = world().await;
    let (pool, client) = setting(&w, &json!({})).await;
    group(&w, &pool, "low", &json!({ "RoleArn": "arn:aws:iam::123456789012:role/Low", "Precedence": 9 })).await;
    group(&w, &pool, "high", &json!({ "RoleArn": "arn:aws:iam::123456789012:role/High", "Precedence": 1 })).await;
    group(&w, &pool, "plain", &json!({})).await;
    for name in ["low", "high", "plain"] {
        join(&w, &pool, name, "ana").await;
    }
    let answer = sign_in(&w, &pool, &client, "ana", PASSWORD).await;
    assert_eq!(*answer.at("ChallengeParameters"), json!({}));
    assert_eq!(*answer.at("AuthenticationResult.ExpiresIn"), json!(3600));
    assert_eq!(answer.text_at("AuthenticationResult.TokenType"), "Bearer");
    assert!(answer.ok().get("ChallengeName").is_none() && answer.ok().get("Session").is_none());

    let (id, access) =
        (answer.text_at("AuthenticationResult.IdToken"), answer.text_at("AuthenticationResult.AccessToken"));
    // Two keys, and nothing in the header but which one and how.
    assert_ne!(header(&id)["kid"], header(&access)["kid"]);
    assert_eq!(header(&id).as_object().unwrap().len(), 2);
    let (id, access) = (claims(&w, &pool, &id).await, claims(&w, &pool, &access).await);
    let shared = |claims: &Value| {
        let claim = |name: &str| claims[name].clone();
        [
            claim("sub"),
            claim("iss"),
            claim("auth_time"),
            claim("iat"),
            claim("exp"),
            claim("event_id"),
            claim("origin_jti"),
        ]
    };
    assert_eq!(shared(&id), shared(&access));
    assert_eq!(
        id,
        json!({
            "sub": id["sub"], "event_id": id["event_id"], "jti": id["jti"], "origin_jti": id["origin_jti"],
            "iss": format!("http://127.0.0.1:4566/{pool}"),
            "aud": client, "token_use": "id", "auth_time": 1_767_323_045, "iat": 1_767_323_045, "exp": 1_767_326_645,
            "cognito:username": "ana", "email": "ana@example.com", "email_verified": true,
            "cognito:groups": ["high", "low", "plain"],
            "cognito:roles": ["arn:aws:iam::123456789012:role/High", "arn:aws:iam::123456789012:role/Low"],
            "cognito:preferred_role": "arn:aws:iam::123456789012:role/High",
        })
    );
    assert_eq!(
        access,
        json!({
            "sub": id["sub"], "event_id": id["event_id"], "jti": access["jti"], "origin_jti": id["origin_jti"],
            "iss": id["iss"], "client_id": client, "token_use": "access", "auth_time": 1_767_323_045,
            "iat": 1_767_323_045, "exp": 1_767_326_645, "username": "ana", "scope": "aws.cognito.signin.user.admin",
            "cognito:groups": ["high", "low", "plain"],
        })
    );
    assert_ne!(id["jti"], access["jti"]);
}

#[tokio::test]
async fn the_client_decides_lifetimes_claims_and_revocation() {
    let w = world().await;
    let extra = json!({
        "AccessTokenValidity": 10, "TokenValidityUnits": { "AccessToken": "minutes" },
        "ReadAttributes": ["name"], "EnableTokenRevocation": false,
    });
    let (pool, client) = setting(&w, &extra).await;
    let answer = sign_in(&w, &pool, &client, "ana", PASSWORD).await;
    assert_eq!(*answer.at("AuthenticationResult.ExpiresIn"), json!(600));
    let id = claims(&w, &pool, &answer.text_at("AuthenticationResult.IdToken")).await;
    assert!(id.get("email").is_none() && id.get("origin_jti").is_none() && id.get("cognito:groups").is_none());
}

#[tokio::test]
async fn the_reasons_are_kept_without_secrets() {
    let w = world().await;
    let (pool, client) = setting(&w, &json!({})).await;
    let answer = sign_in(&w, &pool, &client, "ana", PASSWORD).await;
    let decision = w.node.decisions.find(&answer.request_id()).expect("a decision");
    let text = format!("{decision:?}");
    assert!(text.contains("the password is right") && text.contains("tokens were issued"), "{text}");
    assert!(!text.contains(PASSWORD), "{text}");
}

#[tokio::test]
async fn the_old_name_of_the_flow_works_with_the_old_flag() {
    let w = world().await;
    let (pool, client) = setting(&w, &json!({ "ExplicitAuthFlows": ["ADMIN_NO_SRP_AUTH"] })).await;
    let input = json!({
        "UserPoolId": pool, "ClientId": client, "AuthFlow": "ADMIN_NO_SRP_AUTH",
        "AuthParameters": { "USERNAME": "ana", "PASSWORD": PASSWORD },
    });
    w.call("AdminInitiateAuth", &input).await.at("AuthenticationResult.IdToken");
    let public = with(input, &json!({ "AuthFlow": "USER_PASSWORD_AUTH" }));
    assert_eq!(
        w.call("AdminInitiateAuth", &public).await.to_string(),
        "400 InvalidParameterException: USER_PASSWORD_AUTH flow not enabled for this client"
    );
}

#[tokio::test]
async fn a_flow_that_is_off_is_told_before_the_user_is_looked_up() {
    let w = world().await;
    let (pool, client) = setting(&w, &json!({ "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH"] })).await;
    assert_eq!(
        sign_in(&w, &pool, &client, "nobody", "wrong").await.to_string(),
        "400 InvalidParameterException: Auth flow not enabled for this client"
    );
}

#[tokio::test]
async fn flows_that_are_not_built_say_so() {
    let w = world().await;
    let (pool, client) = setting(&w, &json!({ "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH"] })).await;
    let begin = async |flow: &str| {
        let input = json!({ "UserPoolId": pool, "ClientId": client, "AuthFlow": flow, "AuthParameters": { "USERNAME": "ana" } });
        w.call("AdminInitiateAuth", &input).await.to_string()
    };
    assert_eq!(
        begin("USER_SRP_AUTH").await,
        "400 UnsupportedOperationException: Sekisho does not have the USER_SRP_AUTH flow yet."
    );
    assert_eq!(begin("CUSTOM_AUTH").await, "400 InvalidParameterException: CUSTOM_AUTH is not enabled for the client.");
    assert_eq!(begin("USER_AUTH").await, "400 InvalidParameterException: USER_AUTH is not enabled for the client.");
}

#[tokio::test]
async fn what_is_missing_is_named() {
    let w = world().await;
    let (pool, client) = setting(&w, &json!({})).await;
    for (parameters, name) in [
        (json!({ "PASSWORD": PASSWORD }), "USERNAME"),
        (json!({ "USERNAME": "ana" }), "PASSWORD"),
        (json!({ "USERNAME": "", "PASSWORD": PASSWORD }), "USERNAME"),
    ] {
        let input = json!({
            "UserPoolId": pool, "ClientId": client, "AuthFlow": "ADMIN_USER_PASSWORD_AUTH", "AuthParameters": parameters,
        });
        assert_eq!(
            w.call("AdminInitiateAuth", &input).await.to_string(),
            format!("400 InvalidParameterException: Missing required parameter {name}")
        );
    }
}

#[tokio::test]
async fn pool_and_client_must_belong_together() {
    let w = world().await;
    let (one, client) = setting(&w, &json!({})).await;
    let other = pool(&w, &json!({})).await;
    assert_eq!(
        sign_in(&w, &other, &client, "ana", PASSWORD).await.to_string(),
        format!("400 ResourceNotFoundException: User pool client {client} does not exist.")
    );
    assert_eq!(
        sign_in(&w, "us-east-1_Abc123xyz", &client, "ana", PASSWORD).await.to_string(),
        "400 ResourceNotFoundException: User pool us-east-1_Abc123xyz does not exist."
    );
    sign_in(&w, &one, &client, "ana", PASSWORD).await.ok();
}

#[tokio::test]
async fn a_wrong_password_is_told_before_the_state_of_the_user() {
    let w = world().await;
    let (pool, client) = setting(&w, &json!({})).await;
    let sub = invited(&w, &pool, "ben", &[]).await;
    let mut row = crate::row(&w, &pool, &sub).await;
    row.enabled = false;
    let save = async |tx: &mut store::Tx| store::table::users::update(tx, &row).await;
    assert!(w.node.store.write(save).await.unwrap());
    assert_eq!(
        sign_in(&w, &pool, &client, "ben", "wrong").await.to_string(),
        "400 NotAuthorizedException: Incorrect username or password."
    );
    assert_eq!(
        sign_in(&w, &pool, &client, "ben", TEMPORARY).await.to_string(),
        "400 NotAuthorizedException: User is disabled."
    );
    for (status, expected) in [
        ("UNCONFIRMED", "400 UserNotConfirmedException: User is not confirmed."),
        ("RESET_REQUIRED", "400 PasswordResetRequiredException: Password reset required for the user"),
        ("EXTERNAL_PROVIDER", "400 NotAuthorizedException: Incorrect username or password."),
    ] {
        row.enabled = true;
        row.status = status.to_owned();
        let save = async |tx: &mut store::Tx| store::table::users::update(tx, &row).await;
        assert!(w.node.store.write(save).await.unwrap());
        assert_eq!(sign_in(&w, &pool, &client, "ben", TEMPORARY).await.to_string(), expected);
    }
}

#[tokio::test]
async fn too_many_wrong_passwords_lock_the_user_for_a_while() {
    let w = world().await;
    let (pool, client) = setting(&w, &json!({})).await;
    for _ in 0..5 {
        assert_eq!(sign_in(&w, &pool, &client, "ana", "wrong").await.message(), "Incorrect username or password.");
    }
    // Not even the right password is compared, and the attempt neither counts nor extends the wait.
    let locked = "400 NotAuthorizedException: Password attempts exceeded";
    for _ in 0..3 {
        assert_eq!(sign_in(&w, &pool, &client, "ana", PASSWORD).await.to_string(), locked);
    }
    w.clock.advance_seconds(1);
    assert_eq!(sign_in(&w, &pool, &client, "ana", "wrong").await.message(), "Incorrect username or password.");
    // The sixth failure locks for two seconds.
    w.clock.advance_seconds(1);
    assert_eq!(sign_in(&w, &pool, &client, "ana", PASSWORD).await.to_string(), locked);
    w.clock.advance_seconds(1);
    sign_in(&w, &pool, &client, "ana", PASSWORD).await.at("AuthenticationResult");
    // The slate is clean.
    assert_eq!(sign_in(&w, &pool, &client, "ana", "wrong").await.message(), "Incorrect username or password.");
    sign_in(&w, &pool, &client, "ana", PASSWORD).await.at("AuthenticationResult");
}

#[tokio::test]
async fn a_new_password_ends_the_lock() {
    let w = world().await;
    let (pool, client) = setting(&w, &json!({})).await;
    for _ in 0..6 {
        sign_in(&w, &pool, &client, "ana", "wrong").await;
    }
    let input = json!({ "UserPoolId": pool, "Username": "ana", "Password": PASSWORD, "Permanent": true });
    w.call("AdminSetUserPassword", &input).await.ok();
    sign_in(&w, &pool, &client, "ana", PASSWORD).await.at("AuthenticationResult");
}

#[tokio::test]
async fn a_temporary_password_expires() {
    let w = world().await;
    let pool = pool(&w, &json!({ "Policies": { "PasswordPolicy": { "TemporaryPasswordValidityDays": 1 } } })).await;
    let client = client(&w, &pool, &json!({})).await;
    invited(&w, &pool, "ana", &[]).await;
    w.clock.advance_seconds(86400 - 1);
    sign_in(&w, &pool, &client, "ana", TEMPORARY).await.at("Session");
    w.clock.advance_seconds(1);
    assert_eq!(
        sign_in(&w, &pool, &client, "ana", TEMPORARY).await.to_string(),
        "400 NotAuthorizedException: Temporary password has expired and must be reset by an administrator."
    );
}

#[tokio::test]
async fn a_new_password_is_asked_for_with_what_is_missing() {
    let w = world().await;
    let schema = json!([{ "Name": "name", "AttributeDataType": "String", "Required": true }]);
    let pool = pool(&w, &json!({ "Schema": schema })).await;
    let client = client(&w, &pool, &json!({})).await;
    invited(&w, &pool, "ana", &[("email", "ana@example.com")]).await;
    let answer = sign_in(&w, &pool, &client, "ana", TEMPORARY).await;
    assert_eq!(answer.text_at("ChallengeName"), "NEW_PASSWORD_REQUIRED");
    assert!(answer.text_at("Session").starts_with("AYABe"));
    assert_eq!(
        *answer.at("ChallengeParameters"),
        json!({
            "USER_ID_FOR_SRP": "ana",
            "requiredAttributes": "[\"userAttributes.name\"]",
            "userAttributes": "{\"email\":\"ana@example.com\"}",
        })
    );
    assert!(answer.ok().get("AuthenticationResult").is_none());
}
