//! One static schema per shape.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{Reachable, header};
use crate::codegen::load::{Member, Shape};
use crate::codegen::{names, pattern};

pub fn emit(shapes: &Reachable<'_>) -> Result<String, String> {
    let mut patterns = Patterns::default();
    let mut statics = String::new();
    let mut names_seen = BTreeMap::new();
    for (name, shape) in shapes.iter() {
        let constant = names::upper_snake(name);
        if let Some(other) = names_seen.insert(constant.clone(), name) {
            return Err(format!("{name} and {other} are both called {constant}"));
        }
        let kind = kind(shapes, name, shape, &mut patterns)?;
        let _ = writeln!(
            statics,
            "pub static {constant}: Schema = Schema {{ name: {name:?}, kind: {kind}, sensitive: {} }};",
            shape.sensitive
        );
    }
    let mut out = format!(
        "{}\n#![allow(missing_docs)]\n\n#[allow(unused_imports)]\nuse contract::{{Kind, Member, Pattern, Schema, TimestampFormat}};\n\n",
        header("What every shape allows.")
    );
    for ((text, expression, requirement), index) in &patterns.0 {
        let requiring = requirement.as_ref().map(|text| format!(".requiring({text:?})")).unwrap_or_default();
        let (text, expression) = (raw(text), raw(expression));
        let _ = writeln!(out, "static PATTERN_{index}: Pattern = Pattern::new({text}, {expression}){requiring};");
    }
    out.push_str("\n/// Every pattern, for the test that compiles them.\npub static PATTERNS: &[&Pattern] = &[");
    for index in patterns.0.values() {
        let _ = write!(out, "&PATTERN_{index}, ");
    }
    out.push_str("];\n\n");
    out.push_str(&statics);
    Ok(out)
}

/// Equal patterns share a static, numbered in order of appearance.
#[derive(Default)]
struct Patterns(BTreeMap<(String, String, Option<String>), usize>);

impl Patterns {
    fn index(&mut self, shape: &Shape, text: &str) -> Result<usize, String> {
        let expression = match &shape.matches {
            Some(matches) => matches.clone(),
            None => pattern::translate(text)?,
        };
        let next = self.0.len();
        Ok(*self.0.entry((text.to_owned(), expression, shape.requirement.clone())).or_insert(next))
    }
}

fn kind(shapes: &Reachable<'_>, name: &str, shape: &Shape, patterns: &mut Patterns) -> Result<String, String> {
    let bounds = format!("min: {:?}, max: {:?}", shape.min, shape.max);
    Ok(match shape.kind.as_str() {
        "structure" => {
            let mut members = String::new();
            for (member, target) in &shape.members.0 {
                members.push_str(&one_member(shapes, shape, member, target)?);
                members.push_str(", ");
            }
            let word = if shape.union { "Union" } else { "Structure" };
            format!("Kind::{word} {{ members: &[{members}] }}")
        }
        "list" => format!("Kind::List {{ element: &{}, {bounds} }}", held(name, &shape.member)?),
        "map" => {
            format!(
                "Kind::Map {{ key: &{}, value: &{}, {bounds} }}",
                held(name, &shape.key)?,
                held(name, &shape.value)?
            )
        }
        "string" => {
            let pattern = match &shape.pattern {
                Some(text) => format!("Some(&PATTERN_{})", patterns.index(shape, text)?),
                None => "None".to_owned(),
            };
            format!("Kind::String {{ {bounds}, pattern: {pattern}, values: &{:?} }}", shape.values)
        }
        "integer" => format!("Kind::Integer {{ {bounds} }}"),
        "long" => format!("Kind::Long {{ {bounds} }}"),
        "float" => "Kind::Float".to_owned(),
        "double" => "Kind::Double".to_owned(),
        "boolean" => "Kind::Boolean".to_owned(),
        "timestamp" => {
            let format = match shape.timestamp_format.as_deref() {
                None => "None",
                Some("iso8601") => "Some(TimestampFormat::Iso8601)",
                Some("unixTimestamp") => "Some(TimestampFormat::UnixSeconds)",
                Some("rfc822") => "Some(TimestampFormat::Rfc822)",
                Some(other) => return Err(format!("{name}: unknown timestamp format {other}")),
            };
            format!("Kind::Timestamp {{ format: {format} }}")
        }
        "blob" => format!("Kind::Blob {{ {bounds} }}"),
        other => return Err(format!("{name}: unknown kind {other}")),
    })
}

fn one_member(shapes: &Reachable<'_>, shape: &Shape, name: &str, member: &Member) -> Result<String, String> {
    let word = if shape.required.iter().any(|required| required == name) { "required" } else { "optional" };
    let mut out = format!("Member::{word}({name:?}, &{})", names::upper_snake(&member.shape));
    if let Some(wire_name) = member.location_name.as_deref().filter(|wire_name| *wire_name != name) {
        let _ = write!(out, ".on_wire({wire_name:?})");
    }
    if member.flattened || shapes.shape(&member.shape)?.flattened {
        out.push_str(".flattened()");
    }
    Ok(out)
}

fn held(name: &str, member: &Option<Member>) -> Result<String, String> {
    let member = member.as_ref().ok_or(format!("{name} does not say what it holds"))?;
    if member.location_name.is_some() {
        return Err(format!("{name} renames its elements: the wire room does not know that yet"));
    }
    Ok(names::upper_snake(&member.shape))
}

fn raw(text: &str) -> String {
    if text.contains('"') { format!("r#\"{text}\"#") } else { format!("r\"{text}\"") }
}
