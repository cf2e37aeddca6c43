//! One connection in memory for reads and writes, one closure at a time: tests and `--ephemeral`.

use super::statement::{self, Access};
use crate::error::StoreError;
use crate::param::Param;
use crate::row::Row;
use rusqlite::Connection;
use std::sync::Arc;
use tokio::sync::{Mutex, OwnedMutexGuard};

/// A database in memory.
pub(crate) struct Memory {
    connection: Arc<Mutex<Option<Connection>>>,
}

impl Memory {
    pub(crate) fn open() -> Result<Self, StoreError> {
        let mut connection = Connection::open_in_memory().map_err(statement::explain)?;
        super::prepare_connection(&connection).map_err(statement::explain)?;
        super::migrate(&mut connection)?;
        Ok(Self { connection: Arc::new(Mutex::new(Some(connection))) })
    }

    /// A transaction for one read closure.
    pub(crate) async fn read(&self) -> Result<MemoryTransaction, StoreError> {
        self.begin(Access::Read).await
    }

    /// A transaction for one write closure.
    pub(crate) async fn write(&self) -> Result<MemoryTransaction, StoreError> {
        self.begin(Access::Write).await
    }

    /// Empties every table but the ledger of migrations.
    pub(crate) async fn wipe(&self) -> Result<(), StoreError> {
        let mut transaction = self.write().await?;
        let tables = transaction.rows(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'migrations' AND name NOT LIKE 'sqlite_%'",
            &[],
            usize::MAX,
        )?;
        for table in &tables {
            // Table names are ours, from the migrations.
            transaction.execute(&format!("DELETE FROM {}", table.text(0)?), &[])?;
        }
        transaction.keep()
    }

    pub(crate) async fn close(&self) {
        self.connection.lock().await.take();
    }

    async fn begin(&self, access: Access) -> Result<MemoryTransaction, StoreError> {
        let connection = self.connection.clone().lock_owned().await;
        let mut transaction = MemoryTransaction { connection, access, open: false };
        if access == Access::Write {
            statement::control(transaction.connection()?, "BEGIN IMMEDIATE")?;
            transaction.open = true;
        }
        Ok(transaction)
    }
}

/// One closure's transaction; dropped without [`MemoryTransaction::keep`], its work is undone.
pub(crate) struct MemoryTransaction {
    connection: OwnedMutexGuard<Option<Connection>>,
    access: Access,
    open: bool,
}

impl MemoryTransaction {
    pub(crate) fn rows(&mut self, sql: &str, parameters: &[Param<'_>], limit: usize) -> Result<Vec<Row>, StoreError> {
        statement::rows(self.connection()?, self.access, sql, parameters, limit)
    }

    pub(crate) fn execute(&mut self, sql: &str, parameters: &[Param<'_>]) -> Result<u64, StoreError> {
        statement::execute(self.connection()?, self.access, sql, parameters)
    }

    /// Commits.
    pub(crate) fn keep(mut self) -> Result<(), StoreError> {
        statement::control(self.connection()?, "COMMIT")?;
        self.open = false;
        Ok(())
    }

    fn connection(&self) -> Result<&Connection, StoreError> {
        self.connection.as_ref().ok_or(StoreError::Closed)
    }
}

impl Drop for MemoryTransaction {
    fn drop(&mut self) {
        if let (true, Ok(connection)) = (self.open, self.connection()) {
            let _ = statement::control(connection, "ROLLBACK");
        }
    }
}
