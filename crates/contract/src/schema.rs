//! What a shape of the model allows: its kind, its members and its constraints, as statics.

use std::sync::OnceLock;

use regex::Regex;

/// A shape. Every schema is a `static` in `model`, so schemas may refer to each other freely.
pub struct Schema {
    /// The shape's name in the model, such as `AdminCreateUserRequest`.
    pub name: &'static str,
    /// What the shape is, with its constraints.
    pub kind: Kind,
    /// Whether values of this shape must stay out of logs, `Debug` and error messages.
    pub sensitive: bool,
}

/// The kinds of shapes, each with the constraints that apply to it.
pub enum Kind {
    /// A fixed set of members.
    Structure {
        /// In the order of the model, which is the order in which they are written and checked.
        members: &'static [Member],
    },
    /// A structure of which exactly one member is set.
    Union {
        /// The alternatives.
        members: &'static [Member],
    },
    /// Elements of one shape.
    List {
        /// The shape of every element.
        element: &'static Schema,
        /// Least number of elements.
        min: Option<u64>,
        /// Greatest number of elements.
        max: Option<u64>,
    },
    /// Entries with string keys.
    Map {
        /// The shape of every key, always a string.
        key: &'static Schema,
        /// The shape of every value.
        value: &'static Schema,
        /// Least number of entries.
        min: Option<u64>,
        /// Greatest number of entries.
        max: Option<u64>,
    },
    /// Text; lengths count Unicode scalar values.
    String {
        /// Least length.
        min: Option<u64>,
        /// Greatest length.
        max: Option<u64>,
        /// What the whole text must match.
        pattern: Option<&'static Pattern>,
        /// The only texts allowed; empty when any text is.
        values: &'static [&'static str],
    },
    /// A 32-bit number on AWS's side.
    Integer {
        /// Least value.
        min: Option<i64>,
        /// Greatest value.
        max: Option<i64>,
    },
    /// A 64-bit number.
    Long {
        /// Least value.
        min: Option<i64>,
        /// Greatest value.
        max: Option<i64>,
    },
    /// Single precision on AWS's side.
    Float,
    /// Double precision.
    Double,
    /// `true` or `false`.
    Boolean,
    /// A moment.
    Timestamp {
        /// How it is written, when it is not the protocol's own way.
        format: Option<TimestampFormat>,
    },
    /// Bytes.
    Blob {
        /// Least number of bytes.
        min: Option<u64>,
        /// Greatest number of bytes.
        max: Option<u64>,
    },
}

/// One member of a structure or union.
pub struct Member {
    /// The name in the model and in [`crate::Value::Map`].
    pub name: &'static str,
    /// The name on the wire; the same as `name` unless the model says otherwise.
    pub wire_name: &'static str,
    /// What it holds.
    pub schema: &'static Schema,
    /// Whether it must be present.
    pub required: bool,
    /// Query protocol: list elements follow the member's own name, without `.member`.
    pub flattened: bool,
}

impl Member {
    /// A member that must be present.
    pub const fn required(name: &'static str, schema: &'static Schema) -> Self {
        Member { name, wire_name: name, schema, required: true, flattened: false }
    }

    /// A member that may be absent.
    pub const fn optional(name: &'static str, schema: &'static Schema) -> Self {
        Member { name, wire_name: name, schema, required: false, flattened: false }
    }

    /// The same member under another name on the wire.
    #[must_use]
    pub const fn on_wire(self, wire_name: &'static str) -> Self {
        Member { wire_name, ..self }
    }

    /// The same member, its list flattened.
    #[must_use]
    pub const fn flattened(self) -> Self {
        Member { flattened: true, ..self }
    }
}

/// How a timestamp is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimestampFormat {
    /// `2026-01-02T03:04:05Z`.
    Iso8601,
    /// Seconds since the epoch, with a fraction where needed.
    UnixSeconds,
    /// `Fri, 02 Jan 2026 03:04:05 GMT`.
    Rfc822,
}

impl Schema {
    /// The members of a structure or union; none for every other kind.
    pub fn members(&self) -> &'static [Member] {
        match self.kind {
            Kind::Structure { members } | Kind::Union { members } => members,
            _ => &[],
        }
    }

    /// The member called `name` in the model.
    pub fn member(&self, name: &str) -> Option<&'static Member> {
        self.members().iter().find(|member| member.name == name)
    }

    /// Whether the value is text, a number or the like rather than a container.
    pub fn is_scalar(&self) -> bool {
        !matches!(self.kind, Kind::Structure { .. } | Kind::Union { .. } | Kind::List { .. } | Kind::Map { .. })
    }
}

// Written by hand because schemas may be recursive.
impl std::fmt::Debug for Schema {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Schema({})", self.name)
    }
}

impl std::fmt::Debug for Member {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Member({}: {})", self.name, self.schema.name)
    }
}

/// A regular expression of the model. It is compiled on first use and always means the whole text.
pub struct Pattern {
    text: &'static str,
    expression: &'static str,
    requirement: Option<&'static str>,
    compiled: OnceLock<Option<Regex>>,
}

impl Pattern {
    /// `text` is the model's own pattern, quoted in error messages; `expression` is the same rule in the
    /// syntax of the `regex` crate (the model is written for Java, where `\w` means ASCII).
    pub const fn new(text: &'static str, expression: &'static str) -> Self {
        Pattern { text, expression, requirement: None, compiled: OnceLock::new() }
    }

    /// The same pattern, of which the service speaks in a sentence of its own.
    #[must_use]
    pub const fn requiring(mut self, requirement: &'static str) -> Self {
        self.requirement = Some(requirement);
        self
    }

    /// What the service says is required, where it does not quote the pattern, such as `It must begin and end with /`
    /// (spec/sts-and-iam.md C5).
    pub fn requirement(&self) -> Option<&'static str> {
        self.requirement
    }

    /// The pattern as AWS prints it.
    pub fn text(&self) -> &'static str {
        self.text
    }

    /// Whether the whole of `value` matches. A pattern that does not compile matches nothing; the tests of
    /// `model` compile every one.
    pub fn matches(&self, value: &str) -> bool {
        self.regex().is_some_and(|regex| regex.is_match(value))
    }

    /// Whether the expression compiles.
    pub fn is_valid(&self) -> bool {
        self.regex().is_some()
    }

    fn regex(&self) -> Option<&Regex> {
        self.compiled.get_or_init(|| Regex::new(&format!(r"\A(?:{})\z", self.expression)).ok()).as_ref()
    }
}

impl std::fmt::Debug for Pattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Pattern({})", self.text)
    }
}
