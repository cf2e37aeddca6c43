//! The policy simulator with the AWS CLI: decisions, the statements that made them and their places in the text, what
//! was not told, and what a boundary says.

#![allow(clippy::panic, clippy::unwrap_used)]

use e2e::principal::{allow, policy, user};
use e2e::server::ACCOUNT;
use e2e::{Engine, Server, Shell};
use serde_json::{Value, json};
use std::sync::OnceLock;

fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| Server::start(Engine::Memory))
}

/// Written by hand, over several lines, with letters of more than one byte: positions count lines and characters.
const BY_HAND: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [
    { "Sid": "Lesen", "Effect": "Allow",
      "Action": ["s3:Get*", "s3:List*"], "Resource": "arn:aws:s3:::bücher/*" },
    { "Sid": "Raeumen", "Effect": "Allow", "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::bücher/tmp/*" },
    {
      "Sid": "Nie", "Effect": "Deny",
      "Action": "s3:*", "Resource": "arn:aws:s3:::bücher/geheim/*"
    }
  ]
}"#;

#[test]
fn the_statements_that_decide_are_pointed_at() {
    let root = server().root();
    std::fs::write(root.home().join("policy.json"), BY_HAND).unwrap();
    let simulate = |action: &str, resource: &str| {
        let answer = root.json(&format!(
            "aws iam simulate-custom-policy --policy-input-list \"$(cat policy.json)\" --action-names {action} \
             --resource-arns {resource}"
        ));
        let results = answer["EvaluationResults"].as_array().unwrap().clone();
        assert_eq!(results.len(), 1, "{answer}");
        results[0].clone()
    };
    let read = simulate("s3:GetObject", "arn:aws:s3:::bücher/faust");
    assert_eq!(read["EvalDecision"], "allowed");
    assert_eq!(sids(&read, BY_HAND), ["Lesen"]);
    assert_eq!(read["MatchedStatements"][0]["SourcePolicyId"], "PolicyInputList.1");
    assert_eq!(read["ResourceSpecificResults"][0]["EvalResourceDecision"], "allowed");

    // A deny decides alone, whoever allows beside it.
    let secret = simulate("s3:GetObject", "arn:aws:s3:::bücher/geheim/x");
    assert_eq!(secret["EvalDecision"], "explicitDeny");
    assert_eq!(sids(&secret, BY_HAND), ["Nie"]);

    let tidy = simulate("s3:DeleteObject", "arn:aws:s3:::bücher/tmp/x");
    assert_eq!((&tidy["EvalDecision"], sids(&tidy, BY_HAND)), (&json!("allowed"), vec!["Raeumen".to_owned()]));
    let nothing = simulate("s3:DeleteObject", "arn:aws:s3:::bücher/faust");
    assert_eq!((&nothing["EvalDecision"], &nothing["MatchedStatements"]), (&json!("implicitDeny"), &json!([])));
}

#[test]
fn every_action_is_decided_on_every_resource() {
    let root = server().root();
    std::fs::write(root.home().join("policy.json"), BY_HAND).unwrap();
    let answer = root.json(
        "aws iam simulate-custom-policy --policy-input-list \"$(cat policy.json)\" \
         --action-names s3:GetObject s3:PutObject \
         --resource-arns arn:aws:s3:::bücher/faust arn:aws:s3:::bücher/geheim/x",
    );
    let decisions = |result: &Value| -> Vec<String> {
        let each = result["ResourceSpecificResults"].as_array().unwrap();
        each.iter().map(|one| text(&one["EvalResourceDecision"])).collect()
    };
    let results = answer["EvaluationResults"].as_array().unwrap();
    let found: Vec<_> = results.iter().map(|result| (text(&result["EvalActionName"]), decisions(result))).collect();
    assert_eq!(
        found,
        [
            ("s3:GetObject".to_owned(), vec!["allowed".to_owned(), "explicitDeny".to_owned()]),
            ("s3:PutObject".to_owned(), vec!["implicitDeny".to_owned(), "explicitDeny".to_owned()]),
        ]
    );
    // The CLI follows the markers: a page of one result each.
    let paged = root.json(
        "aws iam simulate-custom-policy --policy-input-list \"$(cat policy.json)\" --page-size 1 \
         --action-names s3:GetObject s3:PutObject s3:ListBucket --resource-arns arn:aws:s3:::bücher/faust",
    );
    let actions: Vec<String> =
        paged["EvaluationResults"].as_array().unwrap().iter().map(|result| text(&result["EvalActionName"])).collect();
    assert_eq!(actions, ["s3:GetObject", "s3:PutObject", "s3:ListBucket"]);
}

#[test]
fn a_context_value_that_is_missing_is_named() {
    let root = server().root();
    let document = policy([json!({
        "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::home/${aws:PrincipalTag/team}/*",
        "Condition": { "IpAddress": { "aws:SourceIp": "10.0.0.0/8" }, "Bool": { "aws:SecureTransport": "true" } },
    })]);
    write(&root, "policy.json", &document);
    let keys = root.json("aws iam get-context-keys-for-custom-policy --policy-input-list \"$(cat policy.json)\"");
    let mut keys: Vec<String> = keys["ContextKeyNames"].as_array().unwrap().iter().map(text).collect();
    keys.sort_unstable();
    assert_eq!(keys, ["aws:PrincipalTag/team", "aws:SecureTransport", "aws:SourceIp"]);

    let simulate = |entries: &[(&str, &str, &str)]| {
        let entries: Vec<String> = entries
            .iter()
            .map(|(name, kind, value)| format!("ContextKeyName={name},ContextKeyType={kind},ContextKeyValues={value}"))
            .collect();
        let entries =
            if entries.is_empty() { String::new() } else { format!("--context-entries {}", entries.join(" ")) };
        let answer = root.json(&format!(
            "aws iam simulate-custom-policy --policy-input-list \"$(cat policy.json)\" --action-names s3:GetObject \
             --resource-arns arn:aws:s3:::home/gate/x {entries}"
        ));
        let result = &answer["EvaluationResults"][0];
        let specific = &result["ResourceSpecificResults"][0];
        let mut missing: Vec<String> =
            specific["MissingContextValues"].as_array().into_iter().flatten().map(text).collect();
        missing.sort_unstable();
        (text(&result["EvalDecision"]), missing)
    };
    let tag = ("aws:PrincipalTag/team", "string", "gate");
    let inside = ("aws:SourceIp", "ip", "10.1.2.3");
    let secure = ("aws:SecureTransport", "boolean", "true");
    assert_eq!(simulate(&[]), ("implicitDeny".to_owned(), keys));
    assert_eq!(simulate(&[tag, secure]), ("implicitDeny".to_owned(), vec!["aws:SourceIp".to_owned()]));
    assert_eq!(simulate(&[tag, secure, inside]), ("allowed".to_owned(), vec![]));
    let outside = ("aws:SourceIp", "ip", "192.0.2.1");
    assert_eq!(simulate(&[tag, secure, outside]), ("implicitDeny".to_owned(), vec![]));
    let other_tag = ("aws:PrincipalTag/team", "string", "door");
    assert_eq!(simulate(&[other_tag, secure, inside]), ("implicitDeny".to_owned(), vec![]));
}

#[test]
fn what_a_principal_has_is_simulated_and_then_so() {
    let root = server().root();
    let sim = user(&root, "sim", &[allow("iam:GetUser", format!("arn:aws:iam::{ACCOUNT}:user/${{aws:username}}"))]);
    write(&root, "group.json", &allow("iam:ListUsers", "*"));
    write(&root, "boundary.json", &allow(json!(["iam:Get*", "iam:ListRoles"]), "*"));
    root.text(
        "aws iam create-group --group-name simmers && \
         aws iam put-group-policy --group-name simmers --policy-name g --policy-document file://group.json && \
         aws iam add-user-to-group --group-name simmers --user-name sim",
    );
    let arn = format!("arn:aws:iam::{ACCOUNT}:user/sim");
    let decisions = || {
        let answer = root.json(&format!(
            "aws iam simulate-principal-policy --policy-source-arn {arn} \
             --action-names iam:GetUser iam:ListUsers iam:CreateUser --resource-arns {arn}"
        ));
        let results = answer["EvaluationResults"].as_array().unwrap().clone();
        results
            .iter()
            .map(|result| {
                let bounded = &result["PermissionsBoundaryDecisionDetail"]["AllowedByPermissionsBoundary"];
                let source = &result["MatchedStatements"][0]["SourcePolicyId"];
                json!([result["EvalDecision"], source, bounded])
            })
            .collect::<Vec<_>>()
    };
    // What the gate makes of the same calls.
    let really = || {
        let calls =
            ["aws iam get-user --user-name sim", "aws iam list-users", "aws iam create-user --user-name sims-friend"];
        calls.map(|call| sim.run(call).code == Some(0))
    };
    assert_eq!(
        decisions(),
        [
            json!(["allowed", "user_sim_policy-0", null]),
            json!(["allowed", "group_simmers_g", null]),
            json!(["implicitDeny", null, null])
        ]
    );
    assert_eq!(really(), [true, true, false]);

    let boundary = text(
        &root.json("aws iam create-policy --policy-name Simmer --policy-document file://boundary.json")["Policy"]["Arn"],
    );
    root.text(&format!("aws iam put-user-permissions-boundary --user-name sim --permissions-boundary {boundary}"));
    assert_eq!(
        decisions(),
        [
            json!(["allowed", "user_sim_policy-0", true]),
            json!(["implicitDeny", null, false]),
            json!(["implicitDeny", null, false])
        ]
    );
    assert_eq!(really(), [true, false, false]);

    let keys = root.json(&format!("aws iam get-context-keys-for-principal-policy --policy-source-arn {arn}"));
    assert_eq!(keys["ContextKeyNames"], json!(["aws:username"]));
}

#[test]
fn what_cannot_be_simulated_is_refused() {
    let root = server().root();
    write(&root, "policy.json", &allow("s3:GetObject", "*"));
    std::fs::write(root.home().join("broken.json"), "{ \"Version\": ").unwrap();
    for script in [
        "aws iam simulate-custom-policy --policy-input-list \"$(cat broken.json)\" --action-names s3:GetObject",
        "aws iam simulate-custom-policy --policy-input-list \"$(cat policy.json)\" --action-names GetObject",
        "aws iam simulate-custom-policy --policy-input-list \"$(cat policy.json)\" --action-names 's3:*'",
    ] {
        let refusal = root.run(script).refusal().unwrap_or_else(|| panic!("`{script}` was answered"));
        assert_eq!(refusal.0, "InvalidInput", "{script}: {}", refusal.1);
    }
    root.refused(
        &format!(
            "aws iam simulate-principal-policy --policy-source-arn arn:aws:iam::{ACCOUNT}:user/nobody \
             --action-names s3:GetObject"
        ),
        "NoSuchEntity",
        "The user with name nobody cannot be found.",
    );
    let eve = user(&root, "sim-eve", &[]);
    let (code, sentence) = eve
        .run("aws iam simulate-custom-policy --policy-input-list \"$(cat policy.json)\" --action-names s3:GetObject")
        .refusal()
        .unwrap();
    assert_eq!(code, "AccessDenied");
    assert!(sentence.contains("is not authorized to perform: iam:SimulateCustomPolicy"), "{sentence}");
}

/// The Sids of the matched statements, read out of the document at the positions that the answer gives.
fn sids(result: &Value, document: &str) -> Vec<String> {
    let statements = result["MatchedStatements"].as_array().unwrap();
    statements
        .iter()
        .map(|statement| {
            let found = slice(document, &statement["StartPosition"], &statement["EndPosition"]);
            // AWS begins just behind the `[` or the statement before (spec/policy.md 8.2).
            let found = found.trim_start_matches([',', '\n', ' ']);
            let read: Value = serde_json::from_str(found).unwrap_or_else(|error| panic!("{error}: {found}"));
            text(&read["Sid"])
        })
        .collect()
}

/// The text from one position up to another; lines and columns count from 1, columns in characters.
fn slice(document: &str, start: &Value, end: &Value) -> String {
    let at = |position: &Value| {
        let number = |name: &str| usize::try_from(position[name].as_u64().unwrap()).unwrap();
        let lines: usize = document.lines().take(number("Line") - 1).map(|line| line.chars().count() + 1).sum();
        lines + number("Column") - 1
    };
    document.chars().skip(at(start)).take(at(end) - at(start)).collect()
}

fn write(shell: &Shell, name: &str, document: &Value) {
    std::fs::write(shell.home().join(name), document.to_string()).unwrap();
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}
