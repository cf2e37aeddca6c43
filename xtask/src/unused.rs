//! Finds dependencies that no source file of their crate names.

use crate::run::{self, root};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Every dependency of every crate of the workspace is named somewhere in that crate's sources.
///
/// # Errors
/// The dependencies that are not.
pub fn check() -> Result<(), String> {
    let metadata = run::output(
        Command::new(run::cargo()).args(["metadata", "--no-deps", "--format-version=1"]).current_dir(root()),
    )?;
    let metadata: Value = serde_json::from_str(&metadata).map_err(|error| format!("cargo metadata: {error}"))?;
    let mut unused = Vec::new();
    for package in list(&metadata["packages"]) {
        let manifest = package["manifest_path"].as_str().unwrap_or_default();
        let folder = Path::new(manifest).parent().unwrap_or(Path::new("."));
        let mut sources = String::new();
        for part in ["src", "tests", "benches", "examples", "build.rs"] {
            read(&folder.join(part), &mut sources)?;
        }
        for dependency in list(&package["dependencies"]) {
            let name = dependency["rename"].as_str().or(dependency["name"].as_str()).unwrap_or_default();
            if !names(&sources, &name.replace('-', "_")) {
                unused.push(format!("`{}` does not use `{name}`", package["name"].as_str().unwrap_or_default()));
            }
        }
    }
    if unused.is_empty() { Ok(()) } else { Err(unused.join("\n")) }
}

/// Whether the word occurs in the text, outside a line that is only a comment.
fn names(sources: &str, word: &str) -> bool {
    let of_word = |c: char| c.is_alphanumeric() || c == '_';
    sources.lines().filter(|line| !line.trim_start().starts_with("//")).any(|line| {
        line.match_indices(word).any(|(start, found)| {
            let (before, after) = (&line[..start], &line[start + found.len()..]);
            !before.ends_with(of_word) && !after.starts_with(of_word)
        })
    })
}

fn read(path: &Path, into: &mut String) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("cannot read `{}`: {error}", path.display());
    if path.is_dir() {
        for entry in fs::read_dir(path).map_err(failed)? {
            read(&entry.map_err(failed)?.path(), into)?;
        }
    } else if path.extension().is_some_and(|extension| extension == "rs") && path.is_file() {
        into.push_str(&fs::read_to_string(path).map_err(failed)?);
        into.push('\n');
    }
    Ok(())
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn a_word_is_found_only_as_a_word() {
        assert!(names("use http::HeaderMap;", "http"));
        assert!(names("    let x = base64::engine();", "base64"));
        assert!(!names("use http_body::Body;", "http"));
        assert!(!names("use my_http::Body;", "http"));
        assert!(!names("// http is spoken here", "http"));
    }
}
