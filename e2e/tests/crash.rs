//! What was acknowledged is there after the process is killed in the middle of a storm of writes.

#![allow(clippy::panic, clippy::unwrap_used)]

use e2e::{Engine, Server};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::process::Stdio;

/// How many acknowledged users the server is killed after.
const STORM: usize = 400;

#[test]
fn a_kill_under_load_loses_nothing_that_was_acknowledged_on_sqlite() {
    nothing_is_lost(Engine::Sqlite);
}

#[test]
fn a_kill_under_load_loses_nothing_that_was_acknowledged_on_postgresql() {
    nothing_is_lost(Engine::Postgres);
}

fn nothing_is_lost(engine: Engine) {
    let mut server = Server::start(engine);
    let root = server.root();
    let pool = root.text("aws cognito-idp create-user-pool --pool-name storm --query UserPool.Id --output text");
    let mut command = root.prepare(e2e::needed("SEKISHO_PYTHON"));
    let mut storm = command.args(["-c", CREATE, &pool]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(storm.stdout.take().unwrap()).lines();
    let mut acknowledged: BTreeSet<String> = lines.by_ref().take(STORM).map(Result::unwrap).collect();
    server.kill();
    // What was answered before the end and not read yet counts as well.
    acknowledged.extend(lines.map(Result::unwrap));
    let output = storm.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(acknowledged.len() >= STORM, "only {} users were made", acknowledged.len());

    server.start_again();
    let found = server.root().python(LIST, &[&pool]);
    let found: BTreeSet<String> =
        found.as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect();
    let lost: Vec<&String> = acknowledged.difference(&found).collect();
    assert!(lost.is_empty(), "{} of {} acknowledged users are gone: {lost:?}", lost.len(), acknowledged.len());
    // It goes on where it stopped.
    server.root().text(&format!(
        "aws cognito-idp admin-create-user --user-pool-id {pool} --username after --message-action SUPPRESS"
    ));
}

/// Creates users in eight threads until the server is gone, and says each name once the server has said yes.
const CREATE: &str = r#"
import boto3, botocore, itertools, sys, threading
from botocore.config import Config
pool = sys.argv[1]
unexpected = []

def storm(thread):
    idp = boto3.client("cognito-idp", config=Config(retries={"total_max_attempts": 1}, read_timeout=30))
    try:
        for number in itertools.count():
            name = f"user-{thread}-{number}"
            idp.admin_create_user(UserPoolId=pool, Username=name, MessageAction="SUPPRESS")
            sys.stdout.write(name + "\n")
            sys.stdout.flush()
    except (botocore.exceptions.HTTPClientError, botocore.exceptions.ConnectionError):
        pass  # the server is gone
    except Exception as error:
        unexpected.append(repr(error))

threads = [threading.Thread(target=storm, args=(thread,)) for thread in range(8)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
sys.exit("\n".join(unexpected) or 0)
"#;

const LIST: &str = r#"
import boto3, json, sys
pages = boto3.client("cognito-idp").get_paginator("list_users").paginate(UserPoolId=sys.argv[1])
print(json.dumps([user["Username"] for page in pages for user in page["Users"]]))
"#;
