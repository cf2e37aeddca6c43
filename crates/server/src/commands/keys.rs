//! `sekisho keys`: the keys that sign identity pools' tokens, and new ones in their place.

use super::ask::ask;
use crate::cli::{KeysArgs, KeysWhat};
use http::Method;
use serde_json::{Value, json};

/// Lists or rotates, and prints what keys there are then.
///
/// # Errors
/// No server, no key, or not permitted.
pub fn run(args: &KeysArgs) -> Result<(), String> {
    let (answer, args) = match &args.what {
        KeysWhat::List(common) => (ask(&common.server, Method::GET, "/_sekisho/keys", None)?, common),
        KeysWhat::Rotate(rotate) => {
            let question = json!({ "now": rotate.now });
            let answer = ask(&rotate.common.server, Method::POST, "/_sekisho/keys/rotate", Some(&question))?;
            (answer, &rotate.common)
        }
    };
    let keys = answer.get("keys").cloned().unwrap_or_else(|| json!([]));
    if args.json {
        println!("{keys:#}");
        return Ok(());
    }
    let keys = keys.as_array().map(Vec::as_slice).unwrap_or_default();
    if keys.is_empty() {
        println!("no keys yet: a region's first is made when it is needed");
    }
    for key in keys {
        println!("{}", line(key));
    }
    Ok(())
}

fn line(key: &Value) -> String {
    let text = |name: &str| key.get(name).and_then(Value::as_str).unwrap_or_default();
    let state = match text("state") {
        "published" => format!("published, signs from {}", text("signs_from")),
        "verifies" => format!("verifies until {}", text("verifies_until")),
        "over" => "over, about to be removed".to_owned(),
        state => state.to_owned(),
    };
    let age_seconds = key.get("age_seconds").and_then(Value::as_i64).unwrap_or_default();
    format!("{} ({}, {} old): {state}", text("key_id"), text("region"), age(age_seconds))
}

/// In the largest unit that there is one of.
fn age(seconds: i64) -> String {
    let units = [(86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")];
    let (length, name) = units.into_iter().find(|(length, _)| seconds >= *length).unwrap_or((1, "second"));
    let count = seconds / length;
    format!("{count} {name}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::{age, line};
    use serde_json::json;

    #[test]
    fn ages_are_told_in_their_largest_unit() {
        for (seconds, told) in [(0, "0 seconds"), (1, "1 second"), (119, "1 minute"), (7_200, "2 hours")] {
            assert_eq!(age(seconds), told);
        }
        assert_eq!(age(91 * 86_400 + 5), "91 days");
    }

    #[test]
    fn a_key_is_one_line() {
        let key = json!({
            "region": "us-east-1", "key_id": "us-east-12", "state": "published", "age_seconds": 60,
            "signs_from": "2026-01-02T03:04:05Z",
        });
        assert_eq!(line(&key), "us-east-12 (us-east-1, 1 minute old): published, signs from 2026-01-02T03:04:05Z");
        let key = json!({ "region": "us-east-1", "key_id": "us-east-11", "state": "signs", "age_seconds": 86_400 });
        assert_eq!(line(&key), "us-east-11 (us-east-1, 1 day old): signs");
    }
}
