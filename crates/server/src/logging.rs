//! Structured logs on standard error: for people on a terminal, JSON lines otherwise.

use crate::config::{ConfigError, LogConfig, LogFormat};
use crate::log_lines::{JsonLines, Lines};
use std::io::IsTerminal;
use std::sync::{Arc, OnceLock};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// The lines that wait to be written, if logs are lines.
static WAITING: OnceLock<Arc<Lines>> = OnceLock::new();

/// Starts logging for the whole process.
///
/// # Errors
/// A filter that cannot be read; no thread can be started.
pub fn start(config: &LogConfig) -> Result<(), ConfigError> {
    let filter = EnvFilter::try_new(&config.filter)
        .map_err(|error| ConfigError(format!("--log: `{}`: {error}", config.filter)))?;
    let human = match config.format {
        LogFormat::Human => true,
        LogFormat::Json => false,
        LogFormat::Auto => std::io::stderr().is_terminal(),
    };
    // A second start (tests in one process) keeps the first subscriber.
    if human {
        let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
        let _ = builder.with_target(false).compact().try_init();
    } else {
        let started = JsonLines::start(Box::new(std::io::stderr()));
        let (layer, lines) = started.map_err(|error| ConfigError(format!("no thread for the log: {error}")))?;
        if tracing_subscriber::registry().with(filter).with(layer).try_init().is_ok() && WAITING.set(lines).is_ok() {
            let hook = std::panic::take_hook();
            std::panic::set_hook(Box::new(move |panic| {
                flush();
                hook(panic);
            }));
        }
    }
    Ok(())
}

/// Writes what waits: before the process ends.
pub fn flush() {
    if let Some(lines) = WAITING.get() {
        lines.flush();
    }
}
