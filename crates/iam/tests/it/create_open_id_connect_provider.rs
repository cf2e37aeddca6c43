use crate::*;

/// A provider that accepts the audience `app`: its ARN.
pub async fn provider(w: &World, url: &str) -> String {
    let input = json!({ "Url": url, "ClientIDList": ["app"] });
    let made = result(w, "CreateOpenIDConnectProvider", &input).await;
    made["OpenIDConnectProviderArn"].as_str().unwrap().to_owned()
}

/// What the provider looks like.
pub async fn shown(w: &World, arn: &str) -> Value {
    result(w, "GetOpenIDConnectProvider", &json!({ "OpenIDConnectProviderArn": arn })).await
}

#[tokio::test]
async fn a_provider_is_named_by_its_url() {
    let w = world().await;
    let thumbprint = "990F4193972F2BECF12DDEDA5237F9C952F20D9E";
    let tags = json!([{ "Key": "team", "Value": "x" }]);
    let input = json!({ "Url": "https://idp.example/a", "ClientIDList": ["b", "a", "b"],
        "ThumbprintList": [thumbprint], "Tags": tags });
    let made = result(&w, "CreateOpenIDConnectProvider", &input).await;
    let arn = "arn:aws:iam::123456789012:oidc-provider/idp.example/a";
    assert_eq!(made, json!({ "OpenIDConnectProviderArn": arn, "Tags": tags }));
    let shown = shown(&w, arn).await;
    assert_eq!(shown["Url"], "idp.example/a");
    assert_eq!(shown["ClientIDList"], json!(["b", "a"]));
    assert_eq!(shown["ThumbprintList"], json!([thumbprint.to_lowercase()]));
    assert_eq!(shown["Tags"], tags);
    let again = w.call("CreateOpenIDConnectProvider", &json!({ "Url": "https://idp.example/a" })).await;
    assert_eq!(again.to_string(), "409 EntityAlreadyExists: Provider with url https://idp.example/a already exists.");
    w.call("CreateOpenIDConnectProvider", &json!({ "Url": "https://idp.example" })).await.ok();
}

#[tokio::test]
async fn what_cannot_be_a_provider_is_refused() {
    let w = world().await;
    let thumbprint = "990f4193972f2becf12ddeda5237f9c952f20d9e";
    let duplicate = json!([{ "Key": "a", "Value": "" }, { "Key": "A", "Value": "" }]);
    let cases = [
        (
            json!({ "Url": "http://idp.example" }),
            "400 InvalidInput: Invalid Open ID Connect Provider URL. The URL must begin with https://.",
        ),
        (json!({ "Url": "https://idp.example?a=b" }), "400 ValidationError: Invalid Open ID Connect Provider URL"),
        (
            json!({ "Url": "https://idp.example", "ThumbprintList": vec![thumbprint; 6] }),
            "400 InvalidInput: Thumbprint list must contain fewer than 5 entries.",
        ),
        (
            json!({ "Url": "https://idp.example", "ClientIDList": (0..101).map(|n| n.to_string()).collect::<Vec<_>>() }),
            "409 LimitExceeded: Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 100",
        ),
        (
            json!({ "Url": "https://idp.example", "Tags": duplicate }),
            "400 InvalidInput: Duplicate tag keys found. Please note that Tag keys are case insensitive.",
        ),
    ];
    for (input, expected) in cases {
        assert_eq!(w.call("CreateOpenIDConnectProvider", &input).await.to_string(), expected);
    }
    let none = result(&w, "ListOpenIDConnectProviders", &json!({})).await;
    assert_eq!(none["OpenIDConnectProviderList"], json!([]));
}

#[tokio::test]
async fn an_account_has_a_hundred_at_most() {
    let w = world().await;
    for n in 0..100 {
        provider(&w, &format!("https://idp{n}.example")).await;
    }
    let answer = w.call("CreateOpenIDConnectProvider", &json!({ "Url": "https://one.more.example" })).await;
    assert_eq!(answer.to_string(), "409 LimitExceeded: Cannot exceed quota for OpenIdConnectProvidersPerAccount: 100");
    let listed = result(&w, "ListOpenIDConnectProviders", &json!({})).await;
    assert_eq!(listed["OpenIDConnectProviderList"].as_array().unwrap().len(), 100);
}

#[tokio::test]
async fn a_user_may_be_limited_to_one_issuer() {
    let w = world().await;
    let ana = user_with_key(&w, "ana").await;
    let document = json!({ "Version": "2012-10-17", "Statement": { "Effect": "Allow",
        "Action": "iam:CreateOpenIDConnectProvider",
        "Resource": "arn:aws:iam::123456789012:oidc-provider/idp.example" } });
    let input = json!({ "UserName": "ana", "PolicyName": "p", "PolicyDocument": document.to_string() });
    w.call("PutUserPolicy", &input).await.ok();
    w.call_as(&ana, "CreateOpenIDConnectProvider", &json!({ "Url": "https://idp.example" })).await.ok();
    let other = w.call_as(&ana, "CreateOpenIDConnectProvider", &json!({ "Url": "https://other.example" })).await;
    assert_eq!(other.code(), "AccessDenied", "{other}");
}
