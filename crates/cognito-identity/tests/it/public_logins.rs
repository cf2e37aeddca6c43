//! Logins of the public providers: tokens that are verified, and tokens that are asked about.

use crate::outside::{Issuer, pool_of, world};
use crate::support::{AUTH, decision, get_credentials, get_id, role, says, set_roles, trust};
use gate::Outcome;
use serde_json::{Value, json};
use testkit::{StandIn, World};

const NOT_AUTHORIZED: &str = "400 NotAuthorizedException: ";
const UNSUPPORTED: &str = "Token is not from a supported provider of this identity pool.";
const NOT_VERIFIED: &str = "Invalid login token. Couldn't verify signed token.";

async fn pool(w: &World) -> String {
    let apps = json!({
        "accounts.google.com": "app", "appleid.apple.com": "app", "graph.facebook.com": "123", "www.amazon.com": "amzn1.app",
        "api.twitter.com": "key;its-secret", "www.digits.com": "key;its-secret",
    });
    pool_of(w, json!({ "SupportedLoginProviders": apps })).await
}

async fn asking_world() -> (World, StandIn) {
    let (server, url) = StandIn::start().await;
    let tables = [cognito_identity::operations(), sts::operations()];
    (World::reaching(&url, &tables).await, server)
}

#[tokio::test]
async fn google_and_apple_sign_for_the_pools_app() {
    let w = world().await;
    let pool = pool(&w).await;
    for host in ["accounts.google.com", "appleid.apple.com"] {
        let issuer = Issuer::of(&w, host).await;
        let identity = get_id(&w, &pool, issuer.logins(&w, json!({}))).await.text_at("IdentityId");
        role(&w, AUTH, trust(&pool, &format!("{host}:app:ana"))).await;
        get_credentials(&w, &identity, issuer.logins(&w, json!({}))).await.ok();
        for (changes, sentence) in [
            (json!({ "aud": "stranger" }), UNSUPPORTED),
            (json!({ "aud": "stranger", "azp": "stranger" }), UNSUPPORTED),
            (json!({ "aud": null }), "Invalid login token. Missing a required claim: aud"),
            (json!({ "iss": "https://evil.example" }), "Invalid login token. Issuer doesn't match providerName"),
        ] {
            let refused = get_id(&w, &pool, issuer.logins(&w, changes)).await;
            assert_eq!(refused.to_string(), format!("{NOT_AUTHORIZED}{sentence}"));
        }
        // The app on the telephone asked for a token for the app that the pool knows.
        let on_the_telephone = issuer.logins(&w, json!({ "azp": "android" }));
        assert_eq!(get_id(&w, &pool, on_the_telephone).await.text_at("IdentityId"), identity);
    }
    let google = Issuer::of(&w, "accounts.google.com").await;
    get_id(&w, &pool, google.logins(&w, json!({ "iss": "accounts.google.com" }))).await.ok();
}

#[tokio::test]
async fn google_may_be_registered_for_several_apps() {
    let w = world().await;
    let google = Issuer::of(&w, "accounts.google.com").await;
    let input = json!({ "Url": "https://accounts.google.com", "ClientIDList": ["ios", "android"] });
    w.call("CreateOpenIDConnectProvider", &input).await.ok();
    let arn = "arn:aws:iam::123456789012:oidc-provider/accounts.google.com";
    let configuration =
        json!({ "OpenIdConnectProviderARNs": [arn], "SupportedLoginProviders": { "accounts.google.com": "app" } });
    let pool = pool_of(&w, configuration).await;
    let identity = get_id(&w, &pool, google.logins(&w, json!({}))).await.text_at("IdentityId");
    for client in ["ios", "android"] {
        let same = get_id(&w, &pool, google.logins(&w, json!({ "aud": client }))).await;
        assert_eq!(same.text_at("IdentityId"), identity);
    }
    let refused = get_id(&w, &pool, google.logins(&w, json!({ "aud": "stranger" }))).await;
    assert_eq!(refused.message(), UNSUPPORTED);
}

#[tokio::test]
async fn facebook_is_asked_about_its_tokens() {
    let (w, server) = asking_world().await;
    let pool = pool(&w).await;
    server.page("/facebook/app", 200, json!({ "id": "123" }));
    server.page("/facebook/me", 200, json!({ "id": "10150" }));
    let logins = json!({ "graph.facebook.com": "EAAB-token" });
    let identity = get_id(&w, &pool, logins.clone()).await.text_at("IdentityId");
    role(&w, AUTH, trust(&pool, "graph.facebook.com:123:10150")).await;
    get_credentials(&w, &identity, logins.clone()).await.ok();
    let refused = async |path: &str, status: u16, body: Value| {
        server.page(path, status, body);
        let answer = get_id(&w, &pool, logins.clone()).await;
        let kept = decision(&w, &answer);
        assert!(kept.steps.iter().all(|step| !step.text.contains("EAAB-token")), "no token in the record");
        (answer, kept)
    };
    let (answer, kept) = refused("/facebook/app", 200, json!({ "id": "456" })).await;
    assert_eq!(answer.to_string(), format!("{NOT_AUTHORIZED}{UNSUPPORTED}"));
    assert!(says(&kept, "login", Outcome::Failed, "issued to another app: 456"));
    let error = |code: i64, subcode: i64| json!({ "error": { "code": code, "error_subcode": subcode } });
    let (answer, _) = refused("/facebook/app", 400, error(190, 463)).await;
    assert_eq!(answer.to_string(), format!("{NOT_AUTHORIZED}Invalid login token. Token is expired."));
    let (answer, kept) = refused("/facebook/app", 400, error(190, 0)).await;
    assert_eq!(answer.to_string(), format!("{NOT_AUTHORIZED}{NOT_VERIFIED}"));
    assert!(says(&kept, "login", Outcome::Failed, "error 190"));
    let (answer, kept) = refused("/facebook/app", 503, json!({})).await;
    assert_eq!(
        answer.to_string(),
        "400 ExternalServiceException: The login provider graph.facebook.com is not responding."
    );
    assert!(says(&kept, "login", Outcome::Failed, "status 503"));
    let (answer, _) = refused("/facebook/app", 200, json!("nonsense")).await;
    assert_eq!(answer.code(), "ExternalServiceException");
}

#[tokio::test]
async fn amazon_is_asked_about_its_tokens() {
    let (w, server) = asking_world().await;
    let pool = pool(&w).await;
    let info = json!({ "user_id": "amzn1.account.A", "aud": "amzn1.client", "app_id": "amzn1.app", "exp": 3597 });
    server.page("/amazon/auth/o2/tokeninfo", 200, info.clone());
    let logins = json!({ "www.amazon.com": "Atza|token" });
    let identity = get_id(&w, &pool, logins.clone()).await.text_at("IdentityId");
    role(&w, AUTH, trust(&pool, "www.amazon.com:amzn1.app:amzn1.account.A")).await;
    get_credentials(&w, &identity, logins.clone()).await.ok();
    assert_eq!(server.asked().last().unwrap(), "/amazon/auth/o2/tokeninfo?access_token=Atza%7Ctoken");
    for (status, body, expected) in [
        (200, json!({ "user_id": "x", "aud": "y", "app_id": "z", "exp": 9 }), format!("{NOT_AUTHORIZED}{UNSUPPORTED}")),
        (400, json!({ "error": "invalid_token" }), format!("{NOT_AUTHORIZED}{NOT_VERIFIED}")),
        (
            500,
            json!({}),
            "400 ExternalServiceException: The login provider www.amazon.com is not responding.".to_owned(),
        ),
    ] {
        server.page("/amazon/auth/o2/tokeninfo", status, body);
        assert_eq!(get_id(&w, &pool, logins.clone()).await.to_string(), expected);
    }
}

#[tokio::test]
async fn twitter_answers_what_is_signed_with_the_pools_key() {
    let (w, server) = asking_world().await;
    let pool = pool(&w).await;
    server.page("/twitter/1.1/account/verify_credentials.json", 200, json!({ "id_str": "12" }));
    let logins = json!({ "api.twitter.com": "token;secret" });
    let identity = get_id(&w, &pool, logins.clone()).await.text_at("IdentityId");
    role(&w, AUTH, trust(&pool, "api.twitter.com:key:12")).await;
    get_credentials(&w, &identity, logins.clone()).await.ok();
    server.page("/twitter/1.1/account/verify_credentials.json", 401, json!({ "errors": [{ "code": 89 }] }));
    assert_eq!(get_id(&w, &pool, logins).await.to_string(), format!("{NOT_AUTHORIZED}{NOT_VERIFIED}"));
    let digits = get_id(&w, &pool, json!({ "www.digits.com": "token;secret" })).await;
    assert_eq!(digits.code(), "ExternalServiceException");
}

#[tokio::test]
async fn nobody_is_asked_where_nobody_can_be_reached() {
    let w = world().await;
    let pool = pool(&w).await;
    let answer = get_id(&w, &pool, json!({ "graph.facebook.com": "token" })).await;
    assert_eq!(answer.code(), "ExternalServiceException");
    assert!(says(&decision(&w, &answer), "login", Outcome::Failed, "cannot be resolved"));
    let listed = w.call("ListIdentities", &json!({ "IdentityPoolId": pool, "MaxResults": 60 })).await;
    assert_eq!(listed.at("Identities"), &json!([]));
}

#[tokio::test]
async fn rules_know_app_and_user_alone() {
    let (w, server) = asking_world().await;
    let pool = pool(&w).await;
    server.page("/facebook/app", 200, json!({ "id": "123" }));
    server.page("/facebook/me", 200, json!({ "id": "10150" }));
    let rule = |claim: &str, value: &str| {
        json!({ "Roles": {}, "RoleMappings": { "graph.facebook.com": {
            "Type": "Rules", "AmbiguousRoleResolution": "Deny", "RulesConfiguration": { "Rules": [
                { "Claim": claim, "MatchType": "Equals", "Value": value, "RoleARN": AUTH },
            ]},
        }}})
    };
    let logins = json!({ "graph.facebook.com": "token" });
    let identity = get_id(&w, &pool, logins.clone()).await.text_at("IdentityId");
    for (claim, value, good) in [
        ("sub", "10150", true),
        ("aud", "123", true),
        ("iss", "graph.facebook.com", true),
        ("sub", "1", false),
        ("id", "10150", false),
    ] {
        set_roles(&w, &pool, rule(claim, value)).await.ok();
        let answer = get_credentials(&w, &identity, logins.clone()).await;
        assert_eq!(answer.status == 200, good, "{claim}: {answer}");
    }
}
