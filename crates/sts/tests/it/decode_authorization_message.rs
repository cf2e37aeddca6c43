//! DecodeAuthorizationMessage.

use crate::{allow_user, iam_world, refusal, result, user};
use serde_json::{Value, json};
use testkit::{Answer, Keys, World};

/// The sealed message of a denial, from where the operator finds it.
fn message(w: &World, answer: &Answer) -> String {
    assert_eq!(answer.code(), "AccessDenied", "{answer}");
    w.node.decisions.find(&answer.request_id()).unwrap().encoded_message.expect("a message")
}

async fn decode(w: &World, keys: &Keys, message: &str) -> Answer {
    w.call_as(keys, "DecodeAuthorizationMessage", &json!({ "EncodedMessage": message })).await
}

fn decoded(answer: &Answer) -> Value {
    let text = result("DecodeAuthorizationMessage", answer)["DecodedMessage"].as_str().unwrap().to_owned();
    serde_json::from_str(&text).unwrap()
}

fn condition(decoded: &Value, key: &str) -> Value {
    let items = decoded["context"]["conditions"]["items"].as_array().unwrap();
    items.iter().find(|item| item["key"] == key).map(|item| item["values"].clone()).unwrap_or_default()
}

#[tokio::test]
async fn an_implicit_denial_tells_what_was_asked() {
    let w = iam_world().await;
    let ana = user(&w, "ana").await;
    let denied = w.call_as(&ana, "GetRole", &json!({ "RoleName": "Fan" })).await;
    let said = decoded(&decode(&w, &Keys::root(), &message(&w, &denied)).await);
    assert_eq!((&said["allowed"], &said["explicitDeny"]), (&json!(false), &json!(false)));
    assert_eq!(said["matchedStatements"], json!({ "items": [] }));
    let context = &said["context"];
    assert_eq!(
        (&context["action"], &context["resource"]),
        (&json!("iam:GetRole"), &json!("arn:aws:iam::123456789012:role/Fan"))
    );
    assert_eq!(context["principal"]["arn"], "arn:aws:iam::123456789012:user/ana");
    assert_eq!(context["principal"]["name"], "ana");
    assert_eq!(condition(&said, "aws:username"), json!({ "items": [{ "value": "ana" }] }));
}

#[tokio::test]
async fn an_explicit_denial_tells_its_statement() {
    let w = iam_world().await;
    let ana = user(&w, "ana").await;
    allow_user(&w, "ana", "iam:*", "*").await;
    let policy = json!({ "Version": "2012-10-17", "Statement": {
        "Sid": "NotThis", "Effect": "Deny", "Action": "iam:Get*", "Resource": "arn:aws:iam::*:role/*",
        "Condition": { "StringEquals": { "aws:username": ["ana", "ben"] } },
    }});
    let put = json!({ "UserName": "ana", "PolicyName": "no", "PolicyDocument": policy.to_string() });
    w.call("PutUserPolicy", &put).await.ok();
    let denied = w.call_as(&ana, "GetRole", &json!({ "RoleName": "Fan" })).await;
    let said = decoded(&decode(&w, &Keys::root(), &message(&w, &denied)).await);
    assert_eq!(said["explicitDeny"], true);
    let id = said["context"]["principal"]["id"].clone();
    assert!(id.as_str().unwrap().starts_with("AIDA"));
    assert_eq!(
        said["matchedStatements"]["items"],
        json!([{
            "statementId": "NotThis",
            "effect": "DENY",
            "principals": { "items": [{ "value": id }] },
            "principalGroups": { "items": [] },
            "actions": { "items": [{ "value": "iam:Get*" }] },
            "resources": { "items": [{ "value": "arn:aws:iam::*:role/*" }] },
            "conditions": { "items": [
                { "key": "aws:username", "values": { "items": [{ "value": "ana" }, { "value": "ben" }] } },
            ]},
            "sourcePolicyId": "no",
            "sourcePolicyType": "inline policy",
        }])
    );
}

#[tokio::test]
async fn reading_it_needs_the_permission() {
    let w = iam_world().await;
    let ana = user(&w, "ana").await;
    let denied = w.call_as(&ana, "GetRole", &json!({ "RoleName": "Fan" })).await;
    let sealed = message(&w, &denied);
    assert_eq!(
        refusal(&decode(&w, &ana, &sealed).await),
        "403 AccessDenied: User: arn:aws:iam::123456789012:user/ana is not authorized to perform: \
         sts:DecodeAuthorizationMessage because no identity-based policy allows the sts:DecodeAuthorizationMessage action"
    );
    allow_user(&w, "ana", "sts:DecodeAuthorizationMessage", "*").await;
    assert_eq!(decoded(&decode(&w, &ana, &sealed).await)["allowed"], false);
}

#[tokio::test]
async fn other_texts_are_not_valid() {
    let w = iam_world().await;
    let ana = user(&w, "ana").await;
    let denied = w.call_as(&ana, "GetRole", &json!({ "RoleName": "Fan" })).await;
    let sealed = message(&w, &denied);
    let mut changed = sealed.clone();
    let last = changed.pop().unwrap();
    changed.push(if last == 'A' { 'Q' } else { 'A' });
    for text in ["x", "not-a-message", &changed, &sealed[1..]] {
        let refused = refusal(&decode(&w, &Keys::root(), text).await);
        assert_eq!(refused, "400 InvalidAuthorizationMessageException: Message is not valid", "{text}");
    }
    let ring = w.node.vault.ring();
    assert!(gate::authorization_message::open(&ring, &"123456789012".into(), &sealed).is_some());
    assert!(gate::authorization_message::open(&ring, &"210987654321".into(), &sealed).is_none());
}

#[tokio::test]
async fn a_role_that_stays_closed_leaves_a_message_too() {
    let w = iam_world().await;
    let ana = user(&w, "ana").await;
    let trust = json!([{
        "Sid": "Never", "Effect": "Deny", "Principal": { "AWS": "*" }, "Action": "sts:AssumeRole",
    }]);
    let role = crate::trusting_role(&w, "Fan", trust).await;
    let denied = w.call_as(&ana, "AssumeRole", &json!({ "RoleArn": role, "RoleSessionName": "s1" })).await;
    let said = decoded(&decode(&w, &Keys::root(), &message(&w, &denied)).await);
    assert_eq!(said["explicitDeny"], true);
    assert_eq!(said["matchedStatements"]["items"][0]["statementId"], "Never");
}
