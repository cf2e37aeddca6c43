use crate::create_open_id_connect_provider::{provider, shown};
use crate::*;

#[tokio::test]
async fn lists_that_were_left_out_are_empty() {
    let w = world().await;
    let made = result(&w, "CreateOpenIDConnectProvider", &json!({ "Url": "https://idp.example" })).await;
    let shown = shown(&w, made["OpenIDConnectProviderArn"].as_str().unwrap()).await;
    assert_eq!((&shown["ClientIDList"], &shown["ThumbprintList"]), (&json!([]), &json!([])));
    assert_eq!(shown["Tags"], Value::Null);
    assert_eq!(made["Tags"], Value::Null);
}

#[tokio::test]
async fn an_arn_must_name_a_provider_of_the_account() {
    let w = world().await;
    provider(&w, "https://idp.example").await;
    let unknown = "arn:aws:iam::123456789012:oidc-provider/other.example";
    let foreign = "arn:aws:iam::999999999999:oidc-provider/idp.example";
    let cases = [
        ("no-arn-but-long-enough", "400 ValidationError: Invalid ARN:  Could not be parsed!".to_owned()),
        (
            "arn:aws:iam::123456789012:saml-provider/idp.example",
            "400 ValidationError: Invalid resource type in ARN".to_owned(),
        ),
        (unknown, format!("404 NoSuchEntity: OpenIDConnect Provider not found for arn {unknown}")),
        (
            foreign,
            format!(
                "403 AccessDenied: User: arn:aws:iam::123456789012:root is not authorized to perform: \
                 iam:GetOpenIDConnectProvider on resource: {foreign}"
            ),
        ),
    ];
    for (arn, expected) in cases {
        let answer = w.call("GetOpenIDConnectProvider", &json!({ "OpenIDConnectProviderArn": arn })).await;
        assert_eq!(answer.to_string(), expected);
    }
}
