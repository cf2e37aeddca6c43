//! What a token is, for an operator who holds one.

use crate::questions::context;
use crate::support::{CLIENT, UserPool, get_credentials, get_id, get_open_id_token, pool_with_roles, world};
use cognito_identity::token_facts::{TokenFacts, of_token};
use gate::{Outcome, Step};
use serde_json::json;
use testkit::{Keys, World};

async fn ask(w: &World, token: &str, access_key_id: Option<&str>) -> (TokenFacts, Vec<Step>) {
    let cx = context(w);
    let facts = of_token(&cx, token, access_key_id).await.unwrap();
    (facts, cx.into_decision().steps)
}

fn says(steps: &[Step], stage: &str, outcome: Outcome, text: &str) {
    let said = steps.iter().any(|s| s.stage == stage && s.outcome == outcome && s.text.contains(text));
    assert!(said, "no {stage} {outcome:?} `{text}` in {steps:#?}");
}

#[tokio::test]
async fn an_id_token_tells_its_user_roles_and_identity() {
    let w = world().await;
    let people = UserPool::new(&w, "us-east-1_AbCdEf123").await;
    people.put_user("ana", &w, true, None).await;
    let pool = pool_with_roles(&w, &[&people]).await;
    let roles = json!({"cognito:roles": ["arn:aws:iam::123456789012:role/Gold"], "cognito:preferred_role": "arn:aws:iam::123456789012:role/Gold"});
    let token = people.token_with(&w, "ana", roles);
    let (facts, steps) = ask(&w, &token, None).await;
    assert_eq!(facts.kind, "an ID token of a user pool");
    assert_eq!(facts.claims.as_ref().unwrap()["aud"], CLIENT);
    assert_eq!(facts.preferred_role.as_deref(), Some("arn:aws:iam::123456789012:role/Gold"));
    assert_eq!((facts.roles.len(), facts.identities.len()), (1, 1));
    assert_eq!(
        (facts.identities[0].identity_pool_id.as_str(), &facts.identities[0].identity_id),
        (pool.as_str(), &None)
    );
    says(&steps, "signature", Outcome::Passed, "us-east-1_AbCdEf123");
    says(&steps, "time", Outcome::Passed, "2026-01-02T04:04:05Z");
    says(&steps, "user", Outcome::Passed, "`ana`, CONFIRMED");
    says(&steps, "identity", Outcome::Note, "a new identity");
    let id = get_id(&w, &pool, people.logins(&w, "ana")).await.text_at("IdentityId");
    let (facts, _) = ask(&w, &token, None).await;
    assert_eq!(facts.identities[0].identity_id.as_deref(), Some(id.as_str()));
    w.clock.advance_seconds(3600);
    people.put_user("ana", &w, false, None).await;
    let (_, steps) = ask(&w, &token, None).await;
    says(&steps, "time", Outcome::Failed, "expired at 2026-01-02T04:04:05Z");
    says(&steps, "user", Outcome::Failed, "`ana` is disabled");
    let mut forged = token.clone();
    forged.replace_range(token.len() - 9..token.len() - 5, "AAAA");
    let (facts, steps) = ask(&w, &forged, None).await;
    says(&steps, "signature", Outcome::Failed, "does not verify");
    assert!(facts.identities.is_empty());
}

#[tokio::test]
async fn an_open_id_token_tells_its_identity_and_whether_it_still_counts() {
    let w = world().await;
    let pool = pool_with_roles(&w, &[]).await;
    let id = get_id(&w, &pool, json!({})).await.text_at("IdentityId");
    let token = get_open_id_token(&w, &id, json!({})).await.text_at("Token");
    let (facts, steps) = ask(&w, &token, None).await;
    assert_eq!(facts.kind, "an OpenID token of an identity pool");
    assert_eq!(facts.identities[0].identity_id.as_deref(), Some(id.as_str()));
    says(&steps, "identity", Outcome::Passed, "[unauthenticated]");
    w.call("DeleteIdentities", &json!({"IdentityIdsToDelete": [id]})).await.ok();
    let (_, steps) = ask(&w, &token, None).await;
    says(&steps, "identity", Outcome::Failed, "it was deleted");
}

#[tokio::test]
async fn a_session_token_opens_with_its_access_key_id() {
    let w = world().await;
    let pool = pool_with_roles(&w, &[]).await;
    let id = get_id(&w, &pool, json!({})).await.text_at("IdentityId");
    let keys = Keys::of(get_credentials(&w, &id, json!({})).await.at("Credentials"));
    let token = keys.session_token.unwrap();
    let (facts, steps) = ask(&w, &token, None).await;
    assert_eq!(facts.kind, "a session token of temporary credentials, sealed");
    says(&steps, "token", Outcome::Note, "access key id");
    let (facts, steps) = ask(&w, &token, Some(&keys.access_key_id)).await;
    let arn = "arn:aws:sts::123456789012:assumed-role/Guest/CognitoIdentityCredentials";
    assert_eq!(facts.caller.as_deref(), Some(arn));
    says(&steps, "session", Outcome::Passed, arn);
    says(&ask(&w, &token, Some("ASIAOTHER")).await.1, "token", Outcome::Failed, "not valid for this access key");
    w.call("DeleteIdentityPool", &json!({"IdentityPoolId": pool})).await.ok();
    says(&ask(&w, &token, Some(&keys.access_key_id)).await.1, "session", Outcome::Failed, "identity pool was deleted");
    w.clock.advance_seconds(3600);
    says(&ask(&w, &token, Some(&keys.access_key_id)).await.1, "time", Outcome::Failed, "expired at");
    assert_eq!(ask(&w, "anything", None).await.0.kind, "unknown");
}
