//! Laws that hold for every operation of the four models: what is written is read back, and no bytes panic.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use std::sync::LazyLock;

use bytes::Bytes;
use contract::{Kind, Operation, Protocol, Schema, Service, Value, check};
use http::Request;
use http::request::Parts;
use proptest::prelude::*;
use quick_xml::events::Event;
use wire::{Face, RouteFault, answer, fault_answer, preflight, route, wants_body};

/// The four services, each operation answering with its own input: what goes out must come back in.
static ECHO: LazyLock<Vec<&'static Service>> = LazyLock::new(|| model::SERVICES.iter().map(|s| echo(s)).collect());

fn echo(service: &'static Service) -> &'static Service {
    let operations: Vec<&'static Operation> = service
        .operations
        .iter()
        .map(|operation| -> &'static Operation {
            Box::leak(Box::new(Operation { service, output: operation.input, resources: &[], ..**operation }))
        })
        .collect();
    Box::leak(Box::new(Service { operations: operations.leak(), ..*service }))
}

/// A value that fits the schema's kinds (not its constraints), made from bytes.
struct Maker<'a> {
    bytes: &'a [u8],
    /// Query forms cannot say an empty structure, nor an empty list inside a list; XML cannot say control
    /// characters.
    plain: bool,
}

impl Maker<'_> {
    fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.bytes.split_first() else { return 0 };
        self.bytes = rest;
        *first
    }

    fn number(&mut self) -> i64 {
        (0..6).fold(0, |number, _| number << 8 | i64::from(self.byte()))
    }

    fn text(&mut self) -> String {
        const LETTERS: &[char] =
            &['a', 'Z', '0', ' ', '+', '%', '&', '=', '<', '"', '\'', '\n', '\r', '\u{e9}', '\u{1f600}', '.'];
        let length = self.byte() % 12;
        let mut out: String = (0..length).map(|_| LETTERS[usize::from(self.byte()) % LETTERS.len()]).collect();
        if !self.plain && self.byte().is_multiple_of(4) {
            out.push('\u{1}');
        }
        out
    }

    fn value(&mut self, schema: &Schema, depth: u8) -> Value {
        match &schema.kind {
            Kind::Structure { members } | Kind::Union { members } => {
                let mut out = Vec::new();
                for member in *members {
                    if self.byte().is_multiple_of(3) && depth < 6 {
                        out.push((member.name.to_owned(), self.value(member.schema, depth + 1)));
                    }
                }
                if out.is_empty() && self.plain && depth > 0 {
                    // A structure whose first member is a structure without members does not occur in the models.
                    let member = &members[0];
                    out.push((member.name.to_owned(), self.value(member.schema, depth + 1)));
                }
                Value::Map(out)
            }
            Kind::List { element, .. } => {
                let count = self.byte() % 4 + u8::from(self.plain);
                Value::List((0..count).map(|_| self.value(element, depth + 1)).collect())
            }
            Kind::Map { value, .. } => {
                let count = self.byte() % 4;
                let entries = (0..count).map(|n| (format!("{n}{}", self.text()), self.value(value, depth + 1)));
                Value::Map(entries.collect())
            }
            Kind::String { .. } => self.text().into(),
            Kind::Integer { .. } => Value::Integer(i64::from(self.number() as i32)),
            Kind::Long { .. } => Value::Integer(self.number() - (1 << 47)),
            Kind::Float | Kind::Double => Value::Double(self.number() as f64 / 4.0),
            Kind::Boolean => Value::Bool(self.byte().is_multiple_of(2)),
            Kind::Timestamp { .. } if self.plain => Value::Timestamp(self.number() / 1000 * 1000),
            Kind::Timestamp { .. } => Value::Timestamp(self.number()),
            Kind::Blob { .. } => Value::Blob((0..self.byte() % 5).map(|_| self.byte()).collect()),
        }
    }
}

fn pick(services: &[&'static Service], service: usize, operation: usize) -> &'static Operation {
    let operations = services[service % services.len()].operations;
    operations[operation % operations.len()]
}

fn parts(method: &str, uri: &str, headers: &[(&str, &str)]) -> Option<Parts> {
    let builder =
        headers.iter().fold(Request::builder().method(method).uri(uri), |b, (name, value)| b.header(*name, *value));
    Some(builder.body(()).ok()?.into_parts().0)
}

fn call(operation: &Operation, services: &[&'static Service], body: &[u8]) -> Result<Value, String> {
    let target = format!("{}.{}", operation.service.target_prefix, operation.name);
    let headers = match operation.service.protocol {
        Protocol::Json11 => [("x-amz-target", target.as_str())],
        Protocol::Query => [("content-type", "application/x-www-form-urlencoded")],
    };
    let parts = parts("POST", "/", &headers).unwrap();
    assert!(wants_body(&parts, services));
    let routed = route(&parts, body, services).map_err(|fault| format!("{fault:?}"))?;
    assert_eq!(routed.operation, operation);
    routed.read(body).map_err(|fault| format!("{fault:?}"))
}

/// The value as a form, the way SDKs write it.
fn form(operation: &Operation, value: &Value) -> String {
    fn put(schema: &Schema, value: &Value, name: &str, out: &mut Vec<(String, String)>) {
        match (&schema.kind, value) {
            (Kind::Structure { members } | Kind::Union { members }, Value::Map(entries)) => {
                for (key, inner) in entries {
                    let member = members.iter().find(|member| member.name == key).unwrap();
                    let dot = if name.is_empty() { "" } else { "." };
                    put(member.schema, inner, &format!("{name}{dot}{}", member.wire_name), out);
                }
            }
            (Kind::List { element, .. }, Value::List(elements)) => {
                for (index, inner) in elements.iter().enumerate().rev() {
                    put(element, inner, &format!("{name}.member.{}", index + 1), out);
                }
                if elements.is_empty() {
                    out.push((name.to_owned(), String::new()));
                }
            }
            (Kind::Map { value: schema, .. }, Value::Map(entries)) => {
                for (index, (key, inner)) in entries.iter().enumerate() {
                    out.push((format!("{name}.entry.{}.key", index + 1), key.clone()));
                    put(schema, inner, &format!("{name}.entry.{}.value", index + 1), out);
                }
                if entries.is_empty() {
                    out.push((name.to_owned(), String::new()));
                }
            }
            (_, Value::Timestamp(ms)) => out.push((name.to_owned(), wire::iso8601(*ms))),
            (_, Value::Blob(_)) => out.push((name.to_owned(), base64(value))),
            (_, Value::String(text)) => out.push((name.to_owned(), text.clone())),
            (_, Value::Bool(flag)) => out.push((name.to_owned(), flag.to_string())),
            (_, Value::Integer(number)) => out.push((name.to_owned(), number.to_string())),
            (_, Value::Double(number)) => out.push((name.to_owned(), number.to_string())),
            (_, other) => panic!("{other:?}"),
        }
    }
    let mut pairs = vec![
        ("Action".to_owned(), operation.name.to_owned()),
        ("Version".to_owned(), operation.service.api_version.to_owned()),
    ];
    if let Some(schema) = operation.input {
        put(schema, value, "", &mut pairs);
    }
    let escape = |text: &str| -> String {
        text.bytes()
            .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
            .collect()
    };
    pairs.iter().map(|(name, value)| format!("{}={}", escape(name), escape(value))).collect::<Vec<_>>().join("&")
}

fn base64(value: &Value) -> String {
    use base64::Engine as _;
    let Value::Blob(bytes) = value else { return String::new() };
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// An XML element as a reader sees it.
#[derive(Default, Debug)]
struct Element {
    text: String,
    children: Vec<(String, Element)>,
}

fn read_xml(bytes: &[u8]) -> Element {
    let mut reader = quick_xml::Reader::from_reader(bytes);
    let mut stack = vec![Element::default()];
    let mut names = Vec::new();
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) => {
                names.push(start.name().as_ref().to_owned());
                stack.push(Element::default());
            }
            Event::Empty(empty) => {
                let name = empty.name().as_ref().to_owned();
                stack.last_mut().unwrap().children.push((name, Element::default()));
            }
            Event::End(_) => {
                let element = stack.pop().unwrap();
                stack.last_mut().unwrap().children.push((names.pop().unwrap(), element));
            }
            Event::Text(text) => stack.last_mut().unwrap().text.push_str(&text),
            Event::GeneralRef(name) => stack.last_mut().unwrap().text.push_str(match &*name {
                "amp" => "&",
                "lt" => "<",
                "gt" => ">",
                "#xD" => "\r",
                other => panic!("{other:?}"),
            }),
            Event::Eof => break,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(stack.len(), 1);
    stack.pop().unwrap()
}

fn child<'e>(element: &'e Element, name: &str) -> &'e Element {
    &element.children.iter().find(|(key, _)| key == name).unwrap().1
}

fn from_xml(schema: &Schema, element: &Element) -> Value {
    match &schema.kind {
        Kind::Structure { members } | Kind::Union { members } => {
            let of = |name: &str| members.iter().find(|member| member.wire_name == name).unwrap();
            let entries = element
                .children
                .iter()
                .map(|(name, inner)| (of(name).name.to_owned(), from_xml(of(name).schema, inner)));
            Value::Map(entries.collect())
        }
        Kind::List { element: schema, .. } => {
            assert!(element.children.iter().all(|(name, _)| name == "member"));
            Value::List(element.children.iter().map(|(_, inner)| from_xml(schema, inner)).collect())
        }
        Kind::Map { value: schema, .. } => {
            let entry = |inner: &Element| (child(inner, "key").text.clone(), from_xml(schema, child(inner, "value")));
            Value::Map(element.children.iter().map(|(_, inner)| entry(inner)).collect())
        }
        Kind::String { .. } => element.text.as_str().into(),
        Kind::Integer { .. } | Kind::Long { .. } => Value::Integer(element.text.parse().unwrap()),
        Kind::Float | Kind::Double => Value::Double(element.text.parse().unwrap()),
        Kind::Boolean => Value::Bool(element.text.parse().unwrap()),
        // Compared as text: the law for reading moments is in `time`.
        Kind::Timestamp { .. } | Kind::Blob { .. } => element.text.as_str().into(),
    }
}

/// The value with moments and bytes as XML writes them.
fn as_text(value: &Value) -> Value {
    match value {
        Value::Timestamp(ms) => wire::iso8601(*ms).into(),
        Value::Blob(_) => base64(value).into(),
        Value::List(elements) => Value::List(elements.iter().map(as_text).collect()),
        Value::Map(entries) => Value::Map(entries.iter().map(|(name, value)| (name.clone(), as_text(value))).collect()),
        other => other.clone(),
    }
}

fn body(face: Face, operation: &Operation, value: &Value) -> Bytes {
    answer(operation, face, value, "id").into_body()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn json_is_read_back(service in 0..2usize, at in any::<usize>(), bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let operation = pick(&ECHO, service, at);
        let Some(schema) = operation.input else { return Ok(()) };
        let value = Maker { bytes: &bytes, plain: false }.value(schema, 0);
        let written = body(Face::Json11, operation, &value);
        let read = call(operation, &ECHO, &written).unwrap();
        prop_assert!(read == value, "{}\n{}\n{}", String::from_utf8_lossy(&written), common::show(&read), common::show(&value));
    }

    #[test]
    fn forms_are_read_back(service in 2..4usize, at in any::<usize>(), bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let operation = pick(&ECHO, service, at);
        let Some(schema) = operation.input else { return Ok(()) };
        let value = Maker { bytes: &bytes, plain: true }.value(schema, 0);
        let written = form(operation, &value);
        let read = call(operation, &ECHO, written.as_bytes()).unwrap();
        prop_assert!(read == value, "{written}\n{}\n{}", common::show(&read), common::show(&value));
    }

    #[test]
    fn xml_says_what_the_value_says(service in 2..4usize, at in any::<usize>(), bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let operation = pick(model::SERVICES, service, at);
        let value = operation.output.map_or(Value::Null, |schema| Maker { bytes: &bytes, plain: true }.value(schema, 0));
        let written = body(Face::Xml { namespace: operation.service.xml_namespace }, operation, &value);
        let root = read_xml(&written);
        let response = child(&root, &format!("{}Response", operation.name));
        prop_assert_eq!(&child(child(response, "ResponseMetadata"), "RequestId").text, "id");
        if let Some(schema) = operation.output {
            let result = child(response, operation.result_wrapper.unwrap());
            let read = from_xml(schema, result);
            prop_assert!(read == as_text(&value), "{}\n{}", String::from_utf8_lossy(&written), common::show(&value));
        }
    }

    #[test]
    fn query_json_is_json(service in 2..4usize, at in any::<usize>(), bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let operation = pick(model::SERVICES, service, at);
        let value = operation.output.map_or(Value::Null, |schema| Maker { bytes: &bytes, plain: false }.value(schema, 0));
        let written = body(Face::QueryJson, operation, &value);
        let read: serde_json::Value = serde_json::from_slice(&written).unwrap();
        prop_assert_eq!(&read[format!("{}Response", operation.name)]["ResponseMetadata"]["RequestId"], "id");
    }

    #[test]
    fn no_body_panics(service in any::<usize>(), at in any::<usize>(), body in prop::collection::vec(any::<u8>(), 0..200)) {
        let operation = pick(model::SERVICES, service, at);
        let _ = call(operation, model::SERVICES, &body);
        let mut form = format!("Action={}&", operation.name).into_bytes();
        form.extend(&body);
        let _ = call(operation, model::SERVICES, &form);
    }

    #[test]
    fn no_json_panics(service in 0..2usize, at in any::<usize>(), member in any::<usize>(), inner in r#"(\{|\[|"[a-zA-Z=]{0,8}"|:|,|null|true|-?[0-9]{1,20}(\.[0-9]{1,5})?([eE][0-9]{1,3})?|\}|\]){0,12}"#) {
        let operation = pick(model::SERVICES, service, at);
        let Some(schema) = operation.input else { return Ok(()) };
        let name = schema.members().get(member % schema.members().len().max(1)).map_or("X", |member| member.name);
        let body = format!("{{\"{name}\":{inner}}}");
        if let Ok(value) = call(operation, model::SERVICES, body.as_bytes()) {
            let _ = check(&value, schema, operation.service.dialect);
        }
    }

    #[test]
    fn no_parameter_panics(service in 2..4usize, at in any::<usize>(), pairs in prop::collection::vec((any::<usize>(), r"(\.(member|entry|key|value|[0-9]{1,12}|[A-Z][a-z]{0,5})){0,5}", ".{0,8}"), 0..6)) {
        let operation = pick(model::SERVICES, service, at);
        let Some(schema) = operation.input else { return Ok(()) };
        let members = schema.members();
        let mut form = format!("Action={}", operation.name);
        for (member, tail, value) in pairs {
            let name = members.get(member % members.len().max(1)).map_or("X", |member| member.name);
            form.push_str(&format!("&{name}{tail}={value}"));
        }
        if let Ok(value) = call(operation, model::SERVICES, form.as_bytes()) {
            let _ = check(&value, schema, operation.service.dialect);
        }
    }

    #[test]
    fn no_head_panics(
        method in "(GET|POST|PUT|OPTIONS)",
        uri in r"/?[a-z]{0,3}(\?[A-Za-z%=&/0-9-]{0,30})?",
        host in r"([a-z-]{0,9}|sts|iam|cognito-idp)(\.[a-z0-9-]{0,6}){0,4}(\.amazonaws\.com)?(:[0-9]{0,5})?",
        authorization in r"(AWS4-HMAC-SHA256 )?(Credential=)?[A-Za-z0-9/=, ]{0,40}",
        target in r"[A-Za-z.]{0,20}",
        kind in "(application/x-www-form-urlencoded)?[a-z;= ]{0,6}",
        body in prop::collection::vec(any::<u8>(), 0..60),
    ) {
        for with_target in [false, true] {
            let mut headers =
                vec![("host", host.as_str()), ("authorization", authorization.as_str()), ("content-type", kind.as_str())];
            if with_target {
                headers.push(("x-amz-target", target.as_str()));
            }
            let Some(parts) = parts(&method, &uri, &headers) else { return Ok(()) };
            let _ = preflight(&parts);
            match route(&parts, &body, model::SERVICES) {
                Ok(routed) => drop(routed.read(&body)),
                Err(RouteFault::Refused { face, fault }) => drop(fault_answer(face, &fault, "id")),
                Err(RouteFault::Elsewhere { .. }) => {}
            }
            // What the body is not wanted for is decided without it.
            if !wants_body(&parts, model::SERVICES) {
                let with = route(&parts, &body, model::SERVICES).map(|routed| routed.operation.action);
                let without = route(&parts, b"", model::SERVICES).map(|routed| routed.operation.action);
                prop_assert_eq!(format!("{with:?}"), format!("{without:?}"));
            }
        }
    }
}
