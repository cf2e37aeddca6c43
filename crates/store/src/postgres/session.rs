//! One closure's transaction on one connection.

use super::value;
use crate::error::StoreError;
use crate::param::Param;
use crate::row::Row;
use deadpool_postgres::Object;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Waker};
use tokio::runtime::Handle;
use tokio_postgres::Statement;
use tokio_postgres::types::ToSql;

/// A snapshot that sees every commit that was acknowledged before it; it cannot fail for what others write.
const BEGIN_READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
const BEGIN_WRITE: &str = "BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE";

/// What the closure may do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Access {
    Read,
    /// One statement, which needs no transaction.
    ReadOne,
    Write,
}

/// Why the closure should run again; nothing of it was kept.
pub(crate) enum Again {
    /// The server saw a conflict with another transaction.
    Conflict(String),
    /// The connection was lost before the commit was sent.
    Lost(String),
}

impl Again {
    /// What the server said, for the log.
    pub(super) fn cause(&self) -> &str {
        let (Self::Conflict(cause) | Self::Lost(cause)) = self;
        cause
    }

    /// For where the closure is not run again.
    pub(crate) fn into_error(self) -> StoreError {
        match self {
            Self::Conflict(_) => StoreError::Contention { attempts: 1 },
            Self::Lost(cause) => StoreError::Unreachable(cause),
        }
    }
}

/// A connection and the transaction on it. Dropped in the middle (a cancelled task, a panic), the transaction is
/// rolled back and only then is the connection lent again.
pub(crate) struct Session {
    // INVARIANT: taken only by what ends the session.
    client: Option<Object>,
    access: Access,
    begun: bool,
    again: Option<Again>,
    background: Handle,
}

impl Session {
    pub(super) fn new(client: Object, access: Access, background: Handle) -> Self {
        Self { client: Some(client), access, begun: false, again: None, background }
    }

    pub(crate) async fn rows(
        &mut self,
        sql: &str,
        parameters: &[Param<'_>],
        limit: usize,
    ) -> Result<Vec<Row>, StoreError> {
        let rows =
            self.run(sql, parameters, async |client, statement, parameters| client.query(statement, parameters).await);
        rows.await?.iter().take(limit).map(value::row).collect()
    }

    pub(crate) async fn execute(&mut self, sql: &str, parameters: &[Param<'_>]) -> Result<u64, StoreError> {
        self.run(sql, parameters, async |client, statement, parameters| client.execute(statement, parameters).await)
            .await
    }

    /// Commits. A conflict asks for another run; a connection lost meanwhile leaves the outcome unknown.
    pub(crate) async fn commit(mut self) -> Result<Result<(), StoreError>, Again> {
        if let Some(again) = self.again.take() {
            return Err(again);
        }
        if !self.begun {
            return Ok(Ok(()));
        }
        let Some(client) = self.client.as_ref() else {
            return Ok(Err(StoreError::Closed));
        };
        match client.batch_execute("COMMIT").await {
            Ok(()) => {
                self.begun = false;
                Ok(Ok(()))
            }
            Err(error) => match value::retry(&error) {
                Some(conflict @ Again::Conflict(_)) => Err(conflict),
                Some(Again::Lost(cause)) => Ok(Err(StoreError::UnknownOutcome(cause))),
                None => Ok(Err(value::commit_error(&error))),
            },
        }
    }

    /// Ends the transaction without keeping anything; `Err` when the closure should run again.
    pub(crate) fn undo(mut self) -> Result<(), Again> {
        if self.access == Access::Read && self.again.is_none() && self.begun {
            // The connection answers in order, so whoever borrows it next comes after this; nobody waits for the
            // reply.
            if let Some(client) = self.client.as_ref() {
                send(client.batch_execute("ROLLBACK"));
                self.begun = false;
            }
        }
        self.again.take().map_or(Ok(()), Err)
    }

    /// Runs one statement, after the transaction was begun.
    async fn run<T>(
        &mut self,
        sql: &str,
        parameters: &[Param<'_>],
        f: impl AsyncFn(&Object, &Statement, &[&(dyn ToSql + Sync)]) -> Result<T, tokio_postgres::Error>,
    ) -> Result<T, StoreError> {
        // No transaction tells the server so.
        if self.access == Access::ReadOne && !sql.trim_start().starts_with("SELECT") {
            return Err(StoreError::ReadOnly);
        }
        let client = self.client.as_ref().ok_or(StoreError::Closed)?;
        let parameters: Vec<&(dyn ToSql + Sync)> =
            parameters.iter().map(|parameter| parameter as &(dyn ToSql + Sync)).collect();
        let begun = std::mem::replace(&mut self.begun, self.access != Access::ReadOne);
        let done = async {
            match (begun, self.access) {
                (true, _) | (_, Access::ReadOne) => f(client, &client.prepare_cached(sql).await?, &parameters).await,
                (false, Access::Write) => {
                    client.batch_execute(BEGIN_WRITE).await?;
                    f(client, &client.prepare_cached(sql).await?, &parameters).await
                }
                (false, Access::Read) => {
                    // One round trip: both go out before either is answered.
                    let statement = client.prepare_cached(sql).await?;
                    let (opened, done) =
                        tokio::join!(biased; client.batch_execute(BEGIN_READ), f(client, &statement, &parameters));
                    opened.and(done)
                }
            }
        };
        done.await.map_err(|error| {
            self.again = value::retry(&error);
            value::explain(&error)
        })
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let Some(client) = self.client.take().filter(|_| self.begun) else {
            return;
        };
        // The statement in flight may take its time: the connection goes back to the pool when the rollback was
        // answered.
        self.background.spawn(async move {
            if client.batch_execute("ROLLBACK").await.is_err() {
                drop(Object::take(client));
            }
        });
    }
}

/// Puts a request on the wire without waiting for its reply: the driver sends at the first poll.
fn send<T>(request: impl Future<Output = T>) {
    let _ = pin!(request).poll(&mut Context::from_waker(Waker::noop()));
}
