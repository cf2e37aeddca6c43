//! The scale-out engine: any server of the `PostgreSQL` wire protocol.
//!
//! Only what `PostgreSQL`, `CockroachDB`, `YugabyteDB` and `Aurora DSQL` share is used: no sequences, advisory locks,
//! savepoints, triggers or notifications.

mod connect;
mod session;
mod value;

pub(crate) use session::{Access, Again, Session};

use crate::error::StoreError;
use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Connections per node. A write holds one for a few round trips, so a few serve many callers.
const POOL_SIZE: usize = 16;
/// How long a caller waits for a connection.
const WAIT: Duration = Duration::from_secs(10);
/// How often a closure runs before we say that there is too much contention.
const ATTEMPTS: u32 = 10;

/// A pool of connections. Their tasks live on a runtime of their own, so that callers on any runtime can share them.
pub(crate) struct Postgres {
    pool: Pool,
    background: Option<tokio::runtime::Runtime>,
    pauses: AtomicU64,
}

/// How often a closure was run again.
#[derive(Default)]
pub(crate) struct Retry {
    attempts: u32,
}

impl Postgres {
    /// Connects, checks the server and brings the schema up to date.
    pub(crate) async fn open(url: &str) -> Result<Self, StoreError> {
        let target = connect::Target::parse(url)?;
        let background = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("store-postgres")
            .enable_all()
            .build()
            .map_err(|error| StoreError::Config(format!("cannot start the connections' thread: {error}")))?;
        let config = target.config.clone();
        let manager = Manager::from_connect(
            config,
            connect::OnBackground { target, handle: background.handle().clone() },
            ManagerConfig { recycling_method: RecyclingMethod::Fast },
        );
        let pool = Pool::builder(manager)
            .max_size(POOL_SIZE)
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(WAIT))
            .create_timeout(Some(WAIT))
            .recycle_timeout(Some(WAIT))
            .build()
            .map_err(|error| StoreError::Config(error.to_string()))?;
        let postgres = Self { pool, background: Some(background), pauses: AtomicU64::new(0) };
        postgres.check_server().await?;
        postgres.migrate().await?;
        Ok(postgres)
    }

    /// A connection for one closure; the transaction begins with its first statement.
    pub(crate) async fn session(&self, access: Access) -> Result<Session, StoreError> {
        let background = self.background.as_ref().ok_or(StoreError::Closed)?;
        Ok(Session::new(self.client().await?, access, background.handle().clone()))
    }

    /// Waits before the closure runs again, or gives up.
    pub(crate) async fn pause(&self, retry: &mut Retry, again: Again) -> Result<(), StoreError> {
        retry.attempts += 1;
        if retry.attempts >= ATTEMPTS {
            tracing::warn!(attempts = retry.attempts, cause = again.cause(), "a transaction was given up");
            return Err(match again {
                Again::Conflict(_) => StoreError::Contention { attempts: retry.attempts },
                Again::Lost(cause) => StoreError::Unreachable(cause),
            });
        }
        tracing::debug!(attempts = retry.attempts, cause = again.cause(), "a transaction runs again");
        // 1, 2, 4 … 128 ms, each halved to one and a half times: rivals must not meet again. The spread comes from a
        // counter, not from chance.
        let step_us = 1000_u64 << (retry.attempts - 1).min(7);
        let mut hasher = DefaultHasher::new();
        (self.pauses.fetch_add(1, Ordering::Relaxed), std::process::id(), retry.attempts).hash(&mut hasher);
        let pause = Duration::from_micros(step_us / 2 + hasher.finish() % step_us);
        tokio::time::sleep(pause).await;
        Ok(())
    }

    /// Callers that come later are refused.
    pub(crate) fn close(&self) {
        self.pool.close();
    }

    async fn client(&self) -> Result<Object, StoreError> {
        self.pool.get().await.map_err(|error| match error {
            PoolError::Closed => StoreError::Closed,
            PoolError::Timeout(_) => StoreError::Unreachable("no connection became free in time".to_owned()),
            PoolError::Backend(error) => StoreError::Unreachable(value::say(&error)),
            other => StoreError::Unreachable(other.to_string()),
        })
    }

    async fn check_server(&self) -> Result<(), StoreError> {
        let client = self.client().await?;
        let row = client.query_one("SHOW server_encoding", &[]).await.map_err(|error| value::explain(&error))?;
        let encoding: String = row.try_get(0).map_err(|error| value::explain(&error))?;
        if !encoding.eq_ignore_ascii_case("UTF8") {
            return Err(StoreError::Config(format!("the database's encoding is {encoding}; it must be UTF8")));
        }
        Ok(())
    }

    /// Walks the steps that the database has not seen. Each statement commits by itself and can be repeated, so
    /// several nodes may do this at once: who loses a race tries again and finds the work done.
    async fn migrate(&self) -> Result<(), StoreError> {
        use crate::migration::{CREATE_LEDGER, FIND_NEWEST, MIGRATIONS, RECORD, pending, postgres_text};
        let client = self.client().await?;
        self.define(&client, &postgres_text(CREATE_LEDGER)).await?;
        let row = client.query_one(FIND_NEWEST, &[]).await.map_err(|error| value::explain(&error))?;
        let found: i64 = row.try_get(0).map_err(|error| value::explain(&error))?;
        for migration in pending(MIGRATIONS, found)? {
            for sql in migration.statements() {
                self.define(&client, &postgres_text(sql)).await?;
            }
            client
                .execute(RECORD, &[&migration.number, &migration.name])
                .await
                .map_err(|error| value::explain(&error))?;
        }
        Ok(())
    }

    async fn define(&self, client: &Object, sql: &str) -> Result<(), StoreError> {
        let mut retry = Retry::default();
        loop {
            match client.batch_execute(sql).await {
                Ok(()) => return Ok(()),
                Err(error) if value::lost_a_definition_race(&error) => {
                    self.pause(&mut retry, Again::Conflict(value::say(&error))).await?;
                }
                Err(error) => return Err(value::explain(&error)),
            }
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.pool.close();
        if let Some(background) = self.background.take() {
            // A runtime may not be waited for where a future could be the one that drops it.
            background.shutdown_background();
        }
    }
}
