//! One statement on one `SQLite` connection, with the portable parameters and rows.

use crate::error::StoreError;
use crate::param::Param;
use crate::row::{Row, Value};
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, ErrorCode, ffi};

/// May the statement change anything?
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    Read,
    Write,
}

/// Runs a statement and returns at most `limit` of its rows.
pub(super) fn rows(
    connection: &Connection,
    access: Access,
    sql: &str,
    parameters: &[Param<'_>],
    limit: usize,
) -> Result<Vec<Row>, StoreError> {
    let mut statement = bound(connection, access, sql, parameters)?;
    let width = statement.column_count();
    let mut answer = Vec::new();
    let mut rows = statement.raw_query();
    while answer.len() < limit {
        let Some(row) = rows.next().map_err(explain)? else {
            break;
        };
        let mut columns = Vec::with_capacity(width);
        for index in 0..width {
            columns.push(match row.get_ref(index).map_err(explain)? {
                ValueRef::Null => Value::Null,
                ValueRef::Integer(number) => Value::Int(number),
                ValueRef::Text(text) => Value::Text(
                    std::str::from_utf8(text)
                        .map_err(|_| StoreError::Column { index, wanted: "valid UTF-8" })?
                        .to_owned(),
                ),
                ValueRef::Blob(bytes) => Value::Bytes(bytes.to_owned()),
                ValueRef::Real(_) => {
                    return Err(StoreError::Column { index, wanted: "a portable type" });
                }
            });
        }
        answer.push(Row::new(columns));
    }
    Ok(answer)
}

/// Runs a statement that returns no rows; answers how many rows it changed.
pub(super) fn execute(
    connection: &Connection,
    access: Access,
    sql: &str,
    parameters: &[Param<'_>],
) -> Result<u64, StoreError> {
    let changed = bound(connection, access, sql, parameters)?.raw_execute().map_err(explain)?;
    Ok(u64::try_from(changed).unwrap_or(u64::MAX))
}

/// Runs a statement of our own that has neither parameters nor rows, such as `COMMIT`.
pub(super) fn control(connection: &Connection, sql: &str) -> Result<(), StoreError> {
    connection.prepare_cached(sql).and_then(|mut statement| statement.raw_execute()).map_err(explain).map(drop)
}

/// What the driver said, as our error.
pub(super) fn explain(error: rusqlite::Error) -> StoreError {
    match error.sqlite_error() {
        Some(ffi::Error {
            extended_code:
                ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID,
            ..
        }) => StoreError::Unique(error.to_string()),
        Some(ffi::Error { code: ErrorCode::ReadOnly, .. }) => StoreError::ReadOnly,
        Some(ffi::Error { code: ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked, .. }) => {
            StoreError::Contention { attempts: 1 }
        }
        _ => StoreError::Sql(error.to_string()),
    }
}

fn bound<'c>(
    connection: &'c Connection,
    access: Access,
    sql: &str,
    parameters: &[Param<'_>],
) -> Result<CachedStatement<'c>, StoreError> {
    let mut statement = connection.prepare_cached(sql).map_err(explain)?;
    if access == Access::Read && !statement.readonly() {
        return Err(StoreError::ReadOnly);
    }
    // `$2` is a *name* to SQLite, numbered by first appearance: the number in the name is the one that counts.
    let mut highest = 0;
    for position in 1..=statement.parameter_count() {
        let number = statement
            .parameter_name(position)
            .and_then(|name| name.strip_prefix('$'))
            .and_then(|digits| digits.parse::<usize>().ok())
            .ok_or_else(|| StoreError::Sql("parameters are written `$1`, `$2`, …".to_owned()))?;
        let parameter = number
            .checked_sub(1)
            .and_then(|index| parameters.get(index))
            .ok_or_else(|| StoreError::Sql(format!("no value is given for `${number}`")))?;
        statement.raw_bind_parameter(position, Bound(*parameter)).map_err(explain)?;
        highest = highest.max(number);
    }
    if highest != parameters.len() {
        return Err(StoreError::Sql(format!("{} values are given for {highest} parameters", parameters.len())));
    }
    Ok(statement)
}

struct Bound<'a>(Param<'a>);

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Param::Null => ValueRef::Null,
            Param::Int(number) => ValueRef::Integer(number),
            // PostgreSQL cannot store it, so no engine does.
            Param::Text(text) if text.as_bytes().contains(&0) => {
                return Err(rusqlite::Error::ToSqlConversionFailure("a text holds a NUL character".into()));
            }
            Param::Text(text) => ValueRef::Text(text.as_bytes()),
            Param::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}
