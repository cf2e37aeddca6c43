//! Requests from text, and values as text.
#![allow(dead_code, clippy::unwrap_used, clippy::panic)]

use contract::Value;
use http::Request;
use http::request::Parts;

/// `METHOD URI`, headers, a blank line, and the body without its last line end.
pub fn request(text: &str) -> (Parts, Vec<u8>) {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let mut lines = head.lines();
    let (method, uri) = lines.next().unwrap().split_once(' ').unwrap();
    let mut builder = Request::builder().method(method).uri(uri);
    for line in lines {
        let (name, value) = line.split_once(": ").unwrap();
        builder = builder.header(name, value);
    }
    let (parts, ()) = builder.body(()).unwrap().into_parts();
    (parts, body.trim_end_matches('\n').as_bytes().to_vec())
}

/// A value with its kinds visible: `{A: "text", B: 1, C: time 1000, D: blob 00ff, E: [true]}`.
pub fn show(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Double(number) => format!("{number:?}"),
        Value::String(text) => format!("{text:?}"),
        Value::Blob(bytes) => {
            format!("blob {}", bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
        }
        Value::Timestamp(ms) => format!("time {ms}"),
        Value::List(elements) => format!("[{}]", elements.iter().map(show).collect::<Vec<_>>().join(", ")),
        Value::Map(entries) => {
            let entries: Vec<_> = entries.iter().map(|(name, value)| format!("{name}: {}", show(value))).collect();
            format!("{{{}}}", entries.join(", "))
        }
    }
}
