//! GetOpenIdTokenForDeveloperIdentity: whose identity a developer's user gets, what the token says, and who may ask.

use crate::developers::{Backend, NO_MATCH, NOT_SUPPORTED, OWN, PROVIDER};
use crate::support::{decision, get_id, get_open_id_token, identity_pool, says};
use gate::Outcome;
use serde_json::{Value, json};
use testkit::Keys;

const ABSENT: &str = "us-east-1:00000000-0000-4000-8000-000000000000";

#[tokio::test]
async fn a_user_gets_an_identity_and_a_token_of_a_quarter_of_an_hour() {
    let b = Backend::begin().await;
    let answer = b.user("ana").await;
    let id = answer.text_at("IdentityId");
    assert_eq!(answer.ok().as_object().unwrap().len(), 2);
    let now = b.w.clock.now().seconds();
    assert_eq!(
        b.claims(&answer).await,
        json!({
            "iss": "https://cognito-identity.amazonaws.com", "aud": b.pool, "sub": id,
            "amr": ["authenticated", PROVIDER, format!("{PROVIDER}:{}:ana", b.pool)],
            "https://cognito-identity.amazonaws.com/identity-pool-arn":
                format!("arn:aws:cognito-identity:us-east-1:123456789012:identitypool/{}", b.pool),
            "iat": now, "exp": now + 900,
        })
    );
    assert_eq!(b.providers(&id).await, json!([PROVIDER]));
    let kept = decision(&b.w, &answer);
    assert!(says(&kept, "login", Outcome::Passed, "`ana`, by the word of 123456789012"));
    assert!(says(&kept, "identity", Outcome::Passed, "a new identity"));
    assert!(says(&kept, "token", Outcome::Passed, PROVIDER));
    assert!(kept.steps.iter().all(|step| !step.text.contains(&answer.text_at("Token"))));

    b.w.clock.advance_seconds(60);
    assert_eq!(b.id("ana").await, id, "the same user, the same identity");
    assert_ne!(b.id("bob").await, id);
    assert_ne!(b.id("Ana").await, id, "user identifiers are told apart by every letter");
}

#[tokio::test]
async fn the_token_lasts_as_long_as_it_was_asked_to_and_carries_tags() {
    let b = Backend::begin().await;
    let input = |duration: i64| {
        json!({
            "Logins": {PROVIDER: "ana"}, "TokenDuration": duration, "PrincipalTags": {"plan": "gold", "team": "a b"},
        })
    };
    for duration in [1, 86_400] {
        let claims = b.claims(&b.call(input(duration)).await).await;
        assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), duration);
        assert_eq!(
            claims["https://aws.amazon.com/tags"],
            json!({"principal_tags": {"plan": ["gold"], "team": ["a b"]}})
        );
    }
    for duration in [0, 86_401] {
        let refused = b.call(input(duration)).await;
        assert_eq!(refused.code(), "ValidationException", "{refused}");
        assert!(refused.message().contains("'tokenDuration' failed to satisfy constraint"), "{refused}");
    }
    let many: serde_json::Map<String, Value> = (0..51).map(|at| (format!("k{at}"), json!("v"))).collect();
    for tags in [json!(many), json!({"": "v"}), json!({"k": ""}), json!({"k": "v".repeat(257)})] {
        let refused = b.call(json!({"Logins": {PROVIDER: "ana"}, "PrincipalTags": tags})).await;
        assert_eq!(refused.code(), "ValidationException", "{refused}");
    }
}

#[tokio::test]
async fn a_guest_becomes_the_developers_user_on_the_same_id() {
    let b = Backend::begin().await;
    let guest = b.public_id(json!({})).await;
    assert_eq!(b.link(&guest, "ana", json!({})).await.text_at("IdentityId"), guest);
    assert_eq!(b.id("ana").await, guest);
    assert_eq!(
        get_open_id_token(&b.w, &guest, json!({})).await.to_string(),
        format!("400 NotAuthorizedException: Access to Identity '{guest}' is forbidden.")
    );
}

#[tokio::test]
async fn a_user_is_not_taken_from_one_identity_to_another() {
    let b = Backend::begin().await;
    let ana = b.id("ana").await;
    let bob = b.id("bob").await;
    let guest = b.public_id(json!({})).await;
    for other in [&bob, &guest] {
        let refused = b.link(other, "ana", json!({})).await;
        assert_eq!(
            refused.to_string(),
            format!(
                "400 DeveloperUserAlreadyRegisteredException: Developer user identifier 'ana' is already registered with \
                 identity '{ana}'."
            )
        );
    }
    assert_eq!(b.id("ana").await, ana, "nothing of it was kept");
    assert_eq!(b.link(&ana, "ana", json!({})).await.text_at("IdentityId"), ana);
}

#[tokio::test]
async fn public_logins_are_verified_and_linked_in_the_same_call() {
    let b = Backend::begin().await;
    let mut logins = b.people.logins(&b.w, "ana");
    logins[PROVIDER] = json!("ana");
    let answer = b.call(json!({"Logins": logins})).await;
    let id = answer.text_at("IdentityId");
    let people = b.people.provider();
    assert_eq!(
        b.claims(&answer).await["amr"],
        json!([
            "authenticated",
            PROVIDER,
            format!("{PROVIDER}:{}:ana", b.pool),
            people,
            format!("{people}:CognitoSignIn:ana"),
        ])
    );
    assert_eq!(b.public_id(b.people.logins(&b.w, "ana")).await, id);
    assert_eq!(b.providers(&id).await, json!([people, PROVIDER]));

    let bad = json!({PROVIDER: "bob", people.clone(): "garbage"});
    assert_eq!(
        b.call(json!({"Logins": bad})).await.to_string(),
        "400 NotAuthorizedException: Invalid login token. Not a valid OpenId Connect identity token."
    );
    let foreign = json!({PROVIDER: "bob", "graph.facebook.com": "anything"});
    assert_eq!(
        b.call(json!({"Logins": foreign})).await.to_string(),
        "400 NotAuthorizedException: Token is not from a supported provider of this identity pool."
    );
    let own = json!({PROVIDER: "bob", OWN: answer.text_at("Token")});
    assert_eq!(
        b.call(json!({"Logins": own})).await.to_string(),
        "400 NotAuthorizedException: Invalid login token. Can't pass in a Cognito token."
    );
    assert_eq!(b.enabled().await, 1, "a refused call makes no identity");
}

#[tokio::test]
async fn public_logins_bring_the_tags_of_their_maps_and_the_developers_go_first() {
    let b = Backend::begin().await;
    let map = json!({
        "IdentityProviderName": b.people.provider(), "PrincipalTags": {"user": "sub", "Plan": "plan", "none": "absent"},
    });
    b.in_pool("SetPrincipalTagAttributeMap", map).await.ok();
    let token = b.people.token_with(&b.w, "ana", json!({"plan": "lead"}));
    let logins = json!({PROVIDER: "ana", b.people.provider(): token});
    let tags = "https://aws.amazon.com/tags";
    let claims = b.claims(&b.call(json!({"Logins": logins})).await).await;
    assert_eq!(claims[tags], json!({"principal_tags": {"user": ["ana"], "Plan": ["lead"]}}));
    let given = json!({"Logins": logins, "PrincipalTags": {"plan": "gold", "team": "a"}});
    let claims = b.claims(&b.call(given).await).await;
    assert_eq!(claims[tags], json!({"principal_tags": {"user": ["ana"], "plan": ["gold"], "team": ["a"]}}));
    // The developer's own users have no claims.
    assert_eq!(b.claims(&b.user("bob").await).await.get(tags), None);
}

#[tokio::test]
async fn a_user_and_a_public_login_of_two_identities_merge_them_into_the_older() {
    let b = Backend::begin().await;
    let older = b.public_id(b.people.logins(&b.w, "ana")).await;
    let younger = b.id("ana").await;
    let mut logins = b.people.logins(&b.w, "ana");
    logins[PROVIDER] = json!("ana");
    assert_eq!(b.call(json!({"Logins": logins})).await.text_at("IdentityId"), older);
    assert_eq!(b.id("ana").await, older);
    // The id that was merged away stands for the other one.
    assert_eq!(b.link(&younger, "ana", json!({})).await.text_at("IdentityId"), older);
    assert_eq!(b.link(&younger, "ana2", json!({})).await.to_string(), NO_MATCH);
    assert_eq!(b.enabled().await, 1);
}

#[tokio::test]
async fn an_identity_with_other_logins_wants_one_of_them() {
    let b = Backend::begin().await;
    let ana = b.public_id(b.people.logins(&b.w, "ana")).await;
    let refused = b.link(&ana, "ana", json!({})).await;
    assert_eq!(refused.to_string(), NO_MATCH);
    assert!(says(&decision(&b.w, &refused), "identity", Outcome::Failed, "Logins don't match"));
    assert_eq!(b.link(&ana, "ana", b.staff.logins(&b.w, "ana7")).await.to_string(), NO_MATCH);
    assert_eq!(b.link(&ana, "ana", b.people.logins(&b.w, "bob")).await.to_string(), NO_MATCH);
    assert_eq!(b.link(&ana, "ana", b.people.logins(&b.w, "ana")).await.text_at("IdentityId"), ana);
    assert_eq!(b.link(&ana, "ana", json!({})).await.text_at("IdentityId"), ana, "its own user is login enough");
    assert_eq!(b.link(&ana, "ana2", json!({})).await.to_string(), NO_MATCH);
    // Where all users are the developer's, its word is enough.
    let bob = b.id("bob").await;
    assert_eq!(b.link(&bob, "bob2", json!({})).await.text_at("IdentityId"), bob);
    assert_eq!(b.id("bob2").await, bob);
}

#[tokio::test]
async fn two_users_of_a_public_provider_conflict_and_there_is_a_most() {
    let b = Backend::begin().await;
    let ana = b.id("ana").await;
    b.link(&ana, "ana", b.people.logins(&b.w, "ana")).await.ok();
    let refused = b.link(&ana, "ana", b.people.logins(&b.w, "other")).await;
    assert_eq!(
        refused.to_string(),
        "400 ResourceConflictException: Provided login is already associated with another account"
    );
    let bob = b.id("bob0").await;
    for at in 1..20 {
        b.link(&bob, &format!("bob{at}"), json!({})).await.ok();
    }
    assert_eq!(
        b.link(&bob, "bob20", json!({})).await.to_string(),
        "400 ResourceConflictException: An identity cannot have more than 20 linked logins"
    );
    assert_eq!(b.link(&bob, "bob19", json!({})).await.text_at("IdentityId"), bob);
}

#[tokio::test]
async fn the_developer_provider_must_be_the_pools() {
    let b = Backend::begin().await;
    for logins in [json!({"login.other": "ana"}), b.people.logins(&b.w, "ana"), json!({})] {
        let refused = b.call(json!({"Logins": logins})).await;
        assert_eq!(refused.to_string(), NOT_SUPPORTED);
        assert!(says(
            &decision(&b.w, &refused),
            "login",
            Outcome::Failed,
            "the developer provider is `login.my-backend`"
        ));
    }
    let without = identity_pool(&b.w, json!({})).await;
    let input = json!({"IdentityPoolId": without, "Logins": {PROVIDER: "ana"}});
    assert_eq!(b.w.call("GetOpenIdTokenForDeveloperIdentity", &input).await.to_string(), NOT_SUPPORTED);
    let missing = b.call(json!({})).await;
    assert_eq!(
        missing.to_string(),
        "400 ValidationException: 1 validation error detected: Value null at 'logins' failed to satisfy constraint: Member \
         must not be null"
    );
}

#[tokio::test]
async fn a_user_identifier_has_its_bounds() {
    let b = Backend::begin().await;
    let longest = "x".repeat(1024);
    assert_eq!(b.id(&longest).await, b.id(&longest).await);
    let wide = "\u{10348}".repeat(512);
    assert_eq!(b.id(&wide).await, b.id(&wide).await);
    for user in ["x".repeat(1025), "\u{10348}".repeat(513), "a\0b".to_owned()] {
        assert_eq!(b.user(&user).await.code(), "InvalidParameterException");
    }
    assert_eq!(b.user("").await.code(), "ValidationException");
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let mut b = Backend::begin().await;
    let not_found = |id: &str| format!("400 ResourceNotFoundException: Identity '{id}' not found.");
    assert_eq!(b.link(ABSENT, "ana", json!({})).await.to_string(), not_found(ABSENT));
    let other = identity_pool(&b.w, json!({})).await;
    let guest_of_other = get_id(&b.w, &other, json!({})).await.text_at("IdentityId");
    assert_eq!(b.link(&guest_of_other, "ana", json!({})).await.to_string(), not_found(&guest_of_other));
    let ana = b.id("ana").await;
    b.w.region = "eu-west-1".to_owned();
    assert_eq!(
        b.user("ana").await.to_string(),
        format!("400 ResourceNotFoundException: IdentityPool '{}' not found.", b.pool)
    );
    b.w.region = "us-east-1".to_owned();
    b.w.call("DeleteIdentities", &json!({"IdentityIdsToDelete": [ana]})).await.ok();
    assert_eq!(b.link(&ana, "ana", json!({})).await.to_string(), not_found(&ana));
    assert_ne!(b.id("ana").await, ana, "a deleted identity's user is new");
}

#[tokio::test]
async fn only_who_is_allowed_to_may_speak_for_the_developer() {
    let b = Backend::begin().await;
    let input = json!({"IdentityPoolId": b.pool, "Logins": {PROVIDER: "ana"}});
    let operation = "GetOpenIdTokenForDeveloperIdentity";
    assert_eq!(b.w.call_unsigned(operation, &input).await.code(), "MissingAuthenticationTokenException");
    b.w.call("iam:CreateUser", &json!({"UserName": "backend"})).await.ok();
    let key = b.w.call("iam:CreateAccessKey", &json!({"UserName": "backend"})).await;
    let keys = Keys::of(key.at("CreateAccessKeyResponse.CreateAccessKeyResult.AccessKey"));
    let arn = format!("arn:aws:cognito-identity:us-east-1:123456789012:identitypool/{}", b.pool);
    assert_eq!(
        b.w.call_as(&keys, operation, &input).await.to_string(),
        format!(
            "400 AccessDeniedException: User: arn:aws:iam::123456789012:user/backend is not authorized to perform: \
             cognito-identity:GetOpenIdTokenForDeveloperIdentity on resource: {arn} because no identity-based policy allows \
             the cognito-identity:GetOpenIdTokenForDeveloperIdentity action"
        )
    );
    for (resource, status) in [("arn:aws:cognito-identity:us-east-1:123456789012:identitypool/other", 400), (&arn, 200)]
    {
        let policy = json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": "cognito-identity:GetOpenIdTokenForDeveloperIdentity", "Resource": resource},
        ]});
        let put = json!({"UserName": "backend", "PolicyName": "own", "PolicyDocument": policy.to_string()});
        b.w.call("iam:PutUserPolicy", &put).await.ok();
        assert_eq!(b.w.call_as(&keys, operation, &input).await.status, status, "{resource}");
    }
    let lookup = json!({"IdentityPoolId": b.pool, "DeveloperUserIdentifier": "ana"});
    for (operation, input) in [
        ("LookupDeveloperIdentity", lookup),
        (
            "MergeDeveloperIdentities",
            json!({
                "IdentityPoolId": b.pool, "DeveloperProviderName": PROVIDER, "SourceUserIdentifier": "ana",
                "DestinationUserIdentifier": "bob",
            }),
        ),
        (
            "UnlinkDeveloperIdentity",
            json!({
                "IdentityPoolId": b.pool, "DeveloperProviderName": PROVIDER, "DeveloperUserIdentifier": "ana",
                "IdentityId": ABSENT,
            }),
        ),
    ] {
        let refused = b.w.call_as(&keys, operation, &input).await;
        assert_eq!(refused.code(), "AccessDeniedException");
        assert!(refused.message().contains(&format!("on resource: {arn} ")), "{refused}");
        assert_eq!(b.w.call_unsigned(operation, &input).await.code(), "MissingAuthenticationTokenException");
    }
}

#[tokio::test]
async fn a_backend_cannot_pass_for_a_user_of_a_disabled_public_login() {
    // ServerSideTokenCheck holds for public logins of signed calls too.
    let b = Backend::begin().await;
    let mut strict = b.people.entry();
    strict["ServerSideTokenCheck"] = json!(true);
    let pool =
        identity_pool(&b.w, json!({"CognitoIdentityProviders": [strict], "DeveloperProviderName": PROVIDER})).await;
    let mut logins = b.people.logins(&b.w, "ana");
    logins[PROVIDER] = json!("ana");
    let input = json!({"IdentityPoolId": pool, "Logins": logins});
    let operation = "GetOpenIdTokenForDeveloperIdentity";
    assert_eq!(b.w.call(operation, &input).await.to_string(), "400 NotAuthorizedException: Token is inactive");
    b.people.put_user("ana", &b.w, true, None).await;
    b.w.call(operation, &input).await.ok();
}
