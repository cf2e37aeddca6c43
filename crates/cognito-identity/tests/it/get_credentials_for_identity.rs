//! GetCredentialsForIdentity: the choice of a role, the trust decision, and the session.

use crate::support::{
    AUTH, CLIENT, GUEST, UserPool, allow, decision, get_credentials, get_id, identity_pool, pool_with_roles, role,
    says, set_roles, trust, world,
};
use domain::session::{SessionRecord, open_token};
use gate::{Asked, Caller, Decision, Outcome};
use serde_json::{Value, json};
use std::sync::Arc;
use testkit::{Answer, Keys, World};

const MISCONFIGURED: &str = "400 InvalidIdentityPoolConfigurationException: \
                             Invalid identity pool configuration. Check assigned IAM roles for this pool.";
const GOLD: &str = "arn:aws:iam::123456789012:role/Gold";

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
        role(&w, GOLD, trust(&pool, "authenticated")).await;
        Self { w, people, pool }
    }

    /// Puts a mapping in place for the client, beside both default roles.
    async fn map(&self, mapping: Value) {
        let key = format!("{}:{CLIENT}", self.people.provider());
        let input = json!({"Roles": {"authenticated": AUTH, "unauthenticated": GUEST}, "RoleMappings": {key: mapping}});
        set_roles(&self.w, &self.pool, input).await.ok();
    }

    async fn guest(&self) -> Answer {
        let id = get_id(&self.w, &self.pool, json!({})).await.text_at("IdentityId");
        get_credentials(&self.w, &id, json!({})).await
    }

    /// Credentials of `ana`, whose token claims this besides.
    async fn ana(&self, claims: Value) -> Answer {
        self.ana_with(claims, json!({})).await
    }

    async fn ana_with(&self, claims: Value, more: Value) -> Answer {
        let logins = json!({self.people.provider(): self.people.token_with(&self.w, "ana", claims)});
        let id = get_id(&self.w, &self.pool, logins.clone()).await.text_at("IdentityId");
        let mut input = json!({"IdentityId": id, "Logins": logins});
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.w.call_unsigned("GetCredentialsForIdentity", &input).await
    }

    /// Whose the credentials are, as STS tells it.
    async fn role_of(&self, answer: &Answer) -> String {
        let keys = Keys::of(answer.at("Credentials"));
        let who = self.w.call_as(&keys, "GetCallerIdentity", &json!({})).await;
        let arn = who.text_at("GetCallerIdentityResponse.GetCallerIdentityResult.Arn");
        let name = arn.strip_prefix("arn:aws:sts::123456789012:assumed-role/");
        name.and_then(|name| name.strip_suffix("/CognitoIdentityCredentials")).expect("a role session").to_owned()
    }

    fn session(&self, answer: &Answer) -> SessionRecord {
        let keys = Keys::of(answer.at("Credentials"));
        let token = keys.session_token.unwrap();
        open_token(&self.w.node.vault.ring(), &keys.access_key_id, &token, self.w.clock.now()).unwrap()
    }

    /// Whether the credentials may do this, and AWS's sentence if not.
    async fn may(&self, answer: &Answer, action: &str, resource: &str) -> Result<(), String> {
        let caller = Caller::Session(Arc::new(self.session(answer)));
        let asked = Asked { action, resource: Some(resource), extra: Default::default() };
        let region = self.w.node.region.clone();
        let view = gate::RequestView {
            now: self.w.clock.now(),
            region: &region,
            source_ip: None,
            user_agent: None,
            referer: None,
            secure: true,
        };
        self.w.node.gate.permit(&caller, asked, view, &mut Decision::default()).await.unwrap()
    }
}

#[tokio::test]
async fn a_guest_gets_the_guest_role_for_an_hour() {
    let s = Story::begin().await;
    let answer = s.guest().await;
    assert_eq!(s.role_of(&answer).await, "Guest");
    let members: Vec<&String> = answer.ok().as_object().unwrap().keys().collect();
    assert_eq!(members.len(), 2);
    let credentials = answer.at("Credentials").as_object().unwrap();
    assert_eq!(credentials.len(), 4);
    assert_eq!(credentials["Expiration"].as_f64().unwrap() as i64, s.w.clock.now().seconds() + 3600);
    assert!(credentials["AccessKeyId"].as_str().unwrap().starts_with("ASIA"));
    assert_eq!(credentials["SecretKey"].as_str().unwrap().len(), 40);
    assert!(answer.text.starts_with(r#"{"IdentityId":"#), "{}", answer.text);
    let kept = decision(&s.w, &answer);
    assert!(says(&kept, "identity", Outcome::Passed, "a guest"));
    assert!(says(&kept, "role", Outcome::Passed, GUEST));
    assert!(says(&kept, "trust", Outcome::Passed, "`Pool`"));
    assert!(says(&kept, "session", Outcome::Passed, "CognitoIdentityCredentials"));
    let secret = credentials["SecretKey"].as_str().unwrap();
    assert!(kept.steps.iter().all(|step| !step.text.contains(secret)));
    let keys = Keys::of(answer.at("Credentials"));
    s.w.clock.advance_seconds(3600);
    assert_ne!(s.w.call_as(&keys, "GetCallerIdentity", &json!({})).await.status, 200);
}

#[tokio::test]
async fn a_user_gets_the_authenticated_role_and_the_session_knows_who_it_is() {
    let s = Story::begin().await;
    let answer = s.ana(json!({})).await;
    assert_eq!(s.role_of(&answer).await, "Fan");
    let session = s.session(&answer);
    let web = session.web_identity.unwrap();
    let provider = s.people.provider();
    assert_eq!(web.provider, "cognito-identity.amazonaws.com");
    assert_eq!(web.audience, s.pool);
    assert_eq!(web.subject, answer.text_at("IdentityId"));
    assert_eq!(web.amr, ["authenticated".to_owned(), provider.clone(), format!("{provider}:CognitoSignIn:ana")]);
    assert_eq!(session.identity.unwrap().identity_id.as_str(), answer.text_at("IdentityId"));
    assert!(session.inline_policies.is_empty() && session.managed_policy_arns.is_empty());
}

#[tokio::test]
async fn the_token_chooses_the_role_of_the_group() {
    let s = Story::begin().await;
    s.map(json!({"Type": "Token", "AmbiguousRoleResolution": "Deny"})).await;
    let preferred = json!({"cognito:preferred_role": GOLD, "cognito:roles": [GOLD, AUTH]});
    assert_eq!(s.role_of(&s.ana(preferred.clone()).await).await, "Gold");
    assert_eq!(s.role_of(&s.ana(json!({"cognito:roles": [GOLD]})).await).await, "Gold");
    let custom = s.ana_with(preferred.clone(), json!({"CustomRoleArn": AUTH})).await;
    assert_eq!(s.role_of(&custom).await, "Fan");
    let stranger = s.ana_with(preferred, json!({"CustomRoleArn": GUEST})).await;
    assert_eq!(stranger.to_string(), format!("400 NotAuthorizedException: Access to Role '{GUEST}' is forbidden."));
    let key = format!("{}:{CLIENT}", s.people.provider());
    let denied = s.ana(json!({"cognito:roles": [GOLD, AUTH]})).await;
    assert_eq!(
        denied.to_string(),
        format!("400 NotAuthorizedException: The ambiguous role mapping rules for: {key} denied this request.")
    );
    s.map(json!({"Type": "Token", "AmbiguousRoleResolution": "AuthenticatedRole"})).await;
    assert_eq!(s.role_of(&s.ana(json!({})).await).await, "Fan");
}

#[tokio::test]
async fn the_first_rule_that_matches_chooses_and_each_try_is_kept() {
    let s = Story::begin().await;
    let rules = json!({"Rules": [
        {"Claim": "custom:plan", "MatchType": "Equals", "Value": "gold", "RoleARN": GOLD},
        {"Claim": "email", "MatchType": "Contains", "Value": "@gold.example", "RoleARN": GOLD},
    ]});
    let mapping =
        |ambiguous: &str| json!({"Type": "Rules", "AmbiguousRoleResolution": ambiguous, "RulesConfiguration": rules});
    s.map(mapping("AuthenticatedRole")).await;
    let answer = s.ana(json!({"email": "ana@gold.example"})).await;
    assert_eq!(s.role_of(&answer).await, "Gold");
    let kept = decision(&s.w, &answer);
    assert!(says(&kept, "role", Outcome::Failed, "rule 1: `custom:plan` Equals `gold`, which is absent"));
    assert!(says(
        &kept,
        "role",
        Outcome::Passed,
        "rule 2: `email` Contains `@gold.example`, which is `ana@gold.example`"
    ));
    assert_eq!(s.role_of(&s.ana(json!({"email": "ana@tin.example"})).await).await, "Fan");
    let custom = s.ana_with(json!({}), json!({"CustomRoleArn": GOLD})).await;
    assert_eq!(custom.code(), "InvalidParameterException");
    s.map(mapping("Deny")).await;
    assert_eq!(s.ana(json!({})).await.code(), "NotAuthorizedException");
}

#[tokio::test]
async fn a_trust_policy_that_does_not_fit_is_a_bad_configuration() {
    let s = Story::begin().await;
    for trust in [
        trust(&s.pool, "unauthenticated"),
        trust("us-east-1:00000000-0000-4000-8000-000000000000", "authenticated"),
        json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "sts:AssumeRole",
        }]}),
    ] {
        role(&s.w, AUTH, trust).await;
        let answer = s.ana(json!({})).await;
        assert_eq!(answer.to_string(), MISCONFIGURED);
        assert!(says(&decision(&s.w, &answer), "trust", Outcome::Failed, AUTH));
    }
    let subject = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"Federated": "cognito-identity.amazonaws.com"},
        "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {
            "cognito-identity.amazonaws.com:aud": s.pool,
            "cognito-identity.amazonaws.com:sub": s.session(&{
                role(&s.w, AUTH, trust(&s.pool, "authenticated")).await;
                s.ana(json!({})).await
            }).web_identity.unwrap().subject,
        }},
    }]});
    role(&s.w, AUTH, subject).await;
    assert_eq!(s.ana(json!({})).await.status, 200);
    let bob = s.people.logins(&s.w, "bob");
    let id = get_id(&s.w, &s.pool, bob.clone()).await.text_at("IdentityId");
    assert_eq!(get_credentials(&s.w, &id, bob).await.to_string(), MISCONFIGURED);
}

#[tokio::test]
async fn no_role_for_the_state_is_a_bad_configuration() {
    let s = Story::begin().await;
    set_roles(&s.w, &s.pool, json!({"Roles": {"authenticated": AUTH}})).await.ok();
    assert_eq!(s.guest().await.to_string(), MISCONFIGURED);
    set_roles(&s.w, &s.pool, json!({"Roles": {"unauthenticated": GUEST}})).await.ok();
    assert_eq!(s.ana(json!({})).await.to_string(), MISCONFIGURED);
    assert_eq!(s.guest().await.status, 200);
}

#[tokio::test]
async fn a_role_from_the_token_must_be_there_and_of_the_pools_account() {
    let s = Story::begin().await;
    s.map(json!({"Type": "Token", "AmbiguousRoleResolution": "Deny"})).await;
    let foreign = "arn:aws:iam::999999999999:role/Other";
    role(&s.w, foreign, trust(&s.pool, "authenticated")).await;
    for arn in [foreign, "arn:aws:iam::123456789012:role/Absent", "nonsense", ""] {
        let claims = json!({"cognito:roles": [arn]});
        assert_eq!(s.ana(claims).await.to_string(), MISCONFIGURED, "{arn}");
    }
}

#[tokio::test]
async fn a_custom_role_is_nothing_for_guests() {
    let s = Story::begin().await;
    let id = get_id(&s.w, &s.pool, json!({})).await.text_at("IdentityId");
    let input = json!({"IdentityId": id, "CustomRoleArn": GUEST});
    assert_eq!(s.w.call_unsigned("GetCredentialsForIdentity", &input).await.code(), "InvalidParameterException");
}

#[tokio::test]
async fn an_old_guest_is_refused_once_guests_are_off() {
    let s = Story::begin().await;
    let id = get_id(&s.w, &s.pool, json!({})).await.text_at("IdentityId");
    let input = json!({
        "IdentityPoolId": s.pool, "IdentityPoolName": "fans", "AllowUnauthenticatedIdentities": false,
        "CognitoIdentityProviders": [s.people.entry()],
    });
    s.w.call("UpdateIdentityPool", &input).await.ok();
    assert_eq!(
        get_credentials(&s.w, &id, json!({})).await.to_string(),
        "400 NotAuthorizedException: Unauthenticated access is not supported for this identity pool."
    );
    assert_eq!(get_credentials(&s.w, &id, s.people.logins(&s.w, "ana")).await.text_at("IdentityId"), id);
}

#[tokio::test]
async fn guests_may_do_what_both_the_role_and_the_guest_scope_allow() {
    let s = Story::begin().await;
    allow(&s.w, "Guest", "*", "*").await;
    allow(&s.w, "Fan", "*", "*").await;
    let guest = s.guest().await;
    assert_eq!(s.may(&guest, "s3:GetObject", "arn:aws:s3:::b/k").await, Ok(()), "inline session policy");
    assert_eq!(s.may(&guest, "geo:ListMaps", "*").await, Ok(()), "managed session policy");
    let refused = s.may(&guest, "iam:ListUsers", "*").await.unwrap_err();
    assert!(refused.ends_with("because no session policy allows the iam:ListUsers action"), "{refused}");
    assert!(s.may(&guest, "sts:AssumeRole", GOLD).await.is_err());
    let user = s.ana(json!({})).await;
    assert_eq!(s.may(&user, "iam:ListUsers", "*").await, Ok(()));
}

#[tokio::test]
async fn policies_know_the_identity_by_its_variables() {
    let s = Story::begin().await;
    let home = "arn:aws:s3:::home/${cognito-identity.amazonaws.com:sub}/*";
    allow(&s.w, "Fan", "s3:GetObject", home).await;
    let answer = s.ana(json!({})).await;
    let own = format!("arn:aws:s3:::home/{}/x", answer.text_at("IdentityId"));
    assert_eq!(s.may(&answer, "s3:GetObject", &own).await, Ok(()));
    assert!(s.may(&answer, "s3:GetObject", "arn:aws:s3:::home/somebody/x").await.is_err());
}

#[tokio::test]
async fn pools_of_another_region_are_served_to_unsigned_calls() {
    let mut w = world().await;
    w.region = "eu-west-1".to_owned();
    let pool = identity_pool(&w, json!({})).await;
    role(&w, GUEST, trust(&pool, "unauthenticated")).await;
    set_roles(&w, &pool, json!({"Roles": {"unauthenticated": GUEST}})).await.ok();
    w.region = "us-east-1".to_owned();
    let id = get_id(&w, &pool, json!({})).await.text_at("IdentityId");
    assert!(id.starts_with("eu-west-1:"), "{id}");
    assert_eq!(get_credentials(&w, &id, json!({})).await.status, 200);
}
