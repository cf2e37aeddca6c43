//! RespondToAuthChallenge.

use crate::{PASSWORD, TEMPORARY, client, invited, pool, sign_in, sign_in_public, world};
use domain::secret_hash::secret_hash;
use serde_json::json;

#[tokio::test]
async fn a_device_may_finish_what_the_server_began_and_the_other_way_round() {
    let w = world().await;
    let pool = pool(&w, &json!({})).await;
    let client = client(&w, &pool, &json!({})).await;
    for (name, by_server) in [("ana", true), ("ben", false)] {
        invited(&w, &pool, name, &[]).await;
        let begun = if by_server {
            sign_in(&w, &pool, &client, name, TEMPORARY).await
        } else {
            sign_in_public(&w, &client, name, TEMPORARY).await
        };
        let mut input = json!({
            "ClientId": client, "ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": begun.text_at("Session"),
            "ChallengeResponses": { "USERNAME": name, "NEW_PASSWORD": PASSWORD },
        });
        let answer = if by_server {
            w.call_unsigned("RespondToAuthChallenge", &input).await
        } else {
            input["UserPoolId"] = json!(pool);
            w.call("AdminRespondToAuthChallenge", &input).await
        };
        answer.at("AuthenticationResult.IdToken");
    }
}

#[tokio::test]
async fn the_user_may_be_named_as_at_the_beginning_or_by_the_real_name() {
    let w = world().await;
    let pool = pool(&w, &json!({ "UsernameAttributes": ["email"] })).await;
    let input = json!({
        "UserPoolId": pool, "ClientName": "app", "GenerateSecret": true, "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"],
    });
    let made = w.call("CreateUserPoolClient", &input).await;
    let (client, secret) = (made.text_at("UserPoolClient.ClientId"), made.text_at("UserPoolClient.ClientSecret"));
    for (address, answer_with_real_name) in [("ana@example.com", false), ("ben@example.com", true)] {
        let sub = invited(&w, &pool, address, &[]).await;
        let typed_hash = secret_hash(&secret, address, &client);
        let input = json!({
            "ClientId": client, "AuthFlow": "USER_PASSWORD_AUTH",
            "AuthParameters": { "USERNAME": address, "PASSWORD": TEMPORARY, "SECRET_HASH": typed_hash },
        });
        let session = w.call_unsigned("InitiateAuth", &input).await.text_at("Session");
        let name = if answer_with_real_name { sub.as_str() } else { address };
        let respond = async |hash: &str| {
            let responses = json!({ "USERNAME": name, "NEW_PASSWORD": PASSWORD, "SECRET_HASH": hash });
            let input = json!({
                "ClientId": client, "ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": session,
                "ChallengeResponses": responses,
            });
            w.call_unsigned("RespondToAuthChallenge", &input).await
        };
        assert_eq!(
            respond("x").await.to_string(),
            format!("400 NotAuthorizedException: Unable to verify secret hash for client {client}")
        );
        respond(&secret_hash(&secret, name, &client)).await.at("AuthenticationResult");
    }
}

#[tokio::test]
async fn another_clients_device_cannot_answer() {
    let w = world().await;
    let pool = pool(&w, &json!({})).await;
    let (one, other) = (client(&w, &pool, &json!({})).await, client(&w, &pool, &json!({})).await);
    invited(&w, &pool, "ana", &[]).await;
    let session = sign_in_public(&w, &one, "ana", TEMPORARY).await.text_at("Session");
    let input = json!({
        "ClientId": other, "ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": session,
        "ChallengeResponses": { "USERNAME": "ana", "NEW_PASSWORD": PASSWORD },
    });
    assert_eq!(
        w.call_unsigned("RespondToAuthChallenge", &input).await.to_string(),
        "400 NotAuthorizedException: Invalid session for the user."
    );
}
