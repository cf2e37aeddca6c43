//! The walk with the unmodified AWS CLI, in all four ways of choosing a role, on both engines: from a user pool to what
//! `GetCallerIdentity` answers for the keys that came out. The commands are those people use against AWS.

#![allow(clippy::panic, clippy::unwrap_used)]

use e2e::server::ACCOUNT;
use e2e::{Engine, Server, Shell, token};
use serde_json::{Value, json};
use std::sync::OnceLock;

/// The four ways on one engine; they share a server and its pools.
macro_rules! on {
    ($name:ident, $engine:expr) => {
        mod $name {
            use super::*;

            fn walk() -> &'static Walk {
                static WALK: OnceLock<Walk> = OnceLock::new();
                WALK.get_or_init(|| Walk::prepare($engine))
            }

            #[test]
            fn a_guest_gets_the_guest_role() {
                super::a_guest_gets_the_guest_role(walk());
            }

            #[test]
            fn a_user_gets_the_default_authenticated_role() {
                super::a_user_gets_the_default_authenticated_role(walk());
            }

            #[test]
            fn a_rule_on_the_email_address_chooses_the_role() {
                super::a_rule_on_the_email_address_chooses_the_role(walk());
            }

            #[test]
            fn the_group_in_the_token_chooses_the_role() {
                super::the_group_in_the_token_chooses_the_role(walk());
            }
        }
    };
}

on!(sqlite, Engine::Sqlite);
on!(postgresql, Engine::Postgres);

fn a_guest_gets_the_guest_role(walk: &Walk) {
    let guest = walk.server.guest();
    let pool = &walk.identity_pool;
    let get_id = format!("aws cognito-identity get-id --identity-pool-id {pool} --no-sign-request");
    let identity = id(&guest.json(&get_id));
    assert!(identity.starts_with("us-east-1:"), "{identity}");
    assert_ne!(id(&guest.json(&get_id)), identity, "every guest is somebody new");
    // A program that has keys signs this call too, and is answered all the same.
    let get_id = format!("aws cognito-identity get-id --account-id {ACCOUNT} --identity-pool-id {pool}");
    assert_ne!(id(&walk.root.json(&get_id)), identity);

    let answer = guest
        .json(&format!("aws cognito-identity get-credentials-for-identity --identity-id {identity} --no-sign-request"));
    assert_eq!(id(&answer), identity);
    walk.is_caller(&answer["Credentials"], "WalkGuest");
}

fn a_user_gets_the_default_authenticated_role(walk: &Walk) {
    let Walk { root, user_pool, identity_pool, provider, old_client, .. } = walk;
    let made = root.json(&format!(
        "aws cognito-idp admin-create-user --user-pool-id {user_pool} --username ana \
         --user-attributes Name=email,Value=ana@example.com Name=email_verified,Value=true \
         --temporary-password 'Temp0rary!' --message-action SUPPRESS"
    ));
    assert_eq!(made["User"]["UserStatus"], "FORCE_CHANGE_PASSWORD");
    let challenge = root.json(&format!(
        "aws cognito-idp admin-initiate-auth --user-pool-id {user_pool} --client-id {old_client} \
         --auth-flow ADMIN_NO_SRP_AUTH --auth-parameters USERNAME=ana,PASSWORD='Temp0rary!'"
    ));
    assert_eq!(challenge["ChallengeName"], "NEW_PASSWORD_REQUIRED");
    let session = challenge["Session"].as_str().unwrap();
    let signed_in = root.json(&format!(
        "aws cognito-idp admin-respond-to-auth-challenge --user-pool-id {user_pool} --client-id {old_client} \
         --challenge-name NEW_PASSWORD_REQUIRED --challenge-responses USERNAME=ana,NEW_PASSWORD='Perman3nt!' \
         --session {session}"
    ));
    let id_token = text(&signed_in["AuthenticationResult"]["IdToken"]);
    let claims = token::claims(&id_token);
    assert_eq!(claims["email"], "ana@example.com");
    assert_eq!(claims["aud"], **old_client);
    assert_eq!(claims["token_use"], "id");
    assert_eq!(claims.get("cognito:roles"), None);

    let guest = walk.server.guest();
    let identity = id(&guest.json(&format!(
        "aws cognito-identity get-id --no-sign-request --identity-pool-id {identity_pool} --logins {provider}={id_token}"
    )));
    let answer = guest.json(&format!(
        "aws cognito-identity get-credentials-for-identity --no-sign-request --identity-id {identity} \
         --logins {provider}={id_token}"
    ));
    assert_eq!(id(&answer), identity);
    let keys = walk.is_caller(&answer["Credentials"], "WalkUser");

    // The role's own policy says what the keys may do, and nothing else.
    let described = keys.json(&format!("aws cognito-idp describe-user-pool --user-pool-id {user_pool}"));
    assert_eq!(described["UserPool"]["Id"], **user_pool);
    keys.refused(
        &format!("aws cognito-idp list-users --user-pool-id {user_pool}"),
        "AccessDeniedException",
        &format!(
            "User: arn:aws:sts::{ACCOUNT}:assumed-role/WalkUser/CognitoIdentityCredentials is not authorized to \
             perform: cognito-idp:ListUsers on resource: arn:aws:cognito-idp:us-east-1:{ACCOUNT}:userpool/{user_pool} \
             because no identity-based policy allows the cognito-idp:ListUsers action"
        ),
    );

    // The same person by the permanent password: another token, the same identity.
    let again = root.json(&format!(
        "aws cognito-idp admin-initiate-auth --user-pool-id {user_pool} --client-id {old_client} \
         --auth-flow ADMIN_NO_SRP_AUTH --auth-parameters USERNAME=ana,PASSWORD='Perman3nt!'"
    ));
    let other_token = text(&again["AuthenticationResult"]["IdToken"]);
    assert_ne!(other_token, id_token);
    let same = id(&guest.json(&format!(
        "aws cognito-identity get-id --no-sign-request --identity-pool-id {identity_pool} \
         --logins {provider}={other_token}"
    )));
    assert_eq!(same, identity);
    guest.refused(
        &format!("aws cognito-identity get-credentials-for-identity --no-sign-request --identity-id {identity}"),
        "NotAuthorizedException",
        &format!("Access to Identity '{identity}' is forbidden."),
    );
}

fn a_rule_on_the_email_address_chooses_the_role(walk: &Walk) {
    let client = &walk.rules_client;
    walk.create_user("ben", "ben@staff.example.com");
    let signed_in = walk.sign_in(client, "ben");
    let answer = walk.credentials(&text(&signed_in["IdToken"]));
    walk.is_caller(&answer["Credentials"], "WalkStaff");

    // An ID token that came from a refresh token is as good.
    let refreshed = walk.server.guest().json(&format!(
        "aws cognito-idp initiate-auth --no-sign-request --client-id {client} --auth-flow REFRESH_TOKEN_AUTH \
         --auth-parameters REFRESH_TOKEN={}",
        text(&signed_in["RefreshToken"])
    ));
    let again = walk.credentials(&text(&refreshed["AuthenticationResult"]["IdToken"]));
    assert_eq!(id(&again), id(&answer));
    walk.is_caller(&again["Credentials"], "WalkStaff");

    // Nothing matches, and the mapping says what then: the default role.
    walk.create_user("bea", "bea@example.com");
    let answer = walk.credentials(&text(&walk.sign_in(client, "bea")["IdToken"]));
    walk.is_caller(&answer["Credentials"], "WalkUser");
}

fn the_group_in_the_token_chooses_the_role(walk: &Walk) {
    let Walk { root, user_pool, groups_client, .. } = walk;
    let role = role_arn("WalkEditor");
    let group = root.json(&format!(
        "aws cognito-idp create-group --user-pool-id {user_pool} --group-name editors --role-arn {role} --precedence 1"
    ));
    assert_eq!(group["Group"]["RoleArn"], *role);
    root.json(&format!(
        "aws cognito-idp create-group --user-pool-id {user_pool} --group-name readers --role-arn {} --precedence 9",
        role_arn("WalkStaff")
    ));
    walk.create_user("eva", "eva@example.com");
    for group in ["readers", "editors"] {
        root.text(&format!(
            "aws cognito-idp admin-add-user-to-group --user-pool-id {user_pool} --username eva --group-name {group}"
        ));
    }
    let id_token = text(&walk.sign_in(groups_client, "eva")["IdToken"]);
    let claims = token::claims(&id_token);
    // The order of groups is by precedence, which the tests of the claims say; here it does not matter.
    let mut roles: Vec<&str> = claims["cognito:roles"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    roles.sort_unstable();
    assert_eq!(roles, [role_arn("WalkEditor"), role_arn("WalkStaff")]);
    assert_eq!(claims["cognito:preferred_role"], *role);
    let answer = walk.credentials(&id_token);
    walk.is_caller(&answer["Credentials"], "WalkEditor");

    // Any of the token's roles may be asked for, and no other.
    let identity = id(&answer);
    let get = format!(
        "aws cognito-identity get-credentials-for-identity --no-sign-request --identity-id {identity} \
         --logins {}={id_token} --custom-role-arn",
        walk.provider
    );
    let guest = walk.server.guest();
    let answer = guest.json(&format!("{get} {}", role_arn("WalkStaff")));
    walk.is_caller(&answer["Credentials"], "WalkStaff");
    let refused = guest.run(&format!("{get} {}", role_arn("WalkUser"))).refusal();
    assert_eq!(refused.unwrap().0, "NotAuthorizedException");
}

/// A server with the pools and roles of the walk.
struct Walk {
    server: Server,
    root: Shell,
    user_pool: String,
    identity_pool: String,
    provider: String,
    old_client: String,
    rules_client: String,
    groups_client: String,
}

impl Walk {
    fn prepare(engine: Engine) -> Self {
        let server = Server::start(engine);
        let root = server.root();
        let user_pool = text(&root.json("aws cognito-idp create-user-pool --pool-name walk")["UserPool"]["Id"]);
        let provider = format!("cognito-idp.us-east-1.amazonaws.com/{user_pool}");
        let client = |name: &str, flows: &str| {
            let made = root.json(&format!(
                "aws cognito-idp create-user-pool-client --user-pool-id {user_pool} --client-name {name} \
                 --explicit-auth-flows {flows}"
            ));
            text(&made["UserPoolClient"]["ClientId"])
        };
        let old_client = client("old", "ADMIN_NO_SRP_AUTH");
        let rules_client = client("rules", "ALLOW_ADMIN_USER_PASSWORD_AUTH ALLOW_REFRESH_TOKEN_AUTH");
        let groups_client = client("groups", "ALLOW_ADMIN_USER_PASSWORD_AUTH ALLOW_REFRESH_TOKEN_AUTH");
        let made = root.json(&format!(
            "aws cognito-identity create-identity-pool --identity-pool-name walk --allow-unauthenticated-identities \
             --cognito-identity-providers ProviderName={provider},ClientId={old_client} \
             ProviderName={provider},ClientId={rules_client} ProviderName={provider},ClientId={groups_client}"
        ));
        let identity_pool = text(&made["IdentityPoolId"]);
        let walk = Self { server, root, user_pool, identity_pool, provider, old_client, rules_client, groups_client };
        walk.create_roles();
        walk
    }

    fn create_roles(&self) {
        let Self { root, identity_pool, provider, rules_client, groups_client, .. } = self;
        for state in ["unauthenticated", "authenticated"] {
            self.write(
                &format!("{state}.json"),
                &json!({ "Version": "2012-10-17", "Statement": [{
                    "Effect": "Allow",
                    "Principal": { "Federated": "cognito-identity.amazonaws.com" },
                    "Action": "sts:AssumeRoleWithWebIdentity",
                    "Condition": {
                        "StringEquals": { "cognito-identity.amazonaws.com:aud": identity_pool },
                        "ForAnyValue:StringLike": { "cognito-identity.amazonaws.com:amr": state },
                    },
                }] }),
            );
        }
        for (role, state) in [
            ("WalkGuest", "unauthenticated"),
            ("WalkUser", "authenticated"),
            ("WalkStaff", "authenticated"),
            ("WalkEditor", "authenticated"),
        ] {
            let made = root.json(&format!(
                "aws iam create-role --role-name {role} --assume-role-policy-document file://{state}.json"
            ));
            assert_eq!(made["Role"]["Arn"], *role_arn(role));
        }
        root.text(
            "aws iam attach-role-policy --role-name WalkStaff \
             --policy-arn arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess",
        );
        self.write(
            "describe.json",
            &json!({ "Version": "2012-10-17", "Statement": [{
                "Effect": "Allow", "Action": "cognito-idp:DescribeUserPool", "Resource": "*",
            }] }),
        );
        root.text(
            "aws iam put-role-policy --role-name WalkUser --policy-name describe --policy-document file://describe.json",
        );
        let rule = json!({
            "Claim": "email", "MatchType": "Contains", "Value": "@staff.example.com", "RoleARN": role_arn("WalkStaff"),
        });
        self.write(
            "mappings.json",
            &json!({
                format!("{provider}:{rules_client}"): {
                    "Type": "Rules", "AmbiguousRoleResolution": "AuthenticatedRole",
                    "RulesConfiguration": { "Rules": [rule] },
                },
                format!("{provider}:{groups_client}"): { "Type": "Token", "AmbiguousRoleResolution": "Deny" },
            }),
        );
        root.text(&format!(
            "aws cognito-identity set-identity-pool-roles --identity-pool-id {identity_pool} \
             --roles authenticated={},unauthenticated={} --role-mappings file://mappings.json",
            role_arn("WalkUser"),
            role_arn("WalkGuest")
        ));
    }

    fn create_user(&self, name: &str, email: &str) {
        let Self { root, user_pool, .. } = self;
        root.json(&format!(
            "aws cognito-idp admin-create-user --user-pool-id {user_pool} --username {name} \
             --user-attributes Name=email,Value={email} --message-action SUPPRESS"
        ));
        root.text(&format!(
            "aws cognito-idp admin-set-user-password --user-pool-id {user_pool} --username {name} \
             --password 'Perman3nt!' --permanent"
        ));
    }

    /// Signs a user in and answers the tokens.
    fn sign_in(&self, client: &str, name: &str) -> Value {
        let signed_in = self.root.json(&format!(
            "aws cognito-idp admin-initiate-auth --user-pool-id {} --client-id {client} \
             --auth-flow ADMIN_NO_SRP_AUTH --auth-parameters USERNAME={name},PASSWORD='Perman3nt!'",
            self.user_pool
        ));
        signed_in["AuthenticationResult"].clone()
    }

    /// From an ID token to temporary credentials.
    fn credentials(&self, id_token: &str) -> Value {
        let (guest, provider) = (self.server.guest(), &self.provider);
        let identity = id(&guest.json(&format!(
            "aws cognito-identity get-id --no-sign-request --identity-pool-id {} --logins {provider}={id_token}",
            self.identity_pool
        )));
        guest.json(&format!(
            "aws cognito-identity get-credentials-for-identity --no-sign-request --identity-id {identity} \
             --logins {provider}={id_token}"
        ))
    }

    /// STS says that these keys are a session of this role. Answers a shell with the keys.
    fn is_caller(&self, credentials: &Value, role: &str) -> Shell {
        let keys = self.server.guest().with_credentials(credentials);
        let role_id = text(&self.root.json(&format!("aws iam get-role --role-name {role}"))["Role"]["RoleId"]);
        assert!(role_id.starts_with("AROA"), "{role_id}");
        assert_eq!(
            keys.json("aws sts get-caller-identity"),
            json!({
                "UserId": format!("{role_id}:CognitoIdentityCredentials"),
                "Account": ACCOUNT,
                "Arn": format!("arn:aws:sts::{ACCOUNT}:assumed-role/{role}/CognitoIdentityCredentials"),
            })
        );
        keys
    }

    fn write(&self, name: &str, document: &Value) {
        std::fs::write(self.root.home().join(name), document.to_string()).unwrap();
    }
}

fn role_arn(name: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:role/{name}")
}

fn id(answer: &Value) -> String {
    text(&answer["IdentityId"])
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}
