use crate::create_saml_provider::{private_key, provider, shown};
use crate::*;

#[tokio::test]
async fn a_provider_goes_with_its_private_keys() {
    let w = world().await;
    let arn = provider(&w, "Okta").await;
    let input = json!({ "SAMLProviderArn": arn, "AddPrivateKey": private_key() });
    w.call("UpdateSAMLProvider", &input).await.ok();
    let id = shown(&w, &arn).await["SAMLProviderUUID"].as_str().unwrap().to_owned();
    let keys = async || {
        let read = async |tx: &mut store::Tx| store::table::iam_saml_keys::list(tx, &id, "", 10).await;
        w.node.store.read(read).await.unwrap().len()
    };
    assert_eq!(keys().await, 1);
    w.call("DeleteSAMLProvider", &json!({ "SAMLProviderArn": arn })).await.ok();
    assert_eq!(keys().await, 0);
    let answer = w.call("DeleteSAMLProvider", &json!({ "SAMLProviderArn": arn })).await;
    assert_eq!(answer.to_string(), format!("404 NoSuchEntity: Manifest not found for arn {arn}"));
    provider(&w, "okta").await;
}
