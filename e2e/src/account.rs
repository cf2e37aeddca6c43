//! An account with pools, users and roles, made with boto3 in one go, for tests whose subject is something else.

use crate::{Server, Shell, token};
use serde_json::{Value, json};

/// What was made. The user `ana` has the password [`PASSWORD`]; she is in no group.
#[derive(Debug)]
pub struct Account {
    /// The user pool's id.
    pub user_pool: String,
    /// An app client that the identity pool knows; password sign-in and refresh are on.
    pub client: String,
    /// An app client of the same user pool that the identity pool does not know.
    pub foreign_client: String,
    /// An identity pool that admits guests and the users of `client`.
    pub identity_pool: String,
    /// An identity pool that admits users of `client` only.
    pub closed_pool: String,
    /// The key of the user pool in a map of logins.
    pub provider: String,
}

/// The password of every user.
pub const PASSWORD: &str = "Perman3nt!";

const BUILD: &str = r#"
import boto3, json, sys
name, password = sys.argv[1:]
idp, ids, iam = boto3.client("cognito-idp"), boto3.client("cognito-identity"), boto3.client("iam")
pool = idp.create_user_pool(PoolName=name)["UserPool"]["Id"]
flows = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
client, foreign = [
    idp.create_user_pool_client(UserPoolId=pool, ClientName=client, ExplicitAuthFlows=flows)["UserPoolClient"]["ClientId"]
    for client in ("known", "foreign")
]
idp.admin_create_user(UserPoolId=pool, Username="ana", MessageAction="SUPPRESS",
                      UserAttributes=[{"Name": "email", "Value": "ana@example.com"}])
idp.admin_set_user_password(UserPoolId=pool, Username="ana", Password=password, Permanent=True)
provider = "cognito-idp.us-east-1.amazonaws.com/" + pool
providers = [{"ProviderName": provider, "ClientId": client}]
open_pool, closed_pool = [
    ids.create_identity_pool(IdentityPoolName=pool_name, AllowUnauthenticatedIdentities=guests,
                             CognitoIdentityProviders=providers)["IdentityPoolId"]
    for pool_name, guests in (("open", True), ("closed", False))
]
arns = {}
for role, state in (("Guest", "unauthenticated"), ("User", "authenticated")):
    trust = {"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"Federated": "cognito-identity.amazonaws.com"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {
            "StringEquals": {"cognito-identity.amazonaws.com:aud": [open_pool, closed_pool]},
            "ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": state},
        },
    }]}
    made = iam.create_role(RoleName=name + role, AssumeRolePolicyDocument=json.dumps(trust))
    arns[state] = made["Role"]["Arn"]
for pool_id in (open_pool, closed_pool):
    ids.set_identity_pool_roles(IdentityPoolId=pool_id, Roles=arns)
print(json.dumps({"user_pool": pool, "client": client, "foreign_client": foreign, "identity_pool": open_pool,
                  "closed_pool": closed_pool, "provider": provider}))
"#;

impl Account {
    /// Makes everything, signed by the server's root user. The user pool has this name, the roles begin with it.
    pub fn create(server: &Server, name: &str) -> Self {
        let made = server.root().python(BUILD, &[name, PASSWORD]);
        let text = |name: &str| made[name].as_str().expect("an id").to_owned();
        Self {
            user_pool: text("user_pool"),
            client: text("client"),
            foreign_client: text("foreign_client"),
            identity_pool: text("identity_pool"),
            closed_pool: text("closed_pool"),
            provider: text("provider"),
        }
    }

    /// Signs ana in at an app client and answers the `AuthenticationResult`.
    pub fn sign_in(&self, guest: &Shell, client: &str) -> Value {
        let answer = guest.json(&format!(
            "aws cognito-idp initiate-auth --no-sign-request --client-id {client} --auth-flow USER_PASSWORD_AUTH \
             --auth-parameters USERNAME=ana,PASSWORD='{PASSWORD}'"
        ));
        answer["AuthenticationResult"].clone()
    }

    /// Ana's ID token for the known app client.
    pub fn id_token(&self, guest: &Shell) -> String {
        let signed_in = self.sign_in(guest, &self.client);
        let id_token = signed_in["IdToken"].as_str().expect("an ID token").to_owned();
        assert_eq!(token::claims(&id_token)["token_use"], json!("id"));
        id_token
    }
}

/// Temporary credentials of a guest of an identity pool.
pub fn guest_credentials(guest: &Shell, identity_pool: &str) -> Value {
    let answer = guest.json(&format!(
        "aws cognito-identity get-credentials-for-identity --no-sign-request --identity-id \
         $(aws cognito-identity get-id --no-sign-request --identity-pool-id {identity_pool} \
           --query IdentityId --output text)"
    ));
    answer["Credentials"].clone()
}
