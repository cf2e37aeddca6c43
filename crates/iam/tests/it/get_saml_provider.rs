use crate::create_saml_provider::{provider, shown};
use crate::*;

#[tokio::test]
async fn a_provider_is_valid_for_a_century_unless_its_document_says_otherwise() {
    let w = world().await;
    let forever = shown(&w, &provider(&w, "a").await).await;
    let day = |time: &Value| time.as_i64().unwrap() / 86_400;
    assert_eq!(day(&forever["ValidUntil"]) - day(&forever["CreateDate"]), 36_524);
    let document = federation::testing::metadata_document("https://idp.example")
        .replace("entityID", r#"validUntil="2027-01-01T00:00:00Z" entityID"#);
    let input = json!({ "Name": "b", "SAMLMetadataDocument": document });
    let arn = result(&w, "CreateSAMLProvider", &input).await["SAMLProviderArn"].as_str().unwrap().to_owned();
    assert_eq!(shown(&w, &arn).await["ValidUntil"], 1_798_761_600);
}

#[tokio::test]
async fn an_arn_must_name_a_provider_of_the_account() {
    let w = world().await;
    provider(&w, "Okta").await;
    let get = async |arn: &str| w.call("GetSAMLProvider", &json!({ "SAMLProviderArn": arn })).await;
    for name in ["Other", "okta"] {
        let arn = format!("arn:aws:iam::123456789012:saml-provider/{name}");
        assert_eq!(get(&arn).await.to_string(), format!("404 NoSuchEntity: Manifest not found for arn {arn}"));
    }
    assert_eq!(get("arn:aws:iam::999999999999:saml-provider/Okta").await.code(), "AccessDenied");
    let oidc = get("arn:aws:iam::123456789012:oidc-provider/Okta").await;
    assert_eq!(oidc.to_string(), "400 ValidationError: Invalid resource type in ARN");
}
