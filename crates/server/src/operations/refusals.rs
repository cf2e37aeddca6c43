//! What every operation of the tables refuses, in its protocol's words: no signature, a wrong or old one, credentials of
//! nobody, and callers who may not.
#![allow(clippy::unwrap_used, clippy::panic)]

use super::tables;
use contract::{Operation, Protocol};
use serde_json::{Value, json};
use testkit::{Keys, World};

const ROLE: &str = "arn:aws:iam::123456789012:role/closed";
const ADMIN: &str = "arn:aws:iam::aws:policy/AdministratorAccess";

fn signed() -> impl Iterator<Item = &'static Operation> {
    tables().into_iter().flatten().map(|entry| entry.operation).filter(|operation| !operation.unsigned)
}

/// Those that a policy can keep from somebody (spec/policy.md 6.6).
fn guarded() -> impl Iterator<Item = &'static Operation> {
    signed().filter(|operation| !matches!(operation.action, "sts:GetCallerIdentity" | "sts:GetSessionToken"))
}

fn name(operation: &Operation) -> String {
    format!("{}:{}", operation.service.name, operation.name)
}

/// The role's trust policy decides, so there must be a role; of everything else no input is read before the decision.
fn input(operation: &Operation) -> Value {
    match operation.action {
        "sts:AssumeRole" => json!({ "RoleArn": ROLE, "RoleSessionName": "session" }),
        _ => json!({}),
    }
}

/// The user's keys.
async fn user(world: &World, user: &str) -> Keys {
    world.call("iam:CreateUser", &json!({ "UserName": user })).await.ok();
    let made = world.call("iam:CreateAccessKey", &json!({ "UserName": user })).await;
    Keys::of(made.at("CreateAccessKeyResponse.CreateAccessKeyResult.AccessKey"))
}

/// A role that the account may assume.
async fn role(world: &World) {
    let trust = json!({ "Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Principal": { "AWS": "123456789012" }, "Action": "sts:AssumeRole",
    }});
    let role = json!({ "RoleName": "closed", "AssumeRolePolicyDocument": trust.to_string() });
    world.call("iam:CreateRole", &role).await.ok();
}

/// A session of that role, with its administrator's rights; `policy` bounds it.
async fn session(world: &World, policy: Option<&str>) -> Keys {
    role(world).await;
    world.call("iam:AttachRolePolicy", &json!({ "RoleName": "closed", "PolicyArn": ADMIN })).await.ok();
    let ana = user(world, "ana").await;
    world.call("iam:AttachUserPolicy", &json!({ "UserName": "ana", "PolicyArn": ADMIN })).await.ok();
    let mut input = json!({ "RoleArn": ROLE, "RoleSessionName": "s1" });
    if let Some(policy) = policy {
        input["Policy"] = json!(policy);
    }
    let answer = world.call_as(&ana, "sts:AssumeRole", &input).await;
    Keys::of(answer.at("AssumeRoleResponse.AssumeRoleResult.Credentials"))
}

/// The whole answer: each protocol's code, and the sentence.
fn said(operation: &Operation, query: &str, json: &str, sentence: &str) -> String {
    match operation.service.protocol {
        Protocol::Query => format!("{query}: {sentence}"),
        Protocol::Json11 => format!("{json}: {sentence}"),
    }
}

#[tokio::test]
async fn no_signed_operation_answers_without_a_signature() {
    let world = World::new(&tables()).await;
    for operation in signed() {
        let answer = world.call_unsigned(&name(operation), &json!({})).await;
        let expected = match operation.service.protocol {
            Protocol::Query => "403 MissingAuthenticationToken: Request is missing Authentication Token",
            Protocol::Json11 => "400 MissingAuthenticationTokenException: Missing Authentication Token",
        };
        assert_eq!(answer.to_string(), expected, "{}", name(operation));
    }
}

#[tokio::test]
async fn no_signed_operation_answers_to_a_wrong_signature() {
    let world = World::new(&tables()).await;
    let mut wrong = Keys::root();
    wrong.secret_access_key.push('x');
    let sentence = "The request signature we calculated does not match the signature you provided. Check your AWS \
                    Secret Access Key and signing method. Consult the service documentation for details.";
    for operation in signed() {
        let expected = said(operation, "403 SignatureDoesNotMatch", "400 InvalidSignatureException", sentence);
        let answer = world.call_as(&wrong, &name(operation), &json!({})).await;
        assert_eq!(answer.to_string(), expected, "{}", name(operation));
        // The right key, and a request that changed on its way.
        let mut changed = world.signed(world.request(&name(operation), &json!({})), &Keys::root());
        let mut body = changed.body().to_vec();
        body.extend_from_slice(match operation.service.protocol {
            Protocol::Query => b"&Another=1",
            Protocol::Json11 => b" ",
        });
        *changed.body_mut() = body.into();
        let answer = world.send(changed).await;
        assert_eq!(answer.to_string(), expected, "{}", name(operation));
    }
}

#[tokio::test]
async fn no_signed_operation_answers_to_an_old_signature() {
    let world = World::new(&tables()).await;
    for operation in signed() {
        let request = world.request(&name(operation), &json!({}));
        let request = world.signed(request, &Keys::root());
        world.clock.advance_seconds(16 * 60);
        let answer = world.send(request).await;
        let expected =
            said(operation, "403 SignatureDoesNotMatch", "400 InvalidSignatureException", "Signature expired: ");
        assert!(answer.to_string().starts_with(&expected), "{}: {answer}", name(operation));
    }
}

#[tokio::test]
async fn no_signed_operation_answers_to_a_signature_for_another_service() {
    let world = World::new(&tables()).await;
    for operation in signed() {
        let mut request = world.request(&name(operation), &json!({}));
        let own = request.headers().get("host").cloned().unwrap();
        request.headers_mut().insert("host", "s3.us-east-1.amazonaws.com".parse().unwrap());
        let mut request = world.signed(request, &Keys::root());
        request.headers_mut().insert("host", own);
        let answer = world.send(request).await;
        let sentence = format!("Credential should be scoped to correct service: '{}'.", operation.service.name);
        let expected = said(operation, "403 SignatureDoesNotMatch", "400 InvalidSignatureException", &sentence);
        assert!(answer.to_string().starts_with(&expected), "{}: {answer}", name(operation));
    }
}

#[tokio::test]
async fn no_signed_operation_answers_to_keys_of_nobody() {
    let world = World::new(&tables()).await;
    let session = session(&world, None).await;
    let stranger = Keys { access_key_id: "AKIANOBODYNOBODYNOBO".to_owned(), ..Keys::root() };
    let without_token = Keys { session_token: None, ..session.clone() };
    let unknown = "The security token included in the request is invalid.";
    let inactive = user(&world, "bea").await;
    let off = json!({ "UserName": "bea", "AccessKeyId": inactive.access_key_id, "Status": "Inactive" });
    world.call("iam:UpdateAccessKey", &off).await.ok();
    let off = "The AWS access key provided does not exist in our records.";
    let mut changed = session.clone();
    let token = changed.session_token.as_mut().unwrap();
    let last = if token.pop() == Some('A') { 'B' } else { 'A' };
    token.push(last);
    let other_token = Keys { session_token: session.session_token.clone(), ..Keys::root() };
    // JSON services have one sentence for all of them (spec/sts-and-iam.md E2).
    let bad_token = "The security token included in the request is invalid";
    for operation in signed() {
        for (keys, sentence) in [
            (&stranger, unknown),
            (&without_token, unknown),
            (&inactive, off),
            (&changed, bad_token),
            (&other_token, bad_token),
        ] {
            let answer = world.call_as(keys, &name(operation), &json!({})).await;
            let expected = match operation.service.protocol {
                Protocol::Query => format!("403 InvalidClientTokenId: {sentence}"),
                Protocol::Json11 => format!("400 UnrecognizedClientException: {unknown}"),
            };
            assert_eq!(answer.to_string(), expected, "{}", name(operation));
        }
    }
}

#[tokio::test]
async fn no_signed_operation_answers_to_a_session_that_has_ended() {
    let world = World::new(&tables()).await;
    let session = session(&world, None).await;
    world.call_as(&session, "sts:GetCallerIdentity", &json!({})).await.ok();
    world.clock.advance_seconds(3600);
    let sentence = "The security token included in the request is expired";
    for operation in signed() {
        let answer = world.call_as(&session, &name(operation), &json!({})).await;
        let expected = said(operation, "403 ExpiredToken", "400 ExpiredTokenException", sentence);
        assert_eq!(answer.to_string(), expected, "{}", name(operation));
    }
}

/// Calls everything that a policy guards; the answer must be the denial of this caller, with this reason.
async fn denied(world: &World, keys: &Keys, caller: &str, reason: &dyn Fn(&str) -> String) {
    for operation in guarded() {
        let answer = world.call_as(keys, &name(operation), &input(operation)).await;
        let sentence = format!("User: {caller} is not authorized to perform: {}", operation.action);
        let expected = said(operation, "403 AccessDenied", "400 AccessDeniedException", &sentence);
        assert!(answer.to_string().starts_with(&expected), "{}: {answer}", name(operation));
        // STS does not say why a role cannot be assumed (spec/sts-and-iam.md B3).
        if operation.action != "sts:AssumeRole" {
            assert!(answer.message().ends_with(&reason(operation.action)), "{}: {answer}", name(operation));
        }
    }
}

#[tokio::test]
async fn nobody_without_a_policy_may_do_anything() {
    let world = World::new(&tables()).await;
    role(&world).await;
    let keys = user(&world, "nobody").await;
    let reason = |action: &str| format!("because no identity-based policy allows the {action} action");
    denied(&world, &keys, "arn:aws:iam::123456789012:user/nobody", &reason).await;
}

#[tokio::test]
async fn an_explicit_denial_wins_over_every_permission() {
    let world = World::new(&tables()).await;
    role(&world).await;
    let keys = user(&world, "eve").await;
    world.call("iam:AttachUserPolicy", &json!({ "UserName": "eve", "PolicyArn": ADMIN })).await.ok();
    world.call_as(&keys, "iam:ListUsers", &json!({})).await.ok();
    let everything = "arn:aws:iam::aws:policy/AWSDenyAll";
    world.call("iam:AttachUserPolicy", &json!({ "UserName": "eve", "PolicyArn": everything })).await.ok();
    let reason = |_: &str| "with an explicit deny in an identity-based policy".to_owned();
    denied(&world, &keys, "arn:aws:iam::123456789012:user/eve", &reason).await;
    // Not even a denial keeps these from anybody.
    world.call_as(&keys, "sts:GetCallerIdentity", &json!({})).await.ok();
    world.call_as(&keys, "sts:GetSessionToken", &json!({})).await.ok();
}

#[tokio::test]
async fn a_permissions_boundary_bounds_every_permission() {
    let world = World::new(&tables()).await;
    role(&world).await;
    let keys = user(&world, "eve").await;
    world.call("iam:AttachUserPolicy", &json!({ "UserName": "eve", "PolicyArn": ADMIN })).await.ok();
    let boundary = "arn:aws:iam::aws:policy/AmazonSQSFullAccess";
    let bound = json!({ "UserName": "eve", "PermissionsBoundary": boundary });
    world.call("iam:PutUserPermissionsBoundary", &bound).await.ok();
    let reason = |action: &str| format!("because no permissions boundary allows the {action} action");
    denied(&world, &keys, "arn:aws:iam::123456789012:user/eve", &reason).await;
}

#[tokio::test]
async fn a_session_policy_bounds_every_permission() {
    let world = World::new(&tables()).await;
    let sqs = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sqs:*","Resource":"*"}}"#;
    let session = session(&world, Some(sqs)).await;
    let caller = "arn:aws:sts::123456789012:assumed-role/closed/s1";
    for operation in guarded() {
        let answer = world.call_as(&session, &name(operation), &input(operation)).await;
        if operation.action == "sts:GetFederationToken" {
            assert_eq!(answer.to_string(), "403 AccessDenied: Cannot call GetFederationToken with session credentials");
            continue;
        }
        let sentence = format!("User: {caller} is not authorized to perform: {}", operation.action);
        let expected = said(operation, "403 AccessDenied", "400 AccessDeniedException", &sentence);
        assert!(answer.to_string().starts_with(&expected), "{}: {answer}", name(operation));
        if operation.action != "sts:AssumeRole" {
            let reason = format!("because no session policy allows the {} action", operation.action);
            assert!(answer.message().ends_with(&reason), "{}: {answer}", name(operation));
        }
    }
}
