//! `codegen`: writes the generated files of `crates/model` from the data in `models/`.

mod emit;
mod load;
mod names;
mod pattern;

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The services, by the name of their model file.
const SERVICES: &[&str] = &["cognito-identity", "cognito-idp", "iam", "sts"];

/// Writes the files, or with `--check` says which of them are stale.
///
/// # Errors
/// A sentence: a model that says something the generator does not know, or stale files under `--check`.
pub fn run(arguments: &[String]) -> Result<(), String> {
    let check = match arguments {
        [] => false,
        [flag] if flag == "--check" => true,
        _ => return Err("cargo xtask codegen [--check]".to_owned()),
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or("no workspace above xtask")?;
    let sources = load::Sources::read(&root.join("models"))?;
    let mut stale = Vec::new();
    for (path, text) in files(&sources)? {
        let path = root.join("crates/model/src").join(path);
        let text = format_rust(root, &text).map_err(|error| format!("{}: {error}", path.display()))?;
        if fs::read_to_string(&path).is_ok_and(|current| current == text) {
            continue;
        }
        if check {
            stale.push(path.display().to_string());
            continue;
        }
        fs::create_dir_all(path.parent().unwrap_or(root)).map_err(|error| error.to_string())?;
        fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    if stale.is_empty() { Ok(()) } else { Err(format!("stale, run `cargo xtask codegen`:\n{}", stale.join("\n"))) }
}

fn files(sources: &load::Sources) -> Result<Vec<(PathBuf, String)>, String> {
    let mut files = Vec::new();
    for service in SERVICES {
        let service = load::Service::read(sources, service)?;
        let folder = PathBuf::from(names::snake(&service.name));
        for (file, text) in emit::service(&service).map_err(|error| format!("{}: {error}", service.name))? {
            files.push((folder.join(file), text));
        }
    }
    Ok(files)
}

/// Formats by the workspace's own `rustfmt.toml`, wherever the task was started.
fn format_rust(root: &Path, text: &str) -> Result<String, String> {
    let mut child = Command::new("rustfmt")
        .current_dir(root)
        .args(["--edition", "2024", "--emit", "stdout"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("rustfmt: {error}"))?;
    // rustfmt reads all of its input before it writes, so this cannot block.
    let mut input = child.stdin.take().ok_or("rustfmt: no stdin")?;
    input.write_all(text.as_bytes()).map_err(|error| error.to_string())?;
    drop(input);
    let output = child.wait_with_output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err("rustfmt refused the generated text".to_owned());
    }
    String::from_utf8(output.stdout).map_err(|error| error.to_string())
}
