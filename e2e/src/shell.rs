//! A shell as a user of AWS has it: `aws` and `sekisho` on the path, keys and endpoint in the environment, nothing of
//! the machine's own configuration.

use crate::needed;
use serde_json::Value;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use tempfile::TempDir;

/// A shell with an environment of its own.
#[derive(Clone, Debug)]
pub struct Shell {
    home: Arc<TempDir>,
    environment: BTreeMap<String, OsString>,
}

/// What a script wrote, and how it ended.
#[derive(Debug)]
pub struct Output {
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
    /// The exit code; absent if a signal ended it.
    pub code: Option<i32>,
}

impl Shell {
    /// A shell without keys and without an endpoint.
    pub fn bare() -> Self {
        let home = Arc::new(tempfile::tempdir().expect("a temporary folder"));
        let path = [parent("SEKISHO_AWS"), parent("SEKISHO_BIN"), "/usr/bin".into(), "/bin".into()];
        let mut shell = Self { home, environment: BTreeMap::new() };
        shell.set("PATH", std::env::join_paths(path).expect("folders without colons"));
        let home = shell.home.path().to_owned();
        // Keys and settings of the person who runs the tests must not leak in.
        shell.set("HOME", &home);
        shell.set("AWS_CONFIG_FILE", home.join("no-config"));
        shell.set("AWS_SHARED_CREDENTIALS_FILE", home.join("no-credentials"));
        shell.set("AWS_EC2_METADATA_DISABLED", "true");
        shell.set("AWS_MAX_ATTEMPTS", "1");
        shell.set("AWS_PAGER", "");
        shell.set("LC_ALL", "C.UTF-8");
        shell
    }

    /// The same shell with one more variable.
    pub fn with(&self, name: &str, value: impl Into<OsString>) -> Self {
        let mut shell = self.clone();
        shell.set(name, value);
        shell
    }

    /// The same shell with other keys.
    pub fn with_keys(&self, access_key_id: &str, secret_access_key: &str, session_token: Option<&str>) -> Self {
        let mut shell = self.with("AWS_ACCESS_KEY_ID", access_key_id).with("AWS_SECRET_ACCESS_KEY", secret_access_key);
        shell.environment.remove("AWS_SESSION_TOKEN");
        if let Some(token) = session_token {
            shell.set("AWS_SESSION_TOKEN", token);
        }
        shell
    }

    /// The same shell with the `Credentials` of an answer: GetCredentialsForIdentity says `SecretKey`, STS
    /// `SecretAccessKey`.
    pub fn with_credentials(&self, credentials: &Value) -> Self {
        let secret = credentials["SecretKey"].as_str().or(credentials["SecretAccessKey"].as_str());
        self.with_keys(
            credentials["AccessKeyId"].as_str().expect("an access key id"),
            secret.expect("a secret key"),
            credentials["SessionToken"].as_str(),
        )
    }

    /// Where scripts run and may write.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// Runs a script to its end.
    pub fn run(&self, script: &str) -> Output {
        self.command("/bin/sh", &["-c", script])
    }

    /// Runs a script that must succeed, and answers what it wrote, without the last line's end.
    pub fn text(&self, script: &str) -> String {
        let output = self.run(script);
        assert_eq!(output.code, Some(0), "`{script}` failed: {}{}", output.out, output.err);
        output.out.trim_end().to_owned()
    }

    /// Runs a script that must succeed, and answers the JSON it wrote; null when it wrote nothing.
    pub fn json(&self, script: &str) -> Value {
        let text = self.text(script);
        if text.is_empty() {
            return Value::Null;
        }
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("`{script}` wrote no JSON: {error}: {text}"))
    }

    /// Runs an AWS command that must be refused with this code and exactly this sentence.
    pub fn refused(&self, script: &str, code: &str, sentence: &str) {
        let output = self.run(script);
        assert_ne!(output.code, Some(0), "`{script}` was not refused: {}", output.out);
        let (found, said) = output.refusal().unwrap_or_else(|| panic!("`{script}` failed otherwise: {}", output.err));
        assert_eq!((found.as_str(), said.as_str()), (code, sentence), "of `{script}`");
    }

    /// Runs Python, which has boto3; it must succeed. Answers the JSON it wrote.
    pub fn python(&self, script: &str, arguments: &[&str]) -> Value {
        let output = self.python_output(script, arguments);
        assert_eq!(output.code, Some(0), "the script failed: {}{}", output.out, output.err);
        serde_json::from_str(&output.out)
            .unwrap_or_else(|error| panic!("the script wrote no JSON: {error}: {}", output.out))
    }

    /// Runs Python, which has boto3, to its end.
    pub fn python_output(&self, script: &str, arguments: &[&str]) -> Output {
        let arguments: Vec<&str> = ["-c", script].into_iter().chain(arguments.iter().copied()).collect();
        self.command(needed("SEKISHO_PYTHON"), &arguments)
    }

    /// Runs an ECMAScript module, which may import AWS's JavaScript clients; it must succeed. Answers the JSON it wrote.
    pub fn javascript(&self, script: &str, arguments: &[&str]) -> Value {
        let mut command = self.prepare(needed("SEKISHO_NODE"));
        // Imports of a script on the command line are found from the working directory.
        command.current_dir(needed("SEKISHO_JS")).args(["--input-type=module", "--eval", script, "--"]).args(arguments);
        let output = finish(command);
        assert_eq!(output.code, Some(0), "the script failed: {}{}", output.out, output.err);
        serde_json::from_str(&output.out)
            .unwrap_or_else(|error| panic!("the script wrote no JSON: {error}: {}", output.out))
    }

    /// A command of this shell's environment that has not been started.
    pub fn prepare(&self, program: impl Into<OsString>) -> Command {
        let mut command = Command::new(program.into());
        command.env_clear().envs(&self.environment).current_dir(self.home.path()).stdin(Stdio::null());
        command
    }

    fn command(&self, program: impl Into<OsString>, arguments: &[&str]) -> Output {
        let mut command = self.prepare(program);
        command.args(arguments);
        finish(command)
    }

    fn set(&mut self, name: &str, value: impl Into<OsString>) {
        self.environment.insert(name.to_owned(), value.into());
    }
}

impl Output {
    /// The error code and sentence that the AWS CLI reports on standard error.
    pub fn refusal(&self) -> Option<(String, String)> {
        let (_, rest) = self.err.split_once("An error occurred (")?;
        let (code, rest) = rest.split_once(") when calling the ")?;
        let (_, sentence) = rest.split_once(" operation: ")?;
        Some((code.to_owned(), sentence.trim_end_matches('\n').to_owned()))
    }
}

/// Runs a command to its end.
fn finish(mut command: Command) -> Output {
    let output = command.output().unwrap_or_else(|error| {
        panic!("cannot run `{}`: {error}", command.get_program().to_string_lossy());
    });
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Output { out: text(&output.stdout), err: text(&output.stderr), code: output.status.code() }
}

fn parent(variable: &str) -> PathBuf {
    PathBuf::from(needed(variable)).parent().map(Path::to_owned).unwrap_or_default()
}
