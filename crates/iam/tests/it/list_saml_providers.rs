use crate::create_saml_provider::{provider, shown};
use crate::*;

#[tokio::test]
async fn providers_are_listed_by_name_with_their_dates() {
    let w = world().await;
    let (b, a) = (provider(&w, "b").await, provider(&w, "A").await);
    let listed = result(&w, "ListSAMLProviders", &json!({})).await;
    let mut expected = Vec::new();
    for arn in [a, b] {
        let shown = shown(&w, &arn).await;
        expected.push(json!({ "Arn": arn, "ValidUntil": shown["ValidUntil"], "CreateDate": shown["CreateDate"] }));
    }
    assert_eq!(listed["SAMLProviderList"], json!(expected));
}
