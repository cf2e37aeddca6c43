//! The pools and roles that the measured calls need, and those calls as ready-made requests.

use crate::client::{Connection, Keys, REGION, get, json_call, query_call};
use crate::floor::Work;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};

const PASSWORD: &str = "Perman3nt!";
const USER_ROLE: &str = "arn:aws:iam::123456789012:role/BenchUser";

/// Different tokens of a call that shall see none twice: more than a key of the server remembers (4096), so that the first is
/// forgotten before it comes again.
const TOKENS: usize = 8192;
/// Connections over which they are fetched.
const FETCHERS: usize = 8;

/// A call to measure.
pub struct Call {
    /// What it is, for the table.
    pub name: &'static str,
    /// The requests, sent one after the other and then again from the first.
    requests: Vec<Vec<u8>>,
    next: AtomicUsize,
    /// The cryptography that it cannot do without.
    pub work: Work,
    /// The status of its answer.
    pub status: u16,
}

impl Call {
    /// The same bytes each time, answered with 200.
    pub fn new(name: &'static str, request: Vec<u8>, work: Work) -> Self {
        Self::of_many(name, vec![request], work)
    }

    /// Different bytes each time, as far as they reach.
    pub fn of_many(name: &'static str, requests: Vec<Vec<u8>>, work: Work) -> Self {
        Self { name, requests, next: AtomicUsize::new(0), work, status: 200 }
    }

    /// The same call, answered with this status.
    pub fn answered_with(self, status: u16) -> Self {
        Self { status, ..self }
    }

    /// The next request.
    pub fn request(&self) -> &[u8] {
        &self.requests[self.next.fetch_add(1, Ordering::Relaxed) % self.requests.len()]
    }
}

/// What was made.
pub struct Account {
    address: String,
    root: Keys,
    client: String,
    identity_pool: String,
    provider: String,
}

impl Account {
    /// Makes a user pool with a user, an identity pool and its two roles.
    pub fn create(address: &str, root: Keys) -> Result<Self, String> {
        let mut to = Connection::open(address)?;
        let mut idp = |call: &str, input: Value| {
            let request = json_call(address, "cognito-idp", call, &input, Some(&root))?;
            to.json(&request).map_err(|error| format!("{call}: {error}"))
        };
        let pool = text(&idp("CreateUserPool", json!({ "PoolName": "bench" }))?["UserPool"]["Id"])?;
        let flows = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"];
        let made = idp(
            "CreateUserPoolClient",
            json!({ "UserPoolId": pool, "ClientName": "bench", "ExplicitAuthFlows": flows }),
        )?;
        let client = text(&made["UserPoolClient"]["ClientId"])?;
        idp("AdminCreateUser", json!({ "UserPoolId": pool, "Username": "ana", "MessageAction": "SUPPRESS" }))?;
        let set = json!({ "UserPoolId": pool, "Username": "ana", "Password": PASSWORD, "Permanent": true });
        idp("AdminSetUserPassword", set)?;

        let provider = format!("cognito-idp.{REGION}.amazonaws.com/{pool}");
        let mut identity = |call: &str, input: Value| {
            let request = json_call(address, "cognito-identity", call, &input, Some(&root))?;
            to.json(&request).map_err(|error| format!("{call}: {error}"))
        };
        let made = identity(
            "CreateIdentityPool",
            json!({
                "IdentityPoolName": "bench", "AllowUnauthenticatedIdentities": true, "AllowClassicFlow": true,
                "CognitoIdentityProviders": [{ "ProviderName": provider, "ClientId": client }],
            }),
        )?;
        let identity_pool = text(&made["IdentityPoolId"])?;
        let roles = json!({
            "authenticated": USER_ROLE,
            "unauthenticated": "arn:aws:iam::123456789012:role/BenchGuest",
        });
        for (role, state) in [("BenchUser", "authenticated"), ("BenchGuest", "unauthenticated")] {
            let trust = json!({ "Version": "2012-10-17", "Statement": [{
                "Effect": "Allow", "Principal": { "Federated": "cognito-identity.amazonaws.com" },
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {
                    "StringEquals": { "cognito-identity.amazonaws.com:aud": identity_pool },
                    "ForAnyValue:StringLike": { "cognito-identity.amazonaws.com:amr": state },
                },
            }] });
            let members = [("RoleName", role), ("AssumeRolePolicyDocument", &trust.to_string())];
            let request = query_call(address, "iam", "CreateRole", &members, Some(&root))?;
            Connection::open(address)?.json(&request).map_err(|error| format!("CreateRole: {error}"))?;
        }
        identity("SetIdentityPoolRoles", json!({ "IdentityPoolId": identity_pool, "Roles": roles }))?;
        Ok(Self { address: address.to_owned(), root, client, identity_pool, provider })
    }

    /// The calls, the no-op first, and of the others those whose name holds `words`. Tokens and keys are made anew, so that none
    /// expires during a long run.
    ///
    /// `first sight`: each request brings a token that the server has not seen, or has forgotten. `again`: always the same.
    pub fn calls(&self, words: &str) -> Result<Vec<Call>, String> {
        let mut to = Connection::open(&self.address)?;
        let password = json!({ "USERNAME": "ana", "PASSWORD": PASSWORD });
        let password = json!({ "ClientId": self.client, "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": password });
        let password = self.public("cognito-idp", "InitiateAuth", &password)?;
        let signed_in = to.json(&password)?["AuthenticationResult"].clone();
        let refresh = json!({ "REFRESH_TOKEN": text(&signed_in["RefreshToken"])? });
        let refresh = json!({ "ClientId": self.client, "AuthFlow": "REFRESH_TOKEN_AUTH", "AuthParameters": refresh });
        let refresh = self.public("cognito-idp", "InitiateAuth", &refresh)?;

        let identity = |call: &str, input: Value| self.public("cognito-identity", call, &input);
        let of_pool = |token: &str| json!({ "IdentityPoolId": self.identity_pool, "Logins": { (self.provider.as_str()): token } });
        let id_token = text(&signed_in["IdToken"])?;
        let new_guest = identity("GetId", json!({ "IdentityPoolId": self.identity_pool }))?;
        let guest = json!({ "IdentityId": to.json(&new_guest)?["IdentityId"] });
        let user = text(&to.json(&identity("GetId", of_pool(&id_token))?)?["IdentityId"])?;
        let of_user = |token: &str| json!({ "IdentityId": user, "Logins": { (self.provider.as_str()): token } });
        let session = session(&to.json(&identity("GetCredentialsForIdentity", of_user(&id_token))?)?)?;
        let caller = |keys: &Keys| query_call(&self.address, "sts", "GetCallerIdentity", &[], Some(keys));

        let first_sight = |name: &'static str, call: &str, input: &dyn Fn(&str) -> Value, work| {
            let wanted = name.contains(words);
            let tokens = if wanted { self.fetch(&refresh, "/AuthenticationResult/IdToken")? } else { Vec::new() };
            let requests: Result<_, String> = tokens.iter().map(|token| identity(call, input(token))).collect();
            Ok::<_, String>(Call::of_many(name, requests?, work))
        };
        let assume = |name: &'static str, work| {
            let get = identity("GetOpenIdToken", of_user(&id_token))?;
            let tokens = if name.contains(words) { self.fetch(&get, "/Token")? } else { Vec::new() };
            let request = |token: &String| {
                let members = [("RoleArn", USER_ROLE), ("RoleSessionName", "bench"), ("WebIdentityToken", token)];
                query_call(&self.address, "sts", "AssumeRoleWithWebIdentity", &members, None)
            };
            let requests: Result<_, String> = tokens.iter().map(request).collect();
            Ok::<_, String>(Call::of_many(name, requests?, work))
        };

        let none = Work::default();
        let verify = Work { verifications: 1, ..none };
        let sign = Work { signatures: 1, ..none };
        let seal = Work { seals: 1, ..none };
        let mut calls = vec![
            Call::new("GetId, a new guest", new_guest, none),
            first_sight("GetId, a known login, first sight", "GetId", &of_pool, verify)?,
            Call::new("GetId, a known login, again", identity("GetId", of_pool(&id_token))?, none),
            Call::new("GetCredentialsForIdentity, guest", identity("GetCredentialsForIdentity", guest.clone())?, seal),
            // The seal is not in this floor: the target is set against one verification alone.
            first_sight(
                "GetCredentialsForIdentity, login, first sight",
                "GetCredentialsForIdentity",
                &of_user,
                verify,
            )?,
            Call::new(
                "GetCredentialsForIdentity, login, again",
                identity("GetCredentialsForIdentity", of_user(&id_token))?,
                seal,
            ),
            Call::new("GetOpenIdToken, guest", identity("GetOpenIdToken", guest)?, sign),
            first_sight(
                "GetOpenIdToken, login, first sight",
                "GetOpenIdToken",
                &of_user,
                Work { verifications: 1, ..sign },
            )?,
            assume("AssumeRoleWithWebIdentity, first sight", Work { verifications: 1, ..seal })?,
            Call::new("InitiateAuth, password", password, Work { exponentiations: 1, signatures: 2, ..seal }),
            Call::new("InitiateAuth, refresh token", refresh.clone(), Work { signatures: 2, ..seal }),
            Call::new("GetCallerIdentity, access key", caller(&self.root)?, Work { request_signatures: 1, ..none }),
            Call::new("GetCallerIdentity, session", caller(&session)?, Work { request_signatures: 1, ..seal }),
        ];
        calls.retain(|call| call.name.contains(words));
        let nothing = Call::new("no-op (GET /_sekisho/health)", get(&self.address, "/_sekisho/health"), none);
        calls.insert(0, nothing);
        Ok(calls)
    }

    /// Sends the request until there are enough tokens, which stand in its answers at this place.
    fn fetch(&self, request: &[u8], place: &str) -> Result<Vec<String>, String> {
        std::thread::scope(|scope| {
            let fetchers: Vec<_> = (0..FETCHERS)
                .map(|_| {
                    scope.spawn(|| {
                        let mut to = Connection::open(&self.address)?;
                        let token = |_| text(to.json(request)?.pointer(place).unwrap_or(&Value::Null));
                        (0..TOKENS / FETCHERS).map(token).collect::<Result<Vec<_>, String>>()
                    })
                })
                .collect();
            let mut tokens = Vec::with_capacity(TOKENS);
            for fetcher in fetchers {
                tokens.extend(fetcher.join().map_err(|_| "a connection's thread was lost")??);
            }
            Ok(tokens)
        })
    }

    /// The identity pool's id, as it stands in the path of a request.
    pub fn encoded_pool(&self) -> String {
        self.identity_pool.replace(':', "%3A")
    }

    /// Gives the role of guests this policy, and answers a guest's keys.
    pub fn guest_with_policy(&self, policy: &Value) -> Result<Keys, String> {
        let mut to = Connection::open(&self.address)?;
        let policy = policy.to_string();
        let members = [("RoleName", "BenchGuest"), ("PolicyName", "bench"), ("PolicyDocument", policy.as_str())];
        to.json(&query_call(&self.address, "iam", "PutRolePolicy", &members, Some(&self.root))?)?;
        let new_guest = json!({ "IdentityPoolId": self.identity_pool });
        let guest = to.json(&self.public("cognito-identity", "GetId", &new_guest)?)?;
        let of_guest = json!({ "IdentityId": guest["IdentityId"] });
        session(&to.json(&self.public("cognito-identity", "GetCredentialsForIdentity", &of_guest)?)?)
    }

    fn public(&self, service: &str, call: &str, input: &Value) -> Result<Vec<u8>, String> {
        json_call(&self.address, service, call, input, None)
    }
}

/// The keys in an answer of GetCredentialsForIdentity.
fn session(answer: &Value) -> Result<Keys, String> {
    let given = &answer["Credentials"];
    Ok(Keys {
        id: text(&given["AccessKeyId"])?,
        secret: text(&given["SecretKey"])?,
        token: Some(text(&given["SessionToken"])?),
    })
}

fn text(value: &Value) -> Result<String, String> {
    value.as_str().map(str::to_owned).ok_or_else(|| format!("no text: {value}"))
}
