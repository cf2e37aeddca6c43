//! A value to JSON, guided by the schema: absent members left out, moments as numbers, bytes in base64.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use contract::{Fault, Kind, Operation, Schema, TimestampFormat, Value};

use crate::time;

/// The body of an answer: empty when the operation has no output (spec/identity-pools.md 1, "Void operations").
pub(crate) fn write(operation: &Operation, output: &Value) -> Vec<u8> {
    let Some(schema) = operation.output else { return Vec::new() };
    let mut out = Vec::with_capacity(room(output));
    write_value(schema, output, Moments::Milliseconds, &mut out);
    out
}

/// About how many bytes a value takes.
fn room(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len() + 4,
        Value::Blob(bytes) => bytes.len() / 3 * 4 + 8,
        Value::List(elements) => elements.iter().map(room).sum::<usize>() + 4,
        Value::Map(entries) => entries.iter().map(|(name, inner)| name.len() + 4 + room(inner)).sum::<usize>() + 4,
        Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Double(_) | Value::Timestamp(_) => 24,
    }
}

/// The body of a fault.
pub(crate) fn write_fault(fault: &Fault, code: &str) -> Vec<u8> {
    let mut out = b"{\"__type\":".to_vec();
    string(code, &mut out);
    let name = if fault.capital_message { "Message" } else { "message" };
    let message = fault.message.as_deref().map(|message| (name, message));
    for (name, text) in message.into_iter().chain(fault.members.iter().map(|(name, text)| (*name, text.as_str()))) {
        pair(name, text, &mut out);
    }
    out.push(b'}');
    out
}

/// A query service's answer for a client that asks for JSON.
pub(crate) fn write_query(operation: &Operation, output: &Value, request_id: &str) -> Vec<u8> {
    let mut out = b"{".to_vec();
    string(&format!("{}Response", operation.name), &mut out);
    out.extend(b":{");
    if let Some(schema) = operation.output {
        let wrapper = operation.result_wrapper.map_or_else(|| format!("{}Result", operation.name), str::to_owned);
        string(&wrapper, &mut out);
        out.push(b':');
        write_value(schema, output, Moments::Seconds, &mut out);
        out.push(b',');
    }
    out.extend(b"\"ResponseMetadata\":{\"RequestId\":");
    string(request_id, &mut out);
    out.extend(b"}}}");
    out
}

/// A query service's fault for a client that asks for JSON.
pub(crate) fn write_query_fault(fault: &Fault, request_id: &str) -> Vec<u8> {
    let mut out = b"{\"Error\":{\"Code\":".to_vec();
    string(&fault.code, &mut out);
    let message = fault.message.as_deref().map(|message| ("Message", message));
    for (name, text) in message.into_iter().chain(fault.members.iter().map(|(name, text)| (*name, text.as_str()))) {
        pair(name, text, &mut out);
    }
    pair("Type", if fault.is_server_fault() { "Receiver" } else { "Sender" }, &mut out);
    out.push(b'}');
    pair("RequestId", request_id, &mut out);
    out.push(b'}');
    out
}

/// How exactly moments are written.
#[derive(Clone, Copy)]
enum Moments {
    /// With milliseconds (spec/user-pools-api.md 1, "Timestamps").
    Milliseconds,
    /// Query services have no fractions, in JSON neither.
    Seconds,
}

fn write_value(schema: &Schema, value: &Value, moments: Moments, out: &mut Vec<u8>) {
    match (&schema.kind, value) {
        (Kind::Structure { members } | Kind::Union { members }, Value::Map(_) | Value::Null) => {
            out.push(b'{');
            let mut first = true;
            for member in *members {
                if let Some(inner) = value.get(member.name) {
                    comma(&mut first, out);
                    string(member.wire_name, out);
                    out.push(b':');
                    write_value(member.schema, inner, moments, out);
                }
            }
            out.push(b'}');
        }
        (Kind::List { element, .. }, Value::List(elements)) => {
            out.push(b'[');
            let mut first = true;
            for inner in elements {
                comma(&mut first, out);
                write_value(element, inner, moments, out);
            }
            out.push(b']');
        }
        (Kind::Map { value: schema, .. }, Value::Map(entries)) => {
            out.push(b'{');
            let mut first = true;
            for (key, inner) in entries {
                comma(&mut first, out);
                string(key, out);
                out.push(b':');
                write_value(schema, inner, moments, out);
            }
            out.push(b'}');
        }
        _ => scalar(schema, value, moments, out),
    }
}

fn scalar(schema: &Schema, value: &Value, moments: Moments, out: &mut Vec<u8>) {
    match value {
        Value::String(text) => string(text, out),
        Value::Bool(flag) => out.extend(flag.to_string().as_bytes()),
        Value::Integer(number) => out.extend(number.to_string().as_bytes()),
        // JSON has no word for infinities; serde_json writes null.
        Value::Double(number) => out.extend(serde_json::json!(number).to_string().as_bytes()),
        Value::Blob(bytes) => string(&STANDARD.encode(bytes), out),
        Value::Timestamp(ms) => match (&schema.kind, moments) {
            (Kind::Timestamp { format: Some(TimestampFormat::Iso8601) }, _) => string(&time::iso8601(*ms), out),
            (_, Moments::Milliseconds) => out.extend(time::seconds(*ms).as_bytes()),
            (_, Moments::Seconds) => out.extend(ms.div_euclid(1000).to_string().as_bytes()),
        },
        // A container where the schema has none: the typed structs cannot say that.
        Value::Null | Value::List(_) | Value::Map(_) => out.extend(b"null"),
    }
}

fn string(text: &str, out: &mut Vec<u8>) {
    // Looks at every byte without a branch, so that many are looked at together: few texts have anything to escape.
    let special = text.bytes().fold(false, |found, byte| found | (byte < b' ') | (byte == b'"') | (byte == b'\\'));
    if !special {
        out.reserve(text.len() + 2);
        out.push(b'"');
        out.extend_from_slice(text.as_bytes());
        out.push(b'"');
        return;
    }
    // INVARIANT: a string always serialises, and writing to a vector does not fail.
    let _ = serde_json::to_writer(out, text);
}

fn pair(name: &str, text: &str, out: &mut Vec<u8>) {
    out.push(b',');
    string(name, out);
    out.push(b':');
    string(text, out);
}

fn comma(first: &mut bool, out: &mut Vec<u8>) {
    if !std::mem::take(first) {
        out.push(b',');
    }
}
