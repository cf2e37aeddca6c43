//! A developer's backend: a pool with a developer provider, two user pools and both roles, and the calls a backend makes.

use crate::support::{
    AUTH, GUEST, UserPool, get_credentials, get_id, identity_pool, role, set_roles, token_claims, trust,
};
use serde_json::{Value, json};
use testkit::{Answer, World};

pub const PROVIDER: &str = "login.my-backend";
pub const OWN: &str = "cognito-identity.amazonaws.com";
pub const NO_MATCH: &str = "400 NotAuthorizedException: Logins don't match. Please include at least one valid login for this identity or identity pool.";
pub const NOT_SUPPORTED: &str =
    "400 InvalidParameterException: This identity pool does not support the specified developer provider";

pub struct Backend {
    pub w: World,
    pub people: UserPool,
    pub staff: UserPool,
    pub pool: String,
}

impl Backend {
    pub async fn begin() -> Self {
        Self::of(World::new(&[cognito_identity::operations(), iam::operations(), sts::operations()]).await).await
    }

    /// In this world.
    pub async fn of(w: World) -> Self {
        let people = UserPool::new(&w, "us-east-1_AbCdEf123").await;
        let staff = UserPool::new(&w, "us-east-1_Staff1234").await;
        let pool = developer_pool(&w, &[&people, &staff]).await;
        Self { w, people, staff, pool }
    }

    /// GetOpenIdTokenForDeveloperIdentity of the backend's pool.
    pub async fn call(&self, input: Value) -> Answer {
        self.in_pool("GetOpenIdTokenForDeveloperIdentity", input).await
    }

    /// A signed call about the backend's pool.
    pub async fn in_pool(&self, operation: &str, mut input: Value) -> Answer {
        input["IdentityPoolId"] = json!(self.pool);
        self.w.call(operation, &input).await
    }

    /// The answer for this user alone.
    pub async fn user(&self, user: &str) -> Answer {
        self.call(json!({"Logins": {PROVIDER: user}})).await
    }

    /// The identity of this user, a second later than whatever was before.
    pub async fn id(&self, user: &str) -> String {
        self.w.clock.advance_seconds(1);
        self.user(user).await.text_at("IdentityId")
    }

    /// The identity of these public logins, a second later than whatever was before.
    pub async fn public_id(&self, logins: Value) -> String {
        self.w.clock.advance_seconds(1);
        get_id(&self.w, &self.pool, logins).await.text_at("IdentityId")
    }

    /// Links this user to the identity, in the company of these logins.
    pub async fn link(&self, identity: &str, user: &str, mut others: Value) -> Answer {
        others[PROVIDER] = json!(user);
        self.call(json!({"IdentityId": identity, "Logins": others})).await
    }

    /// The claims of an answer's token, verified.
    pub async fn claims(&self, answer: &Answer) -> Value {
        token_claims(&self.w, &answer.text_at("Token")).await
    }

    /// What GetCredentialsForIdentity says to a token of the developer.
    pub async fn redeem(&self, identity: &str, token: &str) -> Answer {
        get_credentials(&self.w, identity, json!({OWN: token})).await
    }

    /// The names of providers that DescribeIdentity shows.
    pub async fn providers(&self, identity: &str) -> Value {
        let answer = self.w.call("DescribeIdentity", &json!({"IdentityId": identity})).await;
        answer.ok().get("Logins").cloned().unwrap_or_default()
    }

    /// How many identities of the pool are not disabled.
    pub async fn enabled(&self) -> usize {
        let answer = self.in_pool("ListIdentities", json!({"MaxResults": 60, "HideDisabled": true})).await;
        answer.at("Identities").as_array().unwrap().len()
    }
}

/// A pool with guests, a developer provider, these user pools and both default roles, which bear no tags.
pub async fn developer_pool(w: &World, user_pools: &[&UserPool]) -> String {
    let entries: Vec<Value> = user_pools.iter().map(|pool| pool.entry()).collect();
    let pool = identity_pool(w, json!({"CognitoIdentityProviders": entries, "DeveloperProviderName": PROVIDER})).await;
    role(w, AUTH, trust(&pool, "authenticated")).await;
    role(w, GUEST, trust(&pool, "unauthenticated")).await;
    set_roles(w, &pool, json!({"Roles": {"authenticated": AUTH, "unauthenticated": GUEST}})).await.ok();
    pool
}
