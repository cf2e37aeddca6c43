//! Measures the hot calls on a test world, without HTTP: `cargo run --release -p cognito-identity --example hot_calls`.
//!
//! Prints the processor time of one call beside the cryptography it cannot do without. Every login of `first sight` brings a
//! token of its own. Arguments: how many calls of each kind, and words that the names of the kinds must hold.
//!
//! Instructions instead of time, which a busy machine does not blur (a dump for each kind, in order):
//! `valgrind --tool=callgrind --toggle-collect=hot_calls::measured --dump-after=hot_calls::measured …/hot_calls 200`.
//! Linux alone tells a thread's time.

#![allow(clippy::unwrap_used)]

use bytes::Bytes;
use domain::UserPoolId;
use domain::jwt::{self, Algorithm, SigningKey};
use http::request::Parts;
use serde_json::{Value, json};
use store::table::user_pool_keys::{self, UserPoolKey};
use testkit::{Keys, World};
use tokio::runtime::{Builder, Runtime};

const USER_POOL: &str = "us-east-1_AbCdEf123";
const PROVIDER: &str = "cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEf123";
const PASSWORD: &str = "Perman3nt!";

/// Tokens of this number and above are shown in no call.
const UNSEEN: usize = 1 << 32;

/// A request, ready to be sent again and again.
type Ready = (Parts, Bytes);

/// One kind of call.
struct Kind {
    name: &'static str,
    requests: Vec<Ready>,
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let calls: usize = arguments.next().map_or(2000, |text| text.parse().unwrap());
    let words = arguments.next().unwrap_or_default();
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let (w, key, kinds) = runtime.block_on(kinds(calls, &words));
    // None of them is seen twice, here or by a call: a key remembers what it verified.
    let unseen: Vec<String> = (0..calls).map(|n| key.sign(&claims(&w, UNSEEN + n)).unwrap()).collect();
    report("RS256 verification", calls, || verified(&unseen, &key));
    for kind in kinds {
        report(kind.name, calls, || measured(&runtime, &w, &kind.requests, calls));
    }
}

#[inline(never)]
fn verified(tokens: &[String], key: &SigningKey) {
    for token in tokens {
        std::hint::black_box(jwt::verify(token, key.verifying_key()).unwrap());
    }
}

#[inline(never)]
fn measured(runtime: &Runtime, w: &World, requests: &[Ready], calls: usize) {
    runtime.block_on(async {
        for (parts, body) in requests.iter().cycle().take(calls) {
            let answer = w.answer(parts, body).await;
            assert!(answer.status().is_success(), "{:?}", answer.body());
            std::hint::black_box(answer);
        }
    });
}

fn report(name: &str, calls: usize, work: impl FnOnce()) {
    let before = cpu_ns();
    work();
    println!("{name}: {:.1} µs", (cpu_ns() - before) as f64 / calls as f64 / 1000.0);
}

/// Nanoseconds that this thread has run.
fn cpu_ns() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    text.split(' ').next().unwrap().parse().unwrap()
}

/// The world, the key of its user pool's tokens, and the kinds of calls.
async fn kinds(calls: usize, words: &str) -> (World, SigningKey, Vec<Kind>) {
    let tables = [cognito_identity::operations(), cognito_idp::operations(), iam::operations(), sts::operations()];
    let w = World::new(&tables).await;
    let key = user_pool_key(&w).await;
    let pool = identity_pool(&w).await;
    let logins = |number| json!({PROVIDER: key.sign(&claims(&w, number)).unwrap()});
    let guest = w.call_unsigned("GetId", &json!({"IdentityPoolId": pool})).await.text_at("IdentityId");
    let known = json!({"IdentityPoolId": pool, "Logins": logins(0)});
    let user = w.call_unsigned("GetId", &known).await.text_at("IdentityId");

    // Tokens are signed only for the kinds that are wanted: a signature is slow.
    let mut next = 1;
    let mut first_sight = |name: &'static str, call: &str, id: (&str, &str)| {
        let many = if name.contains(words) { calls } else { 1 };
        let requests = (next..next + many).map(|n| ready(w.request(call, &json!({id.0: id.1, "Logins": logins(n)}))));
        let kind = Kind { name, requests: requests.collect() };
        next += many;
        kind
    };
    let unsigned = |name, call: &str, input: &Value| Kind { name, requests: vec![ready(w.request(call, input))] };
    let signed =
        |name, keys| Kind { name, requests: vec![ready(w.signed(w.request("GetCallerIdentity", &json!({})), keys))] };

    let (password, refresh) = sign_ins(&w).await;
    let token = w.call_unsigned("GetOpenIdToken", &json!({"IdentityId": user, "Logins": logins(0)})).await;
    let assume = json!({
        "RoleArn": role_arn("Fan"), "RoleSessionName": "fan", "WebIdentityToken": token.text_at("Token"),
    });
    let of_guest = json!({"IdentityId": guest});
    let given = w.call_unsigned("GetCredentialsForIdentity", &of_guest).await;
    let session = Keys {
        access_key_id: given.text_at("Credentials.AccessKeyId"),
        secret_access_key: given.text_at("Credentials.SecretKey"),
        session_token: Some(given.text_at("Credentials.SessionToken")),
    };
    let user_id = ("IdentityId", user.as_str());
    let mut kinds = vec![
        unsigned("GetId, new guest", "GetId", &json!({"IdentityPoolId": pool})),
        first_sight("GetId, login, first sight", "GetId", ("IdentityPoolId", &pool)),
        unsigned("GetId, login, again", "GetId", &known),
        unsigned("GetCredentialsForIdentity, guest", "GetCredentialsForIdentity", &of_guest),
        first_sight("GetCredentialsForIdentity, login, first sight", "GetCredentialsForIdentity", user_id),
        unsigned(
            "GetCredentialsForIdentity, login, again",
            "GetCredentialsForIdentity",
            &json!({"IdentityId": user, "Logins": logins(0)}),
        ),
        first_sight("GetOpenIdToken, login, first sight", "GetOpenIdToken", user_id),
        unsigned("AssumeRoleWithWebIdentity", "AssumeRoleWithWebIdentity", &assume),
        unsigned("InitiateAuth, password", "InitiateAuth", &password),
        unsigned("InitiateAuth, refresh token", "InitiateAuth", &refresh),
        signed("GetCallerIdentity, access key", &Keys::root()),
        signed("GetCallerIdentity, session", &session),
    ];
    kinds.retain(|kind| kind.name.contains(words));
    (w, key, kinds)
}

fn ready(request: http::Request<Bytes>) -> Ready {
    request.into_parts()
}

/// The claims of an ID token; each number makes another token.
fn claims(w: &World, number: usize) -> Value {
    let now = w.clock.now().seconds();
    json!({
        "iss": w.node.issuer_of(&UserPoolId::from(USER_POOL)), "aud": "client", "sub": "ana", "token_use": "id",
        "iat": now, "auth_time": now, "exp": now + 3600, "email": "ana@example.com", "cognito:username": "ana",
        "email_verified": true, "cognito:groups": ["fans"], "jti": format!("{number:036}"),
        "event_id": "0d5c0000-0000-4000-8000-000000000000", "origin_jti": "7a1e0000-0000-4000-8000-000000000000",
    })
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
    let insert = async |tx: &mut store::Tx| Ok::<_, contract::Fault>(user_pool_keys::insert(tx, &row).await?);
    w.node.store.write(insert).await.unwrap();
    key
}

/// An identity pool with a role for users and one for guests.
async fn identity_pool(w: &World) -> String {
    let input = json!({
        "IdentityPoolName": "fans", "AllowUnauthenticatedIdentities": true, "AllowClassicFlow": true,
        "CognitoIdentityProviders": [{"ProviderName": PROVIDER, "ClientId": "client"}],
    });
    let pool = w.call("CreateIdentityPool", &input).await.text_at("IdentityPoolId");
    for (role, state) in [("Fan", "authenticated"), ("Guest", "unauthenticated")] {
        let trust = json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": {"Federated": "cognito-identity.amazonaws.com"},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {
                "StringEquals": {"cognito-identity.amazonaws.com:aud": pool},
                "ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": state},
            },
        }]});
        let input = json!({"RoleName": role, "AssumeRolePolicyDocument": trust.to_string()});
        w.call("CreateRole", &input).await.ok();
    }
    let roles = json!({"authenticated": role_arn("Fan"), "unauthenticated": role_arn("Guest")});
    w.call("SetIdentityPoolRoles", &json!({"IdentityPoolId": pool, "Roles": roles})).await.ok();
    pool
}

fn role_arn(name: &str) -> String {
    format!("arn:aws:iam::123456789012:role/{name}")
}

/// The inputs of a password sign-in and of a refresh, in a user pool of their own.
async fn sign_ins(w: &World) -> (Value, Value) {
    let pool = w.call("CreateUserPool", &json!({"PoolName": "fans"})).await.text_at("UserPool.Id");
    let flows = json!(["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]);
    let client = json!({"UserPoolId": pool, "ClientName": "app", "ExplicitAuthFlows": flows});
    let client = w.call("CreateUserPoolClient", &client).await.text_at("UserPoolClient.ClientId");
    let user = json!({"UserPoolId": pool, "Username": "ana", "MessageAction": "SUPPRESS"});
    w.call("AdminCreateUser", &user).await.ok();
    let password = json!({"UserPoolId": pool, "Username": "ana", "Password": PASSWORD, "Permanent": true});
    w.call("AdminSetUserPassword", &password).await.ok();
    let sign_in =
        |flow: &str, parameters: Value| json!({"ClientId": client, "AuthFlow": flow, "AuthParameters": parameters});
    let password = sign_in("USER_PASSWORD_AUTH", json!({"USERNAME": "ana", "PASSWORD": PASSWORD}));
    let refresh = w.call_unsigned("InitiateAuth", &password).await.text_at("AuthenticationResult.RefreshToken");
    (password, sign_in("REFRESH_TOKEN_AUTH", json!({"REFRESH_TOKEN": refresh})))
}
