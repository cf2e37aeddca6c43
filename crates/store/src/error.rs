//! What can go wrong between a closure and the disk.

use std::path::PathBuf;

/// A failure of the store. What a rule refuses is the caller's own error, never one of these.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum StoreError {
    /// The `--store` value cannot be understood.
    #[error("cannot use this store: {0}")]
    Config(String),
    /// The data file cannot be opened.
    #[error("cannot open the data file `{}`: {cause}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the engine said.
        cause: String,
    },
    /// The database server does not answer, or refuses us.
    #[error("cannot reach the database server: {0}")]
    Unreachable(String),
    /// The data was written by a newer release; opening it could damage it.
    #[error("the data is of a newer release: its schema is number {found}, this binary knows {known}")]
    NewerThanBinary {
        /// The newest migration the data has seen.
        found: i64,
        /// The newest migration this binary knows.
        known: i64,
    },
    /// A row with the same key is there already.
    #[error("a unique key is taken: {0}")]
    Unique(String),
    /// Other writers were in the way each time; nothing was written.
    #[error("too much contention: gave up after {attempts} attempts")]
    Contention {
        /// How often the closure ran.
        attempts: u32,
    },
    /// The commit was sent and no verdict came back: the work may be there or not.
    #[error("the outcome of the commit is unknown: {0}")]
    UnknownOutcome(String),
    /// The transaction had failed before; nothing of it was kept.
    #[error("the transaction was aborted: {0}")]
    Aborted(String),
    /// A read closure tried to write.
    #[error("a read closure tried to write")]
    ReadOnly,
    /// The engine refused a statement.
    #[error("the database refused a statement: {0}")]
    Sql(String),
    /// A column is not what the reader expected.
    #[error("column {index} is not {wanted}")]
    Column {
        /// Position in the row, from 0.
        index: usize,
        /// What was asked for.
        wanted: &'static str,
    },
    /// Only a store in memory may be wiped.
    #[error("only a store in memory can be wiped")]
    NotEphemeral,
    /// The store was closed.
    #[error("the store is closed")]
    Closed,
}
