//! Logins of SAML providers that are registered in IAM.

use crate::outside::{IDP, SAML, pool_of, register_saml, said, world};
use crate::support::{AUTH, decision, get_credentials, get_id, get_open_id_token, role, says, set_roles, trust};
use federation::testing::Said;
use gate::Outcome;
use serde_json::{Value, json};
use testkit::{Answer, Keys, World};

const NOT_AUTHORIZED: &str = "400 NotAuthorizedException: ";
const STAFF: &str = "arn:aws:iam::123456789012:role/Staff";
const OWNER: &str = "arn:aws:iam::123456789012:role/Owner";

async fn world_and_pool() -> (World, String) {
    let w = world().await;
    register_saml(&w).await;
    let pool = pool_of(&w, json!({ "SamlProviderARNs": [SAML] })).await;
    for arn in [STAFF, OWNER] {
        role(&w, arn, trust(&pool, "authenticated")).await;
    }
    (w, pool)
}

fn logins(said: &Said) -> Value {
    json!({ SAML: said.response() })
}

async fn role_of(w: &World, answer: &Answer) -> String {
    let who = w.call_as(&Keys::of(answer.at("Credentials")), "GetCallerIdentity", &json!({})).await;
    who.text_at("GetCallerIdentityResponse.GetCallerIdentityResult.Arn").split('/').nth(1).unwrap().to_owned()
}

#[tokio::test]
async fn its_subject_is_one_identity_and_gets_the_role_in_its_assertion() {
    let (w, pool) = world_and_pool().await;
    let identity = get_id(&w, &pool, logins(&said(&[]))).await.text_at("IdentityId");
    assert_eq!(get_id(&w, &pool, logins(&said(&[STAFF]))).await.text_at("IdentityId"), identity);
    let mut ben = said(&[]);
    ben.subject = "ben".to_owned();
    assert_ne!(get_id(&w, &pool, logins(&ben)).await.text_at("IdentityId"), identity);
    let get = async |roles: &[&str]| get_credentials(&w, &identity, logins(&said(roles))).await;
    assert_eq!(role_of(&w, &get(&[]).await).await, "Fan");
    assert_eq!(role_of(&w, &get(&[STAFF]).await).await, "Staff");
    role(&w, STAFF, trust(&pool, &format!("{SAML}:SAML:ana"))).await;
    assert_eq!(role_of(&w, &get(&[STAFF]).await).await, "Staff");
}

#[tokio::test]
async fn of_several_roles_the_caller_names_one() {
    let (w, pool) = world_and_pool().await;
    let logins = logins(&said(&[STAFF, OWNER]));
    let identity = get_id(&w, &pool, logins.clone()).await.text_at("IdentityId");
    let get = async |custom: &str| {
        let input = json!({ "IdentityId": identity, "Logins": logins, "CustomRoleArn": custom });
        w.call_unsigned("GetCredentialsForIdentity", &input).await
    };
    assert_eq!(role_of(&w, &get(OWNER).await).await, "Owner");
    assert_eq!(get(AUTH).await.to_string(), format!("{NOT_AUTHORIZED}Access to Role '{AUTH}' is forbidden."));
}

#[tokio::test]
async fn rules_look_at_its_attributes() {
    let (w, pool) = world_and_pool().await;
    let rule =
        |claim: &str, role: &str| json!({ "Claim": claim, "MatchType": "Equals", "Value": "x", "RoleARN": role });
    let mapping = json!({ "Roles": { "authenticated": AUTH }, "RoleMappings": { SAML: {
        "Type": "Rules", "AmbiguousRoleResolution": "Deny", "RulesConfiguration": { "Rules": [
            rule("one", STAFF), rule("two", OWNER),
            { "Claim": "list", "MatchType": "Contains", "Value": "b", "RoleARN": OWNER },
        ]},
    }}});
    set_roles(&w, &pool, mapping).await.ok();
    let identity = get_id(&w, &pool, logins(&said(&[]))).await.text_at("IdentityId");
    let get = async |name: &str, values: &[&str]| {
        let mut said = said(&[]);
        said.attributes.push((name.to_owned(), values.iter().map(|value| (*value).to_owned()).collect()));
        get_credentials(&w, &identity, logins(&said)).await
    };
    assert_eq!(role_of(&w, &get("one", &["x"]).await).await, "Staff");
    assert_eq!(role_of(&w, &get("two", &["x"]).await).await, "Owner");
    assert_eq!(role_of(&w, &get("list", &["a", "b"]).await).await, "Owner");
    assert_eq!(
        get("one", &["y"]).await.to_string(),
        format!("{NOT_AUTHORIZED}The ambiguous role mapping rules for: {SAML} denied this request.")
    );
}

#[tokio::test]
async fn each_bad_assertion_is_refused_in_the_services_words_and_makes_no_identity() {
    let (w, pool) = world_and_pool().await;
    let mut foreign = said(&[]);
    foreign.issuer = "https://other.test".to_owned();
    let mut elsewhere = said(&[]);
    elsewhere.recipient = "https://another-service.test/acs".to_owned();
    let now = w.clock.now().millis();
    let mut late = said(&[]);
    late.not_on_or_after = "2026-01-02T03:04:05Z".to_owned();
    let expired = format!("Invalid login token. Token expired: {now} >= {now}");
    for (response, sentence, detail) in [
        ("no base64!".to_owned(), "Invalid login token. Not a valid SAML response.", "not a base64 SAML response"),
        (changed(&said(&[])), "Invalid login token. Couldn't verify signed token.", "signature"),
        (foreign.response(), "Invalid login token. Issuer doesn't match providerName", "another issuer"),
        (
            elsewhere.response(),
            "Token is not from a supported provider of this identity pool.",
            "the assertion is for `https://another-service.test/acs`",
        ),
        (late.response(), &expired, "the assertion expired"),
    ] {
        let answer = get_id(&w, &pool, json!({ SAML: response })).await;
        assert_eq!(answer.to_string(), format!("{NOT_AUTHORIZED}{sentence}"));
        assert!(says(&decision(&w, &answer), "login", Outcome::Failed, detail), "{:?}", decision(&w, &answer));
    }
    let listed = w.call("ListIdentities", &json!({ "IdentityPoolId": pool, "MaxResults": 60 })).await;
    assert_eq!(listed.at("Identities"), &json!([]));
    w.call("DeleteSAMLProvider", &json!({ "SAMLProviderArn": SAML })).await.ok();
    let gone = get_id(&w, &pool, logins(&said(&[]))).await;
    assert_eq!(gone.message(), "Token is not from a supported provider of this identity pool.");
    assert!(says(&decision(&w, &gone), "login", Outcome::Failed, "not registered in IAM"));
}

#[tokio::test]
async fn the_classic_flow_is_not_for_it() {
    let (w, pool) = world_and_pool().await;
    let identity = get_id(&w, &pool, logins(&said(&[]))).await.text_at("IdentityId");
    assert_eq!(
        get_open_id_token(&w, &identity, logins(&said(&[]))).await.to_string(),
        "400 InvalidParameterException: Basic (classic) flow is not supported with SAML providers, please use enhanced flow."
    );
    assert_eq!(IDP, said(&[]).issuer);
}

/// The response with another subject than the one that was signed.
fn changed(said: &Said) -> String {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    let text = String::from_utf8(STANDARD.decode(said.response()).unwrap()).unwrap();
    assert!(text.contains(">ana</saml:NameID>"));
    STANDARD.encode(text.replace(">ana</saml:NameID>", ">root</saml:NameID>"))
}
