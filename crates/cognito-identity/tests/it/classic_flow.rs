//! The classic flow end to end: GetId, GetOpenIdToken, and STS for a role of the caller's choice.

use crate::support::{
    AUTH, GUEST, UserPool, allow, get_credentials, get_id, get_open_id_token, identity_pool, pool_with_roles, role,
    trust,
};
use domain::session::{SessionRecord, open_token};
use serde_json::{Value, json};
use testkit::{Answer, Keys, World};

const DENIED: &str = "403 AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity";
const RESULT: &str = "AssumeRoleWithWebIdentityResponse.AssumeRoleWithWebIdentityResult";

struct Story {
    w: World,
    people: UserPool,
    pool: String,
}

impl Story {
    async fn begin() -> Self {
        let w = World::new(&[cognito_identity::operations(), iam::operations(), sts::operations()]).await;
        let people = UserPool::new(&w, "us-east-1_AbCdEf123").await;
        let pool = pool_with_roles(&w, &[&people]).await;
        Self { w, people, pool }
    }

    /// A new identity of these logins, and its token.
    async fn token(&self, pool: &str, logins: Value) -> (String, String) {
        let id = get_id(&self.w, pool, logins.clone()).await.text_at("IdentityId");
        let token = get_open_id_token(&self.w, &id, logins).await.text_at("Token");
        (id, token)
    }

    async fn guest(&self) -> (String, String) {
        self.token(&self.pool, json!({})).await
    }

    async fn ana(&self) -> (String, String) {
        self.token(&self.pool, self.people.logins(&self.w, "ana")).await
    }

    async fn assume(&self, role: &str, token: &str) -> Answer {
        let input = json!({
            "RoleArn": role, "RoleSessionName": "my-phone", "WebIdentityToken": token, "DurationSeconds": 900,
        });
        self.w.call_unsigned("AssumeRoleWithWebIdentity", &input).await
    }

    fn session(&self, keys: &Keys) -> SessionRecord {
        let token = keys.session_token.as_ref().unwrap();
        open_token(&self.w.node.vault.ring(), &keys.access_key_id, token, self.w.clock.now()).unwrap()
    }
}

fn keys(answer: &Answer) -> Keys {
    Keys::of(answer.at(&format!("{RESULT}.Credentials")))
}

#[tokio::test]
async fn a_user_becomes_a_session_of_its_own_naming() {
    let s = Story::begin().await;
    let (id, token) = s.ana().await;
    let answer = s.assume(AUTH, &token).await;
    let result = answer.at(RESULT);
    assert_eq!(result["SubjectFromWebIdentityToken"], id);
    assert_eq!(result["Audience"], s.pool);
    assert_eq!(result["Provider"], "cognito-identity.amazonaws.com");
    assert_eq!(result["Credentials"]["Expiration"], s.w.clock.now().seconds() + 900);
    let arn = "arn:aws:sts::123456789012:assumed-role/Fan/my-phone";
    assert_eq!(result["AssumedRoleUser"]["Arn"], arn);
    let keys = keys(&answer);
    let who = s.w.call_as(&keys, "GetCallerIdentity", &json!({})).await;
    assert_eq!(who.text_at("GetCallerIdentityResponse.GetCallerIdentityResult.Arn"), arn);
    let session = s.session(&keys);
    let web = session.web_identity.unwrap();
    let provider = s.people.provider();
    assert_eq!(web.amr, ["authenticated".to_owned(), provider.clone(), format!("{provider}:CognitoSignIn:ana")]);
    let identity = session.identity.unwrap();
    assert_eq!((identity.identity_pool_id.as_str(), identity.identity_id.as_str()), (s.pool.as_str(), id.as_str()));
}

#[tokio::test]
async fn policies_know_the_identity_by_its_condition_keys() {
    let s = Story::begin().await;
    let (id, token) = s.ana().await;
    let keys = keys(&s.assume(AUTH, &token).await);
    for (subject, status) in [(id.as_str(), 200), ("us-east-1:somebody-else", 403)] {
        let policy = json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*", "Condition": {
                "StringEquals": {
                    "cognito-identity.amazonaws.com:aud": s.pool, "cognito-identity.amazonaws.com:sub": subject,
                },
                "ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "*:CognitoSignIn:ana"},
            },
        }]});
        let put = json!({"RoleName": "Fan", "PolicyName": "own", "PolicyDocument": policy.to_string()});
        s.w.call("PutRolePolicy", &put).await.ok();
        assert_eq!(s.w.call_as(&keys, "iam:ListUsers", &json!({})).await.status, status, "{subject}");
    }
}

#[tokio::test]
async fn guests_get_all_that_their_role_allows() {
    let s = Story::begin().await;
    allow(&s.w, "Guest", "iam:ListUsers", "*").await;
    let (id, token) = s.guest().await;
    let classic = keys(&s.assume(GUEST, &token).await);
    let session = s.session(&classic);
    assert!(session.inline_policies.is_empty() && session.managed_policy_arns.is_empty());
    s.w.call_as(&classic, "iam:ListUsers", &json!({})).await.ok();
    let enhanced = Keys::of(get_credentials(&s.w, &id, json!({})).await.at("Credentials"));
    let refused = s.w.call_as(&enhanced, "iam:ListUsers", &json!({})).await;
    assert_eq!(refused.status, 403, "{refused}");
    assert!(refused.message().ends_with("because no session policy allows the iam:ListUsers action"), "{refused}");
}

#[tokio::test]
async fn a_trust_policy_that_does_not_fit_refuses_in_stss_words() {
    let s = Story::begin().await;
    let (_, guest) = s.guest().await;
    let (_, user) = s.ana().await;
    for (role, token) in [
        (AUTH, &guest),
        (GUEST, &user),
        ("arn:aws:iam::123456789012:role/Absent", &user),
        ("arn:aws:iam::999999999999:role/Fan", &user),
    ] {
        assert_eq!(s.assume(role, token).await.to_string(), DENIED, "{role}");
    }
    // The decision is live.
    role(&s.w, GUEST, trust(&s.pool, "authenticated")).await;
    assert_eq!(s.assume(GUEST, &guest).await.to_string(), DENIED);
    assert_eq!(s.assume(GUEST, &user).await.status, 200);
}

#[tokio::test]
async fn a_role_of_another_account_may_trust_the_pool() {
    let s = Story::begin().await;
    let foreign = "arn:aws:iam::999999999999:role/Shared";
    role(&s.w, foreign, trust(&s.pool, "authenticated")).await;
    let answer = s.assume(foreign, &s.ana().await.1).await;
    assert_eq!(answer.at(RESULT)["AssumedRoleUser"]["Arn"], "arn:aws:sts::999999999999:assumed-role/Shared/my-phone");
}

#[tokio::test]
async fn a_token_of_another_pool_is_refused() {
    let s = Story::begin().await;
    let other = identity_pool(&s.w, json!({"CognitoIdentityProviders": [s.people.entry()]})).await;
    let (_, guest) = s.token(&other, json!({})).await;
    let (_, user) = s.token(&other, s.people.logins(&s.w, "ana")).await;
    assert_eq!(s.assume(GUEST, &guest).await.to_string(), DENIED);
    assert_eq!(s.assume(AUTH, &user).await.to_string(), DENIED);
    assert_eq!(s.assume(AUTH, &s.ana().await.1).await.status, 200);
}

#[tokio::test]
async fn a_token_ends_and_cannot_be_forged() {
    let s = Story::begin().await;
    let (id, token) = s.ana().await;
    let exp = s.w.clock.now().seconds() + 600;
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let (header, payload) = signed.split_once('.').unwrap();
    let (_, guest) = s.guest().await;
    let of_guest = guest.split('.').nth(1).unwrap();
    // Signed by a key that is ours, but signs no tokens of identity pools.
    let by_user_pool = s.people.token_with(
        &s.w,
        &id,
        json!({"iss": "https://cognito-identity.amazonaws.com", "aud": s.pool, "amr": ["authenticated"]}),
    );
    for forged in [format!("{header}.{of_guest}.{signature}"), format!("{header}.{payload}."), by_user_pool] {
        let refused = s.assume(AUTH, &forged).await.to_string();
        assert_eq!(refused, "400 InvalidIdentityToken: Couldn't verify signed token.");
    }
    // STS allows clocks five minutes.
    s.w.clock.advance_seconds(899);
    assert_eq!(s.assume(AUTH, &token).await.status, 200);
    s.w.clock.advance_seconds(1);
    let now = s.w.clock.now().seconds();
    assert_eq!(
        s.assume(AUTH, &token).await.to_string(),
        format!(
            "400 ExpiredTokenException: Token expired: current date/time {now} must be before the expiration date/time {exp}"
        )
    );
}
