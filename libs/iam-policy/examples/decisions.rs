//! Prints nanoseconds per decision: a role with ten policies of ten statements each, and the same with a session policy,
//! a boundary and a bucket policy. Run it with `--release`.

#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

use iam_policy::{Context, Layers, Policy, PolicyKind, PolicyRef, Principal, Request, Resource, evaluate};
use std::hint::black_box;
use std::time::Instant;

const ROUNDS: u32 = 200_000;

fn main() {
    let policies: Vec<Policy> = (0..10).map(|at| Policy::parse(&document(at)).unwrap()).collect();
    let identity: Vec<PolicyRef<'_>> =
        policies.iter().map(|policy| PolicyRef::new(PolicyKind::Managed, "policy", policy)).collect();
    let caller = Principal::RoleSession {
        role_arn: "arn:aws:iam::111122223333:role/App".into(),
        role_id: "AROAAPPAPPAPPAPPAPP1".into(),
        session_arn: "arn:aws:sts::111122223333:assumed-role/App/s".into(),
        account: "111122223333".into(),
    };
    let layers = Layers { identity: &identity, ..Layers::default() };
    let context = context();
    let mut request = Request {
        principal: &caller,
        action: "s3:GetObject",
        resource: Resource::Arn("arn:aws:s3:::app-9/us-east-1:1111/cat.jpg"),
        resource_account: None,
        context: &context,
    };
    assert!(evaluate(&request, &layers).is_allowed());
    time("allowed, 10 policies of 10 statements", || evaluate(black_box(&request), black_box(&layers)).is_allowed());
    let limited = Layers { boundary: Some(identity[9]), session: Some(&identity[9..]), ..layers };
    assert!(evaluate(&request, &limited).is_allowed());
    time("the same with boundary and session policy", || evaluate(&request, black_box(&limited)).is_allowed());
    request.resource = Resource::Arn("arn:aws:s3:::app-9/us-east-1:2222/cat.jpg");
    assert!(!evaluate(&request, &layers).is_allowed());
    time("denied", || evaluate(black_box(&request), black_box(&layers)).is_allowed());
    time("denied and explained", || evaluate(&request, &layers).explain().layers.is_empty());
    time("building a context of 16 keys", || self::context().iter().next().is_none());
    let text = document(3);
    time("parsing a policy of 10 statements", || Policy::parse(black_box(&text)).is_err());
}

fn time(what: &str, mut run: impl FnMut() -> bool) {
    for _ in 0..ROUNDS / 10 {
        black_box(run());
    }
    let start = Instant::now();
    for _ in 0..ROUNDS {
        black_box(run());
    }
    println!("{what}: {} ns", start.elapsed().as_nanos() / u128::from(ROUNDS));
}

fn context() -> Context {
    let mut context = Context::new();
    for key in [
        "aws:CurrentTime",
        "aws:EpochTime",
        "aws:UserAgent",
        "aws:RequestedRegion",
        "aws:PrincipalAccount",
        "aws:PrincipalType",
        "aws:userid",
        "aws:PrincipalArn",
        "aws:TokenIssueTime",
        "aws:FederatedProvider",
        "cognito-identity.amazonaws.com:aud",
    ] {
        context.set(key, "a value of some length");
    }
    context.set("cognito-identity.amazonaws.com:sub", "us-east-1:1111");
    context.set_list("cognito-identity.amazonaws.com:amr", ["authenticated", "login.app"]);
    context.set_bool("aws:SecureTransport", true);
    context.set_bool("aws:ViaAWSService", false);
    context.set("aws:SourceIp", "203.0.113.9");
    context
}

/// Ten statements; one of them concerns the request's action and bucket.
fn document(at: usize) -> String {
    let services = ["ec2", "sqs", "sns", "dynamodb", "iam", "lambda", "kms", "logs", "ses"];
    let others: Vec<String> = services
        .iter()
        .map(|service| {
            format!(
                r#"{{"Effect":"Allow","Action":["{service}:Get*","{service}:List*","{service}:Put*"],"Resource":"arn:aws:{service}:*:111122223333:thing{at}/*"}}"#
            )
        })
        .collect();
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{},{{"Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],
        "Resource":"arn:aws:s3:::app-{at}/${{cognito-identity.amazonaws.com:sub}}/*",
        "Condition":{{"IpAddress":{{"aws:SourceIp":"203.0.113.0/24"}},"Bool":{{"aws:SecureTransport":"true"}}}}}}]}}"#,
        others.join(",")
    )
}
