//! Read-only connections: one is taken, used on the calling thread, and put back.

use super::statement::{self, Access};
use crate::error::StoreError;
use crate::param::Param;
use crate::row::Row;
use crate::tx::Reads;
use rusqlite::{Connection, OpenFlags};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// Idle connections kept; more are opened when more closures read at once, and closed after.
const KEEP_IDLE: usize = 32;
/// With fewer idle ones a thread opens its own rather than take another's: what a connection holds in memory is then in the
/// cache of the processor that asks for it.
const SHARE_FROM: usize = 8;

/// The pool of read-only connections of one file.
pub(crate) struct Readers {
    path: PathBuf,
    idle: Mutex<Option<Vec<Idle>>>,
}

/// A connection that nobody uses, and the thread that used it last.
struct Idle {
    thread: usize,
    connection: Connection,
}

impl Readers {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, idle: Mutex::new(Some(Vec::new())) }
    }

    /// A connection for one read closure; never waits for another closure.
    pub(crate) fn take(self: &Arc<Self>, reads: Reads) -> Result<Reader, StoreError> {
        let idle = match self.idle.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            None => return Err(StoreError::Closed),
            Some(idle) => match idle.iter().rposition(|idle| idle.thread == this_thread()) {
                Some(own) => Some(idle.swap_remove(own)),
                None if idle.len() < SHARE_FROM => None,
                None => idle.pop(),
            },
        };
        let connection = match idle {
            Some(idle) => idle.connection,
            None => self.open()?,
        };
        Ok(Reader { connection: Some(connection), pool: self.clone(), reads, begun: false })
    }

    /// Closes the idle connections; those in use close when they come back.
    pub(crate) fn close(&self) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    fn open(&self) -> Result<Connection, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        Connection::open_with_flags(&self.path, flags)
            .and_then(|connection| super::prepare_connection(&connection).map(|()| connection))
            .map_err(|error| StoreError::Unreadable { path: self.path.clone(), cause: error.to_string() })
    }
}

/// A number that no two running threads share.
fn this_thread() -> usize {
    thread_local!(static PLACE: u8 = const { 0 });
    PLACE.with(|place| std::ptr::from_ref(place).addr())
}

/// One read closure's connection; its statements see one snapshot.
pub(crate) struct Reader {
    // INVARIANT: taken only by `drop`.
    connection: Option<Connection>,
    pool: Arc<Readers>,
    reads: Reads,
    begun: bool,
}

impl Reader {
    pub(crate) fn rows(&mut self, sql: &str, parameters: &[Param<'_>], limit: usize) -> Result<Vec<Row>, StoreError> {
        statement::rows(self.snapshot()?, Access::Read, sql, parameters, limit)
    }

    pub(crate) fn execute(&mut self, sql: &str, parameters: &[Param<'_>]) -> Result<u64, StoreError> {
        statement::execute(self.snapshot()?, Access::Read, sql, parameters)
    }

    fn snapshot(&mut self) -> Result<&Connection, StoreError> {
        let connection = self.connection.as_ref().ok_or(StoreError::Closed)?;
        // A statement by itself sees one snapshot.
        if !self.begun && self.reads == Reads::Many {
            statement::control(connection, "BEGIN")?;
            self.begun = true;
        }
        Ok(connection)
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else {
            return;
        };
        if self.begun && statement::control(&connection, "ROLLBACK").is_err() && !connection.is_autocommit() {
            // A connection that cannot leave its snapshot is closed rather than lent again.
            return;
        }
        let mut idle = self.pool.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(idle) = idle.as_mut().filter(|idle| idle.len() < KEEP_IDLE) {
            idle.push(Idle { thread: this_thread(), connection });
        }
    }
}
