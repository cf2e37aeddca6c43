//! Login tokens that are refused, by GetId and GetCredentialsForIdentity alike.

use crate::support::{
    CLIENT, UserPool, decision, get_credentials, get_id, get_open_id_token, identity_pool, pool_with_roles, says, world,
};
use domain::identity_token;
use gate::Outcome;
use serde_json::{Value, json};

const NOT_AUTHORIZED: &str = "400 NotAuthorizedException: ";

#[tokio::test]
async fn each_bad_token_is_refused_in_the_services_words() {
    let w = world().await;
    let people = UserPool::new(&w, "us-east-1_AbCdEf123").await;
    let strangers = UserPool::new(&w, "us-east-1_Strangers").await;
    let pool = pool_with_roles(&w, &[&people]).await;
    let identity = get_id(&w, &pool, people.logins(&w, "ana")).await.text_at("IdentityId");
    let now = w.clock.now().seconds();
    let with = |more: Value| people.token_with(&w, "ana", more);
    let without = |name: &str| {
        let mut claims = people.claims(&w, "ana");
        claims.as_object_mut().unwrap().remove(name);
        people.sign(&claims)
    };
    // Signed by another pool, saying it is ours.
    let forged = strangers.sign(&people.claims(&w, "ana"));
    let mut tampered = people.token(&w, "ana");
    let at = tampered.rfind('.').unwrap() + 10;
    let other = if &tampered[at..=at] == "A" { "B" } else { "A" };
    tampered.replace_range(at..=at, other);
    let unsigned = {
        use base64::Engine;
        use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
        let header = BASE64.encode(r#"{"alg":"none","kid":"us-east-1_AbCdEf123-id"}"#);
        format!("{header}.{}.", BASE64.encode(people.claims(&w, "ana").to_string()))
    };
    let cases = [
        ("garbage".to_owned(), "Invalid login token. Not a valid OpenId Connect identity token."),
        (unsigned, "Invalid login token. Not a valid OpenId Connect identity token."),
        (forged, "Invalid login token. Couldn't verify signed token."),
        (tampered, "Invalid login token. Couldn't verify signed token."),
        (strangers.token(&w, "ana"), "Invalid login token. Issuer doesn't match providerName"),
        (without("aud"), "Invalid login token. Missing a required claim: aud"),
        (with(json!({"aud": "other-client"})), "Token is not from a supported provider of this identity pool."),
        (with(json!({"token_use": "access"})), "Invalid login token. Not a valid OpenId Connect identity token."),
    ];
    for (token, sentence) in cases {
        let logins = json!({people.provider(): token});
        let expected = format!("{NOT_AUTHORIZED}{sentence}");
        assert_eq!(get_id(&w, &pool, logins.clone()).await.to_string(), expected);
        let answer = get_credentials(&w, &identity, logins).await;
        assert_eq!(answer.to_string(), expected);
        let kept = decision(&w, &answer);
        assert!(says(&kept, "login", Outcome::Failed, sentence));
        assert!(kept.steps.iter().all(|step| !step.text.contains(&token)), "no token in the record");
    }
    let expired = json!({people.provider(): with(json!({"exp": now}))});
    let sentence = format!("{NOT_AUTHORIZED}Invalid login token. Token expired: {now} >= {now}");
    assert_eq!(get_id(&w, &pool, expired.clone()).await.to_string(), sentence);
    assert_eq!(get_credentials(&w, &identity, expired).await.to_string(), sentence);
}

#[tokio::test]
async fn a_token_under_the_key_of_another_pool_is_refused() {
    let w = world().await;
    let people = UserPool::new(&w, "us-east-1_AbCdEf123").await;
    let strangers = UserPool::new(&w, "us-east-1_Strangers").await;
    let pool = identity_pool(&w, json!({"CognitoIdentityProviders": [people.entry()]})).await;
    for key in [strangers.provider(), "accounts.google.com".to_owned(), "anything".to_owned()] {
        let answer = get_id(&w, &pool, json!({key: people.token(&w, "ana")})).await;
        assert_eq!(
            answer.to_string(),
            format!("{NOT_AUTHORIZED}Token is not from a supported provider of this identity pool.")
        );
    }
}

#[tokio::test]
async fn a_user_pool_that_is_not_here_verifies_nothing() {
    let w = world().await;
    let people = UserPool::new(&w, "us-east-1_AbCdEf123").await;
    let elsewhere = "cognito-idp.us-east-1.amazonaws.com/us-east-1_Elsewhere";
    let entry = json!({"ProviderName": elsewhere, "ClientId": CLIENT});
    let pool = identity_pool(&w, json!({"CognitoIdentityProviders": [entry]})).await;
    let token = people.token_with(&w, "ana", json!({"iss": format!("https://{elsewhere}")}));
    let answer = get_id(&w, &pool, json!({elsewhere: token})).await;
    assert_eq!(answer.message(), "Invalid login token. Couldn't verify signed token.");
}

#[tokio::test]
async fn one_bad_login_fails_the_call() {
    let w = world().await;
    let people = UserPool::new(&w, "us-east-1_AbCdEf123").await;
    let staff = UserPool::new(&w, "us-east-1_Staff1234").await;
    let pool = identity_pool(&w, json!({"CognitoIdentityProviders": [people.entry(), staff.entry()]})).await;
    let logins = json!({people.provider(): people.token(&w, "ana"), staff.provider(): "garbage"});
    assert_eq!(
        get_id(&w, &pool, logins).await.message(),
        "Invalid login token. Not a valid OpenId Connect identity token."
    );
}

#[tokio::test]
async fn logins_for_a_pool_without_providers_are_refused() {
    let w = world().await;
    let people = UserPool::new(&w, "us-east-1_AbCdEf123").await;
    let pool = identity_pool(&w, json!({})).await;
    assert_eq!(
        get_id(&w, &pool, people.logins(&w, "ana")).await.to_string(),
        format!("{NOT_AUTHORIZED}Identity pool - {pool} does not have identity providers configured.")
    );
}

#[tokio::test]
async fn the_developer_provider_is_no_public_one() {
    let w = world().await;
    let pool = identity_pool(&w, json!({"DeveloperProviderName": "my.backend"})).await;
    assert_eq!(
        get_id(&w, &pool, json!({"my.backend": "ana"})).await.to_string(),
        "400 InvalidParameterException: Please provide a valid public provider."
    );
}

#[tokio::test]
async fn tokens_of_identity_pools_are_told_apart() {
    let w = world().await;
    let people = UserPool::new(&w, "us-east-1_AbCdEf123").await;
    let pool = pool_with_roles(&w, &[&people]).await;
    let identity = get_id(&w, &pool, json!({})).await.text_at("IdentityId");
    let foreign = json!({identity_token::PROVIDER: people.token(&w, "ana")});
    let not_ours = "Invalid login token. Not a Cognito token.";
    assert_eq!(get_id(&w, &pool, foreign.clone()).await.message(), not_ours);
    assert_eq!(get_credentials(&w, &identity, foreign).await.message(), not_ours);
    let forged = people.token_with(&w, &identity, json!({"iss": identity_token::ISSUER, "amr": ["authenticated"]}));
    let forged = json!({identity_token::PROVIDER: forged});
    assert_eq!(
        get_id(&w, &pool, forged.clone()).await.message(),
        "Invalid login token. Can't pass in a Cognito token."
    );
    let not_verified = "Invalid login token. Couldn't verify signed token.";
    assert_eq!(get_credentials(&w, &identity, forged).await.message(), not_verified);
    // A guest's own token makes no user of it.
    let own = get_open_id_token(&w, &identity, json!({})).await.text_at("Token");
    let own = json!({identity_token::PROVIDER: own});
    let no_login = "Token is not from a supported provider of this identity pool.";
    assert_eq!(get_credentials(&w, &identity, own.clone()).await.message(), no_login);
    assert_eq!(get_open_id_token(&w, &identity, own).await.message(), no_login);
}

#[tokio::test]
async fn users_are_asked_about_where_the_pool_wants_it_and_only_there() {
    let w = world().await;
    let people = UserPool::new(&w, "us-east-1_AbCdEf123").await;
    let mut strict = people.entry();
    strict["ServerSideTokenCheck"] = json!(true);
    let careless = pool_with_roles(&w, &[&people]).await;
    let careful = identity_pool(&w, json!({"CognitoIdentityProviders": [strict]})).await;
    let logins = people.logins(&w, "ana");
    let inactive = format!("{NOT_AUTHORIZED}Token is inactive");
    assert_eq!(get_id(&w, &careful, logins.clone()).await.to_string(), inactive, "no such user");
    people.put_user("ana", &w, true, None).await;
    let identity = get_id(&w, &careful, logins.clone()).await.text_at("IdentityId");
    people.put_user("ana", &w, false, None).await;
    let refused = get_id(&w, &careful, logins.clone()).await;
    assert_eq!(refused.to_string(), inactive, "disabled");
    assert!(says(&decision(&w, &refused), "login", Outcome::Failed, "is disabled"));
    w.clock.advance_seconds(60);
    people.put_user("ana", &w, true, Some(w.clock.now())).await;
    assert_eq!(get_id(&w, &careful, logins.clone()).await.to_string(), inactive, "signed out everywhere");
    assert_eq!(get_credentials(&w, &identity, logins.clone()).await.to_string(), inactive);
    assert_eq!(get_id(&w, &careless, logins).await.status, 200, "offline checks alone");
    w.clock.advance_seconds(1);
    assert_eq!(get_id(&w, &careful, people.logins(&w, "ana")).await.text_at("IdentityId"), identity);
    people.remove_user("ana", &w).await;
    assert_eq!(get_id(&w, &careful, people.logins(&w, "ana")).await.to_string(), inactive, "deleted");
}
