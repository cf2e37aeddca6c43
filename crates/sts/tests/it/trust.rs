//! Trust policies held against web identities.

use crate::{context, role};
use domain::session::WebIdentity;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use sts::trust::{WebIdentityRequest, may_assume_with_web_identity};
use testkit::World;

const PROVIDER: &str = "cognito-identity.amazonaws.com";

struct Asked<'a> {
    audience: &'a str,
    amr: &'a [&'a str],
    tags: &'a [(&'a str, &'a str)],
}

const USER: Asked<'_> = Asked { audience: "pool", amr: &["authenticated", "idp", "idp:CognitoSignIn:ana"], tags: &[] };

/// The verdict and the reason that was recorded last.
async fn ask(trust: Value, asked: Asked<'_>) -> (bool, String) {
    let w = World::new(&[sts::operations()]).await;
    let role = role(&w, "Fan", trust).await;
    let cx = context(&w);
    let web_identity = WebIdentity {
        provider: PROVIDER.to_owned(),
        audience: asked.audience.to_owned(),
        subject: "identity".to_owned(),
        amr: asked.amr.iter().map(|element| (*element).to_owned()).collect(),
    };
    let tags: BTreeMap<String, String> =
        asked.tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    let request = WebIdentityRequest { web_identity: &web_identity, session_name: "s1", tags: &tags };
    let verdict = may_assume_with_web_identity(&cx, &role, request);
    let last = cx.into_decision().steps.pop().expect("a reason");
    assert_eq!(last.stage, "trust");
    (verdict, last.text)
}

fn statement(action: Value, condition: Value) -> Value {
    json!({"Version": "2012-10-17", "Statement": [{
        "Sid": "Fans", "Effect": "Allow", "Principal": {"Federated": PROVIDER}, "Action": action, "Condition": condition,
    }]})
}

fn canonical(amr: &str) -> Value {
    statement(
        json!("sts:AssumeRoleWithWebIdentity"),
        json!({
            "StringEquals": {"cognito-identity.amazonaws.com:aud": "pool"},
            "ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": amr},
        }),
    )
}

#[tokio::test]
async fn the_canonical_policy_lets_users_of_its_pool_in() {
    let (verdict, why) = ask(canonical("authenticated"), USER).await;
    assert!(verdict);
    assert_eq!(
        why,
        "arn:aws:iam::123456789012:role/app/Fan allows sts:AssumeRoleWithWebIdentity by statement `Fans` of its trust policy"
    );
    assert!(ask(canonical("*:CognitoSignIn:*"), USER).await.0);
}

#[tokio::test]
async fn guests_and_other_pools_stay_out_and_the_reason_is_kept() {
    let (verdict, why) = ask(canonical("authenticated"), Asked { amr: &["unauthenticated"], ..USER }).await;
    assert!(!verdict);
    assert!(why.contains("amr") && why.contains("unauthenticated"), "{why}");
    let (verdict, why) = ask(canonical("authenticated"), Asked { audience: "other", ..USER }).await;
    assert!(!verdict);
    assert!(why.contains("aud") && why.contains("other"), "{why}");
}

#[tokio::test]
async fn a_list_needs_a_set_operator() {
    let trust = statement(
        json!("sts:AssumeRoleWithWebIdentity"),
        json!({"StringLike": {"cognito-identity.amazonaws.com:amr": "authenticated"}}),
    );
    assert!(!ask(trust, USER).await.0);
}

#[tokio::test]
async fn other_principals_do_not_name_a_token_holder() {
    for principal in [json!({"AWS": "123456789012"}), json!({"Service": "lambda.amazonaws.com"})] {
        let trust = json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRoleWithWebIdentity",
        }]});
        assert!(!ask(trust, USER).await.0);
    }
}

#[tokio::test]
async fn session_name_tags_and_the_rest_can_be_asked_for() {
    let trust = statement(
        json!(["sts:AssumeRoleWithWebIdentity", "sts:TagSession"]),
        json!({
            "StringEquals": {
                "sts:RoleSessionName": "s1",
                "aws:RequestTag/plan": "gold",
                "aws:FederatedProvider": PROVIDER,
                "cognito-identity.amazonaws.com:sub": "identity",
                "aws:ResourceTag/team": "blue",
            },
            "ForAllValues:StringEquals": {"aws:TagKeys": ["plan"]},
            "IpAddress": {"aws:SourceIp": "203.0.113.0/24"},
            "Null": {"aws:PrincipalArn": "true", "aws:PrincipalAccount": "true"},
        }),
    );
    assert!(ask(trust.clone(), Asked { tags: &[("plan", "gold")], ..USER }).await.0);
    assert!(!ask(trust.clone(), Asked { tags: &[("plan", "tin")], ..USER }).await.0);
    assert!(!ask(trust, Asked { tags: &[("plan", "gold"), ("more", "x")], ..USER }).await.0);
}

#[tokio::test]
async fn tags_need_the_permission_to_tag() {
    let (verdict, why) = ask(canonical("authenticated"), Asked { tags: &[("plan", "gold")], ..USER }).await;
    assert!(!verdict);
    assert!(why.contains("sts:TagSession"), "{why}");
}

#[tokio::test]
async fn an_explicit_deny_wins() {
    let mut trust = canonical("authenticated");
    trust["Statement"].as_array_mut().unwrap().push(json!({
        "Effect": "Deny", "Principal": "*", "Action": "sts:*",
        "Condition": {"StringEquals": {"cognito-identity.amazonaws.com:sub": "identity"}},
    }));
    assert!(!ask(trust, USER).await.0);
}
