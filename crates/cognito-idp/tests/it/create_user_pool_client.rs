//! CreateUserPoolClient.

use crate::{pool, with, world};
use serde_json::json;

#[tokio::test]
async fn a_client_of_a_name_alone_has_cognitos_defaults() {
    let w = world().await;
    let pool = pool(&w, &json!({})).await;
    let answer = w.call("CreateUserPoolClient", &json!({ "UserPoolId": pool, "ClientName": "app" })).await;
    let id = answer.text_at("UserPoolClient.ClientId");
    assert!(id.len() == 26 && id.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase()), "{id}");
    assert_eq!(
        *answer.at("UserPoolClient"),
        json!({
            "UserPoolId": pool, "ClientName": "app", "ClientId": id,
            "LastModifiedDate": 1_767_323_045, "CreationDate": 1_767_323_045,
            "RefreshTokenValidity": 30, "TokenValidityUnits": {},
            "AllowedOAuthFlowsUserPoolClient": false, "EnableTokenRevocation": true,
            "EnablePropagateAdditionalUserContextData": false, "AuthSessionValidity": 3,
        })
    );
}

#[tokio::test]
async fn a_secret_is_generated_or_given() {
    let w = world().await;
    let pool = pool(&w, &json!({})).await;
    let base = json!({ "UserPoolId": pool, "ClientName": "app" });
    let generated = w.call("CreateUserPoolClient", &with(base.clone(), &json!({ "GenerateSecret": true }))).await;
    let secret = generated.text_at("UserPoolClient.ClientSecret");
    assert!((51..=52).contains(&secret.len()), "{secret}");
    let own = "abcdefghijklmnopqrstuvwxyz";
    let given = w.call("CreateUserPoolClient", &with(base.clone(), &json!({ "ClientSecret": own }))).await;
    assert_eq!(given.text_at("UserPoolClient.ClientSecret"), own);
    let both = with(base, &json!({ "ClientSecret": own, "GenerateSecret": true }));
    assert_eq!(w.call("CreateUserPoolClient", &both).await.code(), "InvalidParameterException");
}

#[tokio::test]
async fn zero_days_are_thirty() {
    let w = world().await;
    let pool = pool(&w, &json!({})).await;
    let input = json!({ "UserPoolId": pool, "ClientName": "app", "RefreshTokenValidity": 0 });
    assert_eq!(*w.call("CreateUserPoolClient", &input).await.at("UserPoolClient.RefreshTokenValidity"), json!(30));
}

#[tokio::test]
async fn contradictions_are_refused() {
    let w = world().await;
    let pool =
        pool(&w, &json!({ "Schema": [{ "Name": "email", "AttributeDataType": "String", "Required": true }] })).await;
    for (extra, expected) in [
        (
            json!({ "ExplicitAuthFlows": ["ADMIN_NO_SRP_AUTH", "ALLOW_USER_SRP_AUTH"] }),
            "InvalidParameterException: ExplicitAuthFlows cannot mix values that begin with ALLOW_ with values that do not."
                .to_owned(),
        ),
        (json!({ "AccessTokenValidity": 25 }), "InvalidParameterException: Invalid range for token validity.".to_owned()),
        (
            json!({ "IdTokenValidity": 4, "TokenValidityUnits": { "IdToken": "minutes" } }),
            "InvalidParameterException: Invalid range for token validity.".to_owned(),
        ),
        (
            json!({
                "AccessTokenValidity": 2, "RefreshTokenValidity": 1, "TokenValidityUnits": { "RefreshToken": "hours" },
            }),
            "InvalidParameterException: Invalid range for token validity.".to_owned(),
        ),
        (
            json!({ "RefreshTokenRotation": { "Feature": "ENABLED" } }),
            "InvalidParameterException: Sekisho does not have refresh token rotation yet.".to_owned(),
        ),
        (
            json!({ "ReadAttributes": ["custom:nothing"] }),
            "InvalidParameterException: Invalid read attributes specified while creating a client".to_owned(),
        ),
        (
            json!({ "WriteAttributes": ["name"] }),
            "InvalidParameterException: Invalid write attributes specified while creating a client".to_owned(),
        ),
        (
            json!({ "WriteAttributes": ["email", "email_verified"] }),
            "InvalidParameterException: Invalid write attributes specified while creating a client".to_owned(),
        ),
        (
            json!({ "SupportedIdentityProviders": ["COGNITO", "Google"] }),
            format!("InvalidParameterException: The provider Google does not exist for User Pool {pool}."),
        ),
        (
            json!({ "AllowedOAuthFlows": ["client_credentials"], "AllowedOAuthScopes": ["openid"] }),
            "InvalidOAuthFlowException: client_credentials flow can not be selected if client does not have a client secret."
                .to_owned(),
        ),
        (
            json!({ "AllowedOAuthScopes": ["shop/read"] }),
            "ScopeDoesNotExistException: The scope shop/read does not exist.".to_owned(),
        ),
        (
            json!({ "CallbackURLs": ["http://example.com/cb"] }),
            "InvalidParameterException: `http://example.com/cb` is not an absolute URL without fragment that begins with \
             https:, with http: of this machine, or with an application's own scheme."
                .to_owned(),
        ),
    ] {
        let input = with(json!({ "UserPoolId": pool, "ClientName": "app" }), &extra);
        assert_eq!(w.call("CreateUserPoolClient", &input).await.to_string(), format!("400 {expected}"));
    }
}

#[tokio::test]
async fn the_pool_must_be_there() {
    let w = world().await;
    let input = json!({ "UserPoolId": "us-east-1_Abc123xyz", "ClientName": "app" });
    assert_eq!(
        w.call("CreateUserPoolClient", &input).await.to_string(),
        "400 ResourceNotFoundException: User pool us-east-1_Abc123xyz does not exist."
    );
}
