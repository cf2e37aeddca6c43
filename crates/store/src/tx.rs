//! What a closure works with: statements inside one transaction.

use crate::error::StoreError;
use crate::param::Param;
use crate::postgres::{Again, Session};
use crate::row::Row;
use crate::sqlite::{MemoryTransaction, Outcome, Reader, WriteSlot};
use crate::touched::Touched;

/// The open transaction of one closure.
///
/// After a statement failed, the transaction is lost on every engine: later statements and the commit fail too. A
/// closure that wants to know whether a key is taken asks, or says `ON CONFLICT`.
pub struct Tx {
    pub(crate) link: Link,
    pub(crate) failed: Option<StoreError>,
    pub(crate) touched: Touched,
    /// Statements that may still follow.
    left: usize,
}

/// How many statements a closure that reads has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reads {
    One,
    Many,
}

/// The engine's side of a transaction.
pub(crate) enum Link {
    Reader(Reader),
    Writer(WriteSlot),
    Memory(MemoryTransaction),
    Postgres(Session),
}

impl Tx {
    /// The first row, if there is one.
    pub async fn one(&mut self, sql: &str, parameters: &[Param<'_>]) -> Result<Option<Row>, StoreError> {
        Ok(self.rows(sql, parameters, 1).await?.into_iter().next())
    }

    /// Every row. The statement bounds how many that are.
    pub async fn all(&mut self, sql: &str, parameters: &[Param<'_>]) -> Result<Vec<Row>, StoreError> {
        self.rows(sql, parameters, usize::MAX).await
    }

    /// Runs a statement that returns no rows; answers how many rows it changed.
    pub async fn exec(&mut self, sql: &str, parameters: &[Param<'_>]) -> Result<u64, StoreError> {
        self.check()?;
        let done = match &mut self.link {
            Link::Reader(reader) => reader.execute(sql, parameters),
            Link::Writer(slot) => slot.execute(sql, parameters),
            Link::Memory(transaction) => transaction.execute(sql, parameters),
            // On the heap: its state would make every future that reads or writes several kilobytes, which are copied.
            Link::Postgres(session) => Box::pin(session.execute(sql, parameters)).await,
        };
        self.note(done)
    }

    /// Says that this closure changes what nodes keep in their caches (pools, clients, providers, roles, policies,
    /// keys).
    pub async fn touch_catalog(&mut self) -> Result<(), StoreError> {
        self.exec(
            "INSERT INTO catalog_epoch (id, epoch) VALUES ('catalog', 1) \
             ON CONFLICT (id) DO UPDATE SET epoch = catalog_epoch.epoch + 1",
            &[],
        )
        .await?;
        self.touched.catalog = true;
        Ok(())
    }

    pub(crate) fn new(link: Link) -> Self {
        Self::reading(link, Reads::Many)
    }

    pub(crate) fn reading(link: Link, reads: Reads) -> Self {
        let left = if reads == Reads::One { 1 } else { usize::MAX };
        Self { link, failed: None, touched: Touched::default(), left }
    }

    async fn rows(&mut self, sql: &str, parameters: &[Param<'_>], limit: usize) -> Result<Vec<Row>, StoreError> {
        self.check()?;
        let rows = match &mut self.link {
            Link::Reader(reader) => reader.rows(sql, parameters, limit),
            Link::Writer(slot) => slot.rows(sql, parameters, limit),
            Link::Memory(transaction) => transaction.rows(sql, parameters, limit),
            Link::Postgres(session) => Box::pin(session.rows(sql, parameters, limit)).await,
        };
        self.note(rows)
    }

    fn check(&mut self) -> Result<(), StoreError> {
        if let Some(error) = &self.failed {
            return Err(StoreError::Aborted(error.to_string()));
        }
        let Some(left) = self.left.checked_sub(1) else {
            let error = StoreError::Sql("a second statement where one was announced".to_owned());
            self.failed = Some(error.clone());
            return Err(error);
        };
        self.left = left;
        Ok(())
    }

    fn note<T>(&mut self, done: Result<T, StoreError>) -> Result<T, StoreError> {
        if let Err(error) = &done {
            self.failed = Some(error.clone());
        }
        done
    }
}

impl Link {
    /// Commits. The inner result is the verdict; the outer error asks to run the closure again.
    pub(crate) async fn commit(self, touched: Touched) -> Result<Result<(), StoreError>, Again> {
        match self {
            Self::Reader(_) => Ok(Ok(())),
            Self::Writer(slot) => match slot.keep(touched) {
                Ok(outcome) => Ok(outcome.wait().await),
                Err(error) => Ok(Err(error)),
            },
            Self::Memory(transaction) => Ok(transaction.keep()),
            Self::Postgres(session) => Box::pin(session.commit()).await,
        }
    }

    /// Undoes what was done, or ends a read. What the closure saw may hang on its neighbours' commit; the error asks
    /// to run the closure again.
    pub(crate) fn undo(self) -> Result<Option<Outcome>, Again> {
        match self {
            Self::Writer(slot) => Ok(slot.undo()),
            Self::Postgres(session) => session.undo().map(|()| None),
            Self::Reader(_) | Self::Memory(_) => Ok(None),
        }
    }
}
