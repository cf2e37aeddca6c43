//! The developer's tokens where they are spent: GetCredentialsForIdentity (enhanced) and STS (classic). And tokens that are
//! no login.

use crate::developers::{Backend, NO_MATCH, OWN, PROVIDER, developer_pool};
use crate::support::{
    AUTH, CLIENT, GUEST, allow, decision, get_credentials, get_id, get_open_id_token, role, says, set_roles,
    token_claims, trust,
};
use domain::session::{SessionRecord, open_token};
use gate::Outcome;
use serde_json::{Value, json};
use testkit::{Answer, Keys};

const BAD_CONFIGURATION: &str = "400 InvalidIdentityPoolConfigurationException: Invalid identity pool configuration. Check assigned IAM roles for this pool.";
const NO_LOGIN: &str = "400 NotAuthorizedException: Token is not from a supported provider of this identity pool.";
const RESULT: &str = "AssumeRoleWithWebIdentityResponse.AssumeRoleWithWebIdentityResult";

fn session(b: &Backend, keys: &Keys) -> SessionRecord {
    let token = keys.session_token.as_ref().unwrap();
    open_token(&b.w.node.vault.ring(), &keys.access_key_id, token, b.w.clock.now()).unwrap()
}

fn amr(b: &Backend, user: &str) -> Vec<String> {
    vec!["authenticated".to_owned(), PROVIDER.to_owned(), format!("{PROVIDER}:{}:{user}", b.pool)]
}

/// The canonical trust policy, with leave to tag sessions.
fn tagging_trust(pool: &str) -> Value {
    let mut trust = trust(pool, "authenticated");
    trust["Statement"][0]["Action"] = json!(["sts:AssumeRoleWithWebIdentity", "sts:TagSession"]);
    trust
}

async fn assume(b: &Backend, role: &str, token: &str) -> Answer {
    let input = json!({"RoleArn": role, "RoleSessionName": "phone", "WebIdentityToken": token});
    b.w.call_unsigned("AssumeRoleWithWebIdentity", &input).await
}

#[tokio::test]
async fn the_enhanced_flow_gives_the_authenticated_role() {
    let b = Backend::begin().await;
    let answer = b.user("ana").await;
    let (id, token) = (answer.text_at("IdentityId"), answer.text_at("Token"));
    let redeemed = b.redeem(&id, &token).await;
    assert_eq!(redeemed.text_at("IdentityId"), id);
    let keys = Keys::of(redeemed.at("Credentials"));
    let who = b.w.call_as(&keys, "GetCallerIdentity", &json!({})).await;
    assert_eq!(
        who.text_at("GetCallerIdentityResponse.GetCallerIdentityResult.Arn"),
        "arn:aws:sts::123456789012:assumed-role/Fan/CognitoIdentityCredentials"
    );
    let session = session(&b, &keys);
    let web = session.web_identity.unwrap();
    assert_eq!((web.provider.as_str(), web.audience, web.subject, web.amr), (OWN, b.pool.clone(), id, amr(&b, "ana")));
    assert!(session.inline_policies.is_empty() && session.managed_policy_arns.is_empty(), "no guest");
    assert_eq!(session.expires_at.seconds(), b.w.clock.now().seconds() + 3600, "the token's duration bounds the token");
    let kept = decision(&b.w, &redeemed);
    assert!(says(&kept, "identity", Outcome::Passed, "the token is its own"));
    assert!(kept.steps.iter().all(|step| !step.text.contains(&token)));
}

#[tokio::test]
async fn a_role_may_trust_one_developer_provider_or_one_user() {
    let b = Backend::begin().await;
    let answer = b.user("ana").await;
    let (id, token) = (answer.text_at("IdentityId"), answer.text_at("Token"));
    for (wanted, fits) in [
        (PROVIDER.to_owned(), true),
        (format!("{PROVIDER}:{}:ana", b.pool), true),
        (format!("{PROVIDER}:{}:bob", b.pool), false),
        ("unauthenticated".to_owned(), false),
    ] {
        role(&b.w, AUTH, trust(&b.pool, &wanted)).await;
        assert_eq!(b.redeem(&id, &token).await.status == 200, fits, "{wanted}");
        assert_eq!(assume(&b, AUTH, &token).await.status == 200, fits, "{wanted}");
    }
}

#[tokio::test]
async fn the_classic_flow_takes_the_token_straight_to_sts() {
    let b = Backend::begin().await;
    let answer = b.call(json!({"Logins": {PROVIDER: "ana"}, "TokenDuration": 60})).await;
    let (id, token) = (answer.text_at("IdentityId"), answer.text_at("Token"));
    let assumed = assume(&b, AUTH, &token).await;
    let result = assumed.at(RESULT);
    assert_eq!(result["SubjectFromWebIdentityToken"], id);
    assert_eq!((&result["Audience"], &result["Provider"]), (&json!(b.pool), &json!(OWN)));
    let keys = Keys::of(&result["Credentials"]);
    let session = session(&b, &keys);
    assert_eq!(session.web_identity.unwrap().amr, amr(&b, "ana"));
    assert_eq!(session.identity.unwrap().identity_id.as_str(), id);
    assert_eq!(
        assume(&b, GUEST, &token).await.to_string(),
        "403 AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity"
    );
    // STS allows clocks five minutes, the pool none.
    b.w.clock.advance_seconds(60);
    assert_eq!(assume(&b, AUTH, &token).await.status, 200);
    assert_eq!(
        b.redeem(&id, &token).await.to_string(),
        "400 NotAuthorizedException: Invalid login token. Token is expired."
    );
    b.w.clock.advance_seconds(300);
    assert_eq!(assume(&b, AUTH, &token).await.code(), "ExpiredTokenException");
}

#[tokio::test]
async fn the_developers_tags_become_the_sessions() {
    let b = Backend::begin().await;
    let answer = b.call(json!({"Logins": {PROVIDER: "ana"}, "PrincipalTags": {"plan": "gold"}})).await;
    let (id, token) = (answer.text_at("IdentityId"), answer.text_at("Token"));
    assert_eq!(b.redeem(&id, &token).await.to_string(), BAD_CONFIGURATION, "no sts:TagSession");
    assert_eq!(assume(&b, AUTH, &token).await.code(), "AccessDenied");
    role(&b.w, AUTH, tagging_trust(&b.pool)).await;
    let enhanced = Keys::of(b.redeem(&id, &token).await.at("Credentials"));
    let classic = Keys::of(&assume(&b, AUTH, &token).await.at(RESULT)["Credentials"]);
    for (plan, status) in [("gold", 200), ("lead", 403)] {
        let policy = json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*",
            "Condition": {"StringEquals": {"aws:PrincipalTag/plan": plan}},
        }]});
        let put = json!({"RoleName": "Fan", "PolicyName": "own", "PolicyDocument": policy.to_string()});
        b.w.call("PutRolePolicy", &put).await.ok();
        for keys in [&enhanced, &classic] {
            assert_eq!(b.w.call_as(keys, "iam:ListUsers", &json!({})).await.status, status, "{plan}");
        }
    }
}

#[tokio::test]
async fn tags_that_sts_would_not_take_give_no_session() {
    let b = Backend::begin().await;
    role(&b.w, AUTH, tagging_trust(&b.pool)).await;
    let big: serde_json::Map<String, Value> = (0..20).map(|at| (format!("k{at}"), json!("v".repeat(256)))).collect();
    let twice = b.call(json!({"Logins": {PROVIDER: "ana"}, "PrincipalTags": {"plan": "gold", "PLAN": "lead"}})).await;
    assert_eq!(
        twice.to_string(),
        "400 InvalidParameterException: Duplicate tag keys found. Please note that Tag keys are case insensitive."
    );
    for tags in [json!({"plan": "go|d"}), json!(big)] {
        let answer = b.call(json!({"Logins": {PROVIDER: "ana"}, "PrincipalTags": tags})).await;
        let (id, token) = (answer.text_at("IdentityId"), answer.text_at("Token"));
        let refused = b.redeem(&id, &token).await;
        assert_eq!(refused.to_string(), BAD_CONFIGURATION, "{tags}");
        assert_ne!(assume(&b, AUTH, &token).await.status, 200);
    }
}

#[tokio::test]
async fn role_mappings_are_not_about_developers() {
    let b = Backend::begin().await;
    let key = format!("{}:{CLIENT}", b.people.provider());
    let roles = json!({
        "Roles": {"authenticated": AUTH, "unauthenticated": GUEST},
        "RoleMappings": {key: {"Type": "Token", "AmbiguousRoleResolution": "Deny"}},
    });
    set_roles(&b.w, &b.pool, roles).await.ok();
    let ana = b.id("ana").await;
    let answer = b.link(&ana, "ana", b.people.logins(&b.w, "ana")).await;
    let redeemed = b.redeem(&ana, &answer.text_at("Token")).await;
    assert_eq!(redeemed.status, 200, "{redeemed}");
    assert_eq!(
        b.w.call_unsigned(
            "GetCredentialsForIdentity",
            &json!({"IdentityId": ana, "Logins": {OWN: answer.text_at("Token")}, "CustomRoleArn": GUEST}),
        )
        .await
        .status,
        200,
        "CustomRoleArn has no effect"
    );
    // Its own login is the mapping's.
    assert_eq!(
        get_credentials(&b.w, &ana, b.people.logins(&b.w, "ana")).await.message(),
        format!("The ambiguous role mapping rules for: {}:{CLIENT} denied this request.", b.people.provider())
    );
}

#[tokio::test]
async fn a_token_opens_its_own_identity_alone() {
    let b = Backend::begin().await;
    let ana = b.user("ana").await;
    let bob = b.id("bob").await;
    let guest = b.public_id(json!({})).await;
    let token = ana.text_at("Token");
    for other in [&bob, &guest] {
        assert_eq!(b.redeem(other, &token).await.to_string(), NO_MATCH);
        assert_eq!(get_open_id_token(&b.w, other, json!({OWN: token})).await.to_string(), NO_MATCH);
    }
    // The guest is a guest still.
    get_credentials(&b.w, &guest, json!({})).await.ok();
    for pool in [b.pool.as_str(), "us-east-1:00000000-0000-4000-8000-000000000000"] {
        let answer = get_id(&b.w, pool, json!({OWN: token})).await;
        assert_ne!(answer.status, 200);
    }
    assert_eq!(
        get_id(&b.w, &b.pool, json!({OWN: token})).await.to_string(),
        "400 NotAuthorizedException: Invalid login token. Can't pass in a Cognito token."
    );
}

#[tokio::test]
async fn a_token_of_another_pool_is_refused_even_with_the_same_names() {
    let b = Backend::begin().await;
    let other = developer_pool(&b.w, &[]).await;
    let input = json!({"IdentityPoolId": other, "Logins": {PROVIDER: "ana"}});
    let foreign = b.w.call("GetOpenIdTokenForDeveloperIdentity", &input).await;
    let ana = b.id("ana").await;
    assert_eq!(b.redeem(&ana, &foreign.text_at("Token")).await.to_string(), NO_LOGIN);
    let own = b.user("ana").await.text_at("Token");
    assert_eq!(b.redeem(&foreign.text_at("IdentityId"), &own).await.to_string(), NO_LOGIN);
}

#[tokio::test]
async fn tokens_that_no_developer_vouched_for_are_no_login() {
    let b = Backend::begin().await;
    let guest = b.public_id(json!({})).await;
    let of_guest = get_open_id_token(&b.w, &guest, json!({})).await.text_at("Token");
    assert_eq!(b.redeem(&guest, &of_guest).await.to_string(), NO_LOGIN);
    get_credentials(&b.w, &guest, json!({})).await.ok();
    // One of GetOpenIdToken is for STS: here it would pass by role mappings and server-side checks.
    let bob = b.public_id(b.people.logins(&b.w, "bob")).await;
    let of_bob = get_open_id_token(&b.w, &bob, b.people.logins(&b.w, "bob")).await.text_at("Token");
    assert_eq!(b.redeem(&bob, &of_bob).await.to_string(), NO_LOGIN);
    // And of a guest that the developer knows meanwhile, the guest's token stays a guest's.
    b.link(&guest, "ana", json!({})).await.ok();
    assert_eq!(b.redeem(&guest, &of_guest).await.to_string(), NO_LOGIN);
}

#[tokio::test]
async fn forged_tokens_are_refused() {
    let b = Backend::begin().await;
    let answer = b.user("ana").await;
    let (id, token) = (answer.text_at("IdentityId"), answer.text_at("Token"));
    let claims = token_claims(&b.w, &token).await;
    let not_verified = "400 NotAuthorizedException: Invalid login token. Couldn't verify signed token.";
    // Signed by a key that is ours, but signs no tokens of identity pools.
    assert_eq!(b.redeem(&id, &b.people.sign(&claims)).await.to_string(), not_verified);
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let (header, payload) = signed.split_once('.').unwrap();
    let bob = b.user("bob").await.text_at("Token");
    let of_bob = bob.split('.').nth(1).unwrap();
    for forged in [format!("{header}.{of_bob}.{signature}"), format!("{header}.{payload}.AAAA")] {
        assert_eq!(b.redeem(&id, &forged).await.to_string(), not_verified);
    }
    for foreign in ["garbage".to_owned(), b.people.token(&b.w, "ana")] {
        assert_eq!(
            b.redeem(&id, &foreign).await.to_string(),
            "400 NotAuthorizedException: Invalid login token. Not a Cognito token."
        );
    }
}

#[tokio::test]
async fn a_token_links_nothing_and_merges_nothing() {
    let b = Backend::begin().await;
    let answer = b.user("ana").await;
    let (ana, token) = (answer.text_at("IdentityId"), answer.text_at("Token"));
    let bob = b.public_id(b.people.logins(&b.w, "bob")).await;
    for person in ["new", "bob"] {
        let mut logins = b.people.logins(&b.w, person);
        logins[OWN] = json!(token);
        for identity in [&ana, &bob] {
            assert_eq!(get_credentials(&b.w, identity, logins.clone()).await.to_string(), NO_MATCH, "{person}");
            assert_eq!(get_open_id_token(&b.w, identity, logins.clone()).await.to_string(), NO_MATCH, "{person}");
        }
    }
    assert_eq!(b.providers(&ana).await, json!([PROVIDER]));
    assert_eq!(b.enabled().await, 2);
    // Beside a login that is linked it is welcome.
    b.link(&ana, "ana", b.people.logins(&b.w, "ana")).await.ok();
    let mut logins = b.people.logins(&b.w, "ana");
    logins[OWN] = json!(token);
    get_credentials(&b.w, &ana, logins).await.ok();
}

#[tokio::test]
async fn a_token_ends_with_its_identity() {
    let b = Backend::begin().await;
    let answer = b.user("ana").await;
    let (ana, token) = (answer.text_at("IdentityId"), answer.text_at("Token"));
    let bob = b.id("bob").await;
    let input = json!({
        "SourceUserIdentifier": "ana", "DestinationUserIdentifier": "bob", "DeveloperProviderName": PROVIDER,
    });
    b.in_pool("MergeDeveloperIdentities", input).await.ok();
    b.w.clock.advance_seconds(1);
    // Clients forget an identity at this code alone.
    assert_eq!(b.redeem(&ana, &token).await.code(), "NotAuthorizedException");
    assert_eq!(b.redeem(&bob, &token).await.code(), "NotAuthorizedException");
    // The backend has a token of the other one, to which the old id leads.
    let answer = b.user("ana").await;
    assert_eq!(answer.text_at("IdentityId"), bob);
    for named in [&ana, &bob] {
        assert_eq!(b.redeem(named, &answer.text_at("Token")).await.text_at("IdentityId"), bob);
    }
}

#[tokio::test]
async fn a_deleted_identity_and_a_pool_without_roles_give_nothing() {
    let b = Backend::begin().await;
    let answer = b.user("ana").await;
    let (ana, token) = (answer.text_at("IdentityId"), answer.text_at("Token"));
    set_roles(&b.w, &b.pool, json!({"Roles": {"unauthenticated": GUEST}})).await.ok();
    assert_eq!(b.redeem(&ana, &token).await.to_string(), BAD_CONFIGURATION);
    b.w.call("DeleteIdentities", &json!({"IdentityIdsToDelete": [ana]})).await.ok();
    assert_eq!(
        b.redeem(&ana, &token).await.to_string(),
        format!("400 ResourceNotFoundException: Identity '{ana}' not found.")
    );
}

#[tokio::test]
async fn exchanging_a_token_makes_it_live_no_longer() {
    let b = Backend::begin().await;
    role(&b.w, AUTH, tagging_trust(&b.pool)).await;
    allow(&b.w, "Fan", "iam:ListUsers", "*").await;
    let input = json!({"Logins": {PROVIDER: "ana"}, "TokenDuration": 300, "PrincipalTags": {"plan": "gold"}});
    let answer = b.call(input).await;
    let (ana, token) = (answer.text_at("IdentityId"), answer.text_at("Token"));
    let end = b.w.clock.now().seconds() + 300;
    b.w.clock.advance_seconds(100);
    let exchanged = get_open_id_token(&b.w, &ana, json!({OWN: token})).await;
    let claims = b.claims(&exchanged).await;
    assert_eq!((&claims["sub"], &claims["amr"]), (&json!(ana), &json!(amr(&b, "ana"))));
    assert_eq!(claims["exp"].as_i64(), Some(end));
    assert_eq!(claims["https://aws.amazon.com/tags"], json!({"principal_tags": {"plan": ["gold"]}}));
    assert_eq!(assume(&b, AUTH, &exchanged.text_at("Token")).await.status, 200);
    b.w.clock.advance_seconds(200);
    for token in [token, exchanged.text_at("Token")] {
        for answer in [b.redeem(&ana, &token).await, get_open_id_token(&b.w, &ana, json!({OWN: token})).await] {
            assert_eq!(answer.to_string(), "400 NotAuthorizedException: Invalid login token. Token is expired.");
        }
    }
}
