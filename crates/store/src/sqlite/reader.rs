//! Read-only connections: one is taken, used on the calling thread, and put back.

use super::statement::{self, Access};
use crate::error::StoreError;
use crate::param::Param;
use crate::row::Row;
use crate::tx::Reads;
use rusqlite::{Connection, OpenFlags};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Idle connections kept; more are opened when more closures read at once, and closed after.
const KEEP_IDLE: usize = 32;
/// With fewer idle ones a thread opens its own rather than take another's: what a connection holds in memory is then in the
/// cache of the processor that asks for it.
const SHARE_FROM: usize = 8;
/// What an idle connection may keep of the file in memory, in KiB: the inner pages of the trees of a million identities. A smaller
/// file takes less.
const CACHE_KIB: i64 = 16 * 1024;

/// The pool of read-only connections of one file.
///
/// A connection is put back with its snapshot, and whoever takes it next reads from that without asking the file: its locks
/// cost more than a row, and threads wait for each other at them. The writer ends the snapshots before it begins, so no
/// snapshot that is lent is older than a commit of this process, and the log can be folded into the file. What another process
/// commits is seen once this one writes or looks ([`Readers::look_again`]).
pub(crate) struct Readers {
    path: PathBuf,
    pool: Mutex<Pool>,
}

#[derive(Default)]
struct Pool {
    idle: Vec<Idle>,
    closed: bool,
    /// A batch of writes is open: snapshots are not kept.
    writing: bool,
    /// Rises when the file has changed, or may have.
    changes: u64,
}

/// A connection that nobody uses, and the thread that used it last.
struct Idle {
    thread: usize,
    connection: Connection,
}

impl Readers {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, pool: Mutex::default() }
    }

    /// A connection for one read closure; never waits for another closure.
    pub(crate) fn take(self: &Arc<Self>, reads: Reads) -> Result<Reader, StoreError> {
        let (idle, changes, keeps) = {
            let mut pool = self.lock();
            if pool.closed {
                return Err(StoreError::Closed);
            }
            let idle = match pool.idle.iter().rposition(|idle| idle.thread == this_thread()) {
                Some(own) => Some(pool.idle.swap_remove(own)),
                None if pool.idle.len() < SHARE_FROM => None,
                None => pool.idle.pop(),
            };
            (idle, pool.changes, !pool.writing)
        };
        let connection = match idle {
            Some(idle) => idle.connection,
            None => self.open()?,
        };
        let connection = Some(connection);
        // A statement by itself sees one snapshot.
        Ok(Reader { connection, pool: self.clone(), begins: keeps || reads == Reads::Many, changes })
    }

    /// Closes the idle connections; those in use close when they come back.
    pub(crate) fn close(&self) {
        let mut pool = self.lock();
        pool.closed = true;
        pool.idle.clear();
    }

    /// A batch of writes begins: ends the snapshots that are kept.
    pub(super) fn writing(&self) {
        let mut pool = self.lock();
        pool.writing = true;
        pool.idle.retain(|idle| left_snapshot(&idle.connection));
    }

    /// The batch has ended, whichever way. To be called before anybody is told.
    pub(super) fn written(&self) {
        let mut pool = self.lock();
        pool.writing = false;
        pool.changes += 1;
    }

    /// Ends the snapshots that are kept, and those in use when they come back: another process may have written.
    pub(crate) fn look_again(&self) {
        let mut pool = self.lock();
        pool.changes += 1;
        pool.idle.retain(|idle| left_snapshot(&idle.connection));
    }

    fn lock(&self) -> MutexGuard<'_, Pool> {
        self.pool.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn open(&self) -> Result<Connection, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        Connection::open_with_flags(&self.path, flags)
            .and_then(|connection| {
                super::prepare_connection(&connection)?;
                connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
                Ok(connection)
            })
            .map_err(|error| StoreError::Unreadable { path: self.path.clone(), cause: error.to_string() })
    }
}

/// A number that no two running threads share.
fn this_thread() -> usize {
    thread_local!(static PLACE: u8 = const { 0 });
    PLACE.with(|place| std::ptr::from_ref(place).addr())
}

/// Whether the connection is outside of any transaction, or could leave it.
fn left_snapshot(connection: &Connection) -> bool {
    connection.is_autocommit() || statement::control(connection, "ROLLBACK").is_ok() || connection.is_autocommit()
}

/// One read closure's connection; its statements see one snapshot.
pub(crate) struct Reader {
    // INVARIANT: taken only by `drop`.
    connection: Option<Connection>,
    pool: Arc<Readers>,
    /// Whether the first statement opens a snapshot for those that follow.
    begins: bool,
    /// The pool's number when the connection was taken.
    changes: u64,
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
        if self.begins && connection.is_autocommit() {
            statement::control(connection, "BEGIN")?;
        }
        Ok(connection)
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else {
            return;
        };
        let mut pool = self.pool.lock();
        let current = !pool.writing && pool.changes == self.changes;
        // A connection that cannot leave its snapshot is closed rather than lent again.
        if !pool.closed && pool.idle.len() < KEEP_IDLE && (current || left_snapshot(&connection)) {
            pool.idle.push(Idle { thread: this_thread(), connection });
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::File;
    use super::*;
    use crate::touched::{Generations, Touched};

    const READ: &str = "SELECT count(*) FROM sqlite_schema WHERE name = 'made'";

    fn count(readers: &Arc<Readers>, reads: Reads) -> i64 {
        readers.take(reads).unwrap().rows(READ, &[], 1).unwrap()[0].int(0).unwrap()
    }

    fn kept(readers: &Readers) -> usize {
        readers.lock().idle.iter().filter(|idle| !idle.connection.is_autocommit()).count()
    }

    #[tokio::test]
    async fn a_snapshot_is_lent_again_until_somebody_writes() {
        let folder = tempfile::tempdir().unwrap();
        let file = File::open(&folder.path().join("store.db"), Arc::new(Generations::new())).unwrap();
        for reads in [Reads::One, Reads::Many] {
            assert_eq!(count(&file.readers, reads), 0);
            assert_eq!(kept(&file.readers), 1);
        }
        let during = file.readers.take(Reads::Many).unwrap();
        let mut slot = file.writer.begin().await.unwrap();
        assert_eq!(kept(&file.readers), 0);
        slot.execute("CREATE TABLE made (a bigint)", &[]).unwrap();
        assert_eq!(count(&file.readers, Reads::Many), 0);
        assert_eq!(kept(&file.readers), 0, "what may be old by now is not kept");
        slot.keep(Touched::default()).unwrap().wait().await.unwrap();
        assert_eq!(count(&file.readers, Reads::One), 1);
        drop(during);
        assert_eq!(count(&file.readers, Reads::Many), 1);
    }

    #[tokio::test]
    async fn a_snapshot_from_before_a_write_is_not_kept_after_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = File::open(&folder.path().join("store.db"), Arc::new(Generations::new())).unwrap();
        let mut before = file.readers.take(Reads::Many).unwrap();
        let seen = |reader: &mut Reader| reader.rows(READ, &[], 1).unwrap()[0].int(0).unwrap();
        assert_eq!(seen(&mut before), 0);
        let mut slot = file.writer.begin().await.unwrap();
        slot.execute("CREATE TABLE made (a bigint)", &[]).unwrap();
        slot.keep(Touched::default()).unwrap().wait().await.unwrap();
        assert_eq!(seen(&mut before), 0, "a closure sees one snapshot");
        drop(before);
        assert_eq!(count(&file.readers, Reads::One), 1);
        // A batch that keeps nothing ends as well.
        drop(file.writer.begin().await.unwrap());
        file.writer.close().await.unwrap();
        assert_eq!(count(&file.readers, Reads::One), 1);
        assert_eq!(kept(&file.readers), 1);
    }
}
