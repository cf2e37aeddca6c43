//! What the tests need beside Rust: AWS's own clients for Python and JavaScript in folders of their own, PostgreSQL's programs,
//! and nginx.

use crate::run::{self, output, root, status, step, target, which};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What could be prepared, and what could not.
#[derive(Debug, Default)]
pub struct Needs {
    /// Variables that tell the tests where things are.
    pub environment: Vec<(&'static str, PathBuf)>,
    /// One sentence for each thing that is missing, with what would help.
    pub missing: Vec<String>,
}

/// Prepares everything; what is there already is left alone.
pub fn prepare() -> Needs {
    let mut needs = Needs::default();
    match clients() {
        Ok(environment) => needs.environment.extend(environment),
        Err(error) => needs.missing.push(error),
    }
    match javascript() {
        Ok(environment) => needs.environment.extend(environment),
        Err(error) => needs.missing.push(error),
    }
    match postgres() {
        Ok(folder) => needs.environment.push(("SEKISHO_POSTGRES_BIN", folder)),
        Err(error) => needs.missing.push(error),
    }
    match nginx() {
        Ok(program) => needs.environment.push(("SEKISHO_NGINX", program)),
        Err(error) => needs.missing.push(error),
    }
    needs
}

/// The AWS CLI and boto3, at the versions of `e2e/requirements.txt`, in `target/venv`.
fn clients() -> Result<Vec<(&'static str, PathBuf)>, String> {
    let folder = target().join("venv");
    let (aws, python) = (folder.join("bin/aws"), folder.join("bin/python"));
    let pins = root().join("e2e/requirements.txt");
    let wanted = fs::read_to_string(&pins).map_err(|error| format!("cannot read e2e/requirements.txt: {error}"))?;
    let stamp = folder.join("installed.txt");
    let ready = fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted);
    if !(ready && works(&aws)) {
        step("installing the AWS CLI and boto3 in target/venv");
        make_venv(&folder)?;
        let mut pip = Command::new(&python);
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"]).arg(&pins);
        status(&mut pip).map_err(|error| {
            format!("the AWS CLI and boto3 could not be installed: {error}; is the Python package index reachable?")
        })?;
        fs::write(&stamp, wanted).map_err(|error| format!("cannot write in target/venv: {error}"))?;
    }
    Ok(vec![("SEKISHO_AWS", aws), ("SEKISHO_PYTHON", python)])
}

fn make_venv(folder: &Path) -> Result<(), String> {
    let _ = fs::remove_dir_all(folder);
    // Debian's Python comes without `venv`; a Python that has it may stand beside it.
    let pythons: Vec<PathBuf> = [which("python3"), Some(PathBuf::from("/usr/bin/python3"))]
        .into_iter()
        .flatten()
        .filter(|python| works(python))
        .collect();
    let venv = |python: &PathBuf| {
        let mut command = Command::new(python);
        command.args(["-m", "venv"]).arg(folder).stdout(Stdio::null()).stderr(Stdio::null());
        status(&mut command)
    };
    if pythons.iter().any(|python| venv(python).is_ok()) {
        return Ok(());
    }
    install(&["python3", "python3-venv", "python3-pip"])
        .and_then(|()| venv(&PathBuf::from("/usr/bin/python3")))
        .map_err(|error| format!("Python 3 with `venv` and `pip` is missing, which the AWS CLI needs: {error}"))
}

/// Node, and AWS's JavaScript clients at the versions of `e2e/js/package-lock.json`, in `target/js`.
fn javascript() -> Result<Vec<(&'static str, PathBuf)>, String> {
    let tools = || Some((which("node").filter(|node| works(node))?, which("npm").filter(|npm| works(npm))?));
    let (node, npm) = match tools() {
        Some(tools) => tools,
        None => install(&["nodejs", "npm"])
            .and_then(|()| tools().ok_or_else(|| "the packages brought no `node` and `npm`".to_owned()))
            .map_err(|error| format!("Node and npm are missing, which AWS's JavaScript clients need: {error}"))?,
    };
    let (folder, pins) = (target().join("js"), root().join("e2e/js"));
    let read = |file: &str| fs::read_to_string(pins.join(file)).map_err(|error| format!("cannot read {file}: {error}"));
    let (package, lock) = (read("package.json")?, read("package-lock.json")?);
    let stamp = folder.join("installed.txt");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(vec![("SEKISHO_NODE", node), ("SEKISHO_JS", folder)]);
    }
    step("installing AWS's JavaScript clients in target/js");
    fs::create_dir_all(&folder)
        .and_then(|()| fs::write(folder.join("package.json"), package))
        .and_then(|()| fs::write(folder.join("package-lock.json"), &lock))
        .map_err(|error| format!("cannot write in target/js: {error}"))?;
    let mut command = Command::new(npm);
    command.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]).current_dir(&folder);
    status(command.stdout(Stdio::null())).map_err(|error| {
        format!("AWS's JavaScript clients could not be installed: {error}; is the npm registry reachable?")
    })?;
    fs::write(&stamp, lock).map_err(|error| format!("cannot write in target/js: {error}"))?;
    Ok(vec![("SEKISHO_NODE", node), ("SEKISHO_JS", folder)])
}

/// The folder of `initdb` and `postgres`.
fn postgres() -> Result<PathBuf, String> {
    if let Some(folder) = find_postgres() {
        return Ok(folder);
    }
    // The package would start a cluster of its own on the machine; the tests start theirs in a temporary folder.
    let _ = fs::create_dir_all("/etc/postgresql-common");
    let settings = Path::new("/etc/postgresql-common/createcluster.conf");
    if !settings.exists() {
        let _ = fs::write(settings, "create_main_cluster = false\n");
    }
    install(&["postgresql"])
        .and_then(|()| find_postgres().ok_or_else(|| "the package brought no `initdb`".to_owned()))
        .map_err(|error| format!("PostgreSQL's programs `initdb` and `postgres` are missing: {error}"))
}

fn find_postgres() -> Option<PathBuf> {
    let on_path =
        which("initdb").and_then(|file| fs::canonicalize(file).ok()).and_then(|f| Some(f.parent()?.to_owned()));
    let mut packaged: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .map(|versions| versions.flatten().map(|version| version.path().join("bin")).collect())
        .unwrap_or_default();
    packaged.sort();
    on_path
        .into_iter()
        .chain(packaged.into_iter().rev())
        .chain([PathBuf::from("/usr/local/bin"), PathBuf::from("/usr/local/pgsql/bin")])
        .find(|folder| folder.join("initdb").is_file() && folder.join("postgres").is_file())
}

/// nginx, with its `auth_request`.
fn nginx() -> Result<PathBuf, String> {
    let find = || which("nginx").or_else(|| Some(PathBuf::from("/usr/sbin/nginx")).filter(|program| program.is_file()));
    if let Some(program) = find() {
        return Ok(program);
    }
    install(&["nginx-light"])
        .and_then(|()| find().ok_or_else(|| "the package brought no `nginx`".to_owned()))
        .map_err(|error| format!("nginx is missing, which the tests of reverse proxies need: {error}"))
}

/// Installs system packages, where that is possible without asking anybody.
fn install(packages: &[&str]) -> Result<(), String> {
    let by_hand = format!("install it with your system's packages (Debian: `apt-get install {}`)", packages.join(" "));
    if which("apt-get").is_none() {
        return Err(format!("there is no apt-get here; {by_hand}"));
    }
    if output(Command::new("id").arg("-u")).map(|id| id.trim() != "0").unwrap_or(true) {
        return Err(format!("only root may install packages; {by_hand}"));
    }
    step(&format!("installing {} from the system's packages", packages.join(", ")));
    status(Command::new("apt-get").arg("update").stdout(Stdio::null()))?;
    let mut command = Command::new("apt-get");
    command.args(["install", "--yes", "--no-install-recommends"]).args(packages);
    run::status(command.env("DEBIAN_FRONTEND", "noninteractive").stdout(Stdio::null()))
}

fn works(program: &Path) -> bool {
    let mut command = Command::new(program);
    command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
