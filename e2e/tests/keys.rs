//! The keys of identity pools' tokens, rotated by an operator on one node, as another node of the same database sees it.

#![allow(clippy::disallowed_methods, clippy::panic, clippy::unwrap_used)]

use e2e::principal::user;
use e2e::{Engine, Server, Shell};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Thirty-two bytes, for both nodes.
const MASTER_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

fn operator(server: &Server) -> Shell {
    server.root().with("SEKISHO_BASE_URL", &server.url)
}

/// The ids of the published keys.
fn published(server: &Server) -> Vec<String> {
    let set = e2e::http::send(server.address(), "GET", "/.well-known/jwks_uri", &[], "").unwrap().json();
    set["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

fn token(server: &Server, identity: &str) -> String {
    let call = format!("aws cognito-identity get-open-id-token --no-sign-request --identity-id {identity}");
    server.guest().json(&call)["Token"].as_str().unwrap().to_owned()
}

/// Whether STS takes this token for the role of guests; if not, because its signature is nobody's.
fn opens(server: &Server, role: &str, token: &str) -> bool {
    let call = "aws sts assume-role-with-web-identity --no-sign-request --role-session-name story";
    let output = server.guest().run(&format!("{call} --role-arn {role} --web-identity-token {token}"));
    match output.refusal() {
        None => output.code == Some(0),
        Some((code, sentence)) => {
            assert_eq!((code.as_str(), sentence.as_str()), ("InvalidIdentityToken", "Couldn't verify signed token."));
            false
        }
    }
}

#[test]
fn an_operator_rotates_keys_and_every_node_follows() {
    let here = Server::start_with(Engine::Postgres, &[], &[("SEKISHO_MASTER_KEY", MASTER_KEY)]);
    let there = here.another_node();
    let root = here.root();
    let create =
        "aws cognito-identity create-identity-pool --identity-pool-name turns --allow-unauthenticated-identities";
    let pool = root.json(create)["IdentityPoolId"].as_str().unwrap().to_owned();
    let trust = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": { "Federated": "cognito-identity.amazonaws.com" },
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": { "StringEquals": { "cognito-identity.amazonaws.com:aud": pool } },
    }] });
    let role = root.json(&format!("aws iam create-role --role-name Guest --assume-role-policy-document '{trust}'"));
    let role = role["Role"]["Arn"].as_str().unwrap();
    let get_id = format!("aws cognito-identity get-id --no-sign-request --identity-pool-id {pool}");
    let identity = here.guest().json(&get_id)["IdentityId"].as_str().unwrap().to_owned();

    let old = token(&here, &identity);
    let told = operator(&here).text("sekisho keys rotate");
    assert!(told.contains("us-east-11 (us-east-1, ") && told.contains("us-east-12 "), "{told}");
    assert!(told.contains("old): signs\n") && told.contains("published, signs from "), "{told}");
    assert_eq!(published(&here), ["us-east-11", "us-east-12"]);
    assert!(opens(&here, role, &old) && opens(&there, role, &old) && opens(&there, role, &token(&there, &identity)));
    let curious = user(&root, "curious", &[]).with("SEKISHO_BASE_URL", &here.url).run("sekisho keys rotate --now");
    assert_eq!(curious.code, Some(1));
    assert!(curious.err.contains("is not authorized to perform: sekisho:RotateKeys"), "{}", curious.err);

    let told: Value = operator(&here).json("sekisho keys rotate --now --json");
    let rotated = Instant::now();
    assert_eq!((told.as_array().unwrap().len(), &told[0]["key_id"]), (1, &json!("us-east-13")), "{told}");
    assert!(!opens(&here, role, &old), "at once where it was asked");
    loop {
        let asked = rotated.elapsed();
        if !opens(&there, role, &old) {
            break;
        }
        assert!(asked < Duration::from_secs(1), "still good for a request that began {asked:?} after the rotation");
    }
    assert_eq!(published(&there), ["us-east-13"]);
    for (server, other) in [(&here, &there), (&there, &here)] {
        let new = token(server, &identity);
        assert!(opens(server, role, &new) && opens(other, role, &new));
    }
    let listed = operator(&there).json("sekisho keys list --json");
    assert_eq!((listed.as_array().unwrap().len(), &listed[0]["state"]), (1, &json!("signs")), "{listed}");
}
