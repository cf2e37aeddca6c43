//! `sekisho explain`: why a request was answered as it was.

use super::env::locate;
use crate::cli::ExplainArgs;
use crate::client::{Client, Credentials};
use serde_json::Value;

/// Fetches the decision of a request and prints it, for people or (`--json`) for programs.
///
/// # Errors
/// No server, no key, or the decision is not kept any more.
pub fn run(args: &ExplainArgs) -> Result<(), String> {
    let id = &args.request_id;
    if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        return Err(format!("`{id}` is not a request id; it is the value of x-amzn-RequestId in the answer"));
    }
    let server = locate(&args.server)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|e| e.to_string())?;
    let answer = runtime.block_on(async {
        let client = Client::of_url(&server.url, &server.region).await?;
        let path = format!("/_sekisho/decisions/{id}");
        client.own(http::Method::GET, &path, &Credentials::long_term(&server.root)).await
    })?;
    if args.json {
        println!("{:#}", answer.body);
    } else {
        print(&answer.body);
    }
    Ok(())
}

fn print(decision: &Value) {
    let text = |name: &str| decision.get(name).and_then(Value::as_str).unwrap_or_default();
    println!("{} by {} -> {}", text("operation"), text("caller"), text("answer"));
    for step in decision.get("steps").and_then(Value::as_array).into_iter().flatten() {
        let part = |name: &str| step.get(name).and_then(Value::as_str).unwrap_or_default();
        let mark = match part("outcome") {
            "passed" => "yes",
            "failed" => "no ",
            _ => "   ",
        };
        println!("  {mark} {:<10} {}", part("stage"), part("text"));
    }
}
