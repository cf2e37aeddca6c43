//! The key set and the discovery document.

use crate::{pool, world};
use serde_json::{Value, json};

#[tokio::test]
async fn a_pool_publishes_two_keys() {
    let w = world().await;
    let pool = pool(&w, &json!({})).await;
    let jwks = cognito_idp::discovery::jwks(&w.node, &pool.as_str().into()).await.unwrap().unwrap();
    let jwks: Value = serde_json::from_str(&jwks).unwrap();
    let keys = jwks["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 2);
    for key in keys {
        let mut members: Vec<_> = key.as_object().unwrap().keys().map(String::as_str).collect();
        members.sort_unstable();
        assert_eq!(members, ["alg", "e", "kid", "kty", "n", "use"]);
        assert_eq!((&key["alg"], &key["e"], &key["use"]), (&json!("RS256"), &json!("AQAB"), &json!("sig")));
        assert_eq!(key["kid"].as_str().unwrap().len(), 44);
    }
    assert_ne!(keys[0]["kid"], keys[1]["kid"]);
    assert_ne!(keys[0]["n"], keys[1]["n"]);
}

#[tokio::test]
async fn the_discovery_document_names_issuer_and_keys() {
    let w = world().await;
    let pool = pool(&w, &json!({})).await;
    let document = cognito_idp::discovery::openid_configuration(&w.node, &pool.as_str().into()).await.unwrap().unwrap();
    let document: Value = serde_json::from_str(&document).unwrap();
    assert_eq!(document["issuer"], json!(format!("http://127.0.0.1:4566/{pool}")));
    assert_eq!(document["jwks_uri"], json!(format!("http://127.0.0.1:4566/{pool}/.well-known/jwks.json")));
}

#[tokio::test]
async fn an_unknown_pool_publishes_nothing() {
    let w = world().await;
    let id = "us-east-1_Abc123xyz".into();
    assert_eq!(cognito_idp::discovery::jwks(&w.node, &id).await.unwrap(), None);
    assert_eq!(cognito_idp::discovery::openid_configuration(&w.node, &id).await.unwrap(), None);
}

#[tokio::test]
async fn private_keys_are_sealed_in_the_row() {
    let w = world().await;
    let pool = pool(&w, &json!({})).await;
    let all = async |tx: &mut store::Tx| store::table::user_pool_keys::all(tx, &pool.as_str().into()).await;
    for row in w.node.store.read(all).await.unwrap() {
        // PKCS#8 names the RSA algorithm in the clear.
        let rsa = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
        assert!(!row.sealed_private.windows(rsa.len()).any(|window| window == rsa));
        assert_eq!(row.public_modulus.len(), 256);
    }
}
