//! The program itself: its commands, what a shell gets from it, and what it says when it cannot start.

#![allow(clippy::panic, clippy::unwrap_used, clippy::disallowed_methods)]

use e2e::server::{ACCOUNT, ROOT_KEY, free_port, sekisho};
use e2e::{Engine, Server, Shell, http};
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

#[test]
fn a_shell_needs_one_line_to_use_it() {
    let server = Server::start(Engine::Sqlite);
    let data = server.data();
    let arn = Shell::bare().text(&format!(
        r#"eval "$(sekisho env --data '{}')" && aws sts get-caller-identity --query Arn --output text"#,
        data.display()
    ));
    // The root key of the folder, not that of the environment: this shell has none.
    assert_eq!(arn, format!("arn:aws:iam::{ACCOUNT}:root"));
}

#[test]
fn a_second_start_finds_its_data_again() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let mut server = Server::start(engine);
        let pool =
            server.root().text("aws cognito-idp create-user-pool --pool-name kept --query UserPool.Id --output text");
        let keys = |server: &Server| {
            http::send(server.address(), "GET", &format!("/{pool}/.well-known/jwks.json"), &[], "").unwrap().json()
        };
        let before = keys(&server);
        assert_eq!(server.stop(), Some(0), "{}", server.log());
        server.start_again();
        let found = server.root().json(&format!("aws cognito-idp describe-user-pool --user-pool-id {pool}"));
        assert_eq!(found["UserPool"]["Name"], "kept", "{engine:?}");
        assert_eq!(keys(&server), before, "{engine:?}");
    }
}

#[test]
fn the_root_key_of_a_data_folder_stays() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let key = || {
        let mut started = Started::new(folder.path(), &["serve", "--data", "data"]);
        let credentials = std::fs::read_to_string(data.join("credentials")).unwrap();
        started.end();
        assert!(!started.said().contains(secret(&credentials)), "the log tells the secret");
        credentials
    };
    let first = key();
    assert!(first.starts_with("[default]\naws_access_key_id = AKIA"), "{first}");
    assert_eq!(key(), first);
    for file in ["credentials", "master.key"] {
        let mode = std::fs::metadata(data.join(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
}

#[test]
fn reset_empties_an_ephemeral_server_and_no_other() {
    let reset = |server: &Server| {
        server
            .root()
            .with("SEKISHO_BASE_URL", &server.url)
            .with("SEKISHO_ROOT_ACCESS_KEY_ID", ROOT_KEY.0)
            .with("SEKISHO_ROOT_SECRET_ACCESS_KEY", ROOT_KEY.1)
            .run("sekisho reset")
    };
    let pools = "aws cognito-idp list-user-pools --max-results 9 --query 'UserPools[].Name' --output text";
    let make = "aws cognito-idp create-user-pool --pool-name here";
    let memory = Server::start(Engine::Memory);
    memory.root().text(make);
    assert_eq!(memory.root().text(pools), "here");
    let done = reset(&memory);
    assert_eq!(done.code, Some(0), "{}", done.err);
    assert_eq!(memory.root().text(pools), "");
    // It is as good as new.
    memory.root().text(make);
    assert_eq!(memory.root().text(pools), "here");

    let kept = Server::start(Engine::Sqlite);
    kept.root().text(make);
    let refused = reset(&kept);
    assert_eq!(refused.code, Some(1), "{}", refused.out);
    assert!(refused.err.contains("ephemeral"), "{}", refused.err);
    assert_eq!(kept.root().text(pools), "here");

    // Nobody but root may: not without a signature, and not with a wrong one.
    let unsigned = http::send(memory.address(), "POST", "/_sekisho/reset", &[], "").unwrap();
    assert!((400..500).contains(&unsigned.status), "{unsigned:?}");
    let wrong = memory
        .root()
        .with("SEKISHO_BASE_URL", &memory.url)
        .with("SEKISHO_ROOT_ACCESS_KEY_ID", ROOT_KEY.0)
        .with("SEKISHO_ROOT_SECRET_ACCESS_KEY", "not+the+secret+of+this+server+at/all")
        .run("sekisho reset");
    assert_eq!(wrong.code, Some(1), "{}", wrong.out);
    assert_eq!(memory.root().text(pools), "here");
}

#[test]
fn the_demo_walks_all_four_ways_and_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut pools = Vec::new();
    for _ in 0..2 {
        let mut demo = Started::new(folder.path(), &["demo", "--data", "data"]);
        let said = demo.said_until("get-credentials-for-identity");
        for role in ["DemoGuest", "DemoUser", "DemoStaff", "DemoEditor"] {
            let arn = format!("arn:aws:sts::{ACCOUNT}:assumed-role/{role}/CognitoIdentityCredentials");
            assert!(said.contains(&arn), "no {arn} in:\n{said}");
        }
        assert!(said.contains("@staff.example.com"), "the rule is explained:\n{said}");
        assert!(said.contains("cognito:preferred_role"), "the token is explained:\n{said}");
        let line = said.lines().find(|line| line.starts_with("User pool ")).unwrap_or_else(|| panic!("{said}"));
        pools.push(line.to_owned());
        // The lines to paste work, while it goes on serving.
        let exports: String = said
            .lines()
            .filter(|line| line.trim_start().starts_with("export AWS_"))
            .fold(String::new(), |lines, line| lines + line + "\n");
        let arn = Shell::bare().text(&format!("{exports} aws sts get-caller-identity --query Arn --output text"));
        assert_eq!(arn, format!("arn:aws:iam::{ACCOUNT}:root"));
        demo.end();
    }
    assert_eq!(pools[0], pools[1], "the second run finds what the first made");
}

#[test]
fn every_command_teaches() {
    let shell = Shell::bare();
    let help = shell.text("sekisho --help");
    for command in ["serve", "demo", "env", "reset"] {
        assert!(help.contains(command), "{help}");
        let help = shell.text(&format!("sekisho {command} --help"));
        assert!(help.contains("SEKISHO_DATA"), "{help}");
    }
    assert!(shell.text("sekisho --version").starts_with("sekisho "));
}

#[test]
fn what_cannot_work_is_said_plainly() {
    let folder = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    std::fs::write(folder.path().join("file"), "").unwrap();
    std::fs::write(folder.path().join("wrong.toml"), "lissen = \"127.0.0.1:0\"\n").unwrap();
    for (arguments, expected) in [
        (&["serve", "--lissen", "127.0.0.1:0"][..], "unexpected argument '--lissen'"),
        (&["serve", "--listen", &taken], "another program uses that port"),
        (&["serve", "--listen", "4566"], "--listen: `4566` is not ADDRESS:PORT"),
        (&["serve", "--account-id", "12"], "--account-id: `12` is not twelve digits"),
        (&["serve", "--store", "mysql://x"], "--store: "),
        (&["serve", "--issuer", "me"], "--issuer: `me` is neither `self` nor `aws`"),
        (&["serve", "--base-url", "ftp://x"], "--base-url: `ftp://x` is not an http:// or https:// URL"),
        (&["serve", "--workers", "0"], "--workers: `0` is not between 1 and 1024"),
        (&["serve", "--config", "absent.toml"], "cannot read `absent.toml`"),
        (&["serve", "--config", "wrong.toml"], "lissen"),
        (&["serve", "--listen", "127.0.0.1:0", "--data", "file"], "cannot use the data folder `file`"),
        (
            &["serve", "--listen", "127.0.0.1:0", "--store", "postgres://127.0.0.1:1/none"],
            "cannot reach the database server",
        ),
        (&["env", "--data", "absent"], "no root access key"),
        (&["reset", "--data", "absent"], "no root access key"),
    ] {
        let (code, said) = refused(folder.path(), arguments);
        assert!(code == Some(1) || code == Some(2), "{arguments:?} ended with {code:?}: {said}");
        assert!(said.contains(expected), "{arguments:?} said: {said}");
        assert!(!said.contains("panicked"), "{arguments:?} said: {said}");
    }
}

#[test]
fn a_folder_that_others_can_read_into_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    Started::new(folder.path(), &["serve", "--data", "data"]).end();
    let key = folder.path().join("data/master.key");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let (code, said) = refused(folder.path(), &["serve", "--listen", "127.0.0.1:0", "--data", "data"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("can be read by others") && said.contains("chmod 600"), "{said}");
}

#[test]
fn a_wrong_master_key_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    Started::new(folder.path(), &["serve", "--data", "data"]).end();
    let key = folder.path().join("data/master.key");
    let mut text = std::fs::read_to_string(&key).unwrap();
    // Another key of the same form: 32 bytes in Base64.
    let first = if text.starts_with('A') { "B" } else { "A" };
    text.replace_range(..1, first);
    std::fs::write(&key, &text).unwrap();
    let (code, said) = refused(folder.path(), &["serve", "--listen", "127.0.0.1:0", "--data", "data"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("master key"), "{said}");
    assert!(!said.contains(text.trim()), "the message tells the key");

    std::fs::write(&key, "short\n").unwrap();
    let (code, said) = refused(folder.path(), &["serve", "--listen", "127.0.0.1:0", "--data", "data"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("master key"), "{said}");
}

#[test]
fn a_store_that_is_newer_than_the_program_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    Started::new(folder.path(), &["serve", "--data", "data"]).end();
    // A later version would have run one migration more.
    Shell::bare().python(
        r#"
import json, sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute("INSERT INTO migrations (number, name) VALUES (1000000, 'of a later version')")
db.commit()
print(json.dumps("done"))
"#,
        &[&folder.path().join("data/sekisho.db").to_string_lossy()],
    );
    let (code, said) = refused(folder.path(), &["serve", "--listen", "127.0.0.1:0", "--data", "data"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("newer"), "{said}");
}

/// Runs a command that ends by itself, and answers its exit code and what it said.
fn refused(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let mut child = sekisho(folder).args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let started = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if started.elapsed() > Duration::from_secs(40) {
            let _ = child.kill();
            panic!("{arguments:?} was not refused");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let output = child.wait_with_output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&said).into_owned())
}

/// A `serve` or `demo` that answers, started without a root key in its environment.
struct Started {
    child: Child,
    out: BufReader<std::process::ChildStdout>,
    said: String,
    url: String,
}

impl Started {
    fn new(folder: &Path, arguments: &[&str]) -> Self {
        let listen = format!("127.0.0.1:{}", free_port());
        let mut child = sekisho(folder)
            .args(arguments)
            .args(["--listen", &listen])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let mut started = Self { child, out, said: String::new(), url: listen };
        let begun = Instant::now();
        while !http::send(&started.url, "GET", "/_sekisho/health", &[], "").is_ok_and(|answer| answer.status == 200) {
            let ended = started.child.try_wait().unwrap().is_some();
            if ended || begun.elapsed() > Duration::from_secs(30) {
                started.end();
                panic!("{arguments:?} did not start: {}", started.said);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        started
    }

    /// Waits until standard output has a line with this in it, and answers all that was said.
    fn said_until(&mut self, text: &str) -> String {
        loop {
            let mut line = String::new();
            if self.out.read_line(&mut line).unwrap() == 0 {
                self.end();
                panic!("it ended without saying {text}: {}", self.said);
            }
            self.said.push_str(&line);
            if line.contains(text) {
                return self.said.clone();
            }
        }
    }

    /// Ends it as Ctrl-C does.
    fn end(&mut self) {
        let interrupt = format!("kill -INT {}", self.child.id());
        let _ = std::process::Command::new("/bin/sh").args(["-c", &interrupt]).stderr(Stdio::null()).status();
        let _ = self.out.read_to_string(&mut self.said);
        if let Some(mut err) = self.child.stderr.take() {
            let _ = err.read_to_string(&mut self.said);
        }
        let _ = self.child.wait();
    }

    fn said(&self) -> &str {
        &self.said
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn secret(credentials: &str) -> &str {
    credentials.lines().find_map(|line| line.strip_prefix("aws_secret_access_key = ")).unwrap()
}
