//! AssumeRoleWithWebIdentity.

use crate::{ACCOUNT, allow_role, iam_world, keys, refusal, result, trusting_role};
use domain::jwt::{Algorithm, SigningKey, jwks};
use federation::jwk::KeySet;
use serde_json::{Value, json};
use testkit::{Answer, StandIn, World};

const HOST: &str = "idp.example.com/tenant";
const DENIED: &str = "403 AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity";

/// A provider that is registered, and whose keys are known.
async fn provider(w: &World) -> SigningKey {
    register(w, HOST, &["app"]).await;
    let key = signing_key(w).await;
    let set = KeySet::parse(&jwks([key.verifying_key()])).unwrap();
    w.node.provider_keys.put(&format!("https://{HOST}"), set, w.clock.now());
    key
}

async fn signing_key(w: &World) -> SigningKey {
    let pkcs8 = w.node.key_source.take().await.unwrap();
    SigningKey::from_pkcs8("k1", Algorithm::Rs256, &pkcs8).unwrap()
}

async fn register(w: &World, host: &str, client_ids: &[&str]) {
    let input = json!({ "Url": format!("https://{host}"), "ClientIDList": client_ids });
    w.call("CreateOpenIDConnectProvider", &input).await.ok();
}

fn arn(host: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:oidc-provider/{host}")
}

/// A role for holders of tokens of this provider.
async fn role(w: &World, host: &str, actions: Value, condition: Value) -> String {
    let statement = json!([{
        "Effect": "Allow", "Principal": { "Federated": arn(host) }, "Action": actions, "Condition": condition,
    }]);
    trusting_role(w, "Web", statement).await
}

async fn plain_role(w: &World) -> String {
    role(w, HOST, json!("sts:AssumeRoleWithWebIdentity"), json!({ "StringEquals": { format!("{HOST}:aud"): "app" } }))
        .await
}

/// The claims of a good token, changed.
fn claims(w: &World, changes: Value) -> Value {
    let now = w.clock.now().seconds();
    let mut claims = json!({
        "iss": format!("https://{HOST}"), "sub": "ana-at-idp", "aud": "app", "iat": now, "exp": now + 600,
    });
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        } else {
            claims[name] = value.clone();
        }
    }
    claims
}

async fn assume(w: &World, role: &str, token: &str, more: Value) -> Answer {
    let mut input = json!({ "RoleArn": role, "RoleSessionName": "s1", "WebIdentityToken": token });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    w.call_unsigned("AssumeRoleWithWebIdentity", &input).await
}

#[tokio::test]
async fn a_token_of_a_registered_provider_opens_a_role_that_trusts_it() {
    let w = iam_world().await;
    let key = provider(&w).await;
    let role = plain_role(&w).await;
    let token = key.sign(&claims(&w, json!({}))).unwrap();
    let answer = assume(&w, &role, &token, json!({})).await;
    let said = result("AssumeRoleWithWebIdentity", &answer);
    assert_eq!(said["SubjectFromWebIdentityToken"], "ana-at-idp");
    assert_eq!(said["Audience"], "app");
    assert_eq!(said["Provider"], arn(HOST));
    assert_eq!(said["AssumedRoleUser"]["Arn"], "arn:aws:sts::123456789012:assumed-role/Web/s1");
    // The token's own end does not cap the session (spec/sts-and-iam.md B2).
    assert_eq!(said["Credentials"]["Expiration"], w.clock.now().seconds() + 3600);
    assert!(said.get("PackedPolicySize").is_none_or(Value::is_null));
    let session = keys("AssumeRoleWithWebIdentity", &answer);
    let who = result("GetCallerIdentity", &w.call_as(&session, "GetCallerIdentity", &json!({})).await);
    assert_eq!(who["Arn"], "arn:aws:sts::123456789012:assumed-role/Web/s1");
}

#[tokio::test]
async fn the_session_keeps_who_it_was_at_the_provider() {
    let w = iam_world().await;
    let key = provider(&w).await;
    let role = plain_role(&w).await;
    let token = key.sign(&claims(&w, json!({ "amr": ["otp"] }))).unwrap();
    let session = keys("AssumeRoleWithWebIdentity", &assume(&w, &role, &token, json!({})).await);
    let policy = json!({ "Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*",
        "Condition": {
            "StringEquals": {
                format!("{HOST}:aud"): "app", format!("{HOST}:sub"): "ana-at-idp",
                "aws:FederatedProvider": arn(HOST),
            },
            "ForAnyValue:StringEquals": { format!("{HOST}:amr"): "otp" },
            "Bool": { "aws:MultiFactorAuthPresent": "false" },
        },
    }});
    let put = json!({ "RoleName": "Web", "PolicyName": "p", "PolicyDocument": policy.to_string() });
    w.call("PutRolePolicy", &put).await.ok();
    w.call_as(&session, "ListUsers", &json!({})).await.ok();
}

#[tokio::test]
async fn one_sentence_for_refused_trust_absent_roles_and_malformed_arns() {
    let w = iam_world().await;
    let key = provider(&w).await;
    let condition = json!({ "StringEquals": { format!("{HOST}:sub"): "somebody-else" } });
    let closed = role(&w, HOST, json!("sts:AssumeRoleWithWebIdentity"), condition).await;
    let token = key.sign(&claims(&w, json!({}))).unwrap();
    for role in [closed.as_str(), "arn:aws:iam::123456789012:role/absent", "not-the-arn-of-anything"] {
        assert_eq!(refusal(&assume(&w, role, &token, json!({})).await), DENIED, "{role}");
    }
}

#[tokio::test]
async fn tokens_that_are_not_good_are_refused_in_sts_words() {
    let w = iam_world().await;
    let key = provider(&w).await;
    let role = plain_role(&w).await;
    let now = w.clock.now().seconds();
    let retrieve = "Couldn't retrieve verification key from your identity provider,  please reference \
                    AssumeRoleWithWebIdentity documentation for requirements";
    for (changes, sentence) in [
        (json!({ "iss": null }), "InvalidIdentityToken: Missing a required claim: iss".to_owned()),
        (json!({ "sub": null }), "InvalidIdentityToken: Missing a required claim: sub".to_owned()),
        (json!({ "aud": null }), "InvalidIdentityToken: Missing a required claim: aud".to_owned()),
        (json!({ "iat": null }), "InvalidIdentityToken: Missing a required claim: iat".to_owned()),
        (json!({ "aud": "another" }), "InvalidIdentityToken: Incorrect token audience".to_owned()),
        (
            json!({ "aud": ["app", "another"] }),
            "InvalidIdentityToken: Token audience contains more than one audience while authorized party is not present"
                .to_owned(),
        ),
        (
            json!({ "iss": "https://elsewhere.example.com" }),
            "InvalidIdentityToken: No OpenIDConnect provider found in your account for https://elsewhere.example.com"
                .to_owned(),
        ),
        (
            json!({ "iss": "https://idp\u{0}.example.com" }),
            "InvalidIdentityToken: No OpenIDConnect provider found in your account for https://idp\u{0}.example.com"
                .to_owned(),
        ),
        (
            json!({ "iss": "https://cognito-identity.amazonaws.com" }),
            "InvalidIdentityToken: Couldn't verify signed token.".to_owned(),
        ),
        (
            json!({ "exp": now - 301 }),
            format!(
                "ExpiredTokenException: Token expired: current date/time {now} must be before the expiration date/time {}",
                now - 301
            ),
        ),
        (json!({ "https://aws.amazon.com/tags": 7 }), "InvalidIdentityToken: Session tags passed in claim are not in correct format.".to_owned()),
        (
            json!({ "https://aws.amazon.com/tags": { "principal_tags": { "a": 7 } } }),
            "InvalidIdentityToken: principal_tags passed in claim is not in correct format.".to_owned(),
        ),
        (
            json!({ "https://aws.amazon.com/tags": { "principal_tags": { "a": ["v".repeat(257)] } } }),
            "InvalidIdentityToken: Session tags passed in claim are not in correct format.".to_owned(),
        ),
        (
            json!({ "https://aws.amazon.com/source_identity": "aws:x" }),
            "InvalidIdentityToken: Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with \"aws:\"".to_owned(),
        ),
    ] {
        let token = key.sign(&claims(&w, changes.clone())).unwrap();
        assert_eq!(refusal(&assume(&w, &role, &token, json!({})).await), format!("400 {sentence}"), "{changes}");
    }
    let refused = refusal(&assume(&w, &role, "an-access-token", json!({})).await);
    assert_eq!(
        refused,
        "400 InvalidIdentityToken: The ID Token provided is not a valid JWT. (You may see this error if you sent an \
         Access Token)"
    );
    // Somebody else's key: under the provider's key id, and under one that the provider does not have.
    let pkcs8 = w.node.key_source.take().await.unwrap();
    for (kid, sentence) in [("k1", "Couldn't verify signed token."), ("k2", retrieve)] {
        let forged = SigningKey::from_pkcs8(kid, Algorithm::Rs256, &pkcs8).unwrap();
        let token = forged.sign(&claims(&w, json!({}))).unwrap();
        let refused = refusal(&assume(&w, &role, &token, json!({})).await);
        assert_eq!(refused, format!("400 InvalidIdentityToken: {sentence}"));
    }
}

#[tokio::test]
async fn an_authorized_party_takes_the_audiences_place() {
    let w = iam_world().await;
    let key = provider(&w).await;
    let condition = json!({ "StringEquals": { format!("{HOST}:aud"): "app", format!("{HOST}:oaud"): "backend" } });
    let role = role(&w, HOST, json!("sts:AssumeRoleWithWebIdentity"), condition).await;
    let token = key.sign(&claims(&w, json!({ "aud": "backend", "azp": "app" }))).unwrap();
    let said = result("AssumeRoleWithWebIdentity", &assume(&w, &role, &token, json!({})).await);
    assert_eq!(said["Audience"], "app");
}

#[tokio::test]
async fn tags_and_source_identity_come_from_the_token_and_need_their_permissions() {
    let w = iam_world().await;
    let key = provider(&w).await;
    let role = plain_role(&w).await;
    let tags = json!({ "principal_tags": { "Team": ["blue"] }, "transitive_tag_keys": ["Team"] });
    let tagged = key.sign(&claims(&w, json!({ "https://aws.amazon.com/tags": tags }))).unwrap();
    let named = key.sign(&claims(&w, json!({ "https://aws.amazon.com/source_identity": "ana" }))).unwrap();
    for token in [&tagged, &named] {
        assert_eq!(refusal(&assume(&w, &role, token, json!({})).await), DENIED);
    }
    let trust = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": { "Federated": arn(HOST) },
        "Action": ["sts:AssumeRoleWithWebIdentity", "sts:TagSession", "sts:SetSourceIdentity"],
        "Condition": { "StringEqualsIfExists": { "aws:RequestTag/Team": "blue", "sts:SourceIdentity": "ana" } },
    }]});
    let update = json!({ "RoleName": "Web", "PolicyDocument": trust.to_string() });
    w.call("UpdateAssumeRolePolicy", &update).await.ok();
    let said = result("AssumeRoleWithWebIdentity", &assume(&w, &role, &named, json!({})).await);
    assert_eq!(said["SourceIdentity"], "ana");
    let session = keys("AssumeRoleWithWebIdentity", &assume(&w, &role, &tagged, json!({})).await);
    allow_role(&w, "Web", "iam:GetRole", "arn:aws:iam::*:role/app/${aws:PrincipalTag/Team}").await;
    let refused = refusal(&w.call_as(&session, "GetRole", &json!({ "RoleName": "Web" })).await);
    assert!(refused.starts_with("403 AccessDenied"), "{refused}");
    trusting_role(
        &w,
        "blue",
        json!([{ "Effect": "Allow", "Principal": { "AWS": ACCOUNT }, "Action": "sts:AssumeRole" }]),
    )
    .await;
    w.call_as(&session, "GetRole", &json!({ "RoleName": "blue" })).await.ok();
}

#[tokio::test]
async fn a_token_may_be_for_some_roles_only() {
    let w = iam_world().await;
    let key = provider(&w).await;
    let condition = json!({ "Bool": { "sts:RoleAuthorizedByIdp": "true" } });
    let role = role(&w, HOST, json!("sts:AssumeRoleWithWebIdentity"), condition).await;
    let token = |roles: Value| key.sign(&claims(&w, json!({ "https://aws.amazon.com/roles": roles }))).unwrap();
    assume(&w, &role, &token(json!([role])), json!({})).await.ok();
    assume(&w, &role, &token(json!(format!("arn:aws:iam::123456789012:role/Other;{role}"))), json!({})).await.ok();
    let other = refusal(&assume(&w, &role, &token(json!(["arn:aws:iam::123456789012:role/Other"])), json!({})).await);
    assert!(other.starts_with("400 InvalidIdentityToken"), "{other}");
    let silent = key.sign(&claims(&w, json!({}))).unwrap();
    assert_eq!(refusal(&assume(&w, &role, &silent, json!({})).await), DENIED);
}

#[tokio::test]
async fn session_policies_and_durations_hold_here_too() {
    let w = iam_world().await;
    let key = provider(&w).await;
    let role = plain_role(&w).await;
    allow_role(&w, "Web", "iam:*", "*").await;
    let token = key.sign(&claims(&w, json!({}))).unwrap();
    let read_only = json!({ "PolicyArns": [{ "arn": "arn:aws:iam::aws:policy/IAMReadOnlyAccess" }] });
    let answer = assume(&w, &role, &token, read_only).await;
    assert_eq!(result("AssumeRoleWithWebIdentity", &answer)["PackedPolicySize"], 2);
    let session = keys("AssumeRoleWithWebIdentity", &answer);
    w.call_as(&session, "ListUsers", &json!({})).await.ok();
    assert_eq!(w.call_as(&session, "CreateUser", &json!({ "UserName": "x" })).await.code(), "AccessDenied");
    assert_eq!(
        refusal(&assume(&w, &role, &token, json!({ "DurationSeconds": 7200 })).await),
        "400 ValidationError: The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
    );
}

#[tokio::test]
async fn another_accounts_registration_does_not_count() {
    let w = iam_world().await;
    let key = provider(&w).await;
    let token = key.sign(&claims(&w, json!({}))).unwrap();
    let refused = refusal(&assume(&w, "arn:aws:iam::210987654321:role/Web", &token, json!({})).await);
    assert_eq!(
        refused,
        format!("400 InvalidIdentityToken: No OpenIDConnect provider found in your account for https://{HOST}")
    );
}

/// A user pool of this server with a user; its id, its client and an ID token and an access token of the user.
async fn signed_in(w: &World) -> (String, String, Value) {
    let pool = w.call("CreateUserPool", &json!({ "PoolName": "people" })).await.text_at("UserPool.Id");
    let flows = ["ALLOW_USER_PASSWORD_AUTH"];
    let client = json!({ "UserPoolId": pool, "ClientName": "app", "ExplicitAuthFlows": flows });
    let client = w.call("CreateUserPoolClient", &client).await.text_at("UserPoolClient.ClientId");
    let user = json!({ "UserPoolId": pool, "Username": "ana", "MessageAction": "SUPPRESS" });
    w.call("AdminCreateUser", &user).await.ok();
    let password = json!({ "UserPoolId": pool, "Username": "ana", "Password": "Passw0rd!", "Permanent": true });
    w.call("AdminSetUserPassword", &password).await.ok();
    let sign_in = json!({
        "ClientId": client, "AuthFlow": "USER_PASSWORD_AUTH",
        "AuthParameters": { "USERNAME": "ana", "PASSWORD": "Passw0rd!" },
    });
    let tokens = w.call_unsigned("InitiateAuth", &sign_in).await.at("AuthenticationResult").clone();
    (pool, client, tokens)
}

#[tokio::test]
async fn our_own_user_pool_is_a_provider_once_it_is_registered() {
    let w = World::new(&[sts::operations(), iam::operations(), cognito_idp::operations()]).await;
    let (pool, client, tokens) = signed_in(&w).await;
    let id_token = tokens["IdToken"].as_str().unwrap();
    let host = format!("cognito-idp.us-east-1.amazonaws.com/{pool}");
    let unregistered = refusal(&assume(&w, "arn:aws:iam::123456789012:role/app/Web", id_token, json!({})).await);
    assert_eq!(
        unregistered,
        format!(
            "400 InvalidIdentityToken: No OpenIDConnect provider found in your account for http://127.0.0.1:4566/{pool}"
        )
    );
    register(&w, &host, &[&client]).await;
    let condition = json!({ "StringEquals": { format!("{host}:aud"): client } });
    let role = role(&w, &host, json!("sts:AssumeRoleWithWebIdentity"), condition).await;
    let said = result("AssumeRoleWithWebIdentity", &assume(&w, &role, id_token, json!({})).await);
    assert_eq!((&said["Provider"], &said["Audience"]), (&json!(arn(&host)), &json!(client)));
    let access_token = tokens["AccessToken"].as_str().unwrap();
    assert_eq!(
        refusal(&assume(&w, &role, access_token, json!({})).await),
        "400 InvalidIdentityToken: Missing a required claim: aud"
    );
}

#[tokio::test]
async fn google_needs_no_registration_and_the_trust_policy_names_the_app() {
    let w = iam_world().await;
    let key = signing_key(&w).await;
    let set = KeySet::parse(&jwks([key.verifying_key()])).unwrap();
    w.node.provider_keys.put("https://accounts.google.com", set, w.clock.now());
    let role = trusting_role(
        &w,
        "Web",
        json!([{
            "Effect": "Allow", "Principal": { "Federated": "accounts.google.com" },
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": { "StringEquals": { "accounts.google.com:aud": "app" } },
        }]),
    )
    .await;
    for iss in ["https://accounts.google.com", "accounts.google.com"] {
        let token = key.sign(&claims(&w, json!({ "iss": iss }))).unwrap();
        let said = result("AssumeRoleWithWebIdentity", &assume(&w, &role, &token, json!({})).await);
        assert_eq!(said["Provider"], "accounts.google.com");
        let other = key.sign(&claims(&w, json!({ "iss": iss, "aud": "another-app" }))).unwrap();
        assert_eq!(refusal(&assume(&w, &role, &other, json!({})).await), DENIED);
    }
}

#[tokio::test]
async fn a_registration_counts_as_it_is_now() {
    let w = iam_world().await;
    let key = provider(&w).await;
    let role = plain_role(&w).await;
    let token = key.sign(&claims(&w, json!({}))).unwrap();
    assume(&w, &role, &token, json!({})).await.ok();
    let client = json!({ "OpenIDConnectProviderArn": arn(HOST), "ClientID": "app" });
    w.call("RemoveClientIDFromOpenIDConnectProvider", &client).await.ok();
    let refused = refusal(&assume(&w, &role, &token, json!({})).await);
    assert_eq!(refused, "400 InvalidIdentityToken: Incorrect token audience");
    w.call("DeleteOpenIDConnectProvider", &json!({ "OpenIDConnectProviderArn": arn(HOST) })).await.ok();
    let refused = refusal(&assume(&w, &role, &token, json!({})).await);
    assert!(refused.starts_with("400 InvalidIdentityToken: No OpenIDConnect provider found"), "{refused}");
}

#[tokio::test]
async fn an_unsigned_call_with_a_session_token_is_refused() {
    let w = iam_world().await;
    let key = provider(&w).await;
    let role = plain_role(&w).await;
    let token = key.sign(&claims(&w, json!({}))).unwrap();
    let input = json!({ "RoleArn": role, "RoleSessionName": "s1", "WebIdentityToken": token });
    let answer = assume(&w, &role, &token, json!({})).await;
    let session = keys("AssumeRoleWithWebIdentity", &answer);
    let request = || w.request("AssumeRoleWithWebIdentity", &input);
    let refused = "400 InvalidIdentityToken: Couldn't retrieve verification key from your identity provider,  please \
                   reference AssumeRoleWithWebIdentity documentation for requirements";
    // A token of nobody, of somebody, and none at all.
    for token in ["x", session.session_token.as_deref().unwrap(), ""] {
        let mut with_header = request();
        with_header.headers_mut().insert("x-amz-security-token", token.parse().unwrap());
        assert_eq!(refusal(&w.send(with_header).await), refused);
        let mut with_parameter = request();
        let query = format!("/?X-Amz-Security-Token={}", token.replace('+', "%2B").replace('/', "%2F"));
        *with_parameter.uri_mut() = query.parse().unwrap();
        assert_eq!(refusal(&w.send(with_parameter).await), refused);
    }
    // A client that signs although it need not has a token that belongs to its signature.
    w.send(w.signed(request(), &session)).await.ok();
    w.send(request()).await.ok();
}

#[tokio::test]
async fn facebook_and_amazon_are_asked_about_their_access_tokens() {
    let (server, url) = StandIn::start().await;
    let w = World::reaching(&url, &[sts::operations(), iam::operations()]).await;
    server.page("/facebook/app", 200, json!({ "id": "123" }));
    server.page("/facebook/me", 200, json!({ "id": "10150150" }));
    let info = json!({ "user_id": "amzn1.account.A", "aud": "amzn1.client", "app_id": "amzn1.app", "exp": 3597 });
    server.page("/amazon/auth/o2/tokeninfo", 200, info);
    for (provider, app, user_key, user) in
        [("graph.facebook.com", "123", "id", "10150150"), ("www.amazon.com", "amzn1.app", "user_id", "amzn1.account.A")]
    {
        let statement = |app: &str| {
            json!([{
                "Effect": "Allow", "Principal": { "Federated": provider }, "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": { "StringEquals": { format!("{provider}:app_id"): app, format!("{provider}:{user_key}"): user } },
            }])
        };
        let name = provider.replace('.', "-");
        let role = trusting_role(&w, &name, statement(app)).await;
        let said = assume(&w, &role, "opaque", json!({ "ProviderId": provider })).await;
        let said = result("AssumeRoleWithWebIdentity", &said);
        assert_eq!(said["Provider"], provider);
        assert_eq!((&said["SubjectFromWebIdentityToken"], &said["Audience"]), (&json!(user), &json!(app)));
        let other = json!({ "Version": "2012-10-17", "Statement": statement("another") });
        w.call("UpdateAssumeRolePolicy", &json!({ "RoleName": name, "PolicyDocument": other.to_string() })).await.ok();
        let refused = refusal(&assume(&w, &role, "opaque", json!({ "ProviderId": provider })).await);
        assert_eq!(refused, DENIED, "another app's tokens");
    }
}

#[tokio::test]
async fn access_tokens_that_providers_do_not_know_are_refused() {
    let (server, url) = StandIn::start().await;
    let w = World::reaching(&url, &[sts::operations(), iam::operations()]).await;
    let role = "arn:aws:iam::123456789012:role/app/Web";
    let refused = async |provider: &str| {
        let answer = assume(&w, role, "opaque", json!({ "ProviderId": provider })).await;
        (answer.status, answer.code())
    };
    server.page("/facebook/app", 400, json!({ "error": { "code": 190, "error_subcode": 463 } }));
    assert_eq!(refused("graph.facebook.com").await, (400, "ExpiredTokenException".into()));
    server.page("/facebook/app", 400, json!({ "error": { "code": 190 } }));
    assert_eq!(refused("graph.facebook.com").await, (403, "IDPRejectedClaim".into()));
    server.page("/amazon/auth/o2/tokeninfo", 503, json!({}));
    assert_eq!(refused("www.amazon.com").await, (400, "IDPCommunicationError".into()));
    assert_eq!(refused("accounts.google.com").await, (400, "InvalidIdentityToken".into()));
    assert!(server.asked().iter().all(|target| target.contains("access_token=opaque")));
}
