//! A `PostgreSQL` server for tests, from the machine's own `initdb` and `postgres`.
//!
//! The server lives in a temporary folder and ends, folder and all, when its handle or this process is gone, however that went:
//! a small shell waits at the end of a pipe that only we hold.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::Duration;

/// Set to `1`, tests that need a server may be left out; otherwise a missing server is a failure.
pub const SKIP: &str = "SEKISHO_SKIP_POSTGRES";
/// The folder of `initdb` and `postgres`, where they are not in a usual place.
pub const PROGRAMS: &str = "SEKISHO_POSTGRES_BIN";

/// Runs the server until its standard input closes, then removes the folder.
const KEEPER: &str = r#"
"$1/postgres" -D "$2/data" -c listen_addresses=127.0.0.1 -c port="$3" -c unix_socket_directories="$2" \
    -c max_connections=300 -c fsync=on -c log_min_messages=fatal >>"$2/log" 2>&1 </dev/null &
server=$!
echo $server >"$2/pid"
read -r word
if [ "$word" != keep ]; then kill -QUIT $server; fi
wait $server
if [ "$word" != keep ]; then cd / && rm -rf "$2"; fi
"#;

/// A running server; superuser `postgres`, no password, reachable from this machine alone.
pub struct PostgresServer {
    programs: PathBuf,
    folder: tempfile::TempDir,
    user: Option<String>,
    port: u16,
    // The keeper ends when this pipe closes.
    pipe: Option<ChildStdin>,
    keeper: Child,
}

impl PostgresServer {
    /// Creates a cluster and starts a server on a free port. The error says what is missing or went wrong.
    pub fn start() -> Result<Self, String> {
        let programs = find_programs()?;
        let folder =
            tempfile::Builder::new().prefix("sekisho-postgres-").tempdir().map_err(|error| error.to_string())?;
        let user = unprivileged_user()?;
        if let Some(user) = &user {
            give(folder.path(), user)?;
        }
        create_cluster(&programs, folder.path(), user.as_deref())?;
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .map_err(|error| format!("no port is free: {error}"))?
            .port();
        let mut keeper = keep(&programs, folder.path(), user.as_deref(), port)?;
        let pipe = keeper.stdin.take();
        let server = Self { programs, folder, user, port, pipe, keeper };
        server.wait_until_ready()?;
        Ok(server)
    }

    /// A URL of one database of the server.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// The server's port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Creates an empty database and returns its URL. The name must be a plain SQL word.
    pub async fn create_database(&self, name: &str) -> Result<String, String> {
        let (client, connection) = tokio_postgres::connect(&self.url("postgres"), tokio_postgres::NoTls)
            .await
            .map_err(|error| format!("cannot connect to the test's server: {error}"))?;
        let task = tokio::spawn(connection);
        let created = client.batch_execute(&format!("CREATE DATABASE {name}")).await;
        drop(client);
        let _ = task.await;
        created.map_err(|error| format!("cannot create database {name}: {error}"))?;
        Ok(self.url(name))
    }

    /// Crashes the server (every connection is cut, nothing is flushed) and starts it again on the same data and port.
    pub fn crash_and_restart(&mut self) -> Result<(), String> {
        self.stop("keep\n")?;
        let mut keeper = keep(&self.programs, self.folder.path(), self.user.as_deref(), self.port)?;
        self.pipe = keeper.stdin.take();
        self.keeper = keeper;
        self.wait_until_ready()
    }

    fn stop(&mut self, word: &str) -> Result<(), String> {
        use std::io::Write;
        if let Some(mut pipe) = self.pipe.take() {
            let _ = pipe.write_all(word.as_bytes());
        }
        if word.starts_with("keep") {
            let pid = fs::read_to_string(self.folder.path().join("pid")).map_err(|error| error.to_string())?;
            run(Command::new("kill").args(["-QUIT", pid.trim()]))?;
        }
        self.keeper.wait().map_err(|error| error.to_string()).map(drop)
    }

    fn wait_until_ready(&self) -> Result<(), String> {
        // A fresh server answers within a second or two; a loaded machine gets a minute.
        for _ in 0..600 {
            if TcpStream::connect(("127.0.0.1", self.port)).is_ok() && self.accepts() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        let log = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        Err(format!("the test's PostgreSQL did not start within a minute:\n{log}"))
    }

    /// It may listen and still refuse, while it recovers.
    fn accepts(&self) -> bool {
        fs::read_to_string(self.folder.path().join("data/postmaster.pid"))
            .is_ok_and(|text| text.lines().nth(7).is_some_and(|status| status.trim() == "ready"))
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        let _ = self.stop("");
    }
}

/// May tests that need a server be left out?
pub fn skipped() -> bool {
    std::env::var(SKIP).is_ok_and(|value| value == "1")
}

fn find_programs() -> Result<PathBuf, String> {
    let mut folders: Vec<PathBuf> = std::env::var_os(PROGRAMS).map(PathBuf::from).into_iter().collect();
    folders.extend(std::env::var_os("PATH").iter().flat_map(std::env::split_paths));
    folders.push("/usr/local/bin".into());
    let mut packaged: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .map(|versions| versions.flatten().map(|version| version.path().join("bin")).collect())
        .unwrap_or_default();
    packaged.sort();
    folders.extend(packaged.into_iter().rev());
    let complete = |folder: &PathBuf| folder.join("initdb").is_file() && folder.join("postgres").is_file();
    folders.into_iter().find(complete).ok_or_else(|| {
        format!(
            "PostgreSQL's programs `initdb` and `postgres` are neither in the PATH nor in /usr/lib/postgresql/*/bin: install \
             the package `postgresql`, name their folder in {PROGRAMS}, or set {SKIP}=1 to leave these tests out"
        )
    })
}

/// `PostgreSQL` refuses to run as root: the user to run it as, if we are root.
fn unprivileged_user() -> Result<Option<String>, String> {
    if id(&["-u"])? != "0" {
        return Ok(None);
    }
    let known = ["postgres", "nobody"].into_iter().find(|user| id(&["-u", user]).is_ok());
    known.map(|user| Some(user.to_owned())).ok_or_else(|| "there is no user `postgres` or `nobody`".to_owned())
}

fn give(folder: &Path, user: &str) -> Result<(), String> {
    let number = |arguments: &[&str]| id(arguments)?.parse::<u32>().map_err(|error| error.to_string());
    std::os::unix::fs::chown(folder, Some(number(&["-u", user])?), Some(number(&["-g", user])?))
        .map_err(|error| format!("cannot give `{}` to {user}: {error}", folder.display()))
}

fn create_cluster(programs: &Path, folder: &Path, user: Option<&str>) -> Result<(), String> {
    // A locale whose order is not bytewise, so that the schema has to ask for that; not every build has one.
    let by_dictionary = ["--locale-provider=icu", "--icu-locale=en", "--locale=C.UTF-8"];
    let attempt = |locale: &[&str]| {
        let mut command = as_user(user, &programs.join("initdb").to_string_lossy());
        command.arg("-D").arg(folder.join("data"));
        command.args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync", "--no-instructions"]).args(locale);
        run(command.current_dir(folder))
    };
    attempt(&by_dictionary).or_else(|_| attempt(&["--locale=C"]))
}

fn keep(programs: &Path, folder: &Path, user: Option<&str>, port: u16) -> Result<Child, String> {
    as_user(user, "sh")
        .args(["-c", KEEPER, "keeper"])
        .arg(programs)
        .arg(folder)
        .arg(port.to_string())
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("cannot start PostgreSQL: {error}"))
}

fn as_user(user: Option<&str>, program: &str) -> Command {
    match user {
        None => Command::new(program),
        Some(user) => {
            let mut command = Command::new("setpriv");
            command.arg(format!("--reuid={user}"));
            // The group of the same number as the user's own, by name or not.
            if let Ok(group) = id(&["-g", user]) {
                command.arg(format!("--regid={group}"));
            }
            command.args(["--clear-groups", "--"]).arg(program);
            command
        }
    }
}

fn id(arguments: &[&str]) -> Result<String, String> {
    let output = Command::new("id").args(arguments).output().map_err(|error| format!("cannot run `id`: {error}"))?;
    if !output.status.success() {
        return Err(format!("`id {}` failed", arguments.join(" ")));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn run(command: &mut Command) -> Result<(), String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|error| format!("cannot run `{program}`: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("`{program}` failed: {}", String::from_utf8_lossy(&output.stderr)))
}
