//! Where the data lives: the value of `--store`.

use crate::error::StoreError;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// Which engine holds the data, and where.
#[derive(Clone, PartialEq, Eq)]
pub enum StoreConfig {
    /// One `SQLite` file; created if it is absent, its folder is not.
    Sqlite(PathBuf),
    /// `SQLite` in memory: gone when the last [`Store`](crate::Store) is dropped.
    Memory,
    /// A server of the `PostgreSQL` wire protocol. Besides the driver's own parameters the URL takes
    /// `sslmode=verify-ca|verify-full` (the same as `require`: certificates are always verified) and
    /// `sslrootcert=FILE`.
    Postgres(String),
}

impl FromStr for StoreConfig {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, StoreError> {
        if text == "memory:" {
            return Ok(Self::Memory);
        }
        if let Some(path) = text.strip_prefix("sqlite:") {
            if path.is_empty() {
                return Err(StoreError::Config("`sqlite:` needs a path".to_owned()));
            }
            return Ok(Self::Sqlite(PathBuf::from(path)));
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Postgres(text.to_owned()));
        }
        // The text may be a URL with a password in it, so it is not quoted back.
        Err(StoreError::Config("a store is `sqlite:PATH`, `postgres://…` or `memory:`".to_owned()))
    }
}

impl fmt::Debug for StoreConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => f.debug_tuple("Sqlite").field(path).finish(),
            Self::Memory => f.write_str("Memory"),
            // The URL holds a password.
            Self::Postgres(_) => f.write_str("Postgres(…)"),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn each_form_is_understood() {
        assert_eq!("memory:".parse::<StoreConfig>().unwrap(), StoreConfig::Memory);
        assert_eq!("sqlite:a/b.db".parse::<StoreConfig>().unwrap(), StoreConfig::Sqlite("a/b.db".into()));
        for url in ["postgres://u:p@h/d", "postgresql://u:p@h/d"] {
            assert_eq!(url.parse::<StoreConfig>().unwrap(), StoreConfig::Postgres(url.to_owned()));
        }
    }

    #[test]
    fn another_form_is_refused_without_quoting_it() {
        for text in ["", "sqlite:", "mysql://root:hunter2@h", "file.db"] {
            let error = text.parse::<StoreConfig>().unwrap_err().to_string();
            assert!(!error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn a_password_is_not_shown() {
        let config: StoreConfig = "postgres://u:hunter2@h/d".parse().unwrap();
        assert!(!format!("{config:?}").contains("hunter2"));
    }
}
