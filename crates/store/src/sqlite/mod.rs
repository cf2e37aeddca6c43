//! The embedded engine: one file with a pool of readers and one writer, or one connection in memory.

mod memory;
mod reader;
mod statement;
mod writer;

pub(crate) use memory::{Memory, MemoryTransaction};
pub(crate) use reader::{Reader, Readers};
pub(crate) use writer::{Outcome, WriteSlot, Writer};

use crate::error::StoreError;
use crate::touched::Generations;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// How long a connection waits for another process that holds the file's write lock.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Statements kept prepared per connection: more than there are statements in this crate.
const STATEMENT_CACHE: usize = 512;

/// Pages that the write-ahead log holds before they are folded into the file: sixteen megabytes. Pages that change often are
/// folded once instead of many times.
const CHECKPOINT_PAGES: i64 = 4096;

/// A `SQLite` file, opened.
pub(crate) struct File {
    pub(crate) writer: Writer,
    pub(crate) readers: Arc<Readers>,
}

impl File {
    /// Opens or creates the file, brings its schema up to date and starts the committer.
    pub(crate) fn open(path: &Path, generations: Arc<Generations>) -> Result<Self, StoreError> {
        let unreadable = |cause: String| StoreError::Unreadable { path: path.to_owned(), cause };
        create_private(path).map_err(|error| unreadable(error.to_string()))?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = Connection::open_with_flags(path, flags).map_err(|error| unreadable(error.to_string()))?;
        prepare_connection(&connection).map_err(|error| unreadable(error.to_string()))?;
        let mode = write_ahead(&connection).map_err(|error| unreadable(error.to_string()))?;
        if mode != "wal" {
            return Err(unreadable(format!("write-ahead logging is not possible here (journal mode `{mode}`)")));
        }
        connection
            .pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)
            .map_err(|error| unreadable(error.to_string()))?;
        migrate(&mut connection)?;
        let readers = Arc::new(Readers::new(path.to_owned()));
        Ok(Self { writer: Writer::start(connection, generations, Arc::clone(&readers))?, readers })
    }
}

/// The file is created for its owner alone: it holds personal data.
fn create_private(path: &Path) -> std::io::Result<()> {
    if path.exists() {
        return Ok(());
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.sync_all()?;
    // The name must survive a power cut as the data does.
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        std::fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// Several processes that open a new file at once may find it locked while one switches the journal: the busy handler
/// is not asked then, so we wait ourselves.
fn write_ahead(connection: &Connection) -> rusqlite::Result<String> {
    let mut attempts = 0;
    loop {
        match connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0)) {
            Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy) && attempts < 100 => {
                attempts += 1;
                std::thread::sleep(Duration::from_millis(20));
            }
            other => return other,
        }
    }
}

/// Settings every connection needs.
fn prepare_connection(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENT_CACHE);
    // Without this guarantee SQLite compiles a cached statement again whenever a parameter that could sway its plan changes,
    // which costs more than the statement itself.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // FULL: a commit is on disk, in write-ahead mode too, when it returns.
    connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA foreign_keys = OFF; PRAGMA temp_store = MEMORY")
}

/// Runs the migrations that the file has not seen, all in one transaction.
fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    use crate::migration::{CREATE_LEDGER, FIND_NEWEST, MIGRATIONS, RECORD, pending, sqlite_text};
    let transaction =
        connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).map_err(statement::explain)?;
    transaction.execute_batch(&sqlite_text(CREATE_LEDGER)).map_err(statement::explain)?;
    let found: i64 = transaction.query_row(FIND_NEWEST, [], |row| row.get(0)).map_err(statement::explain)?;
    for migration in pending(MIGRATIONS, found)? {
        for sql in migration.statements() {
            transaction.execute_batch(&sqlite_text(sql)).map_err(statement::explain)?;
        }
        transaction.execute(RECORD, rusqlite::params![migration.number, migration.name]).map_err(statement::explain)?;
    }
    transaction.commit().map_err(statement::explain)
}
