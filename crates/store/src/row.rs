//! What a statement answers: one row, the same from every engine.

use crate::error::StoreError;
use domain::time::Timestamp;
use std::fmt;

/// One row; columns are counted from 0. A column of another type is an error, never a panic.
#[derive(Clone, PartialEq, Eq)]
pub struct Row {
    columns: Vec<Value>,
}

/// One column of a row.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Value {
    Null,
    Int(i64),
    Text(String),
    Bytes(Vec<u8>),
}

impl Row {
    pub(crate) fn new(columns: Vec<Value>) -> Self {
        Self { columns }
    }

    /// A text.
    pub fn text(&self, index: usize) -> Result<&str, StoreError> {
        self.opt_text(index)?.ok_or(StoreError::Column { index, wanted: "a text" })
    }

    /// A text, or nothing.
    pub fn opt_text(&self, index: usize) -> Result<Option<&str>, StoreError> {
        match self.columns.get(index) {
            Some(Value::Text(text)) => Ok(Some(text)),
            Some(Value::Null) => Ok(None),
            _ => Err(StoreError::Column { index, wanted: "a text" }),
        }
    }

    /// A text as an id or a `String`.
    pub fn id<T: From<String>>(&self, index: usize) -> Result<T, StoreError> {
        self.text(index).map(|text| T::from(text.to_owned()))
    }

    /// A text as an id or a `String`, or nothing.
    pub fn opt_id<T: From<String>>(&self, index: usize) -> Result<Option<T>, StoreError> {
        Ok(self.opt_text(index)?.map(|text| T::from(text.to_owned())))
    }

    /// A number.
    pub fn int(&self, index: usize) -> Result<i64, StoreError> {
        self.opt_int(index)?.ok_or(StoreError::Column { index, wanted: "a number" })
    }

    /// A number, or nothing.
    pub fn opt_int(&self, index: usize) -> Result<Option<i64>, StoreError> {
        match self.columns.get(index) {
            Some(Value::Int(number)) => Ok(Some(*number)),
            Some(Value::Null) => Ok(None),
            _ => Err(StoreError::Column { index, wanted: "a number" }),
        }
    }

    /// 0 or 1 as a truth.
    pub fn bool(&self, index: usize) -> Result<bool, StoreError> {
        match self.int(index)? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(StoreError::Column { index, wanted: "0 or 1" }),
        }
    }

    /// A moment, stored in milliseconds.
    pub fn timestamp(&self, index: usize) -> Result<Timestamp, StoreError> {
        self.int(index).map(Timestamp::from_millis)
    }

    /// A moment, or nothing.
    pub fn opt_timestamp(&self, index: usize) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.opt_int(index)?.map(Timestamp::from_millis))
    }

    /// Bytes.
    pub fn bytes(&self, index: usize) -> Result<&[u8], StoreError> {
        self.opt_bytes(index)?.ok_or(StoreError::Column { index, wanted: "bytes" })
    }

    /// Bytes, or nothing.
    pub fn opt_bytes(&self, index: usize) -> Result<Option<&[u8]>, StoreError> {
        match self.columns.get(index) {
            Some(Value::Bytes(bytes)) => Ok(Some(bytes)),
            Some(Value::Null) => Ok(None),
            _ => Err(StoreError::Column { index, wanted: "bytes" }),
        }
    }
}

impl fmt::Debug for Row {
    // Rows carry secrets and personal data: only their shape is shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Row({} columns)", self.columns.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_of_another_type_is_an_error() {
        let row = Row::new(vec![Value::Null, Value::Int(2), Value::Text("a".into()), Value::Bytes(vec![7])]);
        assert_eq!(row.opt_text(0), Ok(None));
        assert_eq!(row.text(0), Err(StoreError::Column { index: 0, wanted: "a text" }));
        assert_eq!(row.text(1), Err(StoreError::Column { index: 1, wanted: "a text" }));
        assert_eq!(row.bool(1), Err(StoreError::Column { index: 1, wanted: "0 or 1" }));
        assert_eq!(row.int(2), Err(StoreError::Column { index: 2, wanted: "a number" }));
        assert_eq!(row.bytes(3), Ok(&[7][..]));
        assert_eq!(row.bytes(2), Err(StoreError::Column { index: 2, wanted: "bytes" }));
        assert_eq!(row.int(9), Err(StoreError::Column { index: 9, wanted: "a number" }));
    }
}
