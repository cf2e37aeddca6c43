//! Structured logs on standard error: for people on a terminal, JSON lines otherwise.

use crate::config::{ConfigError, LogConfig, LogFormat};
use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

/// Starts logging for the whole process.
///
/// # Errors
/// A filter that cannot be read.
pub fn start(config: &LogConfig) -> Result<(), ConfigError> {
    let filter = EnvFilter::try_new(&config.filter)
        .map_err(|error| ConfigError(format!("--log: `{}`: {error}", config.filter)))?;
    let human = match config.format {
        LogFormat::Human => true,
        LogFormat::Json => false,
        LogFormat::Auto => std::io::stderr().is_terminal(),
    };
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    // A second start (tests in one process) keeps the first subscriber.
    let _ = if human { builder.compact().try_init() } else { builder.json().flatten_event(true).try_init() };
    Ok(())
}
