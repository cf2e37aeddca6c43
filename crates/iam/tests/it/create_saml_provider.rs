use crate::*;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use federation::testing::metadata_document;

/// A provider with this entity id: its ARN.
pub async fn provider(w: &World, name: &str) -> String {
    let input = json!({ "Name": name, "SAMLMetadataDocument": metadata_document("https://idp.example") });
    result(w, "CreateSAMLProvider", &input).await["SAMLProviderArn"].as_str().unwrap().to_owned()
}

/// What the provider looks like.
pub async fn shown(w: &World, arn: &str) -> Value {
    result(w, "GetSAMLProvider", &json!({ "SAMLProviderArn": arn })).await
}

/// A private RSA key, in PEM.
pub fn private_key() -> String {
    let base64 = STANDARD.encode(include_bytes!("../../../testkit/keys/test-1.pk8"));
    let lines: Vec<&str> = base64.as_bytes().chunks(64).map(|line| str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", lines.join("\n"))
}

#[tokio::test]
async fn a_provider_keeps_its_document_as_it_is() {
    let w = world().await;
    let document = metadata_document("https://idp.example");
    let tags = json!([{ "Key": "team", "Value": "x" }]);
    let input = json!({ "Name": "Okta", "SAMLMetadataDocument": document, "Tags": tags });
    let made = result(&w, "CreateSAMLProvider", &input).await;
    let arn = "arn:aws:iam::123456789012:saml-provider/Okta";
    assert_eq!(made, json!({ "SAMLProviderArn": arn, "Tags": tags }));
    let shown = shown(&w, arn).await;
    assert_eq!(shown["SAMLMetadataDocument"], document);
    assert_eq!(shown["Tags"], tags);
    assert_eq!(shown["SAMLProviderUUID"].as_str().unwrap().len(), 32);
    assert_eq!((&shown["PrivateKeyList"], &shown["AssertionEncryptionMode"]), (&Value::Null, &Value::Null));
    let again = json!({ "Name": "OKTA", "SAMLMetadataDocument": document });
    let answer = w.call("CreateSAMLProvider", &again).await;
    assert_eq!(answer.to_string(), "409 EntityAlreadyExists: Provider with name OKTA already exists.");
}

#[tokio::test]
async fn what_is_no_metadata_is_refused() {
    let w = world().await;
    let good = metadata_document("https://idp.example");
    let no_certificate = good.replace("X509Certificate>", "X509Other>");
    for document in [" ".repeat(2000), good.replace("</md:EntityDescriptor>", ""), no_certificate] {
        let answer = w.call("CreateSAMLProvider", &json!({ "Name": "a", "SAMLMetadataDocument": document })).await;
        assert_eq!(answer.to_string(), "400 InvalidInput: Could not parse metadata");
    }
    let short = w.call("CreateSAMLProvider", &json!({ "Name": "a", "SAMLMetadataDocument": "<a/>" })).await;
    assert_eq!(short.code(), "ValidationError");
    assert_eq!(result(&w, "ListSAMLProviders", &json!({})).await["SAMLProviderList"], json!([]));
}

#[tokio::test]
async fn a_private_key_is_never_shown_and_kept_sealed() {
    let w = world().await;
    let (document, pem) = (metadata_document("https://idp.example"), private_key());
    let input = json!({ "Name": "a", "SAMLMetadataDocument": document, "AssertionEncryptionMode": "Required",
        "AddPrivateKey": pem });
    let arn = result(&w, "CreateSAMLProvider", &input).await["SAMLProviderArn"].as_str().unwrap().to_owned();
    let shown = shown(&w, &arn).await;
    assert_eq!(shown["AssertionEncryptionMode"], "Required");
    let key = &shown["PrivateKeyList"][0];
    assert_eq!(key.as_object().unwrap().keys().collect::<Vec<_>>(), ["KeyId", "Timestamp"]);
    let provider_id = shown["SAMLProviderUUID"].as_str().unwrap().to_owned();
    let read = async |tx: &mut store::Tx| store::table::iam_saml_keys::list(tx, &provider_id, "", 10).await;
    let kept = w.node.store.read(read).await.unwrap().remove(0);
    assert!(!kept.sealed_private.windows(40).any(|window| pem.as_bytes().windows(40).any(|part| part == window)));
    let opened = w.node.vault.open("saml-private-key", &kept.id, &kept.sealed_private).unwrap();
    assert_eq!(*opened, pem.as_bytes());

    let input = json!({ "Name": "b", "SAMLMetadataDocument": document, "AddPrivateKey": "not a key" });
    let answer = w.call("CreateSAMLProvider", &input).await;
    assert_eq!(answer.to_string(), "400 InvalidInput: The private key is not valid.");
}
