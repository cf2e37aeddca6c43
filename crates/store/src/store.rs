//! The store: read and write closures, whatever the engine.

use crate::config::StoreConfig;
use crate::error::StoreError;
use crate::postgres::{Access, Postgres, Retry};
use crate::sqlite::{File, Memory};
use crate::touched::{Generations, Touched};
use crate::tx::{Link, Reads, Tx};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// Where everything is kept. Clones share one store; threads with runtimes of their own share it too.
///
/// A closure must not call the store again: a write inside a write would wait for itself.
#[derive(Clone)]
pub struct Store {
    shared: Arc<Shared>,
}

struct Shared {
    engine: Engine,
    generations: Arc<Generations>,
    /// The epoch row as this node last saw it.
    epoch: AtomicI64,
}

enum Engine {
    Sqlite(File),
    Memory(Memory),
    Postgres(Postgres),
}

impl Store {
    /// Opens the store and brings its schema up to date.
    ///
    /// Errors name what is wrong: an unreadable file, an unreachable server, data of a newer release.
    pub async fn open(config: &StoreConfig) -> Result<Self, StoreError> {
        let generations = Arc::new(Generations::new());
        let engine = match config {
            StoreConfig::Sqlite(path) => Engine::Sqlite(File::open(path, generations.clone())?),
            StoreConfig::Memory => Engine::Memory(Memory::open()?),
            StoreConfig::Postgres(url) => Engine::Postgres(Postgres::open(url).await?),
        };
        let store = Self { shared: Arc::new(Shared { engine, generations, epoch: AtomicI64::new(0) }) };
        let epoch = store.read(async |tx| find_epoch(tx).await).await?;
        store.shared.epoch.store(epoch, Ordering::SeqCst);
        Ok(store)
    }

    /// Runs a closure that reads; its statements see one snapshot. It may run again.
    pub async fn read<T, E: From<StoreError>>(&self, f: impl AsyncFn(&mut Tx) -> Result<T, E>) -> Result<T, E> {
        self.ask(Reads::Many, f).await
    }

    /// The same for a closure with a single statement, which needs no transaction to see one snapshot. A second one is refused.
    pub async fn read_one<T, E: From<StoreError>>(&self, f: impl AsyncFn(&mut Tx) -> Result<T, E>) -> Result<T, E> {
        self.ask(Reads::One, f).await
    }

    async fn ask<T, E: From<StoreError>>(
        &self,
        reads: Reads,
        f: impl AsyncFn(&mut Tx) -> Result<T, E>,
    ) -> Result<T, E> {
        let link = match &self.shared.engine {
            Engine::Sqlite(file) => Link::Reader(file.readers.take(reads)?),
            Engine::Memory(memory) => Link::Memory(memory.read().await?),
            Engine::Postgres(postgres) => return Box::pin(read_again(postgres, reads, f)).await,
        };
        let mut tx = Tx::reading(link, reads);
        let result = f(&mut tx).await;
        honest(result, &tx)
    }

    /// Runs a closure that reads, decides and writes, and returns once its work is on disk. It may run again.
    ///
    /// When the closure returns an error nothing of it is kept. [`StoreError::UnknownOutcome`] means that the work
    /// may be there.
    pub async fn write<T, E: From<StoreError>>(&self, f: impl AsyncFn(&mut Tx) -> Result<T, E>) -> Result<T, E> {
        let mut retry = Retry::default();
        loop {
            let mut tx = Tx::new(self.begin().await?);
            let result = f(&mut tx).await;
            let touched = tx.touched;
            let ended = match honest(result, &tx) {
                Ok(value) => {
                    let bump = self.bump_when_dropped(touched);
                    let committed = tx.link.commit(touched).await;
                    drop(bump);
                    committed.map(|verdict| verdict.map(|()| value).map_err(E::from))
                }
                Err(error) => match tx.link.undo() {
                    Ok(None) => Ok(Err(error)),
                    Ok(Some(neighbours)) => Ok(neighbours.wait().await.map_err(E::from).and(Err(error))),
                    Err(again) => Err(again),
                },
            };
            match (ended, &self.shared.engine) {
                (Ok(answer), _) => return answer,
                (Err(again), Engine::Postgres(postgres)) => postgres.pause(&mut retry, again).await?,
                (Err(again), _) => return Err(E::from(again.into_error())),
            }
        }
    }

    /// Rises whenever the catalog may have changed: what was cached under another number is stale.
    ///
    /// On this node it rises after a commit and before its writer is answered. What other nodes change shows after
    /// [`Store::refresh_epoch`]. Read the number *before* loading what is cached under it.
    pub fn generation(&self) -> u64 {
        self.shared.generations.catalog()
    }

    /// The same for [`crate::table::session_revocations`], which anyone who merges identities adds to: that must not cost
    /// the catalog's caches. What other nodes add, [`session_revocations::newest`] tells.
    ///
    /// [`session_revocations::newest`]: crate::table::session_revocations::newest
    pub fn revocations_generation(&self) -> u64 {
        self.shared.generations.revocations()
    }

    /// From here on reads show what other processes have committed. Without this they show it some time later: the embedded
    /// engine asks its file again only after this process has written. To be called before looking for others' changes.
    pub fn look_again(&self) {
        if let Engine::Sqlite(file) = &self.shared.engine {
            file.readers.look_again();
        }
    }

    /// Looks whether another node (or process) changed the catalog; answers whether it did. For a background task,
    /// every second.
    pub async fn refresh_epoch(&self) -> Result<bool, StoreError> {
        self.look_again();
        let epoch = self.read(async |tx| find_epoch(tx).await).await?;
        let changed = self.shared.epoch.swap(epoch, Ordering::SeqCst) != epoch;
        if changed {
            self.shared.generations.raise(Touched { catalog: true, ..Touched::default() });
        }
        Ok(changed)
    }

    /// Empties a store in memory: everything but the schema.
    pub async fn wipe(&self) -> Result<(), StoreError> {
        let Engine::Memory(memory) = &self.shared.engine else {
            return Err(StoreError::NotEphemeral);
        };
        memory.wipe().await?;
        self.shared.generations.raise(Touched { catalog: true, revocations: true });
        Ok(())
    }

    /// Ends what is open and lets the files or connections go; other clones then answer [`StoreError::Closed`].
    pub async fn close(self) -> Result<(), StoreError> {
        match &self.shared.engine {
            Engine::Sqlite(file) => {
                // Readers first: the writer, last to leave, folds the log into the file.
                file.readers.close();
                file.writer.close().await
            }
            Engine::Memory(memory) => {
                memory.close().await;
                Ok(())
            }
            Engine::Postgres(postgres) => {
                postgres.close();
                Ok(())
            }
        }
    }

    /// Bumps the generations after the commit, also when the task is cancelled while it waits, and whatever the
    /// verdict: a cache that drops too much is only slow. The file's committer does this by itself, once a batch.
    fn bump_when_dropped(&self, touched: Touched) -> Option<Bump<'_>> {
        let by_committer = matches!(self.shared.engine, Engine::Sqlite(_));
        (!by_committer).then(|| Bump(&self.shared.generations, touched))
    }

    async fn begin(&self) -> Result<Link, StoreError> {
        Ok(match &self.shared.engine {
            Engine::Sqlite(file) => Link::Writer(file.writer.begin().await?),
            Engine::Memory(memory) => Link::Memory(memory.write().await?),
            Engine::Postgres(postgres) => Link::Postgres(postgres.session(Access::Write).await?),
        })
    }
}

/// A read on `PostgreSQL`: again, as long as the server asks for it.
async fn read_again<T, E: From<StoreError>>(
    postgres: &Postgres,
    reads: Reads,
    f: impl AsyncFn(&mut Tx) -> Result<T, E>,
) -> Result<T, E> {
    let mut retry = Retry::default();
    loop {
        let access = match reads {
            Reads::Many => Access::Read,
            Reads::One => Access::ReadOne,
        };
        let mut tx = Tx::reading(Link::Postgres(postgres.session(access).await?), reads);
        let result = f(&mut tx).await;
        let result = honest(result, &tx);
        match tx.link.undo() {
            Ok(_) => return result,
            Err(again) => postgres.pause(&mut retry, again).await?,
        }
    }
}

struct Bump<'a>(&'a Generations, Touched);

impl Drop for Bump<'_> {
    fn drop(&mut self) {
        self.0.raise(self.1);
    }
}

/// A closure that swallowed the failure of a statement has not succeeded: the transaction is lost, and on
/// `PostgreSQL` its `COMMIT` would quietly be a rollback.
fn honest<T, E: From<StoreError>>(result: Result<T, E>, tx: &Tx) -> Result<T, E> {
    match (&result, &tx.failed) {
        (Ok(_), Some(error)) => Err(E::from(StoreError::Aborted(error.to_string()))),
        _ => result,
    }
}

async fn find_epoch(tx: &mut Tx) -> Result<i64, StoreError> {
    let row = tx.one("SELECT epoch FROM catalog_epoch WHERE id = 'catalog'", &[]).await?;
    row.map_or(Ok(0), |row| row.int(0))
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match &self.shared.engine {
            Engine::Sqlite(_) => "Store(SQLite file)",
            Engine::Memory(_) => "Store(memory)",
            Engine::Postgres(_) => "Store(PostgreSQL)",
        })
    }
}
