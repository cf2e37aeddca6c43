//! Why a call was denied: from the request id that every client shows to the statement that decided, or the one that
//! nearly would have.

#![allow(clippy::panic, clippy::unwrap_used)]

use e2e::principal::{policy, role, user, user_key};
use e2e::server::{ACCOUNT, ROOT_KEY};
use e2e::{Engine, Output, Server, Shell};
use serde_json::{Value, json};
use std::sync::OnceLock;

fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| Server::start(Engine::Memory))
}

#[test]
fn the_statement_that_denied_is_shown() {
    let root = server().root();
    let dora = user(
        &root,
        "dora",
        &[policy([
            json!({ "Sid": "Reads", "Effect": "Allow", "Action": "iam:*", "Resource": "*" }),
            json!({ "Sid": "NoNewUsers", "Effect": "Deny", "Action": "iam:Create*", "Resource": "*" }),
        ])],
    );
    let id = denied(&dora, "aws iam create-user --user-name mallory");
    let said = explain(&id).out;
    let first = said.lines().next().unwrap_or_default();
    assert_eq!(first, format!("iam:CreateUser by arn:aws:iam::{ACCOUNT}:user/dora -> 403 AccessDenied"));
    assert!(said.contains("NoNewUsers") && said.contains("policy-0"), "{said}");
    assert!(said.contains(&format!("arn:aws:iam::{ACCOUNT}:user/mallory")), "{said}");
    let deciding = said.lines().find(|line| line.contains("explicitly denied by")).unwrap_or_else(|| panic!("{said}"));
    assert!(deciding.contains("statement 2 `NoNewUsers` of inline policy `policy-0`"), "{said}");
}

#[test]
fn the_nearest_miss_says_what_it_lacked() {
    let root = server().root();
    let nico = user(
        &root,
        "nico",
        &[policy([
            json!({ "Sid": "ListsRoles", "Effect": "Allow", "Action": "iam:ListRoles", "Resource": "*" }),
            json!({
                "Sid": "ReadsFromHome", "Effect": "Allow", "Action": "iam:GetUser", "Resource": "*",
                "Condition": { "IpAddress": { "aws:SourceIp": "203.0.113.0/24" } },
            }),
            json!({ "Sid": "DeletesOthers", "Effect": "Allow", "Action": "iam:DeleteUser", "Resource": "arn:aws:iam::*:user/tmp/*" }),
            json!({
                "Sid": "WithFactor", "Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*",
                "Condition": { "Bool": { "aws:MultiFactorAuthPresent": "true" } },
            }),
        ])],
    );
    // The condition's key has another value: both are told.
    let said = explain(&denied(&nico, "aws iam get-user --user-name nico")).out;
    for word in ["ReadsFromHome", "aws:SourceIp", "127.0.0.1", "203.0.113.0/24"] {
        assert!(said.contains(word), "no {word} in:\n{said}");
    }
    // Another resource.
    let said = explain(&denied(&nico, "aws iam delete-user --user-name nico")).out;
    for word in ["DeletesOthers", "arn:aws:iam::*:user/tmp/*"] {
        assert!(said.contains(word), "no {word} in:\n{said}");
    }
    // The key is not there at all: long-term keys never have it.
    let said = explain(&denied(&nico, "aws iam list-users")).out;
    for word in ["WithFactor", "aws:MultiFactorAuthPresent"] {
        assert!(said.contains(word), "no {word} in:\n{said}");
    }
}

#[test]
fn a_closed_role_says_why_to_the_operator_alone() {
    let root = server().root();
    let ruth = user(&root, "ruth", &[]);
    let trust = policy([json!({
        "Sid": "Partners", "Effect": "Allow", "Principal": { "AWS": format!("arn:aws:iam::{ACCOUNT}:user/ruth") },
        "Action": "sts:AssumeRole", "Condition": { "StringEquals": { "sts:ExternalId": "contract-7" } },
    })]);
    let arn = role(&root, "Closed", &trust, &[]);
    let assume = format!("aws sts assume-role --role-arn {arn} --role-session-name ruth");
    // The caller learns nothing, or roles could be probed.
    let sentence = format!(
        "User: arn:aws:iam::{ACCOUNT}:user/ruth is not authorized to perform: sts:AssumeRole on resource: {arn}"
    );
    ruth.refused(&assume, "AccessDenied", &sentence);
    let said = explain(&denied(&ruth, &format!("{assume} --external-id contract-8"))).out;
    for word in ["trust", "Partners", "sts:ExternalId", "contract-8", "contract-7"] {
        assert!(said.contains(word), "no {word} in:\n{said}");
    }
    let said = explain(&denied(
        &ruth,
        "aws sts assume-role --role-arn arn:aws:iam::123456789012:role/Gone --role-session-name ruth",
    ))
    .out;
    assert!(said.contains("there is no role arn:aws:iam::123456789012:role/Gone"), "{said}");
}

#[test]
fn programs_read_it_as_json() {
    let root = server().root();
    let jo = user(&root, "jo", &[]);
    // boto3 tells the id in the error's metadata and in its headers.
    let told = jo.python(
        r#"
import boto3, botocore, json
try:
    boto3.client("cognito-idp").create_user_pool(PoolName="x")
except botocore.exceptions.ClientError as error:
    metadata = error.response["ResponseMetadata"]
    print(json.dumps([metadata["RequestId"], metadata["HTTPHeaders"]["x-amzn-requestid"], metadata["HTTPStatusCode"]]))
"#,
        &[],
    );
    assert_eq!((&told[0], &told[2]), (&told[1], &json!(400)));
    let id = told[0].as_str().unwrap();
    let output = sekisho(ROOT_KEY, &format!("explain {id} --json"));
    assert_eq!(output.code, Some(0), "{}", output.err);
    let decision: Value = serde_json::from_str(&output.out).unwrap_or_else(|error| panic!("{error}: {}", output.out));
    assert_eq!(
        (&decision["request_id"], &decision["operation"], &decision["caller"], &decision["answer"]),
        (
            &json!(id),
            &json!("cognito-idp:CreateUserPool"),
            &json!(format!("arn:aws:iam::{ACCOUNT}:user/jo")),
            &json!("400 AccessDeniedException")
        )
    );
    let failed: Vec<&Value> =
        decision["steps"].as_array().unwrap().iter().filter(|step| step["outcome"] == "failed").collect();
    assert_eq!((failed.len(), &failed[0]["stage"]), (1, &json!("policy")), "{decision}");
    assert!(!output.out.contains(ROOT_KEY.1));
}

#[test]
fn a_call_that_succeeded_is_explained_too() {
    let output = server().root().run("aws iam list-users --debug");
    assert_eq!(output.code, Some(0), "{}", output.err);
    let said = explain(&request_id(&output)).out;
    assert!(said.starts_with(&format!("iam:ListUsers by arn:aws:iam::{ACCOUNT}:root -> 200")), "{said}");
    assert!(said.contains("root user"), "{said}");
}

#[test]
fn only_who_may_is_told() {
    let root = server().root();
    let id = denied(&user(&root, "denied", &[]), "aws iam list-roles");
    let key = |name: &str, policies: &[Value]| {
        let key = user_key(&root, name, policies);
        let text = |member: &str| key[member].as_str().unwrap().to_owned();
        (text("AccessKeyId"), text("SecretAccessKey"))
    };
    let explain_as = |(id_of_key, secret): &(String, String)| sekisho((id_of_key, secret), &format!("explain {id}"));
    let curious = key("curious", &[]);
    let refused = explain_as(&curious);
    assert_eq!((refused.code, refused.out.as_str()), (Some(1), ""), "{}", refused.err);
    assert!(refused.err.contains("is not authorized to perform: sekisho:GetDecision"), "{}", refused.err);
    let auditor =
        key("auditor", &[policy([json!({ "Effect": "Allow", "Action": "sekisho:GetDecision", "Resource": "*" })])]);
    let told = explain_as(&auditor);
    assert_eq!(told.code, Some(0), "{}", told.err);
    assert!(told.out.contains("iam:ListRoles"), "{}", told.out);

    let unknown = sekisho(ROOT_KEY, "explain 00000000-0000-4000-8000-000000000000");
    assert_eq!((unknown.code, unknown.out.as_str()), (Some(1), ""));
    assert!(unknown.err.contains("No decision with this request id"), "{}", unknown.err);
    let wrong = sekisho((ROOT_KEY.0, "not+the+secret+of+this+server+at/all"), &format!("explain {id}"));
    assert_eq!((wrong.code, wrong.out.as_str()), (Some(1), ""), "{}", wrong.err);
}

/// Runs a call that must be denied, and answers its request id, taken from what `--debug` shows.
fn denied(shell: &Shell, call: &str) -> String {
    let output = shell.run(&format!("{call} --debug"));
    assert_ne!(output.code, Some(0), "`{call}` was not denied: {}", output.out);
    assert!(output.err.contains("AccessDenied"), "`{call}` failed otherwise: {}", output.err);
    request_id(&output)
}

/// The id in the answer's headers.
fn request_id(output: &Output) -> String {
    let line =
        output.err.lines().find(|line| line.contains("Response headers:")).unwrap_or_else(|| panic!("{output:?}"));
    let at = line.to_ascii_lowercase().find("'x-amzn-requestid': '").unwrap_or_else(|| panic!("{line}"));
    let id = line[at..].split('\'').nth(3).unwrap();
    assert_eq!(id.len(), 36, "{line}");
    id.to_owned()
}

/// What `sekisho explain` prints for the root user.
fn explain(request_id: &str) -> Output {
    let output = sekisho(ROOT_KEY, &format!("explain {request_id}"));
    assert_eq!(output.code, Some(0), "{}", output.err);
    output
}

fn sekisho(key: (&str, &str), arguments: &str) -> Output {
    let shell = Shell::bare()
        .with("SEKISHO_BASE_URL", &server().url)
        .with("SEKISHO_ROOT_ACCESS_KEY_ID", key.0)
        .with("SEKISHO_ROOT_SECRET_ACCESS_KEY", key.1);
    shell.run(&format!("sekisho {arguments}"))
}
