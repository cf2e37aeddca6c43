//! CreateIdentityPool.

use crate::support::world;
use serde_json::{Value, json};

const PROVIDER: &str = "cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEf123";

#[tokio::test]
async fn a_pool_shows_what_was_given_and_nothing_else() {
    let w = world().await;
    let bare =
        w.call("CreateIdentityPool", &json!({"IdentityPoolName": "p", "AllowUnauthenticatedIdentities": false})).await;
    let id = bare.text_at("IdentityPoolId");
    assert!(id.starts_with("us-east-1:") && id.len() == 46, "{id}");
    assert_eq!(
        *bare.ok(),
        json!({"IdentityPoolId": id, "IdentityPoolName": "p", "AllowUnauthenticatedIdentities": false})
    );
    let given = json!({
        "IdentityPoolName": "p", "AllowUnauthenticatedIdentities": true, "AllowClassicFlow": false,
        "SupportedLoginProviders": {"accounts.google.com": "app"},
        "DeveloperProviderName": "my.backend",
        "OpenIdConnectProviderARNs": ["arn:aws:iam::999999999999:oidc-provider/idp.example/a"],
        "CognitoIdentityProviders": [{"ProviderName": PROVIDER, "ClientId": "c1", "ServerSideTokenCheck": true}],
        "SamlProviderARNs": ["arn:aws:iam::123456789012:saml-provider/idp"],
        "IdentityPoolTags": {"team": "blue"},
    });
    let full = w.call("CreateIdentityPool", &given).await;
    let mut shown = full.ok().clone();
    assert_ne!(shown["IdentityPoolId"], json!(id), "names are not unique, ids are");
    shown.as_object_mut().unwrap().remove("IdentityPoolId");
    assert_eq!(shown, given);
}

#[tokio::test]
async fn what_the_service_would_not_take_is_refused() {
    let w = world().await;
    let cases: [(Value, &str); 8] = [
        (json!({"CognitoIdentityProviders": [{"ClientId": "c"}]}), "Invalid Cognito Identity Provider"),
        (
            json!({"CognitoIdentityProviders": [{"ProviderName": "accounts.google.com", "ClientId": "c"}]}),
            "Invalid Cognito Identity Provider",
        ),
        (json!({"CognitoIdentityProviders": [{"ProviderName": PROVIDER}]}), "Invalid Cognito Identity Provider"),
        (
            json!({"SamlProviderARNs": ["arn:aws:iam::999999999999:saml-provider/idp"]}),
            "Identity provider ARN is not valid for account 123456789012",
        ),
        (
            json!({"SupportedLoginProviders": {"login.example": "app"}}),
            "login.example is not a supported login provider.",
        ),
        (
            json!({"OpenIdConnectProviderARNs": ["arn:aws:iam::123456789012:role/not-a-provider"]}),
            "arn:aws:iam::123456789012:role/not-a-provider is not a valid OpenID Connect provider ARN.",
        ),
        (json!({"IdentityPoolTags": {"aws:x": "y"}}), "aws:x is not a valid tag key: aws: is reserved."),
        (
            json!({"IdentityPoolTags": (0..51).map(|n| (format!("t{n}"), json!(""))).collect::<serde_json::Map<_, _>>()}),
            "An identity pool cannot have more than 50 tags.",
        ),
    ];
    for (more, sentence) in cases {
        let mut input = json!({"IdentityPoolName": "p", "AllowUnauthenticatedIdentities": true});
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let answer = w.call("CreateIdentityPool", &input).await;
        assert_eq!(answer.to_string(), format!("400 InvalidParameterException: {sentence}"));
    }
}

/// Listings part the names of an identity's providers by line breaks: one name must not pass for two.
#[tokio::test]
async fn no_provider_has_a_line_break_in_its_name() {
    let w = world().await;
    for more in [
        json!({"DeveloperProviderName": "a\nb"}),
        json!({"DeveloperProviderName": "a\n"}),
        json!({"SupportedLoginProviders": {"accounts.google.com\n": "app"}}),
        json!({"CognitoIdentityProviders": [{"ProviderName": format!("{PROVIDER}\n"), "ClientId": "c"}]}),
        json!({"OpenIdConnectProviderARNs": ["arn:aws:iam::999999999999:oidc-provider/a\nb"]}),
        json!({"SamlProviderARNs": ["arn:aws:iam::123456789012:saml-provider/a\nb"]}),
    ] {
        let mut input = json!({"IdentityPoolName": "p", "AllowUnauthenticatedIdentities": true});
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let answer = w.call("CreateIdentityPool", &input).await;
        assert!(
            ["ValidationException", "InvalidParameterException"].contains(&answer.code().as_str()),
            "{more}: {answer}"
        );
    }
}

#[tokio::test]
async fn more_than_fifty_user_pools_are_too_many() {
    let w = world().await;
    let entry = json!({"ProviderName": PROVIDER, "ClientId": "c"});
    let input = json!({
        "IdentityPoolName": "p", "AllowUnauthenticatedIdentities": true, "CognitoIdentityProviders": vec![entry; 51],
    });
    assert_eq!(w.call("CreateIdentityPool", &input).await.code(), "LimitExceededException");
}

#[tokio::test]
async fn an_unsigned_call_and_a_bad_name_are_refused() {
    let w = world().await;
    let input = json!({"IdentityPoolName": "p", "AllowUnauthenticatedIdentities": true});
    assert_eq!(w.call_unsigned("CreateIdentityPool", &input).await.code(), "MissingAuthenticationTokenException");
    let input = json!({"IdentityPoolName": "p!", "AllowUnauthenticatedIdentities": true});
    assert_eq!(
        w.call("CreateIdentityPool", &input).await.to_string(),
        "400 ValidationException: 1 validation error detected: Value 'p!' at 'identityPoolName' failed to satisfy \
         constraint: Member must satisfy regular expression pattern: [\\w\\s+=,.@-]+"
    );
}
