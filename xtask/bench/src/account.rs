//! The pools and roles that the measured calls need, and those calls as ready-made requests.

use crate::client::{Connection, Keys, REGION, get, json_call, query_call};
use crate::floor::Work;
use serde_json::{Value, json};

const PASSWORD: &str = "Perman3nt!";

/// A call to measure: the same bytes each time.
pub struct Call {
    /// What it is, for the table.
    pub name: &'static str,
    /// The request.
    pub request: Vec<u8>,
    /// The cryptography that it cannot do without.
    pub work: Work,
    /// The status of its answer.
    pub status: u16,
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
                "IdentityPoolName": "bench", "AllowUnauthenticatedIdentities": true,
                "CognitoIdentityProviders": [{ "ProviderName": provider, "ClientId": client }],
            }),
        )?;
        let identity_pool = text(&made["IdentityPoolId"])?;
        let roles = json!({
            "authenticated": "arn:aws:iam::123456789012:role/BenchUser",
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
            let request = query_call(address, "iam", "CreateRole", &members, &root)?;
            Connection::open(address)?.json(&request).map_err(|error| format!("CreateRole: {error}"))?;
        }
        identity("SetIdentityPoolRoles", json!({ "IdentityPoolId": identity_pool, "Roles": roles }))?;
        Ok(Self { address: address.to_owned(), root, client, identity_pool, provider })
    }

    /// The calls, the no-op first. Tokens and keys are made anew, so that none expires during a long run.
    pub fn calls(&self) -> Result<Vec<Call>, String> {
        let mut to = Connection::open(&self.address)?;
        let password = json!({ "USERNAME": "ana", "PASSWORD": PASSWORD });
        let password = json!({ "ClientId": self.client, "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": password });
        let password = self.public("cognito-idp", "InitiateAuth", &password)?;
        let signed_in = to.json(&password)?["AuthenticationResult"].clone();
        let refresh = json!({ "REFRESH_TOKEN": text(&signed_in["RefreshToken"])? });
        let refresh = json!({ "ClientId": self.client, "AuthFlow": "REFRESH_TOKEN_AUTH", "AuthParameters": refresh });
        let refresh = self.public("cognito-idp", "InitiateAuth", &refresh)?;

        let logins = json!({ (self.provider.as_str()): text(&signed_in["IdToken"])? });
        let new_guest = json!({ "IdentityPoolId": self.identity_pool });
        let new_guest = self.public("cognito-identity", "GetId", &new_guest)?;
        let guest = text(&to.json(&new_guest)?["IdentityId"])?;
        let known = json!({ "IdentityPoolId": self.identity_pool, "Logins": logins });
        let known = self.public("cognito-identity", "GetId", &known)?;
        let user = text(&to.json(&known)?["IdentityId"])?;
        let of_guest = self.public("cognito-identity", "GetCredentialsForIdentity", &json!({ "IdentityId": guest }))?;
        let of_user = json!({ "IdentityId": user, "Logins": logins });
        let of_user = self.public("cognito-identity", "GetCredentialsForIdentity", &of_user)?;
        let session = session(&to.json(&of_user)?)?;
        let caller = |keys: &Keys| query_call(&self.address, "sts", "GetCallerIdentity", &[], keys);

        let none = Work::default();
        let one_verification = Work { verifications: 1, ..none };
        Ok(vec![
            Call {
                name: "no-op (GET /_sekisho/health)",
                request: get(&self.address, "/_sekisho/health"),
                work: none,
                status: 200,
            },
            Call { name: "GetId, a new guest", request: new_guest, work: none, status: 200 },
            Call { name: "GetId, a known login", request: known, work: one_verification, status: 200 },
            Call {
                name: "GetCredentialsForIdentity, guest",
                request: of_guest,
                work: Work { seals: 1, ..none },
                status: 200,
            },
            // The seal is not in this floor: the target is set against one verification alone.
            Call { name: "GetCredentialsForIdentity, login", request: of_user, work: one_verification, status: 200 },
            Call {
                name: "InitiateAuth, password",
                request: password,
                work: Work { exponentiations: 1, signatures: 2, seals: 1, ..none },
                status: 200,
            },
            Call {
                name: "InitiateAuth, refresh token",
                request: refresh,
                work: Work { signatures: 2, seals: 1, ..none },
                status: 200,
            },
            Call {
                name: "GetCallerIdentity, access key",
                request: caller(&self.root)?,
                work: Work { request_signatures: 1, ..none },
                status: 200,
            },
            Call {
                name: "GetCallerIdentity, session",
                request: caller(&session)?,
                work: Work { request_signatures: 1, seals: 1, ..none },
                status: 200,
            },
        ])
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
        to.json(&query_call(&self.address, "iam", "PutRolePolicy", &members, &self.root)?)?;
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
