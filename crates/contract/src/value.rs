//! The neutral tree between bytes and typed structs: what a request or an answer says, in no protocol.

/// One value. Structures and maps are both `Map`; which of them it is, the schema knows.
///
/// `Debug` shows the kind and size only: a tree may hold passwords, and only the schema knows where.
#[derive(Clone, Default, PartialEq)]
pub enum Value {
    /// Absent: inside a structure it means the same as leaving the member out.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// Integer and long shapes.
    Integer(i64),
    /// Float and double shapes.
    Double(f64),
    /// String shapes, enumerations included.
    String(String),
    /// Raw bytes (base64 exists only on the wire).
    Blob(Vec<u8>),
    /// Milliseconds since the Unix epoch.
    Timestamp(i64),
    /// Elements in order.
    List(Vec<Value>),
    /// Members of a structure (by their name in the model) or entries of a map, in order.
    Map(Vec<(String, Value)>),
}

impl Value {
    /// The member or entry called `name`; `None` when it is absent, null, or this is not a map.
    pub fn get(&self, name: &str) -> Option<&Value> {
        match self {
            Value::Map(entries) => {
                entries.iter().find(|(key, value)| key == name && *value != Value::Null).map(|(_, value)| value)
            }
            _ => None,
        }
    }

    /// The text, if this is a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The number, if this is an integer.
    pub fn as_integer(&self) -> Option<i64> {
        match self {
            Value::Integer(number) => Some(*number),
            _ => None,
        }
    }

    /// The elements, if this is a list.
    pub fn as_list(&self) -> Option<&[Value]> {
        match self {
            Value::List(elements) => Some(elements),
            _ => None,
        }
    }

    /// The members or entries, if this is a map.
    pub fn as_map(&self) -> Option<&[(String, Value)]> {
        match self {
            Value::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// The word for this kind of value, for messages about a wrong one.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Integer(_) => "integer",
            Value::Double(_) => "double",
            Value::String(_) => "string",
            Value::Blob(_) => "blob",
            Value::Timestamp(_) => "timestamp",
            Value::List(_) => "list",
            Value::Map(_) => "map",
        }
    }
}

impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Value::List(elements) => f.debug_list().entries(elements).finish(),
            Value::Map(entries) => f.debug_map().entries(entries.iter().map(|(k, v)| (k, v))).finish(),
            Value::Null => f.write_str("null"),
            other => write!(f, "<{}>", other.kind()),
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::String(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::String(text)
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Value::Bool(flag)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Value::Integer(number)
    }
}
