//! The seam between the rules and SQL: read and write closures over one SQL text and two engines.
//!
//! A closure may run more than once, so it only reads, decides and writes; mail, hooks and hashing belong to the
//! caller. Rows are not wire shapes: what a column's JSON document means is for the services to say.
//!
//! `SQLite` is embedded (one file, or memory alone); a server that speaks the `PostgreSQL` wire protocol is the other
//! engine.

mod config;
mod error;
mod fault;
mod migration;
mod param;
mod postgres;
mod row;
mod sqlite;
mod store;
pub mod table;
#[cfg(feature = "testing")]
pub mod testing;
mod touched;
mod tx;

pub use config::StoreConfig;
pub use error::StoreError;
pub use param::{Param, prefix_end};
pub use row::Row;
pub use store::Store;
pub use tx::Tx;
