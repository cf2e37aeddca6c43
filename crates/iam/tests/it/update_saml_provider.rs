use crate::create_saml_provider::{private_key, provider, shown};
use crate::*;

async fn update(w: &World, arn: &str, mut input: Value) -> testkit::Answer {
    input["SAMLProviderArn"] = json!(arn);
    w.call("UpdateSAMLProvider", &input).await
}

#[tokio::test]
async fn what_is_not_given_stays() {
    let w = world().await;
    let arn = provider(&w, "Okta").await;
    let before = shown(&w, &arn).await;
    let answer = update(&w, &arn, json!({ "AssertionEncryptionMode": "Allowed" })).await;
    assert_eq!(unwrapped("UpdateSAMLProvider", &answer), json!({ "SAMLProviderArn": arn }));
    let document = federation::testing::metadata_document("https://other.example");
    update(&w, &arn, json!({ "SAMLMetadataDocument": document })).await.ok();
    let mut expected = before;
    expected["AssertionEncryptionMode"] = json!("Allowed");
    expected["SAMLMetadataDocument"] = json!(document);
    assert_eq!(shown(&w, &arn).await, expected);
    let answer = update(&w, &arn, json!({ "SAMLMetadataDocument": " ".repeat(1000) })).await;
    assert_eq!(answer.to_string(), "400 InvalidInput: Could not parse metadata");
}

#[tokio::test]
async fn a_provider_has_two_private_keys_at_most() {
    let w = world().await;
    let arn = provider(&w, "Okta").await;
    let add = json!({ "AddPrivateKey": private_key() });
    update(&w, &arn, add.clone()).await.ok();
    update(&w, &arn, add.clone()).await.ok();
    assert_eq!(
        update(&w, &arn, add.clone()).await.to_string(),
        "409 LimitExceeded: Cannot exceed quota for PrivateKeysPerSAMLProvider: 2"
    );
    let key = shown(&w, &arn).await["PrivateKeyList"][0]["KeyId"].clone();
    let exchange = json!({ "AddPrivateKey": private_key(), "RemovePrivateKey": key });
    update(&w, &arn, exchange).await.ok();
    let keys = shown(&w, &arn).await["PrivateKeyList"].as_array().unwrap().clone();
    assert_eq!(keys.len(), 2);
    assert!(keys.iter().all(|kept| kept["KeyId"] != key));
    assert_eq!(update(&w, &arn, json!({ "RemovePrivateKey": key })).await.code(), "NoSuchEntity");
}
