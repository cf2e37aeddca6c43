//! SetPrincipalTagAttributeMap, GetPrincipalTagAttributeMap, and the tags that come of them.

use crate::outside::{self, HOST, Issuer, OIDC, SAML, pool_of, register_saml, said};
use crate::support::{
    AUTH, UserPool, allow, decision, get_credentials, get_id, get_open_id_token, identity_pool, pool_with_roles, role,
    says, trust, world,
};
use gate::Outcome;
use serde_json::{Value, json};
use testkit::{Answer, Keys, World};

async fn set(w: &World, pool: &str, provider: &str, mut input: Value) -> Answer {
    input["IdentityPoolId"] = json!(pool);
    input["IdentityProviderName"] = json!(provider);
    w.call("SetPrincipalTagAttributeMap", &input).await
}

async fn get(w: &World, pool: &str, provider: &str) -> Answer {
    let input = json!({ "IdentityPoolId": pool, "IdentityProviderName": provider });
    w.call("GetPrincipalTagAttributeMap", &input).await
}

/// A trust policy that lets tags in, on this further condition.
fn tagging(pool: &str, condition: Value) -> Value {
    let mut trust = trust(pool, "authenticated");
    trust["Statement"][0]["Action"] = json!(["sts:AssumeRoleWithWebIdentity", "sts:TagSession"]);
    let conditions = trust["Statement"][0]["Condition"].as_object_mut().unwrap();
    for (operator, keys) in condition.as_object().unwrap() {
        let known = conditions.entry(operator.clone()).or_insert(json!({}));
        known.as_object_mut().unwrap().extend(keys.as_object().unwrap().clone());
    }
    trust
}

#[tokio::test]
async fn what_was_set_is_got_until_it_is_emptied() {
    let w = world().await;
    let people = UserPool::new(&w, "us-east-1_AbCdEf123").await;
    let pool = identity_pool(&w, json!({ "CognitoIdentityProviders": [people.entry()] })).await;
    let provider = people.provider();
    let missing = format!("400 ResourceNotFoundException: Principal tag attribute map of '{provider}' not found.");
    assert_eq!(get(&w, &pool, &provider).await.to_string(), missing);
    let own = json!({ "department": "custom:department" });
    let answer = set(&w, &pool, &provider, json!({ "PrincipalTags": own })).await;
    let expected = json!({
        "IdentityPoolId": pool, "IdentityProviderName": provider, "UseDefaults": false, "PrincipalTags": own,
    });
    assert_eq!(answer.ok(), &expected);
    assert_eq!(get(&w, &pool, &provider).await.ok(), &expected);
    // With the defaults, what else is sent has no effect.
    let answer = set(&w, &pool, &provider, json!({ "UseDefaults": true, "PrincipalTags": own })).await;
    assert_eq!(answer.at("PrincipalTags"), &json!({ "client": "aud", "username": "sub" }));
    assert_eq!(get(&w, &pool, &provider).await.ok(), answer.ok());
    assert_eq!(answer.at("UseDefaults"), &json!(true));
    set(&w, &pool, &provider, json!({ "PrincipalTags": {} })).await.ok();
    assert_eq!(get(&w, &pool, &provider).await.to_string(), missing);
}

#[tokio::test]
async fn every_kind_of_provider_has_its_default_map() {
    let w = outside::world().await;
    Issuer::registered(&w, &["app"]).await;
    let people = UserPool::new(&w, "us-east-1_AbCdEf123").await;
    let pool = identity_pool(
        &w,
        json!({
            "CognitoIdentityProviders": [people.entry()], "OpenIdConnectProviderARNs": [OIDC], "SamlProviderARNs": [SAML],
            "SupportedLoginProviders": {
                "graph.facebook.com": "1", "accounts.google.com": "2", "appleid.apple.com": "3", "www.amazon.com": "4",
                "api.twitter.com": "5;6",
            },
            "DeveloperProviderName": "my.backend",
        }),
    )
    .await;
    let usual = json!({ "client": "aud", "username": "sub" });
    let claims = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims";
    for (provider, map) in [
        (people.provider().as_str(), &usual),
        ("graph.facebook.com", &usual),
        ("accounts.google.com", &usual),
        ("appleid.apple.com", &usual),
        ("api.twitter.com", &usual),
        ("www.amazon.com", &json!({ "client": "aud", "username": "user_id" })),
        (HOST, &usual),
        (SAML, &json!({ "client": format!("{claims}/nameidentifier"), "username": format!("{claims}/name") })),
    ] {
        let answer = set(&w, &pool, provider, json!({ "UseDefaults": true })).await;
        assert_eq!(answer.at("PrincipalTags"), map, "{provider}");
    }
    // A registered provider goes by both of its names.
    assert_eq!(get(&w, &pool, OIDC).await.at("PrincipalTags"), &usual);
    set(&w, &pool, OIDC, json!({ "UseDefaults": false })).await.ok();
    assert_eq!(get(&w, &pool, HOST).await.code(), "ResourceNotFoundException");
}

#[tokio::test]
async fn maps_are_for_the_pools_providers_and_for_possible_tags() {
    let w = world().await;
    let people = UserPool::new(&w, "us-east-1_AbCdEf123").await;
    let configuration = json!({ "CognitoIdentityProviders": [people.entry()], "DeveloperProviderName": "my.backend" });
    let pool = identity_pool(&w, configuration).await;
    let with_client = format!("{}:{}", people.provider(), crate::support::CLIENT);
    let with_scheme = format!("https://{}", people.provider());
    for provider in ["graph.facebook.com", "my.backend", &with_client, &with_scheme] {
        let answer = set(&w, &pool, provider, json!({ "UseDefaults": true })).await;
        assert_eq!(
            answer.to_string(),
            format!("400 InvalidParameterException: ({provider}) is not a configured provider of this identity pool.")
        );
        assert_eq!(get(&w, &pool, provider).await.code(), "ResourceNotFoundException");
    }
    for tags in [json!({ "aws:team": "sub" }), json!({ "Team": "sub", "team": "aud" })] {
        let answer = set(&w, &pool, &people.provider(), json!({ "PrincipalTags": tags })).await;
        assert_eq!(answer.code(), "InvalidParameterException");
    }
    let elsewhere = "us-east-1:00000000-0000-0000-0000-000000000000";
    let missing = format!("400 ResourceNotFoundException: IdentityPool '{elsewhere}' not found.");
    assert_eq!(set(&w, elsewhere, "p", json!({ "UseDefaults": true })).await.to_string(), missing);
    assert_eq!(get(&w, elsewhere, "p").await.to_string(), missing);
}

#[tokio::test]
async fn a_map_goes_with_its_provider_and_stays_otherwise() {
    let w = outside::world().await;
    Issuer::registered(&w, &["app"]).await;
    let people = UserPool::new(&w, "us-east-1_AbCdEf123").await;
    let configuration = json!({ "CognitoIdentityProviders": [people.entry()], "OpenIdConnectProviderARNs": [OIDC] });
    let pool = identity_pool(&w, configuration).await;
    for provider in [people.provider().as_str(), HOST] {
        set(&w, &pool, provider, json!({ "UseDefaults": true })).await.ok();
    }
    let update = async |oidc: Value| {
        let input = json!({
            "IdentityPoolId": pool, "IdentityPoolName": "fans", "AllowUnauthenticatedIdentities": true,
            "CognitoIdentityProviders": [people.entry()], "OpenIdConnectProviderARNs": oidc,
        });
        w.call("UpdateIdentityPool", &input).await.ok();
    };
    update(json!([OIDC])).await;
    get(&w, &pool, HOST).await.ok();
    update(json!([])).await;
    update(json!([OIDC])).await;
    assert_eq!(get(&w, &pool, HOST).await.code(), "ResourceNotFoundException");
    get(&w, &pool, &people.provider()).await.ok();
    let described = w.call("DescribeIdentityPool", &json!({ "IdentityPoolId": pool })).await;
    assert!(described.ok().get("PrincipalTags").is_none());
    w.call("DeleteIdentityPool", &json!({ "IdentityPoolId": pool })).await;
    assert_eq!(get(&w, &pool, &people.provider()).await.code(), "ResourceNotFoundException");
}

#[tokio::test]
async fn tags_need_the_trust_policys_word_and_reach_the_session() {
    let w = world().await;
    let people = UserPool::new(&w, "us-east-1_AbCdEf123").await;
    let pool = pool_with_roles(&w, &[&people]).await;
    let token = |department: &str| json!({ people.provider(): people.token_with(&w, "ana", json!({ "custom:department": department })) });
    let identity = get_id(&w, &pool, token("a")).await.text_at("IdentityId");
    let map = json!({ "PrincipalTags": { "department": "custom:department", "team": "custom:team" } });
    set(&w, &pool, &people.provider(), map).await.ok();
    let refusal = "400 InvalidIdentityPoolConfigurationException: Invalid identity pool configuration. Check assigned IAM \
                   roles for this pool.";
    let untagged = get_credentials(&w, &identity, token("a")).await;
    assert_eq!(untagged.to_string(), refusal, "the trust policy does not allow sts:TagSession");
    assert!(says(&decision(&w, &untagged), "trust", Outcome::Failed, "does not allow sts:TagSession"));

    let condition = json!({
        "StringLike": { "aws:RequestTag/department": "a*" },
        "ForAllValues:StringEquals": { "aws:TagKeys": ["department"] },
    });
    role(&w, AUTH, tagging(&pool, condition)).await;
    assert_eq!(get_credentials(&w, &identity, token("b")).await.to_string(), refusal);
    let answer = get_credentials(&w, &identity, token("a")).await;
    let kept = decision(&w, &answer);
    let provider = people.provider();
    let from = format!("`department` = `a`, from claim `custom:department` of `{provider}`");
    assert!(says(&kept, "tags", Outcome::Passed, &from), "{kept:?}");
    assert!(says(&kept, "tags", Outcome::Note, "no `team`: claim `custom:team`"), "{kept:?}");
}

#[tokio::test]
async fn later_policies_see_the_tags() {
    let w = outside::world().await;
    let issuer = Issuer::registered(&w, &["app"]).await;
    let pool = pool_of(&w, json!({ "OpenIdConnectProviderARNs": [OIDC] })).await;
    role(&w, AUTH, tagging(&pool, json!({}))).await;
    set(&w, &pool, OIDC, json!({ "PrincipalTags": { "department": "dept" } })).await.ok();
    allow(&w, "Fan", "iam:GetRole", "arn:aws:iam::*:role/${aws:PrincipalTag/department}").await;
    let identity = get_id(&w, &pool, issuer.logins(&w, json!({}))).await.text_at("IdentityId");
    let reads = async |claims: Value, role: &str| {
        let answer = get_credentials(&w, &identity, issuer.logins(&w, claims)).await;
        let keys = Keys::of(answer.at("Credentials"));
        w.call_as(&keys, "GetRole", &json!({ "RoleName": role })).await.status
    };
    assert_eq!(reads(json!({ "dept": "Guest" }), "Guest").await, 200);
    assert_eq!(reads(json!({ "dept": "Other" }), "Guest").await, 403);
    assert_eq!(reads(json!({}), "Guest").await, 403, "no tag, no match");
    // A star in a claim is a star, not a pattern; it could be no tag at all.
    let starred = get_credentials(&w, &identity, issuer.logins(&w, json!({ "dept": "*" }))).await;
    assert_eq!(starred.code(), "InvalidIdentityPoolConfigurationException");
    assert!(says(&decision(&w, &starred), "tags", Outcome::Failed, "Session tags"));
    // Another map, and other tags from then on.
    set(&w, &pool, OIDC, json!({ "PrincipalTags": { "department": "sub" } })).await.ok();
    assert_eq!(reads(json!({ "dept": "Guest" }), "Guest").await, 403);
    assert_eq!(reads(json!({ "sub": "ana", "dept": "x" }), "Guest").await, 403);
}

#[tokio::test]
async fn attributes_of_assertions_become_tags() {
    let w = outside::world().await;
    register_saml(&w).await;
    let pool = pool_of(&w, json!({ "SamlProviderARNs": [SAML] })).await;
    role(&w, AUTH, tagging(&pool, json!({}))).await;
    let id = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier";
    let map = json!({ "PrincipalTags": { "who": id, "department": "dept", "groups": "groups" } });
    set(&w, &pool, SAML, map).await.ok();
    let mut said = said(&[]);
    said.attributes.push(("dept".to_owned(), vec!["Guest".to_owned()]));
    said.attributes.push(("groups".to_owned(), vec!["a".to_owned(), "b".to_owned()]));
    let logins = json!({ SAML: said.response() });
    let identity = get_id(&w, &pool, logins.clone()).await.text_at("IdentityId");
    let answer = get_credentials(&w, &identity, logins).await;
    let kept = decision(&w, &answer);
    for (outcome, text) in [
        (Outcome::Passed, "`department` = `Guest`"),
        (Outcome::Passed, "`who` = `ana`"),
        (Outcome::Note, "no `groups`: claim `groups`"),
    ] {
        assert!(says(&kept, "tags", outcome, text), "{kept:?}");
    }
    allow(&w, "Fan", "iam:GetRole", "arn:aws:iam::*:role/${aws:PrincipalTag/department}").await;
    let keys = Keys::of(answer.at("Credentials"));
    assert_eq!(w.call_as(&keys, "GetRole", &json!({ "RoleName": "Guest" })).await.status, 200);
}

#[tokio::test]
async fn the_token_of_the_classic_flow_carries_them() {
    let w = outside::world().await;
    let issuer = Issuer::registered(&w, &["app"]).await;
    let pool = pool_of(&w, json!({ "OpenIdConnectProviderARNs": [OIDC] })).await;
    set(&w, &pool, HOST, json!({ "UseDefaults": true })).await.ok();
    let identity = get_id(&w, &pool, issuer.logins(&w, json!({}))).await.text_at("IdentityId");
    let token = get_open_id_token(&w, &identity, issuer.logins(&w, json!({}))).await.text_at("Token");
    let payload = {
        use base64::Engine;
        use base64::engine::general_purpose::URL_SAFE_NO_PAD;
        let bytes = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
        serde_json::from_slice::<Value>(&bytes).unwrap()
    };
    let tags = &payload["https://aws.amazon.com/tags"];
    assert_eq!(tags, &json!({ "principal_tags": { "client": ["app"], "username": ["ana"] } }));
    let assume = json!({ "RoleArn": AUTH, "RoleSessionName": "web", "WebIdentityToken": token });
    let refused = w.call_unsigned("AssumeRoleWithWebIdentity", &assume).await;
    assert_eq!(refused.to_string(), "403 AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity");
    role(&w, AUTH, tagging(&pool, json!({ "StringEquals": { "aws:RequestTag/username": "ana" } }))).await;
    let answer = w.call_unsigned("AssumeRoleWithWebIdentity", &assume).await;
    allow(&w, "Fan", "iam:ListUsers", "*").await;
    let credentials = "AssumeRoleWithWebIdentityResponse.AssumeRoleWithWebIdentityResult.Credentials";
    let keys = Keys::of(answer.at(credentials));
    w.call_as(&keys, "ListUsers", &json!({})).await.ok();
}

#[tokio::test]
async fn guests_have_none() {
    let w = world().await;
    let people = UserPool::new(&w, "us-east-1_AbCdEf123").await;
    let pool = pool_with_roles(&w, &[&people]).await;
    set(&w, &pool, &people.provider(), json!({ "UseDefaults": true })).await.ok();
    let guest = get_id(&w, &pool, json!({})).await.text_at("IdentityId");
    let answer = get_credentials(&w, &guest, json!({})).await;
    assert_eq!(answer.status, 200, "no tag, so no sts:TagSession is needed: {answer}");
    assert!(decision(&w, &answer).steps.iter().all(|step| step.stage != "tags"));
}
