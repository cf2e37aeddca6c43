//! Parameters to a value, guided by the schema: `Tags.member.1.Key=…`.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use contract::{Fault, Kind, Member, Schema, Value};

use super::parameters::Parameters;
use crate::fault::malformed_input;
use crate::time;

/// Names with more dots than this fit no schema.
const MAX_SEGMENTS: usize = 32;

/// The greatest position in a list or map.
const MAX_INDEX: u32 = 10_000;

/// Reads the input. Parameters that the schema does not know are ignored; of two with one name the first counts.
pub(crate) fn read(schema: &Schema, parameters: &Parameters) -> Result<Value, Fault> {
    let mut root = Node::default();
    for (name, value) in parameters.iter() {
        root.put(name, value)?;
    }
    structure(schema.members(), &root, "")
}

/// The parameters as a tree along the dots of their names.
#[derive(Default)]
struct Node<'a> {
    value: Option<&'a str>,
    children: BTreeMap<&'a str, Node<'a>>,
}

impl<'a> Node<'a> {
    fn put(&mut self, name: &'a str, value: &'a str) -> Result<(), Fault> {
        let mut node = self;
        for (depth, segment) in name.split('.').enumerate() {
            if depth == MAX_SEGMENTS {
                return Err(malformed_input("Parameter names may not be nested this deeply"));
            }
            node = node.children.entry(segment).or_default();
        }
        node.value.get_or_insert(value);
        Ok(())
    }

    /// The numbered children in order; gaps do not matter.
    fn numbered(&self, path: &str) -> Result<Vec<&Node<'a>>, Fault> {
        let mut out = Vec::with_capacity(self.children.len());
        for (name, child) in &self.children {
            let index = name.parse().ok().filter(|index| (1..=MAX_INDEX).contains(index));
            let index: u32 = index.ok_or_else(|| malformed_input(format!("Unexpected list position at '{path}'")))?;
            out.push((index, child));
        }
        out.sort_by_key(|(index, _)| *index);
        Ok(out.into_iter().map(|(_, child)| child).collect())
    }
}

fn structure(members: &[Member], node: &Node<'_>, path: &str) -> Result<Value, Fault> {
    let mut out = Vec::new();
    for member in members {
        let Some(child) = node.children.get(member.wire_name) else { continue };
        let path = if path.is_empty() { member.name.to_owned() } else { format!("{path}.{}", member.name) };
        match value(member.schema, child, member.flattened, &path)? {
            Value::Null => {}
            value => out.push((member.name.to_owned(), value)),
        }
    }
    Ok(Value::Map(out))
}

/// Recursion follows the schema, and the tree is at most `MAX_SEGMENTS` deep.
fn value(schema: &Schema, node: &Node<'_>, flattened: bool, path: &str) -> Result<Value, Fault> {
    match &schema.kind {
        Kind::Structure { members } | Kind::Union { members } => structure(members, node, path),
        Kind::List { element, .. } => {
            let holder = if flattened { Some(node) } else { node.children.get("member") };
            let elements = match holder {
                Some(holder) => holder.numbered(path)?,
                // `Tags=` is how a client says: an empty list.
                None if node.value == Some("") => Vec::new(),
                None => return Err(malformed_input(format!("Expected a list at '{path}'"))),
            };
            elements
                .into_iter()
                .map(|child| value(element, child, false, path))
                .collect::<Result<_, _>>()
                .map(Value::List)
        }
        Kind::Map { value: inner, .. } => {
            let holder = if flattened { Some(node) } else { node.children.get("entry") };
            let entries = match holder {
                Some(holder) => holder.numbered(path)?,
                None if node.value == Some("") => Vec::new(),
                None => return Err(malformed_input(format!("Expected a map at '{path}'"))),
            };
            let mut out: BTreeMap<&str, Value> = BTreeMap::new();
            for entry in entries {
                let key = entry.children.get("key").and_then(|key| key.value);
                let key = key.ok_or_else(|| malformed_input(format!("Expected a key at '{path}'")))?;
                let value = match entry.children.get("value") {
                    Some(child) => value(inner, child, false, path)?,
                    None => Value::Null,
                };
                out.insert(key, value);
            }
            Ok(Value::Map(out.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()))
        }
        _ => match node.value {
            Some(text) => scalar(schema, text),
            None => Ok(Value::Null),
        },
    }
}

fn scalar(schema: &Schema, text: &str) -> Result<Value, Fault> {
    let (value, word) = match schema.kind {
        Kind::String { .. } => return Ok(text.into()),
        Kind::Integer { .. } => (text.parse::<i32>().ok().map(|number| Value::Integer(number.into())), "an Integer"),
        Kind::Long { .. } => (text.parse().ok().map(Value::Integer), "a Long"),
        Kind::Float | Kind::Double => {
            (text.parse().ok().filter(|number: &f64| number.is_finite()).map(Value::Double), "a Double")
        }
        Kind::Boolean => {
            let value = match text {
                _ if text.eq_ignore_ascii_case("true") => Some(Value::Bool(true)),
                _ if text.eq_ignore_ascii_case("false") => Some(Value::Bool(false)),
                _ => None,
            };
            (value, "a Boolean")
        }
        Kind::Timestamp { .. } => (time::parse(text).map(Value::Timestamp), "a Timestamp"),
        Kind::Blob { .. } => (STANDARD.decode(text).ok().map(Value::Blob), "a Blob"),
        Kind::Structure { .. } | Kind::Union { .. } | Kind::List { .. } | Kind::Map { .. } => (None, "a structure"),
    };
    value.ok_or_else(|| malformed_input(format!("STRING_VALUE can not be converted to {word}")))
}
