//! The server as a process: started, timed, and read about in `/proc`.

use crate::client::{Connection, Keys, get};
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long a start may take before it counts as failed.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server on SQLite in a folder of its own. Killed when dropped.
pub struct Process {
    child: Child,
    address: String,
    folder: TempDir,
}

impl Process {
    /// Starts `sekisho serve` and waits for its first answer.
    pub fn serve(program: &Path) -> Result<Self, String> {
        Self::serve_with(program, &[], &[])
    }

    /// The same for another program or command that listens and answers.
    pub fn run(program: &Path, command: &str, flags: &[&str]) -> Result<Self, String> {
        let started = Self::spawn(program, command, flags, &[], Stdio::null())?;
        started.wait()?;
        Ok(started)
    }

    /// The same with more flags and variables.
    pub fn serve_with(program: &Path, flags: &[&str], variables: &[(&str, &str)]) -> Result<Self, String> {
        let started = Self::spawn(program, "serve", flags, variables, Stdio::null())?;
        started.wait()?;
        Ok(started)
    }

    /// Its data folder.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Host and port.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The CPU time of all its threads so far.
    pub fn cpu(&self) -> Result<Duration, String> {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.child.id())).map_err(|error| error.to_string())?;
        let mut nanoseconds = 0;
        for task in tasks.flatten() {
            // The first number of schedstat: time on a processor, in nanoseconds.
            let stat = fs::read_to_string(task.path().join("schedstat")).map_err(|error| error.to_string())?;
            let time: u64 = stat.split(' ').next().and_then(|text| text.parse().ok()).ok_or("no schedstat here")?;
            nanoseconds += time;
        }
        Ok(Duration::from_nanos(nanoseconds))
    }

    /// Resident memory in megabytes (10⁶ bytes).
    pub fn resident_mb(&self) -> Result<f64, String> {
        let status =
            fs::read_to_string(format!("/proc/{}/status", self.child.id())).map_err(|error| error.to_string())?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS here")?;
        let kib: f64 = line.trim().trim_end_matches(" kB").parse().map_err(|_| "VmRSS is not a number")?;
        Ok(kib * 1024.0 / 1e6)
    }

    fn spawn(
        program: &Path,
        command: &str,
        flags: &[&str],
        variables: &[(&str, &str)],
        out: Stdio,
    ) -> Result<Self, String> {
        let folder = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let address = free.map_err(|error| format!("no free port: {error}"))?.to_string();
        let log = fs::File::create(folder.path().join("log")).map_err(|error| format!("no log: {error}"))?;
        let child = Command::new(program)
            .args([command, "--listen", &address, "--data"])
            .arg(folder.path().join("data"))
            .args(flags)
            .env_clear()
            .envs(variables.iter().copied())
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(out)
            .stderr(log)
            .spawn()
            .map_err(|error| format!("cannot start {}: {error}", program.display()))?;
        Ok(Self { child, address, folder })
    }

    fn wait(&self) -> Result<(), String> {
        let started = Instant::now();
        let health = get(&self.address, "/_sekisho/health");
        loop {
            if let Ok(mut connection) = Connection::open(&self.address)
                && connection.send(&health).is_ok_and(|(status, _)| status == 200)
            {
                return Ok(());
            }
            if started.elapsed() > PATIENCE {
                let log = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
                return Err(format!("the server did not answer: {log}"));
            }
            std::thread::sleep(Duration::from_micros(200));
        }
    }

    /// The root key that the server made for its data folder.
    pub fn root_keys(&self) -> Result<Keys, String> {
        let text =
            fs::read_to_string(self.folder.path().join("data/credentials")).map_err(|error| error.to_string())?;
        let value = |name: &str| {
            let found = text.lines().find_map(|line| line.strip_prefix(name)?.trim().strip_prefix('='));
            found.map(|value| value.trim().to_owned()).ok_or(format!("no {name} in the credentials"))
        };
        Ok(Keys { id: value("aws_access_key_id")?, secret: value("aws_secret_access_key")?, token: None })
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// From the start of the process to its first answer, with an empty store each time: the first, the fastest and the
/// median.
pub fn starts(program: &Path, times: usize) -> Result<(Duration, Duration, Duration), String> {
    let mut taken = Vec::new();
    for _ in 0..times {
        let begun = Instant::now();
        let started = Process::serve(program)?;
        taken.push(begun.elapsed());
        drop(started);
    }
    let first = *taken.first().ok_or("no start was measured")?;
    taken.sort_unstable();
    Ok((first, taken[0], taken[taken.len() / 2]))
}

/// Resident memory in megabytes once the demo has walked its four ways.
pub fn memory_after_demo(program: &Path) -> Result<f64, String> {
    let mut demo = Process::spawn(program, "demo", &[], &[], Stdio::piped())?;
    let out = demo.child.stdout.take().ok_or("the demo has no output")?;
    for line in BufReader::new(out).lines() {
        let line = line.map_err(|error| format!("the demo was lost: {error}"))?;
        if line.contains("admin-initiate-auth") {
            return demo.resident_mb();
        }
    }
    let log = fs::read_to_string(demo.folder.path().join("log")).unwrap_or_default();
    Err(format!("the demo ended early: {log}"))
}
