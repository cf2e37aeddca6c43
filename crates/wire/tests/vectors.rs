//! Every file in `tests/vectors` is a request, a line `===`, and what must come of it: the operation with the
//! value that was read, or the answer. Requests with `x-test-echo` are answered as that header says (an output,
//! a fault). Adding a case is adding a file; `UPDATE_VECTORS=1` fills in an expectation that a file leaves out,
//! for a human to check, and never changes one.
#![allow(clippy::unwrap_used, clippy::panic)]

mod common;

use std::fs;
use std::path::Path;

use bytes::Bytes;
use common::{request, show};
use contract::{Fault, Value, check};
use http::Response;
use wire::{Face, RouteFault, answer, fault_answer, preflight, route};

const REQUEST_ID: &str = "01234567-89ab-cdef-0123-456789abcdef";

#[test]
fn every_vector_holds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 70, "vectors are missing: {}", files.len());
    let mut wrong = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let (given, expected) = text.split_once("\n===\n").unwrap_or((&text, ""));
        let found = understood(given.trim_end_matches('\n'));
        if found.trim_end() == expected.trim_end() {
            continue;
        }
        if expected.is_empty() && std::env::var_os("UPDATE_VECTORS").is_some() {
            fs::write(&file, format!("{}\n===\n{}\n", given.trim_end(), found.trim_end())).unwrap();
            continue;
        }
        wrong.push(format!("{}\nexpected\n{expected}\nfound\n{found}", file.display()));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// What becomes of a request: the operation and its value, or the answer of the fault.
fn understood(given: &str) -> String {
    let (parts, body) = request(given);
    if let Some(response) = preflight(&parts) {
        return text(&response);
    }
    let routed = match route(&parts, &body, model::SERVICES) {
        Ok(routed) => routed,
        Err(RouteFault::Elsewhere { scope }) => {
            let scope = scope.map(|scope| format!(" ({} in {})", scope.service, scope.region));
            return format!("elsewhere{}", scope.unwrap_or_default());
        }
        Err(RouteFault::Refused { face, fault }) => return text(&fault_answer(face, &fault, REQUEST_ID)),
    };
    let operation = routed.operation;
    let read = routed.read(&body).and_then(|value| {
        operation.input.map_or(Ok(()), |schema| check(&value, schema, operation.service.dialect))?;
        Ok(value)
    });
    match read {
        Ok(_) if parts.headers.contains_key("x-test-echo") => {
            text(&echo(operation, routed.face, parts.headers["x-test-echo"].to_str().unwrap()))
        }
        Ok(value) => {
            let region = routed.region.map(|region| format!(" in {region}")).unwrap_or_default();
            format!("{}{region}\n{}", operation.action, show(&value))
        }
        Err(fault) => text(&fault_answer(routed.face, &fault, REQUEST_ID)),
    }
}

/// An answer or a fault of the routed operation, as `x-test-echo` names it.
fn echo(operation: &contract::Operation, face: Face, what: &str) -> Response<Bytes> {
    let fault = match what {
        "denied" => {
            Fault::new("AccessDeniedException", 400, "User: anonymous is not authorized").with_capital_message()
        }
        "reason" => Fault::new("InvalidParameterException", 400, "no\nway \u{e9}").with_member("reasonCode", "why"),
        "broken" => Fault::internal("the disk is full"),
        "missing" => Fault::new("NoSuchEntity", 404, "The role with name <r> cannot be found."),
        "not yet" => wire::not_yet(operation),
        "output" => return answer(operation, face, &output(operation.name), REQUEST_ID),
        other => panic!("{other}"),
    };
    fault_answer(face, &fault, REQUEST_ID)
}

/// Answers worth looking at, one per operation.
fn output(operation: &str) -> Value {
    use contract::IntoValue;
    let text = str::to_owned;
    match operation {
        "GetCallerIdentity" => model::sts::GetCallerIdentityResponse {
            user_id: Some(text("AIDAEXAMPLE")),
            account: Some(text("123456789012")),
            arn: Some(text("arn:aws:iam::123456789012:user/ana&<co>")),
        }
        .into_value(),
        "AssumeRole" => model::sts::AssumeRoleResponse {
            credentials: Some(model::sts::Credentials {
                access_key_id: text("ASIAEXAMPLE"),
                secret_access_key: text("secret"),
                session_token: text("token"),
                expiration: 1_767_323_045_678,
            }),
            packed_policy_size: Some(6),
            ..Default::default()
        }
        .into_value(),
        "ListRoles" => {
            model::iam::ListRolesResponse { roles: Vec::new(), is_truncated: Some(false), marker: None }.into_value()
        }
        "GetAccountSummary" => model::iam::GetAccountSummaryResponse {
            summary_map: Some([(text("Users"), 27), (text("UsersQuota"), 5000)].into()),
        }
        .into_value(),
        "GetCredentialReport" => model::iam::GetCredentialReportResponse {
            content: Some(b"user,arn\r\n".to_vec()),
            report_format: Some(text(model::iam::report_format_type::TEXT_CSV)),
            generated_time: Some(1_767_323_045_000),
        }
        .into_value(),
        "GetCredentialsForIdentity" => model::cognito_identity::GetCredentialsForIdentityResponse {
            identity_id: Some(text("eu-west-1:7a1e")),
            credentials: Some(model::cognito_identity::Credentials {
                access_key_id: Some(text("ASIAEXAMPLE")),
                secret_key: Some(text("secret")),
                session_token: Some(text("token")),
                expiration: Some(1_790_000_000_250),
            }),
        }
        .into_value(),
        "DescribeIdentityPool" => model::cognito_identity::IdentityPool {
            identity_pool_id: text("eu-west-1:7a1e"),
            identity_pool_name: text("quote \" and \u{1}"),
            allow_unauthenticated_identities: false,
            cognito_identity_providers: Some(Vec::new()),
            identity_pool_tags: Some([(text("a"), text("b"))].into()),
            ..Default::default()
        }
        .into_value(),
        _ => Value::Null,
    }
}

fn text(response: &Response<Bytes>) -> String {
    let mut out = format!("{}\n", response.status().as_u16());
    for (name, value) in response.headers() {
        out.push_str(&format!("{name}: {}\n", value.to_str().unwrap()));
    }
    format!("{out}\n{}", String::from_utf8(response.body().to_vec()).unwrap())
}
