//! Group commit: concurrent write closures share one transaction, each in a savepoint of its own.
//!
//! Writers take turns through one fair lock. The first of a batch opens the transaction and wakes the committer, a
//! thread that queues for the same lock: behind the writers that already wait, who thereby join the batch, and before
//! those who come later. So a batch is as large as the load makes it, the disk never stalls an event loop, and no
//! batch depends on a task that may be cancelled: the committer always comes.

use super::reader::Readers;
use super::statement::{self, Access};
use crate::error::StoreError;
use crate::param::Param;
use crate::row::Row;
use crate::touched::{Generations, Touched};
use rusqlite::Connection;
use std::sync::{Arc, mpsc};
use tokio::sync::{Mutex, OwnedMutexGuard, oneshot};

/// A batch of this many closures is committed before the next one runs, so that the first need not wait for a crowd.
const BATCH_LIMIT: usize = 256;

/// The one writer of a file.
pub(crate) struct Writer {
    state: Arc<Mutex<State>>,
    committer: mpsc::Sender<()>,
}

/// What the lock guards.
struct State {
    // INVARIANT: `None` only after `close`.
    connection: Option<Connection>,
    batch: Option<Batch>,
    generations: Arc<Generations>,
    readers: Arc<Readers>,
}

/// The open transaction.
#[derive(Default)]
struct Batch {
    /// Closures whose savepoint was released into it.
    kept: usize,
    /// Who is to be told of the commit.
    waiting: Vec<oneshot::Sender<Result<(), StoreError>>>,
    touched: Touched,
    committer_called: bool,
}

/// The verdict on the batch that holds a closure's work.
pub(crate) struct Outcome(oneshot::Receiver<Result<(), StoreError>>);

impl Outcome {
    /// Waits for the commit.
    pub(crate) async fn wait(self) -> Result<(), StoreError> {
        self.0.await.unwrap_or_else(|_| Err(StoreError::UnknownOutcome("the committer is gone".to_owned())))
    }
}

impl Writer {
    /// Takes the connection and starts the committer's thread, which ends with the writer.
    pub(super) fn start(
        connection: Connection,
        generations: Arc<Generations>,
        readers: Arc<Readers>,
    ) -> Result<Self, StoreError> {
        let state = Arc::new(Mutex::new(State { connection: Some(connection), batch: None, generations, readers }));
        let (committer, calls) = mpsc::channel();
        let shared = state.clone();
        std::thread::Builder::new()
            .name("store-commit".to_owned())
            .spawn(move || {
                while calls.recv().is_ok() {
                    shared.blocking_lock().commit();
                }
            })
            .map_err(|error| StoreError::Config(format!("cannot start the committer's thread: {error}")))?;
        Ok(Self { state, committer })
    }

    /// Waits for its turn and opens a savepoint.
    pub(crate) async fn begin(&self) -> Result<WriteSlot, StoreError> {
        let mut state = self.state.clone().lock_owned().await;
        if state.batch.as_ref().is_some_and(|batch| batch.kept >= BATCH_LIMIT) {
            // The lock travels with the work: a cancelled caller leaves a committed batch and a free lock behind.
            state = tokio::task::spawn_blocking(move || {
                state.commit();
                state
            })
            .await
            .map_err(|_| StoreError::Closed)?;
        }
        if state.batch.is_none() {
            state.readers.writing();
            let begun = state.connection().and_then(|connection| statement::control(connection, "BEGIN IMMEDIATE"));
            begun.inspect_err(|_| state.readers.written())?;
            state.batch = Some(Batch::default());
        }
        // From here the slot's `drop` sees to it that the committer is called.
        let mut slot = WriteSlot { state, committer: self.committer.clone(), open: false };
        statement::control(slot.state.connection()?, "SAVEPOINT closure")?;
        slot.open = true;
        Ok(slot)
    }

    /// Commits what is open and closes the connection.
    pub(crate) async fn close(&self) -> Result<(), StoreError> {
        let mut state = self.state.clone().lock_owned().await;
        tokio::task::spawn_blocking(move || {
            state.commit();
            match state.connection.take().map(Connection::close) {
                Some(Err((_, error))) => Err(statement::explain(error)),
                _ => Ok(()),
            }
        })
        .await
        .map_err(|_| StoreError::Closed)?
    }
}

impl State {
    fn connection(&self) -> Result<&Connection, StoreError> {
        self.connection.as_ref().ok_or(StoreError::Closed)
    }

    /// Ends the open batch, if there is one, and tells those who wait.
    fn commit(&mut self) {
        let (Some(batch), Ok(connection)) = (self.batch.take(), self.connection.as_ref().ok_or(())) else {
            return;
        };
        if batch.kept == 0 {
            // Every closure was undone: there is nothing to sync.
            let _ = statement::control(connection, "ROLLBACK");
            self.readers.written();
            return;
        }
        let verdict = statement::control(connection, "COMMIT");
        let verdict = verdict.map_err(|error| {
            if !connection.is_autocommit() {
                let _ = statement::control(connection, "ROLLBACK");
            }
            tracing::error!(%error, closures = batch.kept, "a commit failed");
            // The frames may have reached the disk although the sync failed.
            StoreError::UnknownOutcome(error.to_string())
        });
        self.readers.written();
        // Caches must drop what they hold before a writer is told that its change is there; after a doubtful commit
        // too.
        self.generations.raise(batch.touched);
        for waiting in batch.waiting {
            // Nobody listens when the writer was cancelled.
            let _ = waiting.send(verdict.clone());
        }
    }

    /// Gives up the whole open transaction: its closures are told that nothing was kept.
    fn abort(&mut self, cause: &str) {
        if let Some(connection) = self.connection.as_ref().filter(|connection| !connection.is_autocommit()) {
            let _ = statement::control(connection, "ROLLBACK");
        }
        self.readers.written();
        tracing::error!(cause, "a batch of writes was rolled back");
        for waiting in self.batch.take().unwrap_or_default().waiting {
            let _ = waiting.send(Err(StoreError::Aborted(cause.to_owned())));
        }
    }
}

/// One closure's turn: the lock and a savepoint. Dropped without a verdict (an error, a panic, a cancelled task), the
/// work is undone and the neighbours' stays.
pub(crate) struct WriteSlot {
    state: OwnedMutexGuard<State>,
    committer: mpsc::Sender<()>,
    open: bool,
}

impl WriteSlot {
    pub(crate) fn rows(&mut self, sql: &str, parameters: &[Param<'_>], limit: usize) -> Result<Vec<Row>, StoreError> {
        statement::rows(self.transaction()?, Access::Write, sql, parameters, limit)
    }

    pub(crate) fn execute(&mut self, sql: &str, parameters: &[Param<'_>]) -> Result<u64, StoreError> {
        statement::execute(self.transaction()?, Access::Write, sql, parameters)
    }

    /// Adds the closure's work to the batch.
    pub(crate) fn keep(mut self, touched: Touched) -> Result<Outcome, StoreError> {
        statement::control(self.transaction()?, "RELEASE closure")?;
        self.open = false;
        let batch = self.state.batch.as_mut().ok_or_else(lost)?;
        batch.kept += 1;
        batch.touched |= touched;
        Ok(batch.wait())
    }

    /// Undoes the closure's work. What it saw may be its neighbours' uncommitted work, so its answer too waits for
    /// their commit.
    pub(crate) fn undo(mut self) -> Option<Outcome> {
        self.roll_back();
        self.state.batch.as_mut().filter(|batch| batch.kept > 0).map(Batch::wait)
    }

    /// The connection, inside our transaction: some errors (a full disk) end the transaction behind our back, and a
    /// later statement would commit by itself.
    fn transaction(&self) -> Result<&Connection, StoreError> {
        let connection = self.state.connection()?;
        if connection.is_autocommit() { Err(lost()) } else { Ok(connection) }
    }

    fn roll_back(&mut self) {
        if std::mem::take(&mut self.open) {
            let undone = self.transaction().and_then(|connection| {
                statement::control(connection, "ROLLBACK TO closure")?;
                statement::control(connection, "RELEASE closure")
            });
            if let Err(error) = undone {
                self.state.abort(&error.to_string());
            }
        }
    }
}

impl Drop for WriteSlot {
    fn drop(&mut self) {
        self.roll_back();
        if let Some(batch) = self.state.batch.as_mut().filter(|batch| !batch.committer_called) {
            batch.committer_called = true;
            if self.committer.send(()).is_err() {
                // The committer's thread is gone (it panicked): commit here, slowly, rather than never.
                self.state.commit();
            }
        }
    }
}

impl Batch {
    fn wait(&mut self) -> Outcome {
        let (sender, receiver) = oneshot::channel();
        self.waiting.push(sender);
        Outcome(receiver)
    }
}

fn lost() -> StoreError {
    StoreError::Aborted("the engine ended the transaction".to_owned())
}
