//! Which operations this build answers, and which it does not have yet.

use service::Entry;

/// The operations of every service.
pub fn tables() -> [&'static [Entry]; 4] {
    [cognito_identity::operations(), cognito_idp::operations(), iam::operations(), sts::operations()]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::tables;
    use crate::not_yet::NOT_YET;
    use contract::{Operation, Protocol};
    use serde_json::json;
    use std::collections::BTreeSet;
    use testkit::{Keys, World};

    #[test]
    fn every_operation_of_the_models_is_built_or_listed_as_not_yet() {
        let built: BTreeSet<&str> =
            tables().iter().flat_map(|table| table.iter()).map(|e| e.operation.action).collect();
        let listed: BTreeSet<&str> = NOT_YET.iter().copied().collect();
        assert_eq!(listed.len(), NOT_YET.len(), "an operation is listed twice");
        let known: BTreeSet<&str> = model::SERVICES.iter().flat_map(|s| s.operations).map(|o| o.action).collect();
        let both: Vec<_> = built.intersection(&listed).collect();
        assert!(both.is_empty(), "built, and still listed as not yet: {both:?}");
        let neither: Vec<_> = known.iter().filter(|o| !built.contains(*o) && !listed.contains(*o)).collect();
        assert!(neither.is_empty(), "neither built nor listed: {neither:?}");
        let unknown: Vec<_> = listed.difference(&known).collect();
        assert!(unknown.is_empty(), "listed, but no such operation: {unknown:?}");
    }

    #[tokio::test]
    async fn an_operation_that_is_not_built_says_so_in_its_protocols_words() {
        let world = World::new(&tables()).await;
        for name in NOT_YET {
            let (service, operation) = name.split_once(':').unwrap();
            let answer = world.call_known(model::SERVICES, service, operation, &json!({})).await;
            let query = matches!(service, "iam" | "sts");
            let code = if query { "InvalidAction" } else { "UnknownOperationException" };
            assert_eq!(answer.to_string(), format!("400 {code}: Sekisho does not have {name} yet."));
        }
    }

    fn signed() -> impl Iterator<Item = &'static Operation> {
        tables().into_iter().flatten().map(|entry| entry.operation).filter(|operation| !operation.unsigned)
    }

    fn name(operation: &Operation) -> String {
        format!("{}:{}", operation.service.name, operation.name)
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
        for operation in signed() {
            let answer = world.call_as(&wrong, &name(operation), &json!({})).await;
            let expected = match operation.service.protocol {
                Protocol::Query => "SignatureDoesNotMatch",
                Protocol::Json11 => "InvalidSignatureException",
            };
            assert_eq!(answer.code(), expected, "{}", name(operation));
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
            assert!(answer.message().starts_with("Signature expired: "), "{}: {answer}", name(operation));
        }
    }

    const CLOSED: &str = "arn:aws:iam::123456789012:role/closed";

    #[tokio::test]
    async fn nobody_without_a_policy_may_do_anything() {
        let world = World::new(&tables()).await;
        world.call("iam:CreateUser", &json!({ "UserName": "nobody" })).await.ok();
        let made = world.call("iam:CreateAccessKey", &json!({ "UserName": "nobody" })).await;
        let keys = Keys::of(made.at("CreateAccessKeyResponse.CreateAccessKeyResult.AccessKey"));
        let trust = json!({ "Version": "2012-10-17", "Statement": {
            "Effect": "Allow", "Principal": { "AWS": "123456789012" }, "Action": "sts:AssumeRole",
        }});
        let role = json!({ "RoleName": "closed", "AssumeRolePolicyDocument": trust.to_string() });
        world.call("iam:CreateRole", &role).await.ok();
        for operation in signed() {
            if matches!(operation.action, "sts:GetCallerIdentity" | "sts:GetSessionToken") {
                continue;
            }
            let input = match operation.action {
                // The role's trust policy decides, so there must be a role.
                "sts:AssumeRole" => json!({ "RoleArn": CLOSED, "RoleSessionName": "session" }),
                _ => json!({}),
            };
            let answer = world.call_as(&keys, &name(operation), &input).await;
            let code = match operation.service.protocol {
                Protocol::Query => "403 AccessDenied: ",
                Protocol::Json11 => "400 AccessDeniedException: ",
            };
            let sentence = format!(
                "{code}User: arn:aws:iam::123456789012:user/nobody is not authorized to perform: {}",
                operation.action
            );
            assert!(answer.to_string().starts_with(&sentence), "{}: {answer}", name(operation));
        }
    }
}
