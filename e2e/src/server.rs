//! The built server: started on a free port over each engine, stopped, killed, started again.

use crate::{Shell, http, needed};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::testing::PostgresServer;
use tempfile::TempDir;

/// The root key of every server that is not told otherwise.
pub const ROOT_KEY: (&str, &str) = ("AKIAROOTOFENDTOENDTESTS", "root/secret/of/the/end-to-end/tests/only");

/// The account of every server that is not told otherwise.
pub const ACCOUNT: &str = "123456789012";

/// How long a server may take to answer after its start. Generous: this is not a measurement.
const PATIENCE: Duration = Duration::from_secs(30);

/// What keeps the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// SQLite in the data folder, which is the default.
    Sqlite,
    /// Nothing but memory (`--ephemeral`).
    Memory,
    /// A PostgreSQL server of its own.
    Postgres,
}

/// A server, with the folder it works in. Killed when dropped.
pub struct Server {
    /// Where it answers, for example `http://127.0.0.1:40123`.
    pub url: String,
    folder: Arc<TempDir>,
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
    process: Option<Process>,
    _database: Option<PostgresServer>,
}

#[derive(Debug)]
struct Process {
    server: Child,
    /// Kills the server when the test program is gone, however it ended.
    guard: Child,
}

impl Server {
    /// Starts a server and waits until it answers.
    pub fn start(engine: Engine) -> Self {
        Self::start_with(engine, &[], &[])
    }

    /// Starts a server with more flags and variables and waits until it answers.
    pub fn start_with(engine: Engine, flags: &[&str], variables: &[(&str, &str)]) -> Self {
        let folder = Arc::new(tempfile::tempdir().expect("a temporary folder"));
        let data = folder.path().join("data").to_string_lossy().into_owned();
        let mut arguments = vec!["serve".to_owned()];
        let mut database = None;
        match engine {
            Engine::Sqlite => arguments.extend(["--data".to_owned(), data]),
            Engine::Memory => arguments.push("--ephemeral".to_owned()),
            Engine::Postgres => {
                let own = PostgresServer::start().unwrap_or_else(|error| panic!("{error}"));
                arguments.extend(["--data".to_owned(), data, "--store".to_owned(), own.url("postgres")]);
                database = Some(own);
            }
        }
        arguments.extend(flags.iter().map(|flag| (*flag).to_owned()));
        let mut environment = vec![
            ("SEKISHO_ROOT_ACCESS_KEY_ID".to_owned(), ROOT_KEY.0.to_owned()),
            ("SEKISHO_ROOT_SECRET_ACCESS_KEY".to_owned(), ROOT_KEY.1.to_owned()),
        ];
        environment.extend(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let mut server =
            Self { url: String::new(), folder, arguments, environment, process: None, _database: database };
        server.start_again();
        server
    }

    /// Starts another node on the same database. Both must have been given the same `SEKISHO_MASTER_KEY`.
    pub fn another_node(&self) -> Self {
        let folder = Arc::new(tempfile::tempdir().expect("a temporary folder"));
        let data = folder.path().join("data").to_string_lossy().into_owned();
        let mut arguments = self.arguments.clone();
        let named = arguments.iter().position(|argument| argument == "--data").expect("a data folder");
        arguments[named + 1] = data;
        let environment = self.environment.clone();
        let mut server = Self { url: String::new(), folder, arguments, environment, process: None, _database: None };
        server.start_again();
        server
    }

    /// Starts it again, on a new port and the same data.
    pub fn start_again(&mut self) {
        // Between finding a free port and listening on it another program may take it: then another is tried.
        for _ in 0..5 {
            if self.start_on(free_port()) {
                return;
            }
        }
        panic!("the server did not start: {}", self.log());
    }

    /// Ends it as an operator does (SIGTERM), and answers its exit code.
    pub fn stop(&mut self) -> Option<i32> {
        let mut process = self.process.take().expect("a running server");
        signal("TERM", process.server.id());
        let code = process.server.wait().expect("the server's end").code();
        process.dismiss_guard();
        code
    }

    /// Ends it as a power cut does (SIGKILL).
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.server.kill();
            let _ = process.server.wait();
            process.dismiss_guard();
        }
    }

    /// A shell of the root user of this server.
    pub fn root(&self) -> Shell {
        self.guest().with_keys(ROOT_KEY.0, ROOT_KEY.1, None)
    }

    /// A shell without keys, pointed at this server.
    pub fn guest(&self) -> Shell {
        Shell::bare().with("AWS_ENDPOINT_URL", &self.url).with("AWS_DEFAULT_REGION", "us-east-1")
    }

    /// Host and port.
    pub fn address(&self) -> &str {
        self.url.strip_prefix("http://").unwrap_or(&self.url)
    }

    /// The process's number.
    pub fn id(&self) -> u32 {
        self.process.as_ref().expect("a running server").server.id()
    }

    /// The data folder; an ephemeral server has none.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// What it has logged. Lines wait for each other a tenth of a second before they are written, so this takes longer.
    pub fn log(&self) -> String {
        std::thread::sleep(Duration::from_millis(300));
        std::fs::read_to_string(self.log_file()).unwrap_or_default()
    }

    /// What it has logged, once that holds `part` (or should have for a long time).
    pub fn log_with(&self, part: &str) -> String {
        (0..30).map(|_| self.log()).find(|log| log.contains(part)).unwrap_or_default()
    }

    fn log_file(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    fn start_on(&mut self, port: u16) -> bool {
        let listen = format!("127.0.0.1:{port}");
        let log = std::fs::File::create(self.log_file()).expect("a log file");
        let mut command = sekisho(self.folder.path());
        command.args(&self.arguments).args(["--listen", &listen]).envs(self.environment.iter().cloned());
        let server = command.stdout(Stdio::null()).stderr(log).spawn().expect("the server's program");
        let guard = guard(server.id(), self.folder.path());
        self.process = Some(Process { server, guard });
        self.url = format!("http://{listen}");
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            if http::send(&listen, "GET", "/_sekisho/health", &[], "").is_ok_and(|answer| answer.status == 200) {
                return true;
            }
            let process = self.process.as_mut().expect("just set");
            if process.server.try_wait().expect("its state").is_some() {
                let _ = process.server.wait();
                self.kill();
                assert!(self.log().contains("another program uses that port"), "it ended: {}", self.log());
                return false;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("no answer within {PATIENCE:?}: {}", self.log());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            eprintln!("what the server logged:\n{}", self.log());
        }
    }
}

impl Process {
    fn dismiss_guard(&mut self) {
        let _ = self.guard.kill();
        let _ = self.guard.wait();
    }
}

/// The `sekisho` program with nothing of this process's environment.
pub fn sekisho(folder: &Path) -> Command {
    let mut command = Command::new(needed("SEKISHO_BIN"));
    // What an ephemeral server keeps on disk goes with the folder, however the server ended.
    command.env_clear().env("PATH", "/usr/bin:/bin").env("TMPDIR", folder).current_dir(folder).stdin(Stdio::null());
    command
}

/// A port that nobody uses at this moment.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port").port()
}

/// A process that outlives us by a moment: its standard input ends when we do, and then it ends the server and removes
/// its folder. A server that lives in a `static` is never dropped.
fn guard(id: u32, folder: &Path) -> Child {
    let script = r#"cat >/dev/null; kill -KILL "$1"; rm -rf "$2""#;
    let mut command = Command::new("/bin/sh");
    command.args(["-c", script, "guard", &id.to_string()]).arg(folder);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("a shell")
}

fn signal(name: &str, id: u32) {
    let mut command = Command::new("/bin/sh");
    let status = command.args(["-c", &format!("kill -{name} {id}")]).status().expect("a shell");
    assert!(status.success(), "no process {id}");
}
