//! Constraint checks: every violation of a request at once, in AWS's own sentences.

use crate::{Dialect, Fault, Kind, Member, Pattern, Schema, Value};

/// At most this many sentences are spelled out; the count in front stays true.
const MAX_SENTENCES: usize = 20;

/// A value is quoted up to this many characters.
const MAX_QUOTED: usize = 512;

/// Containers deeper than this are not looked into; the wire room refuses them before.
const MAX_DEPTH: usize = 64;

/// Checks a parsed request against its schema: required members, lengths, ranges, patterns, enumerations.
/// Violations come in the order of the model's members. What a service says in a sentence of its own
/// ([`Pattern::requirement`](crate::Pattern::requirement)) it finds out later than the rest, and one at a time.
///
/// # Errors
/// The service's validation fault, listing every violation (spec/user-pools-api.md 1.1, spec/identity-pools.md 1,
/// spec/sts-and-iam.md part A).
pub fn check(value: &Value, schema: &Schema, dialect: Dialect) -> Result<(), Fault> {
    let mut found = Violations { dialect, count: 0, sentences: Vec::new(), own: None };
    look(value, schema, "", 0, &mut found);
    match (found.count, found.own.take()) {
        (0, None) => Ok(()),
        (0, Some(own)) => Err(dialect.fault(own)),
        _ => Err(found.into_fault()),
    }
}

struct Violations {
    dialect: Dialect,
    count: usize,
    sentences: Vec<String>,
    /// The first violation that the service tells in a sentence of its own.
    own: Option<String>,
}

impl Violations {
    /// `quoted` makes the value's text only when the sentence is kept.
    fn add(&mut self, quoted: impl FnOnce() -> String, path: &str, constraint: &str) {
        self.count += 1;
        if self.sentences.len() < MAX_SENTENCES {
            let quoted = if self.dialect.is_brief() { String::new() } else { quoted() };
            self.sentences.push(format!("Value {quoted}at '{path}' failed to satisfy constraint: {constraint}"));
        }
    }

    fn add_own(&mut self, path: &str, requirement: &str) {
        self.own.get_or_insert_with(|| format!("The specified value for {path} is invalid. {requirement}"));
    }

    fn into_fault(self) -> Fault {
        let noun = if self.count == 1 { "error" } else { "errors" };
        let message = format!("{} validation {noun} detected: {}", self.count, self.sentences.join("; "));
        self.dialect.fault(message)
    }
}

impl Dialect {
    fn fault(self, message: String) -> Fault {
        match self {
            Dialect::InvalidParameter => Fault::new("InvalidParameterException", 400, message),
            Dialect::Validation => Fault::new("ValidationException", 400, message),
            Dialect::Query | Dialect::QueryBrief => Fault::new("ValidationError", 400, message),
        }
    }

    /// Whether values and enumerations are left out.
    fn is_brief(self) -> bool {
        self == Dialect::QueryBrief
    }
}

fn look(value: &Value, schema: &Schema, path: &str, depth: usize, found: &mut Violations) {
    for broken in broken(value, schema) {
        match broken {
            Broken::Requirement(requirement) => found.add_own(path, requirement),
            constraint => found.add(|| quote(value, schema), path, &constraint.sentence(found.dialect)),
        }
    }
    if depth >= MAX_DEPTH {
        return;
    }
    match (&schema.kind, value) {
        (Kind::Structure { members } | Kind::Union { members }, Value::Map(_) | Value::Null) => {
            for member in *members {
                look_at_member(value, member, path, depth, found);
            }
        }
        (Kind::List { element, .. }, Value::List(elements)) => {
            look_at_elements(value, schema, element, elements, path, depth, found);
        }
        (Kind::Map { key, value: inner, .. }, Value::Map(entries)) => {
            look_at_entries(value, schema, key, inner, entries, path, depth, found);
        }
        _ => {}
    }
}

fn look_at_member(value: &Value, member: &Member, path: &str, depth: usize, found: &mut Violations) {
    match value.get(member.name) {
        Some(inner) => look(inner, member.schema, &join(path, member.name), depth + 1, found),
        None if member.required => {
            found.add(|| "null ".to_owned(), &join(path, member.name), "Member must not be null");
        }
        None => {}
    }
}

/// Elements that are structures get a path of their own; plain ones are reported with the whole list, once
/// (spec/user-pools-api.md 1.1, "Enum inside list").
fn look_at_elements(
    value: &Value,
    schema: &Schema,
    element: &Schema,
    elements: &[Value],
    path: &str,
    depth: usize,
    found: &mut Violations,
) {
    if element.is_scalar() {
        if elements.contains(&Value::Null) {
            found.add(|| quote(value, schema), path, "Member must satisfy constraint: [Member must not be null]");
        }
        if elements.iter().any(|inner| is_broken(inner, element)) {
            let all = constraints(element, found.dialect);
            found.add(|| quote(value, schema), path, &format!("Member must satisfy constraint: [{all}]"));
        }
        return;
    }
    for (index, inner) in elements.iter().enumerate() {
        let path = format!("{path}.{}.member", index + 1);
        match inner {
            Value::Null => found.add(|| "null ".to_owned(), &path, "Member must not be null"),
            _ => look(inner, element, &path, depth + 1, found),
        }
    }
}

#[allow(clippy::too_many_arguments)]
fn look_at_entries(
    value: &Value,
    schema: &Schema,
    key: &Schema,
    inner: &Schema,
    entries: &[(String, Value)],
    path: &str,
    depth: usize,
    found: &mut Violations,
) {
    if entries.iter().any(|(name, _)| !broken_text(name, key).is_empty()) {
        let all = constraints(key, found.dialect);
        found.add(|| quote(value, schema), path, &format!("Map keys must satisfy constraint: [{all}]"));
    }
    if entries.iter().any(|(_, value)| *value == Value::Null) {
        found.add(|| quote(value, schema), path, "Map value must satisfy constraint: [Member must not be null]");
    }
    if inner.is_scalar() {
        if entries.iter().any(|(_, value)| is_broken(value, inner)) {
            let all = constraints(inner, found.dialect);
            found.add(|| quote(value, schema), path, &format!("Map value must satisfy constraint: [{all}]"));
        }
        return;
    }
    for (name, value) in entries.iter().filter(|(_, value)| *value != Value::Null) {
        let name: String = name.chars().take(MAX_QUOTED).collect();
        look(value, inner, &format!("{path}.{name}.member"), depth + 1, found);
    }
}

fn is_broken(value: &Value, schema: &Schema) -> bool {
    *value != Value::Null && !broken(value, schema).is_empty()
}

/// A constraint that a value breaks.
enum Broken {
    Bound(String),
    Pattern(&'static str),
    Values(&'static [&'static str]),
    /// A pattern of which the service speaks in its own sentence.
    Requirement(&'static str),
}

impl Broken {
    fn of_pattern(pattern: &'static Pattern) -> Self {
        pattern.requirement().map_or(Broken::Pattern(pattern.text()), Broken::Requirement)
    }

    fn sentence(&self, dialect: Dialect) -> String {
        match self {
            Broken::Bound(sentence) => sentence.clone(),
            Broken::Pattern(text) | Broken::Requirement(text) => {
                format!("Member must satisfy regular expression pattern: {text}")
            }
            Broken::Values(_) if dialect.is_brief() => "Member must satisfy enum value set".to_owned(),
            Broken::Values(values) => format!("Member must satisfy enum value set: [{}]", values.join(", ")),
        }
    }
}

/// The constraints of its own kind that a value breaks.
fn broken(value: &Value, schema: &Schema) -> Vec<Broken> {
    match (&schema.kind, value) {
        (Kind::String { .. }, Value::String(text)) => broken_text(text, schema),
        (Kind::Integer { min, max } | Kind::Long { min, max }, Value::Integer(number)) => {
            outside(*number, *min, *max, "value")
        }
        (Kind::List { min, max, .. }, Value::List(elements)) => outside(elements.len() as u64, *min, *max, "length"),
        (Kind::Map { min, max, .. }, Value::Map(entries)) => outside(entries.len() as u64, *min, *max, "length"),
        (Kind::Blob { min, max }, Value::Blob(bytes)) => outside(bytes.len() as u64, *min, *max, "length"),
        _ => Vec::new(),
    }
}

fn broken_text(text: &str, schema: &Schema) -> Vec<Broken> {
    let Kind::String { min, max, pattern, values } = &schema.kind else {
        return Vec::new();
    };
    let mut out = Vec::new();
    if min.is_some() || max.is_some() {
        out = outside(text.chars().count() as u64, *min, *max, "length");
    }
    out.extend(pattern.filter(|pattern| !pattern.matches(text)).map(Broken::of_pattern));
    if !values.is_empty() && !values.contains(&text) {
        out.push(Broken::Values(values));
    }
    out
}

/// Every constraint of a plain shape, as AWS lists them for the elements of a list or map.
fn constraints(schema: &Schema, dialect: Dialect) -> String {
    let all = match &schema.kind {
        Kind::String { min, max, pattern, values } => {
            let mut out = bounds(*min, *max, "length");
            out.extend(pattern.map(|pattern| Broken::Pattern(pattern.text())));
            if !values.is_empty() {
                out.push(Broken::Values(values));
            }
            out
        }
        Kind::Integer { min, max } | Kind::Long { min, max } => bounds(*min, *max, "value"),
        Kind::Blob { min, max } => bounds(*min, *max, "length"),
        _ => Vec::new(),
    };
    let all: Vec<String> = all.iter().map(|broken| broken.sentence(dialect)).collect();
    all.join(", ")
}

fn outside<N: PartialOrd + Copy + std::fmt::Display>(
    size: N,
    min: Option<N>,
    max: Option<N>,
    what: &str,
) -> Vec<Broken> {
    bounds(min.filter(|min| size < *min), max.filter(|max| size > *max), what)
}

fn bounds<N: std::fmt::Display>(min: Option<N>, max: Option<N>, what: &str) -> Vec<Broken> {
    let most = max.map(|max| format!("Member must have {what} less than or equal to {max}"));
    let least = min.map(|min| format!("Member must have {what} greater than or equal to {min}"));
    most.into_iter().chain(least).map(Broken::Bound).collect()
}

/// The path as AWS prints it: only the first letter is lowered (`sAMLAssertion`).
fn join(path: &str, name: &str) -> String {
    let mut out = String::with_capacity(path.len() + name.len() + 1);
    if !path.is_empty() {
        out.push_str(path);
        out.push('.');
    }
    let mut letters = name.chars();
    out.extend(letters.next().map(|first| first.to_ascii_lowercase()));
    out.push_str(letters.as_str());
    out
}

/// `'text' ` for a value that may be shown, nothing for one that may not.
fn quote(value: &Value, schema: &Schema) -> String {
    if holds_sensitive(schema, 0) {
        return String::new();
    }
    let mut text = String::new();
    render(value, 0, &mut text);
    if let Some((end, _)) = text.char_indices().nth(MAX_QUOTED) {
        text.truncate(end);
        text.push_str("...");
    }
    format!("'{text}' ")
}

fn holds_sensitive(schema: &Schema, depth: usize) -> bool {
    schema.sensitive
        || depth < 8
            && match &schema.kind {
                Kind::Structure { members } | Kind::Union { members } => {
                    members.iter().any(|member| holds_sensitive(member.schema, depth + 1))
                }
                Kind::List { element, .. } => holds_sensitive(element, depth + 1),
                Kind::Map { key, value, .. } => holds_sensitive(key, depth + 1) || holds_sensitive(value, depth + 1),
                _ => false,
            }
}

/// The value as Java prints it, which is what AWS quotes; stops soon after enough was written.
fn render(value: &Value, depth: usize, out: &mut String) {
    use std::fmt::Write as _;
    // Writing to a string cannot fail.
    let _ = match value {
        Value::Null => out.write_str("null"),
        Value::Bool(flag) => write!(out, "{flag}"),
        Value::Integer(number) => write!(out, "{number}"),
        Value::Double(number) => write!(out, "{number}"),
        Value::String(text) => {
            out.extend(text.chars().take(MAX_QUOTED + 1));
            Ok(())
        }
        Value::Blob(bytes) => write!(out, "{} bytes", bytes.len()),
        Value::Timestamp(ms) => write!(out, "{ms}"),
        Value::List(elements) => {
            out.push('[');
            for (index, element) in elements.iter().enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                if out.len() > 4 * MAX_QUOTED || depth >= MAX_DEPTH {
                    break;
                }
                render(element, depth + 1, out);
            }
            out.push(']');
            Ok(())
        }
        Value::Map(entries) => {
            out.push('{');
            for (index, (name, inner)) in entries.iter().enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                if out.len() > 4 * MAX_QUOTED || depth >= MAX_DEPTH {
                    break;
                }
                out.extend(name.chars().take(MAX_QUOTED));
                out.push('=');
                render(inner, depth + 1, out);
            }
            out.push('}');
            Ok(())
        }
    };
}
