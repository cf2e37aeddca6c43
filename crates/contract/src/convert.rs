//! Between the value tree and the typed structs of `model`.

use std::collections::BTreeMap;
use std::fmt;

use crate::{Fault, Value};

/// Milliseconds since the Unix epoch.
pub type EpochMillis = i64;

/// Made from a value tree. A tree that was parsed by its schema and passed [`crate::check`] always converts.
pub trait FromValue: Sized {
    /// Takes the value apart.
    ///
    /// # Errors
    /// [`Mismatch`] when a required member is absent or a value is of another kind.
    fn from_value(value: Value) -> Result<Self, Mismatch>;
}

/// Turned into a value tree, ready to be written.
pub trait IntoValue {
    /// The tree; absent members are left out.
    fn into_value(self) -> Value;
}

/// A value tree that does not fit the struct: the schema was not applied before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// The member, or the kind that was expected.
    pub at: &'static str,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the value at `{}` does not fit its shape", self.at)
    }
}

impl std::error::Error for Mismatch {}

impl From<Mismatch> for Fault {
    fn from(mismatch: Mismatch) -> Self {
        Fault::internal(mismatch)
    }
}

/// The members of a structure, taken out one by one.
pub struct Members(Vec<(String, Value)>);

impl Members {
    /// Opens a structure; nothing at all is a structure without members.
    ///
    /// # Errors
    /// [`Mismatch`] when the value is neither.
    pub fn open(value: Value, shape: &'static str) -> Result<Self, Mismatch> {
        match value {
            Value::Map(entries) => Ok(Members(entries)),
            Value::Null => Ok(Members(Vec::new())),
            _ => Err(Mismatch { at: shape }),
        }
    }

    /// A member that must be there.
    ///
    /// # Errors
    /// [`Mismatch`] when it is absent or of another kind.
    pub fn required<T: FromValue>(&mut self, name: &'static str) -> Result<T, Mismatch> {
        self.optional(name)?.ok_or(Mismatch { at: name })
    }

    /// A member that may be absent.
    ///
    /// # Errors
    /// [`Mismatch`] when it is of another kind.
    pub fn optional<T: FromValue>(&mut self, name: &'static str) -> Result<Option<T>, Mismatch> {
        match self.take(name) {
            Value::Null => Ok(None),
            value => T::from_value(value).map(Some),
        }
    }

    /// A moment that must be there.
    ///
    /// # Errors
    /// [`Mismatch`] when it is absent or of another kind.
    pub fn required_time(&mut self, name: &'static str) -> Result<EpochMillis, Mismatch> {
        self.optional_time(name)?.ok_or(Mismatch { at: name })
    }

    /// A moment that may be absent.
    ///
    /// # Errors
    /// [`Mismatch`] when it is of another kind.
    pub fn optional_time(&mut self, name: &'static str) -> Result<Option<EpochMillis>, Mismatch> {
        match self.take(name) {
            Value::Null => Ok(None),
            Value::Timestamp(ms) => Ok(Some(ms)),
            _ => Err(Mismatch { at: name }),
        }
    }

    fn take(&mut self, name: &str) -> Value {
        match self.0.iter().position(|(key, _)| key == name) {
            Some(at) => self.0.swap_remove(at).1,
            None => Value::Null,
        }
    }
}

/// The members of a structure, put in one by one.
#[derive(Default)]
pub struct MembersOut(Vec<(String, Value)>);

impl MembersOut {
    /// Puts a member in.
    pub fn required<T: IntoValue>(&mut self, name: &'static str, value: T) {
        self.0.push((name.to_owned(), value.into_value()));
    }

    /// Puts a member in if it is present.
    pub fn optional<T: IntoValue>(&mut self, name: &'static str, value: Option<T>) {
        if let Some(value) = value {
            self.required(name, value);
        }
    }

    /// Puts a moment in.
    pub fn required_time(&mut self, name: &'static str, ms: EpochMillis) {
        self.0.push((name.to_owned(), Value::Timestamp(ms)));
    }

    /// Puts a moment in if it is present.
    pub fn optional_time(&mut self, name: &'static str, ms: Option<EpochMillis>) {
        if let Some(ms) = ms {
            self.required_time(name, ms);
        }
    }

    /// The structure.
    pub fn finish(self) -> Value {
        Value::Map(self.0)
    }
}

macro_rules! plain {
    ($($type:ty, $variant:ident, $word:literal;)*) => {$(
        impl FromValue for $type {
            fn from_value(value: Value) -> Result<Self, Mismatch> {
                match value {
                    Value::$variant(inner) => Ok(inner),
                    _ => Err(Mismatch { at: $word }),
                }
            }
        }
        impl IntoValue for $type {
            fn into_value(self) -> Value {
                Value::$variant(self)
            }
        }
    )*};
}

plain! {
    bool, Bool, "boolean";
    i64, Integer, "integer";
    f64, Double, "double";
    String, String, "string";
    Vec<u8>, Blob, "blob";
}

impl FromValue for () {
    fn from_value(_: Value) -> Result<Self, Mismatch> {
        Ok(())
    }
}

impl IntoValue for () {
    fn into_value(self) -> Value {
        Value::Null
    }
}

impl FromValue for Value {
    fn from_value(value: Value) -> Result<Self, Mismatch> {
        Ok(value)
    }
}

impl IntoValue for Value {
    fn into_value(self) -> Value {
        self
    }
}

impl<T: FromValue> FromValue for Vec<T> {
    fn from_value(value: Value) -> Result<Self, Mismatch> {
        match value {
            Value::List(elements) => elements.into_iter().map(T::from_value).collect(),
            _ => Err(Mismatch { at: "list" }),
        }
    }
}

impl<T: IntoValue> IntoValue for Vec<T> {
    fn into_value(self) -> Value {
        Value::List(self.into_iter().map(T::into_value).collect())
    }
}

impl<T: FromValue> FromValue for BTreeMap<String, T> {
    fn from_value(value: Value) -> Result<Self, Mismatch> {
        match value {
            Value::Map(entries) => entries.into_iter().map(|(key, value)| Ok((key, T::from_value(value)?))).collect(),
            _ => Err(Mismatch { at: "map" }),
        }
    }
}

impl<T: IntoValue> IntoValue for BTreeMap<String, T> {
    fn into_value(self) -> Value {
        Value::Map(self.into_iter().map(|(key, value)| (key, value.into_value())).collect())
    }
}

/// The conversions of one struct, both ways: `convert! { Shape { field = "Member" required, … } }`.
/// The words are `required`, `optional`, `required_time` and `optional_time`.
#[macro_export]
macro_rules! convert {
    ($($shape:ident { $($field:ident = $name:literal $how:ident,)* })*) => {$(
        impl $crate::FromValue for $shape {
            fn from_value(value: $crate::Value) -> Result<Self, $crate::Mismatch> {
                #[allow(unused_mut, unused_variables)]
                let mut members = $crate::Members::open(value, stringify!($shape))?;
                Ok($shape { $($field: members.$how($name)?,)* })
            }
        }
        impl $crate::IntoValue for $shape {
            fn into_value(self) -> $crate::Value {
                #[allow(unused_mut)]
                let mut members = $crate::MembersOut::default();
                $(members.$how($name, self.$field);)*
                members.finish()
            }
        }
    )*};
}

/// `Debug` for structs with sensitive members: `veil! { Shape { shown, … } hidden { password, … } }`.
/// A hidden member never shows what it holds, nor whether it is set.
#[macro_export]
macro_rules! veil {
    ($($shape:ident { $($shown:ident,)* } hidden { $($hidden:ident,)* })*) => {$(
        impl ::std::fmt::Debug for $shape {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.debug_struct(stringify!($shape))
                    $(.field(stringify!($shown), &self.$shown))*
                    $(.field(stringify!($hidden), &format_args!("(hidden)")))*
                    .finish()
            }
        }
    )*};
}
