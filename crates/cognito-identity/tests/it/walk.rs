//! The whole walk through real services: user pool, groups, roles, identity pool, credentials, in the four ways of
//! choosing a role.

use serde_json::{Value, json};
use testkit::{Answer, Keys, World};

struct Walk {
    w: World,
    user_pool: String,
    client: String,
    pool: String,
}

impl Walk {
    async fn begin() -> Self {
        let tables = [cognito_identity::operations(), cognito_idp::operations(), iam::operations(), sts::operations()];
        let w = World::new(&tables).await;
        let user_pool = w.call("CreateUserPool", &json!({"PoolName": "people"})).await.text_at("UserPool.Id");
        let client = json!({
            "UserPoolId": user_pool, "ClientName": "app",
            "ExplicitAuthFlows": ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        });
        let client = w.call("CreateUserPoolClient", &client).await.text_at("UserPoolClient.ClientId");
        let provider = format!("cognito-idp.us-east-1.amazonaws.com/{user_pool}");
        let pool = json!({
            "IdentityPoolName": "fans", "AllowUnauthenticatedIdentities": true,
            "CognitoIdentityProviders": [
                {"ProviderName": provider, "ClientId": client, "ServerSideTokenCheck": true},
            ],
        });
        let pool = w.call("CreateIdentityPool", &pool).await.text_at("IdentityPoolId");
        let walk = Self { w, user_pool, client, pool };
        for (role, amr) in [("Fan", "authenticated"), ("Gold", "authenticated"), ("Guest", "unauthenticated")] {
            let trust = crate::support::trust(&walk.pool, amr).to_string();
            let input = json!({"RoleName": role, "AssumeRolePolicyDocument": trust});
            assert_eq!(walk.w.call("iam:CreateRole", &input).await.status, 200);
        }
        let group = json!({"UserPoolId": walk.user_pool, "GroupName": "gold", "RoleArn": arn("Gold")});
        walk.w.call("cognito-idp:CreateGroup", &group).await.ok();
        for name in ["ana", "bob"] {
            let user = json!({
                "UserPoolId": walk.user_pool, "Username": name, "MessageAction": "SUPPRESS",
                "UserAttributes": [{"Name": "email", "Value": format!("{name}@{name}.example")}],
            });
            walk.w.call("AdminCreateUser", &user).await.ok();
            let password = json!({
                "UserPoolId": walk.user_pool, "Username": name, "Password": "Correct-Horse-7", "Permanent": true,
            });
            walk.w.call("AdminSetUserPassword", &password).await.ok();
        }
        let member = json!({"UserPoolId": walk.user_pool, "Username": "ana", "GroupName": "gold"});
        walk.w.call("AdminAddUserToGroup", &member).await.ok();
        walk
    }

    async fn map(&self, mapping: Value) {
        let key = format!("cognito-idp.us-east-1.amazonaws.com/{}:{}", self.user_pool, self.client);
        let mut input = json!({
            "IdentityPoolId": self.pool, "Roles": {"authenticated": arn("Fan"), "unauthenticated": arn("Guest")},
        });
        if !mapping.is_null() {
            input["RoleMappings"] = json!({key: mapping});
        }
        self.w.call("SetIdentityPoolRoles", &input).await.ok();
    }

    async fn sign_in(&self, name: &str) -> Value {
        let input = json!({
            "UserPoolId": self.user_pool, "ClientId": self.client, "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
            "AuthParameters": {"USERNAME": name, "PASSWORD": "Correct-Horse-7"},
        });
        let answer = self.w.call("AdminInitiateAuth", &input).await;
        answer.at("AuthenticationResult").clone()
    }

    fn logins(&self, token: &Value) -> Value {
        json!({format!("cognito-idp.us-east-1.amazonaws.com/{}", self.user_pool): token})
    }

    async fn credentials(&self, logins: Value) -> Answer {
        let id = crate::support::get_id(&self.w, &self.pool, logins.clone()).await.text_at("IdentityId");
        crate::support::get_credentials(&self.w, &id, logins).await
    }

    async fn who(&self, logins: Value) -> String {
        let keys = Keys::of(self.credentials(logins).await.at("Credentials"));
        let answer = self.w.call_as(&keys, "GetCallerIdentity", &json!({})).await;
        answer.text_at("GetCallerIdentityResponse.GetCallerIdentityResult.Arn")
    }
}

fn arn(role: &str) -> String {
    format!("arn:aws:iam::123456789012:role/{role}")
}

fn session(role: &str) -> String {
    format!("arn:aws:sts::123456789012:assumed-role/{role}/CognitoIdentityCredentials")
}

#[tokio::test]
async fn all_four_ways_of_choosing_a_role() {
    let walk = Walk::begin().await;
    let ana = walk.logins(&walk.sign_in("ana").await["IdToken"]);
    let bob = walk.logins(&walk.sign_in("bob").await["IdToken"]);
    walk.map(Value::Null).await;
    assert_eq!(walk.who(json!({})).await, session("Guest"));
    assert_eq!(walk.who(ana.clone()).await, session("Fan"));
    let rule = json!({"Claim": "email", "MatchType": "Contains", "Value": "@bob.example", "RoleARN": arn("Gold")});
    walk.map(json!({
        "Type": "Rules", "AmbiguousRoleResolution": "AuthenticatedRole", "RulesConfiguration": {"Rules": [rule]},
    }))
    .await;
    assert_eq!(walk.who(ana.clone()).await, session("Fan"));
    assert_eq!(walk.who(bob.clone()).await, session("Gold"));
    walk.map(json!({"Type": "Token", "AmbiguousRoleResolution": "AuthenticatedRole"})).await;
    assert_eq!(walk.who(ana).await, session("Gold"));
    assert_eq!(walk.who(bob).await, session("Fan"));
}

#[tokio::test]
async fn an_access_token_is_no_login_and_a_deleted_user_neither() {
    let walk = Walk::begin().await;
    walk.map(Value::Null).await;
    let tokens = walk.sign_in("ana").await;
    let access = walk.logins(&tokens["AccessToken"]);
    assert_eq!(
        crate::support::get_id(&walk.w, &walk.pool, access).await.to_string(),
        "400 NotAuthorizedException: Invalid login token. Missing a required claim: aud"
    );
    let ana = walk.logins(&tokens["IdToken"]);
    assert_eq!(walk.who(ana.clone()).await, session("Fan"));
    walk.w.call("AdminDeleteUser", &json!({"UserPoolId": walk.user_pool, "Username": "ana"})).await;
    assert_eq!(
        crate::support::get_id(&walk.w, &walk.pool, ana).await.to_string(),
        "400 NotAuthorizedException: Token is inactive"
    );
}

#[tokio::test]
async fn a_deleted_role_ends_its_sessions_and_gives_no_more() {
    let walk = Walk::begin().await;
    walk.map(Value::Null).await;
    let answer = walk.credentials(json!({})).await;
    let keys = Keys::of(answer.at("Credentials"));
    assert_eq!(walk.w.call_as(&keys, "GetCallerIdentity", &json!({})).await.status, 200);
    assert_eq!(walk.w.call("iam:DeleteRole", &json!({"RoleName": "Guest"})).await.status, 200);
    assert_eq!(walk.w.call_as(&keys, "GetCallerIdentity", &json!({})).await.status, 403);
    assert_eq!(
        walk.credentials(json!({})).await.to_string(),
        "400 InvalidIdentityPoolConfigurationException: Invalid identity pool configuration. Check assigned IAM roles \
         for this pool."
    );
}
