//! `sekisho revoke`: what was issued so far to an identity or for a role is refused from now on.

use super::ask::ask;
use crate::cli::RevokeArgs;
use http::Method;
use serde_json::{Value, json};

/// Revokes or lists, and prints what is revoked.
///
/// # Errors
/// No server, no key, not permitted, or no such identity or role.
pub fn run(args: &RevokeArgs) -> Result<(), String> {
    let entries = if args.whose.list {
        list(args)?
    } else {
        let question = json!({ "identity_id": args.whose.identity, "role": args.whose.role, "reason": args.reason });
        vec![ask(&args.server, Method::POST, PATH, Some(&question))?]
    };
    if args.json {
        println!("{:#}", Value::Array(entries));
        return Ok(());
    }
    for entry in &entries {
        let text = |name: &str| entry.get(name).and_then(Value::as_str).unwrap_or_default();
        let (kind, subject, reason) = (text("kind"), text("subject"), text("reason"));
        println!("{kind} {subject}: what was issued until {} is refused ({reason})", text("revoked_at"));
    }
    Ok(())
}

/// Every page.
fn list(args: &RevokeArgs) -> Result<Vec<Value>, String> {
    let mut entries = Vec::new();
    let mut path = PATH.to_owned();
    loop {
        let answer = ask(&args.server, Method::GET, &path, None)?;
        entries.extend(answer.get("revocations").and_then(Value::as_array).into_iter().flatten().cloned());
        let Some(next) = answer.get("next").and_then(Value::as_str) else { return Ok(entries) };
        let after: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
        path = format!("{PATH}?after={after}");
    }
}

const PATH: &str = "/_sekisho/revocations";
