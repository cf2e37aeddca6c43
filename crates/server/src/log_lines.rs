//! Log lines as JSON, written together: a line for each request would cost a system call each.
//!
//! A line waits at most a tenth of a second. Warnings and errors take what waits with them at once; so does the end of the
//! process. Only a process that is killed outright loses the lines of its last tenth of a second.

use crate::clock;
use std::cell::Cell;
use std::fmt::{self, Write as _};
use std::io::Write;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer};

/// How long a line may wait for others.
const WAIT: Duration = Duration::from_millis(100);
/// What waits is written at once when it is more than this, in bytes.
const WAITING_MOST: usize = 64 * 1024;

/// Turns events into lines: `timestamp`, `level`, `message`, then the event's own fields.
pub struct JsonLines {
    lines: Arc<Lines>,
}

/// Lines on their way out.
pub struct Lines {
    waiting: Mutex<Waiting>,
    first: Condvar,
}

struct Waiting {
    bytes: Vec<u8>,
    out: Box<dyn Write + Send>,
}

/// A line that a thread writes, before it joins the others: so nobody waits while it is written.
struct Line {
    bytes: Vec<u8>,
    /// The second of the thread's last line, and how it is written.
    second: (i64, String),
}

thread_local! {
    static LINE: Cell<Line> = const { Cell::new(Line::NEW) };
}

impl JsonLines {
    /// Lines to `out`, and the handle that writes what waits.
    ///
    /// # Errors
    /// The thread that writes could not be started.
    pub fn start(out: Box<dyn Write + Send>) -> std::io::Result<(Self, Arc<Lines>)> {
        let waiting = Waiting { bytes: Vec::with_capacity(WAITING_MOST), out };
        let lines = Arc::new(Lines { waiting: Mutex::new(waiting), first: Condvar::new() });
        let writer = Arc::clone(&lines);
        std::thread::Builder::new().name("log".to_owned()).spawn(move || writer.keep_writing())?;
        Ok((Self { lines: Arc::clone(&lines) }, lines))
    }
}

impl Lines {
    /// Writes what waits.
    pub fn flush(&self) {
        self.lock().write();
    }

    fn keep_writing(&self) {
        loop {
            let waiting = self.lock();
            drop(self.first.wait_while(waiting, |waiting| waiting.bytes.is_empty()));
            std::thread::sleep(WAIT);
            self.flush();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    /// A log that cannot be written is no reason to refuse requests.
    fn write(&mut self) {
        if !self.bytes.is_empty() {
            let _ = self.out.write_all(&self.bytes).and_then(|()| self.out.flush());
            self.bytes.clear();
        }
    }
}

impl Line {
    const NEW: Self = Self { bytes: Vec::new(), second: (i64::MIN, String::new()) };

    fn write(&mut self, event: &Event<'_>) {
        let now = clock::now();
        if self.second.0 != now.seconds() {
            self.second = (now.seconds(), now.iso8601());
        }
        let second = self.second.1.trim_end_matches('Z');
        let (thousandths, level) = (now.millis().rem_euclid(1000), event.metadata().level());
        self.bytes.clear();
        // Writing to memory does not fail.
        let _ = write!(self.bytes, r#"{{"timestamp":"{second}.{thousandths:03}Z","level":"{level}""#);
        event.record(&mut Members { out: &mut self.bytes, message: true });
        event.record(&mut Members { out: &mut self.bytes, message: false });
        self.bytes.extend_from_slice(b"}\n");
    }
}

impl<S: Subscriber> Layer<S> for JsonLines {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        // Taken rather than borrowed: what is written may itself have something to log.
        let mut line = LINE.replace(Line::NEW);
        line.write(event);
        let mut waiting = self.lines.lock();
        let first = waiting.bytes.is_empty();
        waiting.bytes.extend_from_slice(&line.bytes);
        LINE.set(line);
        if *event.metadata().level() <= Level::WARN || waiting.bytes.len() > WAITING_MOST {
            waiting.write();
        } else if first {
            drop(waiting);
            self.lines.first.notify_one();
        }
    }
}

/// The fields of an event as members of an object: the message alone, or all others.
struct Members<'a> {
    out: &'a mut Vec<u8>,
    message: bool,
}

impl Members<'_> {
    fn add(&mut self, field: &Field, value: fmt::Arguments<'_>) {
        if (field.name() == "message") == self.message {
            let _ = write!(self.out, r#","{}":{value}"#, field.name());
        }
    }

    fn add_text(&mut self, field: &Field, value: fmt::Arguments<'_>) {
        if (field.name() == "message") == self.message {
            let _ = write!(self.out, r#","{}":""#, field.name());
            let _ = Escaped(self.out).write_fmt(value);
            self.out.push(b'"');
        }
    }
}

impl Visit for Members<'_> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        // JSON has no word for infinities.
        if value.is_finite() { self.add(field, format_args!("{value}")) } else { self.add(field, format_args!("null")) }
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.add(field, format_args!("{value}"));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.add(field, format_args!("{value}"));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.add(field, format_args!("{value}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.add_text(field, format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.add_text(field, format_args!("{value:?}"));
    }
}

/// The inside of a JSON string.
struct Escaped<'a>(&'a mut Vec<u8>);

impl fmt::Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if !text.bytes().any(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f)) {
            self.0.extend_from_slice(text.as_bytes());
            return Ok(());
        }
        for byte in text.bytes() {
            match byte {
                b'"' | b'\\' => self.0.extend_from_slice(&[b'\\', byte]),
                b'\n' => self.0.extend_from_slice(b"\\n"),
                0..=0x1f => write!(self.0, "\\u{byte:04x}").map_err(|_| fmt::Error)?,
                _ => self.0.push(byte),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::Value;
    use tracing_subscriber::layer::SubscriberExt;

    /// Something to write to and to look into.
    #[derive(Clone, Default)]
    struct Paper(Arc<Mutex<Vec<u8>>>);

    impl Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    impl Paper {
        fn lines(&self) -> Vec<Value> {
            let bytes = self.0.lock().unwrap();
            std::str::from_utf8(&bytes).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
        }
    }

    fn written(events: impl FnOnce(&Paper, &Lines)) -> Vec<Value> {
        let paper = Paper::default();
        let (layer, lines) = JsonLines::start(Box::new(paper.clone())).unwrap();
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || events(&paper, &lines));
        lines.flush();
        paper.lines()
    }

    #[test]
    fn every_kind_of_field_is_json() {
        let text = "a \"quoted\" \\ back\nslash \u{1} é";
        let lines = written(|_, _| {
            tracing::info!(number = -7_i64, large = u64::MAX, flag = true, share = 0.5, none = f64::NAN, text, shown = %text, "call");
            tracing::info!(error = ?std::io::Error::other("no \"way\""), "two {}", 2);
        });
        let (first, second) = (&lines[0], &lines[1]);
        assert_eq!(first["message"], "call");
        assert_eq!(first["level"], "INFO");
        assert_eq!(first["number"], -7);
        assert_eq!(first["large"], u64::MAX);
        assert_eq!(first["flag"], true);
        assert_eq!(first["share"], 0.5);
        assert_eq!(first["none"], Value::Null);
        assert_eq!((&first["text"], &first["shown"]), (&Value::from(text), &Value::from(text)));
        assert!(first["timestamp"].as_str().is_some_and(|at| at.len() == 24 && at.ends_with('Z')), "{first}");
        assert_eq!(second["message"], "two 2");
        assert!(second["error"].as_str().is_some_and(|error| error.contains(r#"no \"way\""#)), "{second}");
    }

    #[test]
    fn a_warning_takes_what_waits_with_it() {
        written(|paper, _| {
            tracing::info!("one");
            tracing::warn!("two");
            let messages: Vec<Value> = paper.lines().into_iter().map(|line| line["message"].clone()).collect();
            assert_eq!(messages, ["one", "two"]);
        });
    }

    #[test]
    fn a_line_does_not_wait_for_ever() {
        written(|paper, _| {
            tracing::info!("one");
            let waited = (0..500).find(|_| {
                std::thread::sleep(Duration::from_millis(10));
                !paper.lines().is_empty()
            });
            assert!(waited.is_some());
        });
    }

    #[test]
    fn what_waits_is_bounded() {
        written(|paper, lines| {
            (0..1_000).for_each(|_| tracing::info!(text = "x".repeat(100), "long"));
            assert!(!paper.lines().is_empty());
            assert!(lines.lock().bytes.len() <= WAITING_MOST);
        });
    }
}
