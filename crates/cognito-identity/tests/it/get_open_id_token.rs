//! GetOpenIdToken: whom it gives a token to, what the token says, and pools that do not have the classic flow.

use crate::support::{
    AUTH, CLIENT, GUEST, UserPool, decision, get_id, get_open_id_token, pool_with_roles, says, set_roles, token_claims,
    world,
};
use domain::jwt;
use gate::Outcome;
use serde_json::{Value, json};
use testkit::{Answer, World};

struct Story {
    w: World,
    people: UserPool,
    pool: String,
}

impl Story {
    async fn begin() -> Self {
        let w = world().await;
        let people = UserPool::new(&w, "us-east-1_AbCdEf123").await;
        let pool = pool_with_roles(&w, &[&people]).await;
        Self { w, people, pool }
    }

    async fn guest(&self) -> String {
        get_id(&self.w, &self.pool, json!({})).await.text_at("IdentityId")
    }

    async fn ana(&self) -> String {
        get_id(&self.w, &self.pool, self.people.logins(&self.w, "ana")).await.text_at("IdentityId")
    }

    /// The claims of an answer's token, verified with the published key.
    async fn claims(&self, answer: &Answer) -> Value {
        token_claims(&self.w, &answer.text_at("Token")).await
    }

    /// Says whether the pool allows the classic flow; null: does not say.
    async fn update(&self, classic: Value, guests: bool) {
        let mut input = json!({
            "IdentityPoolId": self.pool, "IdentityPoolName": "fans", "AllowUnauthenticatedIdentities": guests,
            "CognitoIdentityProviders": [self.people.entry()],
        });
        if !classic.is_null() {
            input["AllowClassicFlow"] = classic;
        }
        self.w.call("UpdateIdentityPool", &input).await.ok();
    }
}

#[tokio::test]
async fn a_guest_gets_a_token_of_ten_minutes() {
    let s = Story::begin().await;
    let id = s.guest().await;
    let answer = get_open_id_token(&s.w, &id, json!({})).await;
    assert_eq!(answer.text_at("IdentityId"), id);
    assert_eq!(answer.ok().as_object().unwrap().len(), 2);
    let now = s.w.clock.now().seconds();
    assert_eq!(
        s.claims(&answer).await,
        json!({
            "iss": "https://cognito-identity.amazonaws.com", "aud": s.pool, "sub": id, "amr": ["unauthenticated"],
            "iat": now, "exp": now + 600,
        })
    );
    let header = answer.text_at("Token").split('.').next().unwrap().to_owned();
    let header = base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, header).unwrap();
    assert_eq!(header, br#"{"kid":"us-east-11","typ":"JWS","alg":"RS512"}"#);
    let kept = decision(&s.w, &answer);
    assert!(says(&kept, "flow", Outcome::Passed, "AllowClassicFlow was never set"));
    assert!(says(&kept, "identity", Outcome::Passed, "a guest"));
    assert!(says(&kept, "token", Outcome::Passed, "[unauthenticated], signed with key us-east-11"));
    assert!(kept.steps.iter().all(|step| !step.text.contains(&answer.text_at("Token"))));
}

#[tokio::test]
async fn a_users_token_names_the_login_and_the_pool() {
    let s = Story::begin().await;
    let id = s.ana().await;
    let answer = get_open_id_token(&s.w, &id, s.people.logins(&s.w, "ana")).await;
    let claims = s.claims(&answer).await;
    let provider = s.people.provider();
    assert_eq!(claims["sub"], id);
    assert_eq!(claims["amr"], json!(["authenticated", provider, format!("{provider}:CognitoSignIn:ana")]));
    assert_eq!(
        claims["https://cognito-identity.amazonaws.com/identity-pool-arn"],
        format!("arn:aws:cognito-identity:us-east-1:123456789012:identitypool/{}", s.pool)
    );
    assert_eq!(claims.as_object().unwrap().len(), 7);
}

#[tokio::test]
async fn a_login_upgrades_the_guest_or_leads_to_its_own_identity() {
    let s = Story::begin().await;
    let guest = s.guest().await;
    let answer = get_open_id_token(&s.w, &guest, s.people.logins(&s.w, "bob")).await;
    assert_eq!(answer.text_at("IdentityId"), guest, "upgraded in place");
    assert_eq!(
        get_open_id_token(&s.w, &guest, json!({})).await.to_string(),
        format!("400 NotAuthorizedException: Access to Identity '{guest}' is forbidden.")
    );
    let (ana, other) = (s.ana().await, s.guest().await);
    let merged = get_open_id_token(&s.w, &other, s.people.logins(&s.w, "ana")).await;
    assert_eq!(merged.text_at("IdentityId"), ana);
    assert_eq!(s.claims(&merged).await["sub"], ana);
}

#[tokio::test]
async fn who_is_not_the_identity_gets_no_token() {
    let s = Story::begin().await;
    let ana = s.ana().await;
    assert_eq!(
        get_open_id_token(&s.w, &ana, s.people.logins(&s.w, "eve")).await.to_string(),
        "400 NotAuthorizedException: Logins don't match. Please include at least one valid login for this identity or \
         identity pool."
    );
    let mut forged = s.people.token(&s.w, "ana");
    forged.truncate(forged.len() - 8);
    forged.push_str("AAAAAAAA");
    assert_eq!(
        get_open_id_token(&s.w, &ana, json!({s.people.provider(): forged})).await.to_string(),
        "400 NotAuthorizedException: Invalid login token. Couldn't verify signed token."
    );
    let absent = "us-east-1:00000000-0000-4000-8000-000000000000";
    assert_eq!(
        get_open_id_token(&s.w, absent, json!({})).await.to_string(),
        format!("400 ResourceNotFoundException: Identity '{absent}' not found.")
    );
    let guest = s.guest().await;
    s.update(Value::Null, false).await;
    assert_eq!(
        get_open_id_token(&s.w, &guest, json!({})).await.to_string(),
        "400 NotAuthorizedException: Unauthenticated access is not supported for this identity pool."
    );
}

#[tokio::test]
async fn the_classic_flow_is_off_only_where_the_pool_says_so() {
    let s = Story::begin().await;
    let guest = s.guest().await;
    for (classic, step) in [(Value::Null, "AllowClassicFlow was never set"), (json!(true), "AllowClassicFlow is true")]
    {
        s.update(classic, true).await;
        let answer = get_open_id_token(&s.w, &guest, json!({})).await;
        assert_eq!(answer.status, 200);
        assert!(says(&decision(&s.w, &answer), "flow", Outcome::Passed, step));
    }
    s.update(json!(false), true).await;
    for logins in [json!({}), s.people.logins(&s.w, "ana")] {
        let answer = get_open_id_token(&s.w, &guest, logins).await;
        assert_eq!(
            answer.to_string(),
            "400 InvalidParameterException: Basic (classic) flow is not enabled, please use enhanced flow."
        );
        assert!(says(&decision(&s.w, &answer), "flow", Outcome::Failed, "AllowClassicFlow is false"));
    }
    // A refused login was not linked either.
    assert_eq!(get_id(&s.w, &s.pool, json!({})).await.status, 200);
    assert_ne!(s.ana().await, guest);
}

#[tokio::test]
async fn a_pool_with_role_mappings_has_no_classic_flow() {
    let s = Story::begin().await;
    let guest = s.guest().await;
    let key = format!("{}:{CLIENT}", s.people.provider());
    let mut roles = json!({
        "Roles": {"authenticated": AUTH, "unauthenticated": GUEST},
        "RoleMappings": {key: {"Type": "Token", "AmbiguousRoleResolution": "Deny"}},
    });
    set_roles(&s.w, &s.pool, roles.clone()).await.ok();
    s.update(json!(true), true).await;
    let answer = get_open_id_token(&s.w, &guest, json!({})).await;
    assert_eq!(
        answer.to_string(),
        "400 InvalidParameterException: Basic (classic) flow is not supported with RoleMappings, please use enhanced flow."
    );
    assert!(says(&decision(&s.w, &answer), "flow", Outcome::Failed, "role mappings"));
    roles.as_object_mut().unwrap().remove("RoleMappings");
    set_roles(&s.w, &s.pool, roles).await.ok();
    assert_eq!(get_open_id_token(&s.w, &guest, json!({})).await.status, 200);
}

#[tokio::test]
async fn every_region_has_one_key() {
    let mut s = Story::begin().await;
    let here = s.guest().await;
    s.w.region = "eu-west-1".to_owned();
    let elsewhere = crate::support::identity_pool(&s.w, json!({})).await;
    let there = get_id(&s.w, &elsewhere, json!({})).await.text_at("IdentityId");
    let mut kids = Vec::new();
    for id in [&here, &there, &here, &there] {
        let token = get_open_id_token(&s.w, id, json!({})).await.text_at("Token");
        kids.push(jwt::peek(&token).unwrap().kid().to_owned());
    }
    // By the pool's region, not by the one that was called.
    assert_eq!(kids, ["us-east-11", "eu-west-11", "us-east-11", "eu-west-11"]);
    let published: Value = serde_json::from_str(&sts::identity_keys::jwks(&s.w.node).await.unwrap()).unwrap();
    assert_eq!(published["keys"].as_array().unwrap().len(), 2);
}
