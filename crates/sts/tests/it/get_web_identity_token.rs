//! GetWebIdentityToken.

use crate::{ACCOUNT, iam_world, keys, refusal, result, trusting_role, user};
use domain::jwt::Claims;
use federation::id_token::{Expected, IdToken, verify_id_token};
use federation::jwk::KeySet;
use serde_json::{Value, json};
use testkit::{Answer, Keys, World};

/// A world whose account has turned the feature on; its issuer.
async fn enabled() -> (World, String) {
    let w = iam_world().await;
    let answer = w.call("EnableOutboundWebIdentityFederation", &json!({})).await;
    let issuer =
        result("EnableOutboundWebIdentityFederation", &answer)["IssuerIdentifier"].as_str().unwrap().to_owned();
    (w, issuer)
}

async fn ask(w: &World, keys: &Keys, more: Value) -> Answer {
    let mut input = json!({ "Audience": ["https://api.example.com"], "SigningAlgorithm": "RS256" });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    w.call_as(keys, "GetWebIdentityToken", &input).await
}

/// Verifies as a service outside would: by what the issuer publishes.
async fn verified(w: &World, issuer: &str, answer: &Answer) -> IdToken {
    let token = result("GetWebIdentityToken", answer)["WebIdentityToken"].as_str().unwrap().to_owned();
    let id = issuer.rsplit('/').next().unwrap();
    let document = sts::outbound::openid_configuration(&w.node, id).await.unwrap().unwrap();
    let document: Value = serde_json::from_str(&document).unwrap();
    assert_eq!(document["issuer"], issuer);
    assert_eq!(document["jwks_uri"], format!("{issuer}/.well-known/jwks.json"));
    let jwks = sts::outbound::jwks(&w.node, id).await.unwrap().unwrap();
    let set = KeySet::parse(&serde_json::from_str(&jwks).unwrap()).unwrap();
    let audiences = ["https://api.example.com".to_owned()];
    let expected = Expected { issuer, other_issuers: &[], audiences: &audiences, thumbprints: &[] };
    verify_id_token(&token, &expected, &set, w.clock.now()).unwrap()
}

fn about(claims: &Claims) -> &Value {
    &claims["https://sts.amazonaws.com/"]
}

#[tokio::test]
async fn both_algorithms_verify_by_what_the_issuer_publishes() {
    let (w, issuer) = enabled().await;
    for algorithm in ["RS256", "ES384"] {
        let answer = ask(&w, &Keys::root(), json!({ "SigningAlgorithm": algorithm })).await;
        let expiration = &result("GetWebIdentityToken", &answer)["Expiration"];
        assert_eq!(*expiration, w.clock.now().seconds() + 300);
        let token = verified(&w, &issuer, &answer).await;
        assert_eq!(token.subject, "arn:aws:iam::123456789012:root");
        assert_eq!(
            (token.issued_seconds, token.expires_seconds),
            (w.clock.now().seconds(), w.clock.now().seconds() + 300)
        );
        assert_eq!(*about(&token.claims), json!({ "aws_account": ACCOUNT, "source_region": "us-east-1" }));
    }
    let refused = refusal(&ask(&w, &Keys::root(), json!({ "SigningAlgorithm": "none" })).await);
    assert!(refused.starts_with("400 ValidationError"), "{refused}");
}

#[tokio::test]
async fn a_session_is_its_role_with_all_its_tags() {
    let (w, issuer) = enabled().await;
    let ana = user(&w, "ana").await;
    let trust = json!([{
        "Effect": "Allow", "Principal": { "AWS": format!("arn:aws:iam::{ACCOUNT}:user/ana") },
        "Action": ["sts:AssumeRole", "sts:TagSession"],
    }]);
    let role = trusting_role(&w, "Fan", trust).await;
    let tags = json!([{ "Key": "team", "Value": "red" }, { "Key": "plan", "Value": "gold" }]);
    w.call("TagRole", &json!({ "RoleName": "Fan", "Tags": tags })).await.ok();
    crate::allow_role(&w, "Fan", "sts:GetWebIdentityToken", "*").await;
    let assume = json!({
        "RoleArn": role, "RoleSessionName": "s1", "DurationSeconds": 900, "Tags": [{ "Key": "Team", "Value": "blue" }],
    });
    let session = keys("AssumeRole", &w.call_as(&ana, "AssumeRole", &assume).await);
    let answer = ask(&w, &session, json!({ "Tags": [{ "Key": "job", "Value": "7" }], "DurationSeconds": 900 })).await;
    let token = verified(&w, &issuer, &answer).await;
    assert_eq!(token.subject, role);
    assert_eq!(about(&token.claims)["principal_tags"], json!({ "Team": "blue", "plan": "gold" }));
    assert_eq!(about(&token.claims)["request_tags"], json!({ "job": "7" }));
    // Not beyond the session's own end.
    w.clock.advance_seconds(601);
    let refused = refusal(&ask(&w, &session, json!({})).await);
    assert!(refused.starts_with("403 SessionDurationEscalationException: "), "{refused}");
    ask(&w, &session, json!({ "DurationSeconds": 60 })).await.ok();
}

#[tokio::test]
async fn the_feature_must_be_on() {
    let w = iam_world().await;
    let off = "403 OutboundWebIdentityFederationDisabledException: ";
    assert!(refusal(&ask(&w, &Keys::root(), json!({})).await).starts_with(off));
    let (w, issuer) = enabled().await;
    let answer = ask(&w, &Keys::root(), json!({})).await;
    w.call("DisableOutboundWebIdentityFederation", &json!({})).await.ok();
    assert!(refusal(&ask(&w, &Keys::root(), json!({})).await).starts_with(off));
    // What was given out before can still be verified.
    verified(&w, &issuer, &answer).await;
    assert_eq!(sts::outbound::jwks(&w.node, "another").await.unwrap(), None);
}

#[tokio::test]
async fn policies_can_limit_audience_algorithm_and_duration() {
    let (w, _) = enabled().await;
    let ana = user(&w, "ana").await;
    let policy = json!({ "Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Action": "sts:GetWebIdentityToken", "Resource": "*",
        "Condition": {
            "ForAllValues:StringEquals": { "sts:IdentityTokenAudience": "https://api.example.com" },
            "StringEquals": { "sts:SigningAlgorithm": "ES384" },
            "NumericLessThanEquals": { "sts:DurationSeconds": 300 },
        },
    }});
    let put = json!({ "UserName": "ana", "PolicyName": "p", "PolicyDocument": policy.to_string() });
    w.call("PutUserPolicy", &put).await.ok();
    let es = json!({ "SigningAlgorithm": "ES384" });
    ask(&w, &ana, es).await.ok();
    for wrong in [
        json!({ "SigningAlgorithm": "RS256" }),
        json!({ "SigningAlgorithm": "ES384", "DurationSeconds": 301 }),
        json!({ "SigningAlgorithm": "ES384", "Audience": ["https://api.example.com", "https://other.example.com"] }),
    ] {
        let refused = refusal(&ask(&w, &ana, wrong).await);
        assert!(refused.starts_with("403 AccessDenied: User: arn:aws:iam::123456789012:user/ana"), "{refused}");
    }
}

#[tokio::test]
async fn too_many_tags_do_not_fit_and_own_tokens_open_no_role() {
    let (w, _) = enabled().await;
    let tags: Vec<Value> = (0..20).map(|n| json!({ "Key": format!("k{n}"), "Value": "v".repeat(256) })).collect();
    let refused = refusal(&ask(&w, &Keys::root(), json!({ "Tags": tags })).await);
    assert!(refused.starts_with("400 JWTPayloadSizeExceededException: "), "{refused}");
    let answer = ask(&w, &Keys::root(), json!({})).await;
    let token = result("GetWebIdentityToken", &answer)["WebIdentityToken"].clone();
    let role = "arn:aws:iam::123456789012:role/Fan";
    let assume = json!({ "RoleArn": role, "RoleSessionName": "s1", "WebIdentityToken": token });
    let refused = refusal(&w.call_unsigned("AssumeRoleWithWebIdentity", &assume).await);
    assert!(refused.starts_with("400 InvalidIdentityToken: No OpenIDConnect provider found"), "{refused}");
}
