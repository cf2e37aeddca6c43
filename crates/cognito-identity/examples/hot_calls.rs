//! Measures the hot calls on a test world, without HTTP: `cargo run --release -p cognito-identity --example hot_calls`.
//!
//! Prints the processor time of one call beside its floor, one RS256 verification. Linux alone tells a thread's time.

#![allow(clippy::unwrap_used)]

use contract::Fault;
use domain::RoleId;
use domain::UserPoolId;
use domain::jwt::{self, Algorithm, SigningKey};
use serde_json::{Value, json};
use store::table::iam_roles::{self, IamRole};
use store::table::user_pool_keys::{self, UserPoolKey};
use testkit::World;

const CALLS: u32 = 5_000;
const USER_POOL: &str = "us-east-1_AbCdEf123";
const PROVIDER: &str = "cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEf123";

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let w = World::new(&[cognito_identity::operations()]).await;
    let key = user_pool_key(&w).await;
    let pool = pool(&w).await;
    let now = w.clock.now().seconds();
    let claims = json!({
        "iss": w.node.issuer_of(&UserPoolId::from(USER_POOL)), "aud": "client", "sub": "ana", "token_use": "id",
        "iat": now, "auth_time": now, "exp": now + 3600, "email": "ana@example.com", "cognito:username": "ana",
    });
    let token = key.sign(&claims).unwrap();
    let logins = json!({PROVIDER: token});
    let get_id = json!({"IdentityPoolId": pool, "Logins": logins});
    let user = w.call_unsigned("GetId", &get_id).await.text_at("IdentityId");
    let guest = w.call_unsigned("GetId", &json!({"IdentityPoolId": pool})).await.text_at("IdentityId");

    let before = cpu_ns();
    for _ in 0..CALLS {
        std::hint::black_box(jwt::verify(&token, key.verifying_key()).unwrap());
    }
    print("RS256 verification (the floor)", before);
    measure(&w, "GetId, known login", "GetId", &get_id).await;
    let input = json!({"IdentityId": user, "Logins": logins});
    measure(&w, "GetCredentialsForIdentity, login", "GetCredentialsForIdentity", &input).await;
    measure(&w, "GetCredentialsForIdentity, guest", "GetCredentialsForIdentity", &json!({"IdentityId": guest})).await;
    measure(&w, "GetId, unknown pool (a refusal without work)", "GetId", &json!({"IdentityPoolId": "us-east-1:0"}))
        .await;
}

async fn measure(w: &World, what: &str, operation: &str, input: &Value) {
    let before = cpu_ns();
    for _ in 0..CALLS {
        std::hint::black_box(w.call_unsigned(operation, input).await.status);
    }
    print(what, before);
}

fn print(what: &str, before: u64) {
    println!("{what}: {:.1} µs", (cpu_ns() - before) as f64 / f64::from(CALLS) / 1000.0);
}

/// Nanoseconds that this thread has run.
fn cpu_ns() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    text.split(' ').next().unwrap().parse().unwrap()
}

async fn user_pool_key(w: &World) -> SigningKey {
    use base64::Engine;
    let number =
        |text: &Value| base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text.as_str().unwrap()).unwrap();
    let private = w.node.key_source.take().await.unwrap();
    let key = SigningKey::from_pkcs8("key", Algorithm::Rs256, &private).unwrap();
    let jwk = key.verifying_key().jwk();
    let row = UserPoolKey {
        pool_id: UserPoolId::from(USER_POOL),
        key_id: "key".to_owned(),
        token_use: "id".to_owned(),
        sealed_private: Vec::new(),
        public_modulus: number(&jwk["n"]),
        public_exponent: number(&jwk["e"]),
        created_ms: w.clock.now(),
    };
    w.node.store.write(async |tx| Ok::<_, Fault>(user_pool_keys::insert(tx, &row).await?)).await.unwrap();
    key
}

/// An identity pool with one role for users and guests.
async fn pool(w: &World) -> String {
    let trust = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"Federated": "cognito-identity.amazonaws.com"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "*authenticated"}},
    }]});
    let row = IamRole {
        account_id: w.node.account.clone(),
        name_key: "fan".to_owned(),
        name: "Fan".to_owned(),
        id: RoleId::from("AROAFANFANFANFANFANFA"),
        path: "/".to_owned(),
        trust: trust.to_string(),
        description: None,
        max_session_seconds: 3600,
        boundary_arn: None,
        tags: "{}".to_owned(),
        created_ms: w.clock.now(),
    };
    w.node.store.write(async |tx| Ok::<_, Fault>(iam_roles::insert(tx, &row).await?)).await.unwrap();
    let input = json!({
        "IdentityPoolName": "fans", "AllowUnauthenticatedIdentities": true,
        "CognitoIdentityProviders": [{"ProviderName": PROVIDER, "ClientId": "client"}],
    });
    let pool = w.call("CreateIdentityPool", &input).await.text_at("IdentityPoolId");
    let arn = "arn:aws:iam::123456789012:role/Fan";
    let roles = json!({"IdentityPoolId": pool, "Roles": {"authenticated": arn, "unauthenticated": arn}});
    w.call("SetIdentityPoolRoles", &roles).await.ok();
    pool
}
