//! The walk of the README, pasted into a shell.

#![allow(clippy::panic, clippy::unwrap_used)]

use e2e::{Engine, Server};

#[test]
fn s3_works_as_it_is_written() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md")).unwrap();
    let section = readme.split("\n## ").find(|section| section.starts_with("S3 behind the gate")).unwrap();
    let block = section.split("```sh\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let server = Server::start(Engine::Sqlite);
    let root = server.root();
    std::fs::write(root.home().join("README.md"), &readme).unwrap();
    let said = root.text(&format!("set -eu\n{block}"));
    assert!(said.lines().last().unwrap().ends_with(" readme.md"), "{said}");
}

#[test]
fn the_walk_of_the_readme_works_as_it_is_written() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md")).unwrap();
    let section = readme.split("\n## ").find(|section| section.starts_with("The walk")).unwrap();
    let blocks: Vec<&str> =
        section.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap_or_default()).collect();
    // The first block builds and starts a server; here one runs already, and the shell knows it.
    let (start, walk) = blocks.split_first().unwrap();
    assert!(start.contains("sekisho serve &"), "{start}");
    let server = Server::start(Engine::Sqlite);
    let said = server.root().text(&format!("set -eu\n{}", walk.concat()));
    let promised = walk.last().unwrap().lines().find_map(|line| line.strip_prefix("# ")).unwrap();
    assert!(promised.starts_with("arn:aws:sts::"), "{promised}");
    assert_eq!(said.lines().last(), Some(promised));
}
