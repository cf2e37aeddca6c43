//! Runs every file under `tests/cases/`: adding a case is adding a file.
//!
//! A decision case has a `caller`, its layers (`identity`, `boundary`, `session`, `resource_policy` or `trust`, `scp`, `rcp`,
//! `endpoint`) and `requests`, each with what to `expect`, and optionally the `reason` clause (empty: none is told) and
//! the Sid the decision rests on (`by`). A document case has `validate` (the kind), `document` or `text`, and `expect`:
//! `ok` or AWS's sentence. A `public` case says whether its `document` is public.

#![allow(clippy::unwrap_used, clippy::panic)]

use iam_policy::{
    Context, IdentityKind, Layers, Policy, PolicyKind, PolicyRef, Principal, Request, Resource, Verdict, evaluate,
    evaluate_trust, validate_bucket, validate_identity, validate_trust,
};
use serde_json::Value;
use std::path::{Path, PathBuf};

#[test]
fn every_case_holds() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut files = Vec::new();
    collect(&root, &mut files);
    assert!(files.len() > 200, "only {} case files found", files.len());
    let mut failures = Vec::new();
    for file in &files {
        let case: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
        let outcome = if case.get("validate").is_some() {
            document(&case)
        } else if let Some(public) = case.get("public") {
            same("public", &parse(&case["document"]).is_public().to_string(), &public.to_string())
        } else {
            decision(&case)
        };
        if let Err(message) = outcome {
            failures.push(format!("{}: {message}", file.strip_prefix(&root).unwrap().display()));
        }
    }
    assert!(failures.is_empty(), "{} of {} files fail\n{}", failures.len(), files.len(), failures.join("\n"));
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
    files.sort();
}

fn document(case: &Value) -> Result<(), String> {
    let text = case.get("text").and_then(Value::as_str).map_or_else(|| case["document"].to_string(), str::to_owned);
    let identity = |kind| validate_identity(&text, kind).map(|_| ());
    let got = match case["validate"].as_str().unwrap() {
        "managed" => identity(IdentityKind::Managed),
        "inline" => identity(IdentityKind::Inline),
        "session" => identity(IdentityKind::Session),
        "boundary" => identity(IdentityKind::Boundary),
        "trust" => validate_trust(&text).map(|_| ()),
        "bucket" => validate_bucket(&text, "example").map(|_| ()),
        other => panic!("unknown kind {other}"),
    };
    let got = got.map_or_else(|malformed| malformed.message, |()| "ok".to_owned());
    same("answer", &got, case["expect"].as_str().unwrap())
}

fn decision(case: &Value) -> Result<(), String> {
    let caller = principal(&case["caller"]);
    let identity = policies(case.get("identity"));
    let identity = refs(PolicyKind::Inline, &identity);
    let session = policies(case.get("session"));
    let session = refs(PolicyKind::Session, &session);
    let rcp = policies(case.get("rcp"));
    let rcp = refs(PolicyKind::ResourceControl, &rcp);
    let levels: Vec<Vec<Policy>> =
        case.get("scp").and_then(Value::as_array).into_iter().flatten().map(|level| policies(Some(level))).collect();
    let levels: Vec<Vec<PolicyRef<'_>>> = levels.iter().map(|level| refs(PolicyKind::ServiceControl, level)).collect();
    let levels: Vec<&[PolicyRef<'_>]> = levels.iter().map(Vec::as_slice).collect();
    let boundary = case.get("boundary").map(parse);
    let endpoint = case.get("endpoint").map(parse);
    let resource = case.get("resource_policy").map(parse);
    let trust = case.get("trust").map(parse);
    let layers = Layers {
        resource: resource.as_ref().map(|policy| PolicyRef::new(PolicyKind::Resource, "resource", policy)),
        identity: &identity,
        boundary: boundary.as_ref().map(|policy| PolicyRef::new(PolicyKind::Boundary, "boundary", policy)),
        session: case.get("session").map(|_| session.as_slice()),
        scp: &levels,
        rcp: &rcp,
        endpoint: endpoint.as_ref().map(|policy| PolicyRef::new(PolicyKind::Endpoint, "endpoint", policy)),
    };
    for (index, wanted) in case["requests"].as_array().unwrap().iter().enumerate() {
        let context = context(wanted.get("context"));
        let request = Request {
            principal: &caller,
            action: wanted["action"].as_str().unwrap(),
            resource: wanted.get("resource").map_or(Resource::None, |arn| Resource::Arn(arn.as_str().unwrap())),
            resource_account: wanted.get("resource_account").and_then(Value::as_str),
            context: &context,
        };
        let verdict = match &trust {
            Some(trust) => evaluate_trust(PolicyRef::new(PolicyKind::Trust, "trust", trust), &request, &layers),
            None => evaluate(&request, &layers),
        };
        check(&verdict, wanted)
            .map_err(|message| format!("request {}: {message}\n{}", index + 1, verdict.explain()))?;
    }
    Ok(())
}

fn check(verdict: &Verdict<'_>, wanted: &Value) -> Result<(), String> {
    same("decision", verdict.decision.as_str(), wanted["expect"].as_str().unwrap())?;
    if let Some(reason) = wanted.get("reason") {
        same("reason", &verdict.reason_clause().unwrap_or_default(), reason.as_str().unwrap())?;
    }
    if let Some(by) = wanted.get("by") {
        let sid = verdict.deciding().and_then(|found| found.statement.sid()).unwrap_or_default().to_owned();
        same("deciding statement", &sid, by.as_str().unwrap())?;
    }
    let json = verdict.to_json();
    same("decision as JSON", json["decision"].as_str().unwrap_or_default(), verdict.decision.as_str())
}

fn same(what: &str, got: &str, wanted: &str) -> Result<(), String> {
    if got == wanted { Ok(()) } else { Err(format!("{what} is `{got}`, not `{wanted}`")) }
}

fn parse(document: &Value) -> Policy {
    Policy::parse(&document.to_string()).unwrap()
}

fn policies(documents: Option<&Value>) -> Vec<Policy> {
    documents.and_then(Value::as_array).into_iter().flatten().map(parse).collect()
}

fn refs(kind: PolicyKind, policies: &[Policy]) -> Vec<PolicyRef<'_>> {
    policies.iter().map(|policy| PolicyRef::new(kind, "policy", policy)).collect()
}

fn context(values: Option<&Value>) -> Context {
    let mut context = Context::new();
    for (key, value) in values.and_then(Value::as_object).into_iter().flatten() {
        match value {
            Value::Array(items) => context.set_list(key.clone(), items.iter().map(|item| item.as_str().unwrap())),
            Value::String(text) => context.set(key.clone(), text),
            other => panic!("context value {other}"),
        }
    }
    context
}

fn principal(caller: &Value) -> Principal {
    let text = |name: &str| caller.get(name).and_then(Value::as_str).map(str::to_owned);
    let account = |arn: &str| arn.split(':').nth(4).unwrap().to_owned();
    if caller == "anonymous" {
        Principal::Anonymous
    } else if let Some(arn) = text("user") {
        Principal::User { account: account(&arn), id: text("id").unwrap(), arn }
    } else if let Some(role_arn) = text("role") {
        Principal::RoleSession {
            account: account(&role_arn),
            role_id: text("id").unwrap(),
            session_arn: text("session").unwrap(),
            role_arn,
        }
    } else if let Some(arn) = text("federated") {
        Principal::FederatedUser {
            account: account(&arn),
            issuer_arn: text("issuer").unwrap(),
            issuer_id: text("id").unwrap(),
            arn,
        }
    } else if let Some(account) = text("root") {
        Principal::Root { account }
    } else if let Some(name) = text("service") {
        Principal::Service { name }
    } else if let Some(provider) = text("web_identity") {
        Principal::WebIdentity { provider }
    } else if let Some(provider_arn) = text("saml") {
        Principal::Saml { provider_arn }
    } else {
        panic!("unknown caller {caller}")
    }
}
