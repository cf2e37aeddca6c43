//! Revocation that bites: credentials that were handed out are refused, on another node of the same database too, within a
//! second; and what an operator asks before.

#![allow(clippy::panic, clippy::unwrap_used, clippy::disallowed_methods)]

use e2e::principal::{allow, user};
use e2e::{Engine, Server, Shell};
use serde_json::{Value, json};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// Thirty-two bytes, for both nodes.
const MASTER_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

const DEAD: &str = "The security token included in the request is invalid.";

struct Site {
    here: Server,
    there: Server,
    pool: String,
}

fn site() -> &'static Site {
    static SITE: OnceLock<Site> = OnceLock::new();
    SITE.get_or_init(|| {
        let here = Server::start_with(Engine::Postgres, &[], &[("SEKISHO_MASTER_KEY", MASTER_KEY)]);
        let there = here.another_node();
        let pool = identity_pool(&here.root());
        Site { here, there, pool }
    })
}

/// An identity pool that takes guests, and a role for them.
fn identity_pool(root: &Shell) -> String {
    let create =
        "aws cognito-identity create-identity-pool --identity-pool-name gate --allow-unauthenticated-identities";
    let pool = root.json(create)["IdentityPoolId"].as_str().unwrap().to_owned();
    let trust = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": { "Federated": "cognito-identity.amazonaws.com" },
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": { "StringEquals": { "cognito-identity.amazonaws.com:aud": pool } },
    }] });
    let role = root.json(&format!("aws iam create-role --role-name Guest --assume-role-policy-document '{trust}'"));
    let arn = role["Role"]["Arn"].as_str().unwrap();
    root.text(&format!(
        "aws cognito-identity set-identity-pool-roles --identity-pool-id {pool} --roles unauthenticated={arn}"
    ));
    pool
}

/// A new guest: the identity, and its keys.
fn guest(server: &Server, pool: &str) -> (String, Value) {
    let shell = server.guest();
    let get_id = format!("aws cognito-identity get-id --no-sign-request --identity-pool-id {pool}");
    let id = shell.json(&get_id)["IdentityId"].as_str().unwrap().to_owned();
    let keys = credentials(server, &id);
    (id, keys)
}

fn credentials(server: &Server, identity: &str) -> Value {
    let call = "aws cognito-identity get-credentials-for-identity --no-sign-request --identity-id";
    server.guest().json(&format!("{call} {identity}"))["Credentials"].clone()
}

fn lives(server: &Server, keys: &Value) -> bool {
    let output = server.guest().with_credentials(keys).run("aws sts get-caller-identity");
    match output.refusal() {
        None => output.code == Some(0),
        Some(refusal) => {
            assert_eq!(refusal, ("InvalidClientTokenId".to_owned(), DEAD.to_owned()));
            false
        }
    }
}

/// Waits until the keys are refused on this node: whoever asks later than a second after the revocation is.
fn dies_within_a_second(server: &Server, keys: &Value, revoked: Instant) {
    loop {
        let asked = revoked.elapsed();
        if !lives(server, keys) {
            return;
        }
        assert!(asked < Duration::from_secs(1), "still good for a request that began {asked:?} after the revocation");
    }
}

/// The shell of an operator of this node, whose keys the command takes from AWS's own variables.
fn operator(server: &Server) -> Shell {
    server.root().with("SEKISHO_BASE_URL", &server.url)
}

#[test]
fn a_revoked_identity_is_refused_on_every_node_within_a_second() {
    let site = site();
    let (id, keys) = guest(&site.here, &site.pool);
    let (_, bystander) = guest(&site.here, &site.pool);
    assert!(lives(&site.here, &keys) && lives(&site.there, &keys) && lives(&site.there, &bystander));
    let said = operator(&site.here).text(&format!("sekisho revoke --identity {id} --reason 'lost phone'"));
    let revoked = Instant::now();
    assert!(said.contains(&id) && said.contains("lost phone"), "{said}");
    assert!(!lives(&site.here, &keys), "at once where it was asked");
    dies_within_a_second(&site.there, &keys, revoked);
    // What is issued now is good, wherever it was issued.
    for (server, other) in [(&site.here, &site.there), (&site.there, &site.here)] {
        let fresh = credentials(server, &id);
        assert!(lives(server, &fresh) && lives(other, &fresh));
    }
    assert!(lives(&site.there, &bystander));
    let listed = operator(&site.there).json("sekisho revoke --list --json");
    assert!(listed.as_array().unwrap().iter().any(|entry| entry["subject"] == id.as_str()), "{listed}");
}

#[test]
fn a_deleted_identity_is_refused_on_every_node_within_a_second() {
    let site = site();
    let (id, keys) = guest(&site.there, &site.pool);
    assert!(lives(&site.here, &keys) && lives(&site.there, &keys));
    site.here.root().text(&format!("aws cognito-identity delete-identities --identity-ids-to-delete {id}"));
    let deleted = Instant::now();
    assert!(!lives(&site.here, &keys));
    dies_within_a_second(&site.there, &keys, deleted);
}

#[test]
fn a_revoked_role_asks_everybody_to_come_again_and_a_restart_forgets_nothing() {
    let mut server = Server::start(Engine::Sqlite);
    let pool = identity_pool(&server.root());
    let ((id, keys), (_, other)) = (guest(&server, &pool), guest(&server, &pool));
    operator(&server).text("sekisho revoke --role Guest");
    assert!(!lives(&server, &keys) && !lives(&server, &other));
    let fresh = credentials(&server, &id);
    assert!(lives(&server, &fresh));
    server.stop();
    server.start_again();
    assert!(!lives(&server, &keys) && lives(&server, &fresh));
    let unknown = operator(&server).run("sekisho revoke --role Nobody");
    assert_eq!(unknown.code, Some(1));
    assert!(unknown.err.contains("There is no such identity or role."), "{}", unknown.err);
}

#[test]
fn what_would_happen_is_told_to_who_may_ask() {
    let site = site();
    let ask = format!(
        "sekisho explain identity --pool {} --action s3:GetObject --resource arn:aws:s3:::photos/cat.jpg",
        site.pool
    );
    let as_user = |shell: Shell| shell.with("SEKISHO_BASE_URL", &site.here.url);
    let auditor = as_user(user(&site.here.root(), "auditor", &[allow("sekisho:Explain*", "*")]));
    let said = auditor.text(&ask);
    for part in ["a new guest", "role/Guest", "would be issued", "would be denied", "Nothing was written or issued."] {
        assert!(said.contains(part), "no {part} in:\n{said}");
    }
    let told = auditor.json(&format!("{ask} --json"));
    assert_eq!(told["permission"]["is_allowed"], false);
    let curious = as_user(user(&site.here.root(), "curious", &[])).run(&ask);
    assert_eq!((curious.code, curious.out.as_str()), (Some(1), ""));
    assert!(curious.err.contains("is not authorized to perform: sekisho:ExplainIdentity"), "{}", curious.err);
    // A session's keys are keys too: revoked ones ask in vain.
    let (id, keys) = guest(&site.here, &site.pool);
    operator(&site.here).text(&format!("sekisho revoke --identity {id}"));
    let dead = as_user(site.here.guest().with_credentials(&keys)).run(&ask);
    assert!(dead.err.contains(DEAD), "{}", dead.err);
}

#[test]
fn a_token_is_explained_and_logged_nowhere() {
    let site = site();
    let (id, keys) = guest(&site.here, &site.pool);
    let call = format!("aws cognito-identity get-open-id-token --no-sign-request --identity-id {id}");
    let token = site.here.guest().json(&call)["Token"].as_str().unwrap().to_owned();
    let operator = operator(&site.here);
    let said = operator.text(&format!("echo {token} | sekisho explain token -"));
    for part in ["an OpenID token of an identity pool", &id, "expires at"] {
        assert!(said.contains(part), "no {part} in:\n{said}");
    }
    let session = keys["SessionToken"].as_str().unwrap();
    let said = operator.text(&format!("sekisho explain token {session}"));
    assert!(said.contains("sealed"), "{said}");
    let access_key_id = keys["AccessKeyId"].as_str().unwrap();
    let said = operator.text(&format!("sekisho explain token {session} --access-key-id {access_key_id}"));
    assert!(said.contains("assumed-role/Guest/CognitoIdentityCredentials"), "{said}");
    let log = site.here.log_with("GetOpenIdToken");
    assert!(!log.is_empty() && !log.contains(&token) && !log.contains(session));
}
