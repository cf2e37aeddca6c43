//! `sekisho explain`: why a request was answered as it was, what would happen, what a token is.

use super::ask::{ask, token};
use crate::cli::{ExplainArgs, ExplainIdentityArgs, ExplainTokenArgs, ExplainWhat};
use http::Method;
use serde_json::{Map, Value, json};

/// Asks, and prints the answer for people or (`--json`) for programs.
///
/// # Errors
/// No server, no key, not permitted, or the decision is not kept any more.
pub fn run(args: &ExplainArgs) -> Result<(), String> {
    match &args.what {
        Some(ExplainWhat::Identity(args)) => identity(args),
        Some(ExplainWhat::Token(args)) => of_token(args),
        None => request(args),
    }
}

fn request(args: &ExplainArgs) -> Result<(), String> {
    let id = args.request_id.as_deref().unwrap_or_default();
    if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        return Err(format!("`{id}` is not a request id; it is the value of x-amzn-RequestId in the answer"));
    }
    let decision = ask(&args.server, Method::GET, &format!("/_sekisho/decisions/{id}"), None)?;
    if args.json {
        println!("{decision:#}");
        return Ok(());
    }
    println!("{} by {} -> {}", text(&decision, "operation"), text(&decision, "caller"), text(&decision, "answer"));
    print_steps(&decision);
    Ok(())
}

fn identity(args: &ExplainIdentityArgs) -> Result<(), String> {
    let mut logins = Map::new();
    for login in &args.logins {
        let (provider, given) = login.split_once('=').ok_or("--login takes PROVIDER=TOKEN")?;
        logins.insert(provider.to_owned(), json!(token(given)?));
    }
    let question = json!({
        "identity_pool_id": args.pool, "identity_id": args.identity, "logins": logins,
        "custom_role_arn": args.custom_role, "action": args.action, "resource": args.resource,
    });
    let answer = ask(&args.server, Method::POST, "/_sekisho/explain/identity", Some(&question))?;
    if args.json {
        println!("{answer:#}");
        return Ok(());
    }
    print_steps(&answer);
    if let Some(refusal) = answer.get("refusal") {
        println!("The client would be answered {}: {}", text(refusal, "code"), text(refusal, "message"));
    }
    if let Some(session) = answer.get("session") {
        let seconds = session.get("duration_seconds").unwrap_or(&Value::Null);
        println!("The client would be {} for {seconds} seconds.", text(session, "arn"));
    }
    if let Some(permission) = answer.get("permission") {
        let (action, resource) = (text(permission, "action"), text(permission, "resource"));
        match permission.get("sentence").and_then(Value::as_str) {
            None => println!("{action} on {resource} would be allowed."),
            Some(sentence) => println!("{action} on {resource} would be denied: {sentence}"),
        }
    }
    println!("Nothing was written or issued.");
    Ok(())
}

fn of_token(args: &ExplainTokenArgs) -> Result<(), String> {
    let question = json!({ "token": token(&args.token)?, "access_key_id": args.access_key_id });
    let answer = ask(&args.server, Method::POST, "/_sekisho/explain/token", Some(&question))?;
    if args.json {
        println!("{answer:#}");
        return Ok(());
    }
    println!("{}", text(&answer, "kind"));
    print_steps(&answer);
    if let Some(claims) = answer.get("claims") {
        println!("{claims:#}");
    }
    Ok(())
}

fn print_steps(answer: &Value) {
    for step in answer.get("steps").and_then(Value::as_array).into_iter().flatten() {
        let mark = match text(step, "outcome") {
            "passed" => "yes",
            "failed" => "no ",
            _ => "   ",
        };
        println!("  {mark} {:<10} {}", text(step, "stage"), text(step, "text"));
    }
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}
