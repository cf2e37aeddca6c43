//! Logins of OpenID Connect providers that are registered in IAM.

use crate::outside::{HOST, Issuer, OIDC, pool_of, world};
use crate::support::{AUTH, allow, decision, get_credentials, get_id, get_open_id_token, role, says, set_roles, trust};
use gate::Outcome;
use serde_json::{Value, json};
use testkit::{Keys, World};

const NOT_AUTHORIZED: &str = "400 NotAuthorizedException: ";

async fn pool(w: &World) -> String {
    pool_of(w, json!({ "OpenIdConnectProviderARNs": [OIDC] })).await
}

#[tokio::test]
async fn a_user_of_the_provider_is_one_identity_and_gets_credentials() {
    let w = world().await;
    let issuer = Issuer::registered(&w, &["other", "app"]).await;
    let pool = pool(&w).await;
    let identity = get_id(&w, &pool, issuer.logins(&w, json!({}))).await.text_at("IdentityId");
    let by_the_other_client = issuer.logins(&w, json!({ "aud": "other" }));
    assert_eq!(get_id(&w, &pool, by_the_other_client).await.text_at("IdentityId"), identity);
    let ben = get_id(&w, &pool, issuer.logins(&w, json!({ "sub": "ben" }))).await.text_at("IdentityId");
    assert_ne!(ben, identity);
    let answer = get_credentials(&w, &identity, issuer.logins(&w, json!({}))).await;
    let session = Keys::of(answer.at("Credentials"));
    let who = w.call_as(&session, "GetCallerIdentity", &json!({})).await;
    assert_eq!(
        who.text_at("GetCallerIdentityResponse.GetCallerIdentityResult.Arn"),
        "arn:aws:sts::123456789012:assumed-role/Fan/CognitoIdentityCredentials"
    );
    let described = w.call("DescribeIdentity", &json!({ "IdentityId": identity })).await;
    assert_eq!(described.at("Logins"), &json!([HOST]));
}

#[tokio::test]
async fn trust_policies_see_the_provider_and_the_user_in_amr() {
    let w = world().await;
    let issuer = Issuer::registered(&w, &["app"]).await;
    let pool = pool(&w).await;
    let identity = get_id(&w, &pool, issuer.logins(&w, json!({}))).await.text_at("IdentityId");
    for (amr, good) in
        [(HOST.to_owned(), true), (format!("{OIDC}:OIDC:ana"), true), (format!("{OIDC}:OIDC:ben"), false)]
    {
        role(&w, AUTH, trust(&pool, &amr)).await;
        let answer = get_credentials(&w, &identity, issuer.logins(&w, json!({}))).await;
        assert_eq!(answer.status == 200, good, "{amr}: {answer}");
    }
}

#[tokio::test]
async fn each_bad_token_is_refused_in_the_services_words_and_makes_no_identity() {
    let w = world().await;
    let issuer = Issuer::registered(&w, &["app"]).await;
    let pool = pool(&w).await;
    let now = w.clock.now().seconds();
    let good = issuer.token(&w, json!({}));
    let forged = Issuer::of(&w, "evil.example").await.token(&w, json!({ "iss": format!("https://{HOST}") }));
    let with = |changes: Value| issuer.token(&w, changes);
    for (token, sentence, detail) in [
        (
            "garbage".to_owned(),
            "Invalid login token. Not a valid OpenId Connect identity token.",
            "not a JSON web token",
        ),
        (
            with(json!({ "iss": "https://other.example" })),
            "Invalid login token. Issuer doesn't match providerName",
            "another issuer",
        ),
        (with(json!({ "iss": HOST })), "Invalid login token. Issuer doesn't match providerName", "another issuer"),
        (with(json!({ "aud": null })), "Invalid login token. Missing a required claim: aud", "no `aud`"),
        (with(json!({ "sub": null })), "Invalid login token. Missing a required claim: sub", "no `sub`"),
        (with(json!({ "exp": null })), "Invalid login token. Missing a required claim: exp", "no `exp`"),
        (
            with(json!({ "aud": "stranger" })),
            "Token is not from a supported provider of this identity pool.",
            "another audience",
        ),
        (
            with(json!({ "azp": "stranger" })),
            "Token is not from a supported provider of this identity pool.",
            "another audience",
        ),
        (with(json!({ "sub": "a\0b" })), "Invalid login token. Not a valid OpenId Connect identity token.", "NUL"),
        (
            with(json!({ "sub": "x".repeat(2000) })),
            "Invalid login token. Not a valid OpenId Connect identity token.",
            "longer",
        ),
        (forged, "Invalid login token. Couldn't verify signed token.", "signature"),
        (
            with(json!({ "iat": now + 301 })),
            &format!("Invalid login token. Token not valid yet: {now} < {}", now + 301),
            "valid from",
        ),
    ] {
        let answer = get_id(&w, &pool, json!({ HOST: token })).await;
        assert_eq!(answer.to_string(), format!("{NOT_AUTHORIZED}{sentence}"));
        let kept = decision(&w, &answer);
        assert!(says(&kept, "login", Outcome::Failed, sentence), "{kept:?}");
        assert!(says(&kept, "login", Outcome::Failed, detail), "{kept:?}");
        assert!(kept.steps.iter().all(|step| !step.text.contains(&token)), "no token in the record");
    }
    // Five minutes of grace, then both times in seconds.
    w.clock.advance_seconds(899);
    get_id(&w, &pool, json!({ HOST: good })).await.ok();
    w.clock.advance_seconds(1);
    let (now, exp) = (w.clock.now().seconds(), w.clock.now().seconds() - 300);
    let late = get_id(&w, &pool, json!({ HOST: good })).await;
    assert_eq!(late.to_string(), format!("{NOT_AUTHORIZED}Invalid login token. Token expired: {now} >= {exp}"));
    let listed = w.call("ListIdentities", &json!({ "IdentityPoolId": pool, "MaxResults": 60 })).await;
    assert_eq!(listed.at("Identities").as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn keys_that_cannot_be_had_verify_nothing() {
    let w = world().await;
    let input = json!({ "Url": format!("https://{HOST}"), "ClientIDList": ["app"] });
    w.call("CreateOpenIDConnectProvider", &input).await.ok();
    let pool = pool(&w).await;
    let mut elsewhere = Issuer::of(&w, "elsewhere.example").await;
    elsewhere.host = HOST.to_owned();
    let answer = get_id(&w, &pool, elsewhere.logins(&w, json!({}))).await;
    assert_eq!(answer.to_string(), format!("{NOT_AUTHORIZED}Invalid login token. Couldn't verify signed token."));
    assert!(says(&decision(&w, &answer), "login", Outcome::Failed, "keys cannot be had"));
}

#[tokio::test]
async fn both_pool_and_iam_must_know_the_provider() {
    let w = world().await;
    let unsupported = format!("{NOT_AUTHORIZED}Token is not from a supported provider of this identity pool.");
    let issuer = Issuer::registered(&w, &["app"]).await;
    let without = pool_of(&w, json!({ "SupportedLoginProviders": { "accounts.google.com": "app" } })).await;
    let unlisted = get_id(&w, &without, issuer.logins(&w, json!({}))).await;
    assert_eq!(unlisted.to_string(), unsupported);
    assert!(says(&decision(&w, &unlisted), "login", Outcome::Failed, "the pool has no such provider"));
    let pool = pool(&w).await;
    get_id(&w, &pool, issuer.logins(&w, json!({}))).await.ok();
    w.call("DeleteOpenIDConnectProvider", &json!({ "OpenIDConnectProviderArn": OIDC })).await.ok();
    let gone = get_id(&w, &pool, issuer.logins(&w, json!({}))).await;
    assert_eq!(gone.to_string(), unsupported, "what IAM forgets is forgotten at once");
    assert!(says(&decision(&w, &gone), "login", Outcome::Failed, "not registered in IAM"));
}

#[tokio::test]
async fn a_pool_lists_providers_that_iam_has() {
    let w = world().await;
    let invalid = "400 InvalidParameterException: Identity provider ARN is not valid for account 123456789012";
    let create = |arn: &str| json!({ "IdentityPoolName": "fans", "AllowUnauthenticatedIdentities": true, "OpenIdConnectProviderARNs": [arn] });
    assert_eq!(w.call("CreateIdentityPool", &create(OIDC)).await.to_string(), invalid);
    w.call("CreateIdentityPool", &create("arn:aws:iam::999999999999:oidc-provider/idp.example")).await.ok();
    Issuer::registered(&w, &["app"]).await;
    let mut pool = w.call("CreateIdentityPool", &create(OIDC)).await.ok().clone();
    w.call("DeleteOpenIDConnectProvider", &json!({ "OpenIDConnectProviderArn": OIDC })).await.ok();
    w.call("UpdateIdentityPool", &pool).await.ok();
    let other = "arn:aws:iam::123456789012:oidc-provider/other.example";
    pool["OpenIdConnectProviderARNs"] = json!([OIDC, other]);
    assert_eq!(w.call("UpdateIdentityPool", &pool).await.to_string(), invalid);
}

#[tokio::test]
async fn a_user_pool_of_this_server_can_be_registered_too() {
    let w = world().await;
    let people = crate::support::UserPool::new(&w, "us-east-1_AbCdEf123").await;
    let input = json!({ "Url": format!("https://{}", people.provider()), "ClientIDList": [crate::support::CLIENT] });
    w.call("CreateOpenIDConnectProvider", &input).await.ok();
    let arn = format!("arn:aws:iam::123456789012:oidc-provider/{}", people.provider());
    let pool = pool_of(&w, json!({ "OpenIdConnectProviderARNs": [arn] })).await;
    get_id(&w, &pool, people.logins(&w, "ana")).await.ok();
    let strangers = crate::support::UserPool::new(&w, "us-east-1_Strangers").await;
    let foreign = get_id(&w, &pool, json!({ people.provider(): strangers.token(&w, "ana") })).await;
    assert_eq!(foreign.message(), "Invalid login token. Issuer doesn't match providerName");
}

#[tokio::test]
async fn every_operation_that_takes_logins_verifies_them() {
    let w = world().await;
    let issuer = Issuer::registered(&w, &["app"]).await;
    let configuration = json!({ "OpenIdConnectProviderARNs": [OIDC], "DeveloperProviderName": "my.backend" });
    let pool = pool_of(&w, configuration).await;
    let identity = get_id(&w, &pool, issuer.logins(&w, json!({}))).await.text_at("IdentityId");
    let bad = issuer.logins(&w, json!({ "aud": "stranger" }));
    let refusal = format!("{NOT_AUTHORIZED}Token is not from a supported provider of this identity pool.");
    assert_eq!(get_credentials(&w, &identity, bad.clone()).await.to_string(), refusal);
    assert_eq!(get_open_id_token(&w, &identity, bad.clone()).await.to_string(), refusal);
    let unlink = |logins: Value| json!({ "IdentityId": identity, "Logins": logins, "LoginsToRemove": [HOST] });
    assert_eq!(w.call_unsigned("UnlinkIdentity", &unlink(bad.clone())).await.to_string(), refusal);
    let mut logins = bad;
    logins["my.backend"] = json!("ana");
    let input = json!({ "IdentityPoolId": pool, "Logins": logins });
    assert_eq!(w.call("GetOpenIdTokenForDeveloperIdentity", &input).await.to_string(), refusal);
    let mut logins = issuer.logins(&w, json!({}));
    logins["my.backend"] = json!("ana");
    let input = json!({ "IdentityPoolId": pool, "Logins": logins });
    let linked = w.call("GetOpenIdTokenForDeveloperIdentity", &input).await;
    assert_eq!(linked.text_at("IdentityId"), identity);
    get_open_id_token(&w, &identity, issuer.logins(&w, json!({}))).await.ok();
    assert_eq!(w.call_unsigned("UnlinkIdentity", &unlink(issuer.logins(&w, json!({})))).await.status, 200);
}

#[tokio::test]
async fn rules_look_at_its_claims_under_its_arn() {
    let w = world().await;
    let issuer = Issuer::registered(&w, &["app"]).await;
    let pool = pool(&w).await;
    let staff = "arn:aws:iam::123456789012:role/Staff";
    role(&w, staff, trust(&pool, "authenticated")).await;
    let rules = json!([
        { "Claim": "groups", "MatchType": "Contains", "Value": "staff", "RoleARN": staff },
        { "Claim": "level", "MatchType": "Equals", "Value": "7", "RoleARN": staff },
    ]);
    let mapping = |key: &str, ambiguous: &str| {
        json!({ "Roles": { "authenticated": AUTH }, "RoleMappings": { key: {
            "Type": "Rules", "AmbiguousRoleResolution": ambiguous, "RulesConfiguration": { "Rules": rules },
        }}})
    };
    assert_eq!(
        set_roles(&w, &pool, mapping(HOST, "Deny")).await.to_string(),
        format!(
            "400 InvalidParameterException: ({HOST}) is not a valid RoleMapping ProviderName or is not a configured provider."
        )
    );
    set_roles(&w, &pool, mapping(OIDC, "AuthenticatedRole")).await.ok();
    let identity = get_id(&w, &pool, issuer.logins(&w, json!({}))).await.text_at("IdentityId");
    let role_of = async |claims: Value| {
        let answer = get_credentials(&w, &identity, issuer.logins(&w, claims)).await;
        let keys = Keys::of(answer.at("Credentials"));
        let who = w.call_as(&keys, "GetCallerIdentity", &json!({})).await;
        who.text_at("GetCallerIdentityResponse.GetCallerIdentityResult.Arn").split('/').nth(1).unwrap().to_owned()
    };
    assert_eq!(role_of(json!({ "groups": ["all", "staff"] })).await, "Staff");
    assert_eq!(role_of(json!({ "level": 7 })).await, "Staff");
    assert_eq!(role_of(json!({ "level": 8 })).await, "Fan");
    set_roles(&w, &pool, mapping(OIDC, "Deny")).await.ok();
    let denied = get_credentials(&w, &identity, issuer.logins(&w, json!({ "level": 8 }))).await;
    assert_eq!(
        denied.to_string(),
        format!("{NOT_AUTHORIZED}The ambiguous role mapping rules for: {OIDC} denied this request.")
    );
    assert!(says(&decision(&w, &denied), "role", Outcome::Failed, "`level` Equals `7`, which is `8`"));
    allow(&w, "Staff", "iam:ListUsers", "*").await;
}
