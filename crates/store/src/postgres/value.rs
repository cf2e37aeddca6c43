//! Parameters, rows and errors of the wire, as the portable ones.

use super::session::Again;
use crate::error::StoreError;
use crate::param::Param;
use crate::row::{Row, Value};
use bytes::BytesMut;
use std::error::Error;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

impl ToSql for Param<'_> {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(number) if *kind == Type::INT8 => number.to_sql(kind, out),
            Self::Int(number) if *kind == Type::INT4 => i32::try_from(*number)?.to_sql(kind, out),
            Self::Text(text) if <&str as ToSql>::accepts(kind) => {
                // The wire would cut the text there.
                if text.as_bytes().contains(&0) {
                    return Err("a text holds a NUL character".into());
                }
                text.to_sql(kind, out)
            }
            Self::Bytes(bytes) if *kind == Type::BYTEA => bytes.to_sql(kind, out),
            other => Err(format!("{other:?} was given for a parameter of type {kind}").into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// A row of the wire.
pub(super) fn row(row: &tokio_postgres::Row) -> Result<Row, StoreError> {
    let mut columns = Vec::with_capacity(row.len());
    for (index, column) in row.columns().iter().enumerate() {
        let kind = column.type_();
        let value = if *kind == Type::INT8 {
            row.try_get::<_, Option<i64>>(index).map(|number| number.map(Value::Int))
        } else if *kind == Type::INT4 {
            row.try_get::<_, Option<i32>>(index).map(|number| number.map(|number| Value::Int(number.into())))
        } else if *kind == Type::BOOL {
            row.try_get::<_, Option<bool>>(index).map(|truth| truth.map(|truth| Value::Int(truth.into())))
        } else if *kind == Type::BYTEA {
            row.try_get::<_, Option<Vec<u8>>>(index).map(|bytes| bytes.map(Value::Bytes))
        } else if [Type::TEXT, Type::VARCHAR, Type::NAME, Type::BPCHAR].contains(kind) {
            row.try_get::<_, Option<String>>(index).map(|text| text.map(Value::Text))
        } else {
            return Err(StoreError::Column { index, wanted: "a portable type" });
        };
        columns.push(value.map_err(|error| explain(&error))?.unwrap_or(Value::Null));
    }
    Ok(Row::new(columns))
}

/// Should the whole closure run again?
pub(super) fn retry(error: &tokio_postgres::Error) -> Option<Again> {
    match error.code() {
        Some(code) if [SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED].contains(code) => {
            Some(Again::Conflict(say(error)))
        }
        Some(code) if connection_ended(code) => Some(Again::Lost(say(error))),
        Some(_) => None,
        None if error.is_closed() || caused_by_io(error) => Some(Again::Lost(say(error))),
        None => None,
    }
}

/// An error of `COMMIT` that is no conflict: definite only when the server said so.
pub(super) fn commit_error(error: &tokio_postgres::Error) -> StoreError {
    match error.code() {
        Some(code) if *code != SqlState::T_R_STATEMENT_COMPLETION_UNKNOWN => explain(error),
        _ => StoreError::UnknownOutcome(say(error)),
    }
}

/// What the server or the driver said, as our error.
pub(super) fn explain(error: &tokio_postgres::Error) -> StoreError {
    match error.code() {
        Some(code) if *code == SqlState::UNIQUE_VIOLATION => StoreError::Unique(say(error)),
        Some(code) if *code == SqlState::READ_ONLY_SQL_TRANSACTION => StoreError::ReadOnly,
        _ => match retry(error) {
            Some(again) => again.into_error(),
            None => StoreError::Sql(say(error)),
        },
    }
}

/// `CREATE … IF NOT EXISTS` is not atomic: of two at once, one may find the name taken in the server's own tables.
pub(super) fn lost_a_definition_race(error: &tokio_postgres::Error) -> bool {
    let races = [
        SqlState::UNIQUE_VIOLATION,
        SqlState::DUPLICATE_TABLE,
        SqlState::DUPLICATE_OBJECT,
        SqlState::T_R_SERIALIZATION_FAILURE,
        SqlState::T_R_DEADLOCK_DETECTED,
    ];
    let concurrent_update = error.as_db_error().is_some_and(|error| error.message().contains("concurrently updated"));
    concurrent_update || error.code().is_some_and(|code| races.contains(code))
}

/// One line for the log: the server's code and sentence, without its detail, which quotes rows.
pub(super) fn say(error: &tokio_postgres::Error) -> String {
    match (error.as_db_error(), error.source()) {
        (Some(error), _) => format!("{} ({})", error.message(), error.code().code()),
        (None, Some(source)) => format!("{error}: {source}"),
        (None, None) => error.to_string(),
    }
}

/// Connection exceptions (class 08) and the server going away.
fn connection_ended(code: &SqlState) -> bool {
    code.code().starts_with("08")
        || [SqlState::ADMIN_SHUTDOWN, SqlState::CRASH_SHUTDOWN, SqlState::CANNOT_CONNECT_NOW].contains(code)
}

fn caused_by_io(error: &tokio_postgres::Error) -> bool {
    error.source().is_some_and(|source| source.is::<std::io::Error>())
}
