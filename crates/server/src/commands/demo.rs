//! `sekisho demo`: serve, build the four ways of choosing a role, walk and explain each over the wire, stay up.

use super::serve::Running;
use crate::cli::ServeArgs;
use crate::client::{Answer, Client, Credentials};
use crate::commands::env::quoted;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use service::Node;

const NAME: &str = "sekisho-demo";

/// Serves, walks, explains, and serves on until told to stop.
///
/// # Errors
/// The server cannot start, or a step of the walk is refused (its code and sentence are shown).
pub fn run(args: &ServeArgs) -> Result<(), String> {
    // The walk is what there is to read; calls are not logged unless asked for.
    let quiet = ServeArgs { log: args.log.clone().or_else(|| Some("warn".to_owned())), ..args.clone() };
    let running = Running::start(&quiet)?;
    let walked = running.block_on(async { Demo::new(&running).walk().await });
    if let Err(error) = walked {
        running.stop();
        return Err(format!("the demo did not get through: {error}"));
    }
    running.wait()
}

/// What the demo works with: a client that signs as root, and the decisions of the server beside it.
struct Demo<'a> {
    client: Client,
    root: Credentials,
    node: &'a Node,
    region: String,
}

/// One person (or nobody) who walks from sign-in to temporary credentials.
struct Walk<'a> {
    title: &'a str,
    meaning: &'a str,
    role: &'a str,
    login: Option<(&'a str, &'a str)>,
}

struct Pools {
    user_pool: String,
    identity_pool: String,
    /// Client ids: default role, rules, groups.
    clients: [String; 3],
}

impl<'a> Demo<'a> {
    fn new(running: &'a Running) -> Self {
        Self {
            client: Client::new(running.address(), running.node().region.as_str()),
            root: running.root_credentials(),
            node: running.node(),
            region: running.node().region.to_string(),
        }
    }

    async fn walk(&self) -> Result<(), String> {
        println!("Sekisho serves {} (account {}).\n", self.node.base_url, self.node.account);
        let pools = self.build().await?;
        let passwords = self.set_passwords(&pools).await?;
        let [default, rules, groups] = &pools.clients;
        let walks = [
            Walk {
                title: "Guest",
                meaning: "no sign-in; the identity pool's role for unauthenticated identities",
                role: "DemoGuest",
                login: None,
            },
            Walk {
                title: "Signed-in user, default role",
                meaning: "ana signs in; her app client has no mapping, so the pool's authenticated role applies",
                role: "DemoUser",
                login: Some((default, "ana")),
            },
            Walk {
                title: "Role chosen by a rule",
                meaning: "ben signs in; the rule `email` Contains `@staff.example.com` names a role",
                role: "DemoStaff",
                login: Some((rules, "ben")),
            },
            Walk {
                title: "Role from the group, read from the ID token",
                meaning: "eva signs in; her group put its role into cognito:roles and cognito:preferred_role",
                role: "DemoEditor",
                login: Some((groups, "eva")),
            },
        ];
        for (number, walk) in walks.iter().enumerate() {
            self.take(number + 1, walk, &pools, &passwords).await?;
        }
        self.print_next(&pools, &passwords);
        Ok(())
    }

    /// Walks one way and prints each step, its reasons, and who STS says the caller is.
    async fn take(&self, number: usize, walk: &Walk<'_>, pools: &Pools, passwords: &Passwords) -> Result<(), String> {
        println!("{number}. {}\n   {}", walk.title, walk.meaning);
        let mut logins = json!({});
        if let Some((client, user)) = walk.login {
            let signed_in = self
                .idp(
                    "AdminInitiateAuth",
                    json!({
                        "UserPoolId": pools.user_pool, "ClientId": client, "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
                        "AuthParameters": { "USERNAME": user, "PASSWORD": passwords.of(user) },
                    }),
                )
                .await?;
            let token = text(&signed_in.body, &["AuthenticationResult", "IdToken"])?;
            println!("   AdminInitiateAuth          -> ID token of {user} {}", shown_claims(&token));
            logins = json!({ (provider(&self.region, &pools.user_pool)): token });
        }
        let identity =
            self.identity("GetId", json!({ "IdentityPoolId": pools.identity_pool, "Logins": logins })).await?;
        let identity_id = text(&identity.body, &["IdentityId"])?;
        println!("   GetId                      -> {identity_id}");
        let given =
            self.identity("GetCredentialsForIdentity", json!({ "IdentityId": identity_id, "Logins": logins })).await?;
        let keys = Credentials::from_cognito(&given.body).ok_or("the answer holds no credentials")?;
        println!("   GetCredentialsForIdentity  -> {}", keys.access_key_id);
        self.print_reasons(&given.request_id);
        let caller = self.client.query("sts", "GetCallerIdentity", &[], Some(&keys)).await?;
        let arn = text(&caller.body, &["GetCallerIdentityResponse", "GetCallerIdentityResult", "Arn"])?;
        println!("   GetCallerIdentity          -> {arn}\n");
        let expected =
            format!("arn:aws:sts::{}:assumed-role/{}/CognitoIdentityCredentials", self.node.account, walk.role);
        if arn == expected { Ok(()) } else { Err(format!("expected {expected}")) }
    }

    fn print_reasons(&self, request_id: &str) {
        let Some(decision) = self.node.decisions.find(request_id) else { return };
        println!("     because (request {request_id}):");
        for step in &decision.steps {
            println!("       {:<9} {}", step.stage, step.text);
        }
    }

    /// Makes what is not there yet; a second run finds everything.
    async fn build(&self) -> Result<Pools, String> {
        let user_pool =
            match self.named("ListUserPools", json!({ "MaxResults": 60 }), "UserPools", "Name", "Id").await? {
                Some(id) => id,
                None => {
                    let schema =
                        json!([{ "Name": "email", "AttributeDataType": "String", "Required": true, "Mutable": true }]);
                    let made = self.idp("CreateUserPool", json!({ "PoolName": NAME, "Schema": schema })).await?;
                    text(&made.body, &["UserPool", "Id"])?
                }
            };
        let mut clients = Vec::new();
        for name in ["default-role", "rules", "groups"] {
            clients.push(self.client_named(&user_pool, name).await?);
        }
        let clients: [String; 3] = clients.try_into().map_err(|_| "three app clients were to be made")?;
        let identity_pool = self.identity_pool(&user_pool, &clients).await?;
        self.roles(&user_pool, &identity_pool, &clients).await?;
        self.users(&user_pool).await?;
        println!("User pool {user_pool}, identity pool {identity_pool}.\n");
        Ok(Pools { user_pool, identity_pool, clients })
    }

    async fn client_named(&self, user_pool: &str, name: &str) -> Result<String, String> {
        let listed = json!({ "UserPoolId": user_pool, "MaxResults": 60 });
        let known =
            self.named_as("ListUserPoolClients", listed, "UserPoolClients", ("ClientName", name), "ClientId").await?;
        if let Some(id) = known {
            return Ok(id);
        }
        let flows = ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"];
        let wanted = json!({ "UserPoolId": user_pool, "ClientName": name, "ExplicitAuthFlows": flows });
        let made = self.idp("CreateUserPoolClient", wanted).await?;
        text(&made.body, &["UserPoolClient", "ClientId"])
    }

    async fn identity_pool(&self, user_pool: &str, clients: &[String; 3]) -> Result<String, String> {
        let listed = self.signed_identity("ListIdentityPools", json!({ "MaxResults": 60 })).await?;
        if let Some(id) = pick(&listed.body, "IdentityPools", ("IdentityPoolName", NAME), "IdentityPoolId") {
            return Ok(id);
        }
        let provider = provider(&self.region, user_pool);
        let providers: Vec<Value> = clients
            .iter()
            .map(|client| json!({ "ProviderName": provider, "ClientId": client, "ServerSideTokenCheck": false }))
            .collect();
        let wanted = json!({
            "IdentityPoolName": NAME, "AllowUnauthenticatedIdentities": true, "AllowClassicFlow": false,
            "CognitoIdentityProviders": providers,
        });
        let made = self.signed_identity("CreateIdentityPool", wanted).await?;
        text(&made.body, &["IdentityPoolId"])
    }

    async fn roles(&self, user_pool: &str, identity_pool: &str, clients: &[String; 3]) -> Result<(), String> {
        for (name, amr) in [
            ("DemoGuest", "unauthenticated"),
            ("DemoUser", "authenticated"),
            ("DemoStaff", "authenticated"),
            ("DemoEditor", "authenticated"),
        ] {
            let trust = json!({ "Version": "2012-10-17", "Statement": [{
                "Effect": "Allow",
                "Principal": { "Federated": "cognito-identity.amazonaws.com" },
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {
                    "StringEquals": { "cognito-identity.amazonaws.com:aud": identity_pool },
                    "ForAnyValue:StringLike": { "cognito-identity.amazonaws.com:amr": amr },
                },
            }] });
            let trust = trust.to_string();
            let made = self.iam("CreateRole", &[("RoleName", name), ("AssumeRolePolicyDocument", &trust)]).await;
            match made {
                Ok(_) => {}
                Err(refused) if refused.starts_with("EntityAlreadyExists") => {
                    self.iam("UpdateAssumeRolePolicy", &[("RoleName", name), ("PolicyDocument", &trust)]).await?;
                }
                Err(refused) => return Err(refused),
            }
        }
        let own_prefix = json!({ "Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"],
            "Resource": "arn:aws:s3:::demo/private/${cognito-identity.amazonaws.com:sub}/*",
        }] });
        let own_prefix = own_prefix.to_string();
        let put = [("RoleName", "DemoUser"), ("PolicyName", "own-prefix"), ("PolicyDocument", own_prefix.as_str())];
        self.iam("PutRolePolicy", &put).await?;
        let read_only = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
        self.iam("AttachRolePolicy", &[("RoleName", "DemoStaff"), ("PolicyArn", read_only)]).await?;

        let [_, rules, groups] = clients;
        let provider = provider(&self.region, user_pool);
        let rule = json!({
            "Claim": "email", "MatchType": "Contains", "Value": "@staff.example.com", "RoleARN": self.role_arn("DemoStaff"),
        });
        let roles = json!({
            "IdentityPoolId": identity_pool,
            "Roles": { "authenticated": self.role_arn("DemoUser"), "unauthenticated": self.role_arn("DemoGuest") },
            "RoleMappings": {
                (format!("{provider}:{rules}")): {
                    "Type": "Rules", "AmbiguousRoleResolution": "Deny", "RulesConfiguration": { "Rules": [rule] },
                },
                (format!("{provider}:{groups}")): { "Type": "Token", "AmbiguousRoleResolution": "Deny" },
            },
        });
        self.signed_identity("SetIdentityPoolRoles", roles).await.map(|_| ())
    }

    async fn users(&self, user_pool: &str) -> Result<(), String> {
        for (name, email) in [("ana", "ana@example.com"), ("ben", "ben@staff.example.com"), ("eva", "eva@example.com")]
        {
            let attributes =
                json!([{ "Name": "email", "Value": email }, { "Name": "email_verified", "Value": "true" }]);
            let wanted = json!({
                "UserPoolId": user_pool, "Username": name, "UserAttributes": attributes, "MessageAction": "SUPPRESS",
            });
            unless_there("UsernameExistsException", self.idp("AdminCreateUser", wanted).await)?;
        }
        let group = json!({
            "UserPoolId": user_pool, "GroupName": "editors", "RoleArn": self.role_arn("DemoEditor"), "Precedence": 10,
        });
        unless_there("GroupExistsException", self.idp("CreateGroup", group).await)?;
        let member = json!({ "UserPoolId": user_pool, "Username": "eva", "GroupName": "editors" });
        self.idp("AdminAddUserToGroup", member).await.map(|_| ())
    }

    /// Every run sets new random passwords, so none is known beforehand.
    async fn set_passwords(&self, pools: &Pools) -> Result<Passwords, String> {
        let mut passwords = Passwords(Vec::new());
        for user in ["ana", "ben", "eva"] {
            let password = format!("Demo-{}-1a", URL_SAFE_NO_PAD.encode(crate::clock::fresh::<12>()));
            let wanted =
                json!({ "UserPoolId": pools.user_pool, "Username": user, "Password": password, "Permanent": true });
            self.idp("AdminSetUserPassword", wanted).await?;
            passwords.0.push((user, password));
        }
        Ok(passwords)
    }

    fn print_next(&self, pools: &Pools, passwords: &Passwords) {
        let [default, ..] = &pools.clients;
        let root = &self.root;
        println!("It goes on serving; stop it with Ctrl-C. To go on with the AWS CLI, paste into a shell:\n");
        println!("  export AWS_ENDPOINT_URL={}", quoted(&self.node.base_url));
        println!("  export AWS_DEFAULT_REGION={}", quoted(&self.region));
        println!("  export AWS_ACCESS_KEY_ID={}", quoted(&root.access_key_id));
        println!("  export AWS_SECRET_ACCESS_KEY={}", quoted(&root.secret_access_key));
        println!("  aws sts get-caller-identity");
        println!(
            "  ID=$(aws cognito-identity get-id --identity-pool-id {} --query IdentityId --output text)",
            pools.identity_pool
        );
        println!("  aws cognito-identity get-credentials-for-identity --identity-id \"$ID\"");
        println!(
            "  aws cognito-idp admin-initiate-auth --user-pool-id {} --client-id {default} \\\n    --auth-flow \
             ADMIN_USER_PASSWORD_AUTH --auth-parameters USERNAME=ana,PASSWORD={}\n",
            pools.user_pool,
            quoted(passwords.of("ana"))
        );
    }

    fn role_arn(&self, name: &str) -> String {
        format!("arn:aws:iam::{}:role/{name}", self.node.account)
    }

    async fn named(
        &self,
        call: &str,
        input: Value,
        list: &str,
        name: &str,
        id: &str,
    ) -> Result<Option<String>, String> {
        self.named_as(call, input, list, (name, NAME), id).await
    }

    async fn named_as(
        &self,
        call: &str,
        input: Value,
        list: &str,
        wanted: (&str, &str),
        id: &str,
    ) -> Result<Option<String>, String> {
        Ok(pick(&self.idp(call, input).await?.body, list, wanted, id))
    }

    async fn idp(&self, call: &str, input: Value) -> Result<Answer, String> {
        self.client.json("cognito-idp", "AWSCognitoIdentityProviderService", call, &input, Some(&self.root)).await
    }

    /// Unsigned, as a browser or a phone calls it.
    async fn identity(&self, call: &str, input: Value) -> Result<Answer, String> {
        self.client.json("cognito-identity", "AWSCognitoIdentityService", call, &input, None).await
    }

    async fn signed_identity(&self, call: &str, input: Value) -> Result<Answer, String> {
        self.client.json("cognito-identity", "AWSCognitoIdentityService", call, &input, Some(&self.root)).await
    }

    async fn iam(&self, call: &str, members: &[(&str, &str)]) -> Result<Answer, String> {
        self.client.query("iam", call, members, Some(&self.root)).await
    }
}

struct Passwords(Vec<(&'static str, String)>);

impl Passwords {
    fn of(&self, user: &str) -> &str {
        self.0.iter().find(|(name, _)| *name == user).map_or("", |(_, password)| password)
    }
}

fn provider(region: &str, user_pool: &str) -> String {
    format!("cognito-idp.{region}.amazonaws.com/{user_pool}")
}

fn unless_there(code: &str, made: Result<Answer, String>) -> Result<(), String> {
    match made {
        Err(refused) if !refused.starts_with(code) => Err(refused),
        _ => Ok(()),
    }
}

fn pick(body: &Value, list: &str, (name, wanted): (&str, &str), id: &str) -> Option<String> {
    let found =
        body.get(list)?.as_array()?.iter().find(|item| item.get(name).and_then(Value::as_str) == Some(wanted))?;
    found.get(id)?.as_str().map(str::to_owned)
}

fn text(body: &Value, path: &[&str]) -> Result<String, String> {
    let found = path.iter().try_fold(body, |value, name| value.get(*name)).and_then(Value::as_str);
    found.map(str::to_owned).ok_or_else(|| format!("the answer has no {}", path.join(".")))
}

/// The claims that choose roles, for reading; the token was made by the server a moment ago.
fn shown_claims(token: &str) -> String {
    let payload = token.split('.').nth(1).and_then(|part| URL_SAFE_NO_PAD.decode(part).ok());
    let claims: Value = payload.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
    let shown: Vec<String> = ["email", "cognito:groups", "cognito:roles", "cognito:preferred_role"]
        .iter()
        .filter_map(|name| claims.get(*name).map(|value| format!("{name}={value}")))
        .collect();
    format!("({})", shown.join(", "))
}
