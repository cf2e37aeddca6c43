//! A JSON body to a value, guided by the schema: what the schema does not know is skipped, never stored.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use contract::{Fault, Kind, Member, Schema, Value};
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::fault::serialization;
use crate::time;

/// Reads the input. No body is the same as `{}`; members that are null are absent; of two members with one
/// name the last counts. serde_json refuses nesting beyond 128 levels.
pub(crate) fn read(schema: &Schema, body: &[u8]) -> Result<Value, Fault> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Value::Map(Vec::new()));
    }
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let value = Shaped(schema).deserialize(&mut deserializer).map_err(refuse)?;
    deserializer.end().map_err(refuse)?;
    match value {
        Value::Map(_) => Ok(value),
        _ => Err(serialization("NULL_VALUE can not be converted to a structure")),
    }
}

fn refuse(error: serde_json::Error) -> Fault {
    if !error.is_data() {
        return serialization("The request body is not valid JSON").with_cause(error);
    }
    // serde_json adds the position to our sentence.
    let text = error.to_string();
    let sentence = text.rsplit_once(" at line ").map_or(text.as_str(), |(sentence, _)| sentence);
    serialization(sentence)
}

#[derive(Clone, Copy)]
struct Shaped<'s>(&'s Schema);

impl<'de> DeserializeSeed<'de> for Shaped<'_> {
    type Value = Value;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Shaped<'_> {
    fn mismatch<E: Error>(self, found: &str) -> E {
        E::custom(format!("{found} can not be converted to {}", word(self.0)))
    }

    /// A number without a fraction. AWS cuts fractions off, so the caller does too.
    fn integer<E: Error>(self, number: i64) -> Result<Value, E> {
        match self.0.kind {
            Kind::Integer { .. } if i32::try_from(number).is_err() => Err(self.mismatch("NUMBER_VALUE")),
            Kind::Integer { .. } | Kind::Long { .. } => Ok(Value::Integer(number)),
            Kind::Float | Kind::Double => Ok(Value::Double(number as f64)),
            Kind::Timestamp { .. } => self.moment(number as f64),
            _ => Err(self.mismatch("NUMBER_VALUE")),
        }
    }

    fn moment<E: Error>(self, seconds: f64) -> Result<Value, E> {
        time::from_seconds(seconds).map(Value::Timestamp).ok_or_else(|| self.mismatch("NUMBER_VALUE"))
    }
}

impl<'de> Visitor<'de> for Shaped<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(word(self.0))
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<Value, E> {
        match self.0.kind {
            Kind::Boolean => Ok(Value::Bool(flag)),
            _ => Err(self.mismatch(if flag { "TRUE_VALUE" } else { "FALSE_VALUE" })),
        }
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Value, E> {
        self.integer(number)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Value, E> {
        match i64::try_from(number) {
            Ok(number) => self.integer(number),
            Err(_) => self.visit_f64(number as f64),
        }
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Value, E> {
        match self.0.kind {
            Kind::Float | Kind::Double => Ok(Value::Double(number)),
            Kind::Timestamp { .. } => self.moment(number),
            // Below 2^53 a double counts exactly; AWS has no integers beyond.
            Kind::Integer { .. } | Kind::Long { .. } if number.abs() < 9.0e15 => self.integer(number.trunc() as i64),
            _ => Err(self.mismatch("NUMBER_VALUE")),
        }
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        match self.0.kind {
            Kind::String { .. } => Ok(text.into()),
            Kind::Blob { .. } => STANDARD.decode(text).map(Value::Blob).map_err(|_| self.mismatch("STRING_VALUE")),
            _ => Err(self.mismatch("STRING_VALUE")),
        }
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Value, E> {
        match self.0.kind {
            Kind::String { .. } => Ok(Value::String(text)),
            _ => self.visit_str(&text),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        let Kind::List { element, .. } = &self.0.kind else {
            return Err(A::Error::custom("Start of list found where not expected"));
        };
        let mut out = Vec::new();
        while let Some(value) = elements.next_element_seed(Shaped(element))? {
            out.push(value);
        }
        Ok(Value::List(out))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Value, A::Error> {
        match &self.0.kind {
            Kind::Structure { members } | Kind::Union { members } => structure(members, map),
            Kind::Map { value, .. } => entries(value, map),
            _ => Err(A::Error::custom("Start of structure or map found where not expected.")),
        }
    }
}

fn structure<'de, A: MapAccess<'de>>(members: &'static [Member], mut map: A) -> Result<Value, A::Error> {
    let mut out: Vec<(String, Value)> = Vec::new();
    while let Some(member) = map.next_key_seed(Known(members))? {
        let Some(member) = member else {
            map.next_value::<IgnoredAny>()?;
            continue;
        };
        let value = map.next_value_seed(Shaped(member.schema))?;
        match out.iter_mut().find(|(name, _)| name == member.name) {
            Some((_, before)) => *before = value,
            None => out.push((member.name.to_owned(), value)),
        }
    }
    out.retain(|(_, value)| *value != Value::Null);
    Ok(Value::Map(out))
}

fn entries<'de, A: MapAccess<'de>>(schema: &Schema, mut map: A) -> Result<Value, A::Error> {
    let mut out: Vec<(String, Value)> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    while let Some(key) = map.next_key::<String>()? {
        let value = map.next_value_seed(Shaped(schema))?;
        match places.get(&key).and_then(|place| out.get_mut(*place)) {
            Some((_, before)) => *before = value,
            None => {
                places.insert(key.clone(), out.len());
                out.push((key, value));
            }
        }
    }
    Ok(Value::Map(out))
}

/// Reads a key as the member it names, without keeping its text.
struct Known(&'static [Member]);

impl<'de> DeserializeSeed<'de> for Known {
    type Value = Option<&'static Member>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Known {
    type Value = Option<&'static Member>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member name")
    }
    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.0.iter().find(|member| member.wire_name == name))
    }
}

fn word(schema: &Schema) -> &'static str {
    match schema.kind {
        Kind::Structure { .. } | Kind::Union { .. } => "a structure",
        Kind::List { .. } => "a List",
        Kind::Map { .. } => "a Map",
        Kind::String { .. } => "a String",
        Kind::Integer { .. } => "an Integer",
        Kind::Long { .. } => "a Long",
        Kind::Float => "a Float",
        Kind::Double => "a Double",
        Kind::Boolean => "a Boolean",
        Kind::Timestamp { .. } => "a Timestamp",
        Kind::Blob { .. } => "a Blob",
    }
}
