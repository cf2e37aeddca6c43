//! XML answers: two spaces of indent, a newline at the end (spec/sts-and-iam.md part A).

use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use contract::{Fault, Kind, Member, Operation, Schema, TimestampFormat, Value};
use quick_xml::Writer;
use quick_xml::events::{BytesEnd, BytesStart, BytesText, Event};

use crate::time;

/// The namespace of errors that no service is behind (spec/sts-and-iam.md part A, "Unknown action").
const FRONT_END: &str = "http://webservices.amazon.com/AWSFault/2005-15-09";

/// The answer of an operation.
pub(crate) fn write(operation: &Operation, namespace: &str, output: &Value, request_id: &str) -> Vec<u8> {
    Xml::document(|xml| {
        xml.open(&format!("{}Response", operation.name), Some(namespace))?;
        if let Some(schema) = operation.output {
            let wrapper = operation.result_wrapper.map_or_else(|| format!("{}Result", operation.name), str::to_owned);
            xml.element(&wrapper, schema, output)?;
        }
        xml.open("ResponseMetadata", None)?;
        xml.text("RequestId", request_id)?;
        xml.close("ResponseMetadata")?;
        xml.close(&format!("{}Response", operation.name))
    })
}

/// The answer of a fault.
pub(crate) fn write_fault(fault: &Fault, namespace: &str, request_id: &str) -> Vec<u8> {
    let front_end = namespace.is_empty() || matches!(&*fault.code, "InvalidAction" | "MissingAction");
    Xml::document(|xml| {
        xml.open("ErrorResponse", Some(if front_end { FRONT_END } else { namespace }))?;
        xml.open("Error", None)?;
        xml.text("Type", if fault.is_server_fault() { "Receiver" } else { "Sender" })?;
        xml.text("Code", &fault.code)?;
        if let Some(message) = &fault.message {
            xml.text("Message", message)?;
        }
        for (name, value) in &fault.members {
            xml.text(name, value)?;
        }
        xml.close("Error")?;
        xml.text("RequestId", request_id)?;
        xml.close("ErrorResponse")
    })
}

struct Xml(Writer<Vec<u8>>);

impl Xml {
    fn document(content: impl FnOnce(&mut Self) -> io::Result<()>) -> Vec<u8> {
        let mut xml = Xml(Writer::new_with_indent(Vec::new(), b' ', 2));
        // INVARIANT: writing to a vector does not fail.
        let _ = content(&mut xml);
        let mut bytes = xml.0.into_inner();
        bytes.push(b'\n');
        bytes
    }

    fn element(&mut self, name: &str, schema: &Schema, value: &Value) -> io::Result<()> {
        match (&schema.kind, value) {
            (Kind::Structure { members } | Kind::Union { members }, Value::Map(_) | Value::Null) => {
                if members.iter().all(|member| value.get(member.name).is_none()) {
                    return self.empty(name);
                }
                self.open(name, None)?;
                for member in *members {
                    if let Some(inner) = value.get(member.name) {
                        self.member(member, inner)?;
                    }
                }
                self.close(name)
            }
            (Kind::List { .. }, Value::List(elements)) if elements.is_empty() => self.empty(name),
            (Kind::List { element, .. }, Value::List(elements)) => {
                self.open(name, None)?;
                for inner in elements {
                    self.element("member", element, inner)?;
                }
                self.close(name)
            }
            (Kind::Map { .. }, Value::Map(entries)) if entries.is_empty() => self.empty(name),
            (Kind::Map { value: inner, .. }, Value::Map(entries)) => {
                self.open(name, None)?;
                for (key, value) in entries {
                    self.entry("entry", key, inner, value)?;
                }
                self.close(name)
            }
            _ => self.text(name, &scalar(schema, value)),
        }
    }

    fn member(&mut self, member: &Member, value: &Value) -> io::Result<()> {
        match (&member.schema.kind, value) {
            (Kind::List { element, .. }, Value::List(elements)) if member.flattened => {
                elements.iter().try_for_each(|inner| self.element(member.wire_name, element, inner))
            }
            (Kind::Map { value: inner, .. }, Value::Map(entries)) if member.flattened => {
                entries.iter().try_for_each(|(key, value)| self.entry(member.wire_name, key, inner, value))
            }
            _ => self.element(member.wire_name, member.schema, value),
        }
    }

    fn entry(&mut self, name: &str, key: &str, schema: &Schema, value: &Value) -> io::Result<()> {
        self.open(name, None)?;
        self.text("key", key)?;
        self.element("value", schema, value)?;
        self.close(name)
    }

    fn open(&mut self, name: &str, namespace: Option<&str>) -> io::Result<()> {
        let mut start = BytesStart::new(name);
        if let Some(namespace) = namespace {
            start.push_attribute(("xmlns", namespace));
        }
        self.0.write_event(Event::Start(start))
    }

    fn close(&mut self, name: &str) -> io::Result<()> {
        self.0.write_event(Event::End(BytesEnd::new(name)))
    }

    fn empty(&mut self, name: &str) -> io::Result<()> {
        self.0.write_event(Event::Empty(BytesStart::new(name)))
    }

    fn text(&mut self, name: &str, text: &str) -> io::Result<()> {
        if text.is_empty() {
            return self.empty(name);
        }
        self.open(name, None)?;
        self.0.write_event(Event::Text(BytesText::from_escaped(escape(text))))?;
        self.close(name)
    }
}

fn scalar(schema: &Schema, value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(flag) => flag.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Double(number) => number.to_string(),
        Value::Blob(bytes) => STANDARD.encode(bytes),
        Value::Timestamp(ms) => match schema.kind {
            Kind::Timestamp { format: Some(TimestampFormat::UnixSeconds) } => time::seconds(*ms),
            _ => time::iso8601(*ms),
        },
        Value::Null | Value::List(_) | Value::Map(_) => String::new(),
    }
}

/// What XML 1.0 cannot say at all becomes U+FFFD; a carriage return would be read as a line feed.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\r' => out.push_str("&#xD;"),
            '\t' | '\n' => out.push(letter),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            _ => out.push(letter),
        }
    }
    out
}
