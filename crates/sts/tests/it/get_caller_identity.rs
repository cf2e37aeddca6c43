//! GetCallerIdentity.

use crate::{code, context, nobody, role};
use serde_json::json;
use sts::issue::{IssueRequest, role_session};
use testkit::{Keys, World};

async fn world() -> World {
    World::new(&[sts::operations()]).await
}

#[tokio::test]
async fn the_root_user_is_told_who_it_is() {
    let w = world().await;
    let answer = w.call("GetCallerIdentity", &json!({})).await;
    let result = "GetCallerIdentityResponse.GetCallerIdentityResult";
    assert_eq!(answer.text_at(&format!("{result}.Arn")), "arn:aws:iam::123456789012:root");
    assert_eq!(answer.text_at(&format!("{result}.UserId")), "123456789012");
    assert_eq!(answer.text_at(&format!("{result}.Account")), "123456789012");
}

#[tokio::test]
async fn a_session_is_told_its_role_without_the_path_even_under_a_deny() {
    let w = world().await;
    let role = role(&w, "Fan", nobody()).await;
    let mut request = IssueRequest::new("CognitoIdentityCredentials");
    request.inline_policies.push(
        json!({"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}).to_string(),
    );
    let issued = role_session(&context(&w), &role, request).unwrap();
    let keys = Keys {
        access_key_id: issued.access_key_id.to_string(),
        secret_access_key: issued.secret_access_key.reveal().to_owned(),
        session_token: Some(issued.session_token.reveal().to_owned()),
    };
    let answer = w.call_as(&keys, "GetCallerIdentity", &json!({})).await;
    let result = answer.at("GetCallerIdentityResponse.GetCallerIdentityResult");
    assert_eq!(
        *result,
        json!({
            "Arn": "arn:aws:sts::123456789012:assumed-role/Fan/CognitoIdentityCredentials",
            "UserId": "AROATESTTESTTESTTESTT:CognitoIdentityCredentials",
            "Account": "123456789012",
        })
    );
    w.clock.advance_seconds(3600);
    assert_eq!(code(&w.call_as(&keys, "GetCallerIdentity", &json!({})).await), "ExpiredToken");
}

#[tokio::test]
async fn a_session_key_without_its_token_is_unknown() {
    let w = world().await;
    let role = role(&w, "Fan", nobody()).await;
    let issued = role_session(&context(&w), &role, IssueRequest::new("s1")).unwrap();
    let mut keys = Keys {
        access_key_id: issued.access_key_id.to_string(),
        secret_access_key: issued.secret_access_key.reveal().to_owned(),
        session_token: None,
    };
    assert_eq!(code(&w.call_as(&keys, "GetCallerIdentity", &json!({})).await), "InvalidClientTokenId");
    keys.session_token = Some(issued.session_token.reveal().replace('A', "B"));
    assert_eq!(code(&w.call_as(&keys, "GetCallerIdentity", &json!({})).await), "InvalidClientTokenId");
}

#[tokio::test]
async fn an_unsigned_call_is_refused() {
    let w = world().await;
    assert_eq!(code(&w.call_unsigned("GetCallerIdentity", &json!({})).await), "MissingAuthenticationToken");
}
