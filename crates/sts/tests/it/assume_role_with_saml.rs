//! AssumeRoleWithSAML.

use crate::{ACCOUNT, allow_role, iam_world, keys, refusal, result, trusting_role};
use federation::testing::{Said, metadata_document};
use serde_json::{Value, json};
use testkit::{Answer, World};

const IDP: &str = "https://idp.test";
const PROVIDER: &str = "arn:aws:iam::123456789012:saml-provider/Corp";
const ROLE: &str = "arn:aws:iam::123456789012:role/app/Staff";
const DENIED: &str = "403 AccessDenied: Not authorized to perform sts:AssumeRoleWithSAML";

/// A registered provider and a role that trusts it.
async fn world(actions: Value, condition: Value) -> World {
    let w = iam_world().await;
    let provider = json!({ "Name": "Corp", "SAMLMetadataDocument": metadata_document(IDP) });
    w.call("CreateSAMLProvider", &provider).await.ok();
    let statement = json!([{
        "Effect": "Allow", "Principal": { "Federated": PROVIDER }, "Action": actions, "Condition": condition,
    }]);
    assert_eq!(trusting_role(&w, "Staff", statement).await, ROLE);
    w
}

async fn plain() -> World {
    let condition = json!({ "StringEquals": { "saml:aud": "https://signin.aws.amazon.com/saml" } });
    world(json!("sts:AssumeRoleWithSAML"), condition).await
}

/// What the provider says of `ana` at the world's beginning, 2026-01-02T03:04:05Z.
fn said() -> Said {
    Said::ana(IDP, PROVIDER, &[ROLE], "2026-01-02T03:09:05Z")
}

async fn assume(w: &World, said: &Said, more: Value) -> Answer {
    let mut input = json!({ "RoleArn": ROLE, "PrincipalArn": PROVIDER, "SAMLAssertion": said.response() });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    w.call_unsigned("AssumeRoleWithSAML", &input).await
}

#[tokio::test]
async fn an_assertion_opens_a_role_that_trusts_its_provider() {
    let w = plain().await;
    let answer = assume(&w, &said(), json!({})).await;
    let said = result("AssumeRoleWithSAML", &answer);
    assert_eq!(said["AssumedRoleUser"]["Arn"], "arn:aws:sts::123456789012:assumed-role/Staff/ana");
    assert_eq!(said["Subject"], "ana");
    assert_eq!(said["SubjectType"], "persistent");
    assert_eq!(said["Issuer"], IDP);
    assert_eq!(said["Audience"], "https://signin.aws.amazon.com/saml");
    // base64(SHA1("https://idp.test123456789012/Corp"))
    assert_eq!(said["NameQualifier"], "BPTMx3WvK9UV2PkYwAfcy/D+32g=");
    assert_eq!(said["Credentials"]["Expiration"], w.clock.now().seconds() + 3600);
    let session = keys("AssumeRoleWithSAML", &answer);
    let who = result("GetCallerIdentity", &w.call_as(&session, "GetCallerIdentity", &json!({})).await);
    assert_eq!(who["Arn"], "arn:aws:sts::123456789012:assumed-role/Staff/ana");
}

#[tokio::test]
async fn the_session_keeps_three_keys_of_the_assertion() {
    let w = plain().await;
    let session = keys("AssumeRoleWithSAML", &assume(&w, &said(), json!({})).await);
    let policy = json!({ "Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*",
        "Condition": {
            "StringEquals": { "saml:sub": "ana", "saml:sub_type": "persistent", "aws:FederatedProvider": PROVIDER },
            "Null": { "saml:namequalifier": "false", "saml:aud": "true", "saml:iss": "true", "saml:doc": "true" },
        },
    }});
    let put = json!({ "RoleName": "Staff", "PolicyName": "p", "PolicyDocument": policy.to_string() });
    w.call("PutRolePolicy", &put).await.ok();
    w.call_as(&session, "ListUsers", &json!({})).await.ok();
}

#[tokio::test]
async fn trust_policies_can_ask_for_all_of_it() {
    let condition = json!({
        "StringEquals": {
            "saml:iss": IDP, "saml:doc": "123456789012/Corp", "saml:sub": "ana", "sts:RoleSessionName": "ana",
            "aws:PrincipalType": "User", "aws:userid": PROVIDER, "aws:PrincipalAccount": ACCOUNT,
        },
        "Null": { "aws:PrincipalArn": "true" },
    });
    let w = world(json!("sts:AssumeRoleWithSAML"), condition).await;
    assume(&w, &said(), json!({})).await.ok();
    let mut other = said();
    other.subject = "ben".to_owned();
    assert_eq!(refusal(&assume(&w, &other, json!({})).await), DENIED);
}

#[tokio::test]
async fn one_sentence_for_refused_trust_and_roles_that_are_absent_or_not_named() {
    let w = plain().await;
    let unnamed = Said::ana(IDP, PROVIDER, &["arn:aws:iam::123456789012:role/app/Other"], "2026-01-02T03:09:05Z");
    assert_eq!(refusal(&assume(&w, &unnamed, json!({})).await), DENIED);
    let other = json!({ "RoleArn": "arn:aws:iam::123456789012:role/app/Other" });
    assert_eq!(refusal(&assume(&w, &unnamed, other).await), DENIED);
    assert_eq!(refusal(&assume(&w, &said(), json!({ "RoleArn": "not-the-arn-of-anything" })).await), DENIED);
    let mut elsewhere = said();
    elsewhere.recipient = "https://elsewhere.test/acs".to_owned();
    assert_eq!(refusal(&assume(&w, &elsewhere, json!({})).await), DENIED);
    let star = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": { "AWS": ACCOUNT }, "Action": "sts:AssumeRoleWithSAML",
    }]});
    w.call("UpdateAssumeRolePolicy", &json!({ "RoleName": "Staff", "PolicyDocument": star.to_string() })).await.ok();
    assert_eq!(refusal(&assume(&w, &said(), json!({})).await), DENIED);
}

#[tokio::test]
async fn assertions_that_are_not_good_are_refused_in_sts_words() {
    let w = plain().await;
    let refused = async |said: Said| refusal(&assume(&w, &said, json!({})).await);
    let mut foreign = said();
    foreign.issuer = "https://other.test".to_owned();
    assert_eq!(refused(foreign).await, "400 InvalidIdentityToken: Issuer not present in specified provider");
    let mut unnamed = said();
    unnamed.attributes.retain(|(name, _)| !name.ends_with("RoleSessionName"));
    assert_eq!(
        refused(unnamed.clone()).await,
        "400 InvalidIdentityToken: RoleSessionName is required in AuthnResponse"
    );
    assert_eq!(
        refused(unnamed.with("RoleSessionName", &["a b"])).await,
        "400 InvalidIdentityToken: RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}"
    );
    assert_eq!(
        refused(said().with("SourceIdentity", &["aws:x"])).await,
        "400 InvalidIdentityToken: Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with \"aws:\""
    );
    let mut old = said();
    old.not_on_or_after = "2026-01-02T03:04:05Z".to_owned();
    assert!(refused(old).await.starts_with("400 ExpiredTokenException: "));
    for (input, sentence) in [
        (json!({ "SAMLAssertion": "no base64!" }), "Invalid base64 SAMLResponse (Service: AWSOpenIdDiscoveryService; "),
        (json!({ "PrincipalArn": "arn:aws:iam::123456789012:saml-provider/None" }), "Specified provider doesn't exist"),
        (json!({ "PrincipalArn": "arn:aws:iam::123456789012:saml-provider/corp" }), "Specified provider doesn't exist"),
        (json!({ "SAMLAssertion": changed(&said()) }), "Response signature invalid"),
    ] {
        let refused = refusal(&assume(&w, &said(), input.clone()).await);
        assert!(refused.starts_with(&format!("400 InvalidIdentityToken: {sentence}")), "{input}: {refused}");
    }
}

/// The response with another subject than the one that was signed.
fn changed(said: &Said) -> String {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    let text = String::from_utf8(STANDARD.decode(said.response()).unwrap()).unwrap();
    assert!(text.contains(">ana</saml:NameID>"));
    STANDARD.encode(text.replace(">ana</saml:NameID>", ">root</saml:NameID>"))
}

#[tokio::test]
async fn the_provider_may_shorten_the_session_but_not_prolong_it() {
    let w = plain().await;
    w.call("UpdateRole", &json!({ "RoleName": "Staff", "MaxSessionDuration": 7200 })).await.ok();
    let lasts = async |said: Said, more: Value| {
        let said = result("AssumeRoleWithSAML", &assume(&w, &said, more).await);
        said["Credentials"]["Expiration"].as_i64().unwrap() - w.clock.now().seconds()
    };
    assert_eq!(lasts(said(), json!({ "DurationSeconds": 7200 })).await, 7200);
    assert_eq!(lasts(said().with("SessionDuration", &["1800"]), json!({})).await, 1800);
    assert_eq!(lasts(said().with("SessionDuration", &["7200"]), json!({})).await, 3600);
    let mut ending = said();
    ending.session_not_on_or_after = Some("2026-01-02T03:05:05Z".to_owned());
    assert_eq!(lasts(ending.clone(), json!({})).await, 60);
    ending.session_not_on_or_after = Some("2026-01-02T03:04:05Z".to_owned());
    assert!(refusal(&assume(&w, &ending, json!({})).await).starts_with("400 ExpiredTokenException: "));
    assert_eq!(
        refusal(&assume(&w, &said(), json!({ "DurationSeconds": 7201 })).await),
        "400 ValidationError: The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
    );
    let odd = refusal(&assume(&w, &said().with("SessionDuration", &["10"]), json!({})).await);
    assert!(odd.starts_with("400 InvalidIdentityToken: SessionDuration"), "{odd}");
}

#[tokio::test]
async fn tags_and_source_identity_need_their_permissions() {
    let w = plain().await;
    let full = said()
        .with("PrincipalTag:Team", &["blue"])
        .with("TransitiveTagKeys", &["Team"])
        .with("SourceIdentity", &["ana"]);
    assert_eq!(refusal(&assume(&w, &full, json!({})).await), DENIED);
    let trust = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": { "Federated": PROVIDER },
        "Action": ["sts:AssumeRoleWithSAML", "sts:TagSession", "sts:SetSourceIdentity"],
        "Condition": {
            "StringEquals": { "aws:RequestTag/Team": "blue", "sts:SourceIdentity": "ana" },
            "ForAllValues:StringEquals": { "sts:TransitiveTagKeys": "Team" },
        },
    }]});
    w.call("UpdateAssumeRolePolicy", &json!({ "RoleName": "Staff", "PolicyDocument": trust.to_string() })).await.ok();
    let answer = assume(&w, &full, json!({})).await;
    let said = result("AssumeRoleWithSAML", &answer);
    assert_eq!((&said["SourceIdentity"], &said["PackedPolicySize"]), (&json!("ana"), &json!(1)));
    let session = keys("AssumeRoleWithSAML", &answer);
    allow_role(&w, "Staff", "iam:GetRole", "arn:aws:iam::*:role/app/${aws:PrincipalTag/Team}-${aws:SourceIdentity}")
        .await;
    trusting_role(
        &w,
        "blue-ana",
        json!([{ "Effect": "Allow", "Principal": { "AWS": ACCOUNT }, "Action": "sts:AssumeRole" }]),
    )
    .await;
    w.call_as(&session, "GetRole", &json!({ "RoleName": "blue-ana" })).await.ok();
    assert_eq!(w.call_as(&session, "GetRole", &json!({ "RoleName": "Staff" })).await.code(), "AccessDenied");
}

#[tokio::test]
async fn trust_policies_can_ask_for_directory_attributes() {
    let condition = json!({
        "StringEquals": { "saml:mail": "ana@example.com" },
        "ForAnyValue:StringEquals": { "saml:edupersonaffiliation": "staff" },
    });
    let w = world(json!("sts:AssumeRoleWithSAML"), condition).await;
    let with = |mails: &[&str], affiliations: &[&str]| {
        let mut said = said();
        let owned = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>();
        said.attributes.push(("urn:oid:0.9.2342.19200300.100.1.3".to_owned(), owned(mails)));
        said.attributes.push(("urn:oid:1.3.6.1.4.1.5923.1.1.1.1".to_owned(), owned(affiliations)));
        said
    };
    assume(&w, &with(&["ana@example.com"], &["member", "staff"]), json!({})).await.ok();
    assert_eq!(refusal(&assume(&w, &with(&["ana@example.com"], &["member"]), json!({})).await), DENIED);
    assert_eq!(refusal(&assume(&w, &with(&["ben@example.com"], &["staff"]), json!({})).await), DENIED);
    let two = with(&["ana@example.com", "ben@example.com"], &["staff"]);
    assert_eq!(refusal(&assume(&w, &two, json!({})).await), DENIED);
    assert_eq!(refusal(&assume(&w, &said(), json!({})).await), DENIED);
}

#[tokio::test]
async fn an_unsigned_call_with_a_session_token_is_refused() {
    let w = plain().await;
    let input = json!({ "RoleArn": ROLE, "PrincipalArn": PROVIDER, "SAMLAssertion": said().response() });
    let mut request = w.request("AssumeRoleWithSAML", &input);
    request.headers_mut().insert("x-amz-security-token", "x".parse().unwrap());
    assert_eq!(
        refusal(&w.send(request).await),
        "403 InvalidClientTokenId: The security token included in the request is invalid"
    );
    w.call_unsigned("AssumeRoleWithSAML", &input).await.ok();
}
