//! Developer-authenticated identities with the unmodified AWS CLI and boto3, on both engines: a backend that vouches for its
//! users with an IAM user's keys, and apps that spend its tokens in the enhanced and in the classic flow.

#![allow(clippy::panic, clippy::unwrap_used)]

use e2e::account::Account;
use e2e::server::ACCOUNT;
use e2e::{Engine, Output, Server, Shell, principal, token};
use serde_json::{Value, json};
use std::sync::OnceLock;

/// Every story on one engine; they share a server.
macro_rules! on {
    ($name:ident, $engine:expr) => {
        mod $name {
            use super::*;

            fn backend() -> &'static Backend {
                static BACKEND: OnceLock<Backend> = OnceLock::new();
                BACKEND.get_or_init(|| Backend::prepare($engine))
            }

            #[test]
            fn the_enhanced_flow() {
                super::the_enhanced_flow(backend());
            }

            #[test]
            fn the_classic_flow_with_tags() {
                super::the_classic_flow_with_tags(backend());
            }

            #[test]
            fn public_logins_are_linked_and_unlinked() {
                super::public_logins_are_linked_and_unlinked(backend());
            }

            #[test]
            fn users_are_looked_up_merged_and_unlinked() {
                super::users_are_looked_up_merged_and_unlinked(backend());
            }

            #[test]
            fn a_hundred_devices_at_once_are_one_user() {
                super::a_hundred_devices_at_once_are_one_user(backend());
            }
        }
    };
}

on!(sqlite, Engine::Sqlite);
on!(postgresql, Engine::Postgres);

const PROVIDER: &str = "login.example.backend";
const OWN: &str = "cognito-identity.amazonaws.com";
const NO_MATCH: &str =
    "Logins don't match. Please include at least one valid login for this identity or identity pool.";

fn the_enhanced_flow(backend: &Backend) {
    let Backend { server, keys, pool, .. } = backend;
    let guest = server.guest();
    let answer = backend.token("enhanced-ana", "");
    let (identity, own) = (text(&answer["IdentityId"]), text(&answer["Token"]));
    let claims = token::claims(&own);
    assert_eq!(claims["amr"], json!(["authenticated", PROVIDER, format!("{PROVIDER}:{pool}:enhanced-ana")]));
    assert_eq!((&claims["aud"], &claims["sub"]), (&json!(pool), &json!(identity)));
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 900);
    let get = "aws cognito-identity get-credentials-for-identity --no-sign-request --identity-id";
    let credentials = guest.json(&format!("{get} {identity} --logins {OWN}={own}"));
    assert_eq!(credentials["IdentityId"], *identity);
    let caller = guest.with_credentials(&credentials["Credentials"]).json("aws sts get-caller-identity");
    assert_eq!(
        caller["Arn"],
        format!("arn:aws:sts::{ACCOUNT}:assumed-role/{}/CognitoIdentityCredentials", backend.role)
    );

    // Nobody else's, nobody's without the token, and no way around it.
    let other = text(&backend.token("enhanced-bob", "")["IdentityId"]);
    guest.refused(&format!("{get} {other} --logins {OWN}={own}"), "NotAuthorizedException", NO_MATCH);
    guest.refused(
        &format!("{get} {identity}"),
        "NotAuthorizedException",
        &format!("Access to Identity '{identity}' is forbidden."),
    );
    guest.refused(
        &format!("{get} {identity} --logins {PROVIDER}=enhanced-ana"),
        "InvalidParameterException",
        "Please provide a valid public provider.",
    );
    let get_id = format!("aws cognito-identity get-id --no-sign-request --identity-pool-id {pool} --logins");
    guest.refused(
        &format!("{get_id} {OWN}={own}"),
        "NotAuthorizedException",
        "Invalid login token. Can't pass in a Cognito token.",
    );
    let ask =
        format!("aws cognito-identity get-open-id-token-for-developer-identity --identity-pool-id {pool} --logins");
    keys.refused(
        &format!("{ask} login.somebody.else=ana"),
        "InvalidParameterException",
        "This identity pool does not support the specified developer provider",
    );
    // The backend may vouch for users of its own pool, and that is all.
    let described = keys.run(&format!("aws cognito-identity describe-identity-pool --identity-pool-id {pool}"));
    assert_eq!(described.refusal().unwrap().0, "AccessDeniedException");
    let unprivileged =
        guest.with_credentials(&credentials["Credentials"]).run(&format!("{ask} {PROVIDER}=enhanced-bob"));
    assert_eq!(unprivileged.refusal().unwrap().0, "AccessDeniedException");
}

fn the_classic_flow_with_tags(backend: &Backend) {
    let guest = backend.server.guest();
    let answer = backend.token("classic-ana", "--principal-tags plan=gold --token-duration 60");
    let own = text(&answer["Token"]);
    let claims = token::claims(&own);
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 60);
    assert_eq!(claims["https://aws.amazon.com/tags"], json!({"principal_tags": {"plan": ["gold"]}}));
    let assume = |role: &str| {
        format!(
            "aws sts assume-role-with-web-identity --no-sign-request --role-arn {} --role-session-name phone \
             --web-identity-token {own}",
            role_arn(role)
        )
    };
    let assumed = guest.json(&assume(&backend.tagging_role));
    assert_eq!(assumed["SubjectFromWebIdentityToken"], answer["IdentityId"]);
    assert_eq!((&assumed["Provider"], &assumed["Audience"]), (&json!(OWN), &json!(backend.pool)));
    // The role lists users for the plan `gold` alone.
    let gold = guest.with_credentials(&assumed["Credentials"]);
    assert!(gold.json("aws iam list-users")["Users"].is_array());
    let lead = text(&backend.token("classic-ana", "--principal-tags plan=lead")["Token"]);
    let assumed = guest.json(&assume(&backend.tagging_role).replace(&own, &lead));
    let refused = guest.with_credentials(&assumed["Credentials"]).run("aws iam list-users").refusal();
    assert_eq!(refused.unwrap().0, "AccessDenied");
    // Without leave to tag sessions there is no session.
    guest.refused(&assume(&backend.role), "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity");
}

fn public_logins_are_linked_and_unlinked(backend: &Backend) {
    let Backend { server, root, keys, pool, account, .. } = backend;
    let guest = server.guest();
    let (provider, id_token) = (&account.provider, account.id_token(&guest));
    // A visitor, whom the user pool knows next, and then the backend.
    let get_id = format!("aws cognito-identity get-id --no-sign-request --identity-pool-id {pool}");
    let visitor = text(&guest.json(&get_id)["IdentityId"]);
    let get = format!("aws cognito-identity get-credentials-for-identity --no-sign-request --identity-id {visitor}");
    assert_eq!(guest.json(&format!("{get} --logins {provider}={id_token}"))["IdentityId"], *visitor);
    let link = format!(
        "aws cognito-identity get-open-id-token-for-developer-identity --identity-pool-id {pool} --identity-id {visitor} \
         --logins {PROVIDER}=linked-ana"
    );
    keys.refused(&link, "NotAuthorizedException", NO_MATCH);
    let linked = keys.json(&format!("{link},{provider}={id_token}"));
    assert_eq!(linked["IdentityId"], *visitor);
    assert_eq!(
        token::claims(&text(&linked["Token"]))["amr"].as_array().unwrap().len(),
        5,
        "`authenticated`, and two for each login"
    );
    let describe = format!("aws cognito-identity describe-identity --identity-id {visitor}");
    assert_eq!(root.json(&describe)["Logins"], json!([provider, PROVIDER]));
    // The user's word unlinks the user's login, and not the backend's.
    let unlink = format!(
        "aws cognito-identity unlink-identity --no-sign-request --identity-id {visitor} --logins {provider}={id_token} \
         --logins-to-remove"
    );
    guest.refused(
        &format!("{unlink} {PROVIDER}"),
        "InvalidParameterException",
        "Please provide a valid public provider.",
    );
    assert_eq!(guest.text(&format!("{unlink} {provider}")), "");
    assert_eq!(root.json(&describe)["Logins"], json!([PROVIDER]));
    guest.refused(&format!("{get} --logins {provider}={id_token}"), "NotAuthorizedException", NO_MATCH);
    let anew = text(&guest.json(&format!("{get_id} --logins {provider}={id_token}"))["IdentityId"]);
    assert_ne!(anew, visitor);
    assert_eq!(backend.token("linked-ana", "")["IdentityId"], *visitor);
}

fn users_are_looked_up_merged_and_unlinked(backend: &Backend) {
    let Backend { server, root, keys, pool, .. } = backend;
    let answer = backend.token("merge-ana", "");
    let ana = text(&answer["IdentityId"]);
    let bob = text(&backend.token("merge-bob", "")["IdentityId"]);
    let lookup = format!("aws cognito-identity lookup-developer-identity --identity-pool-id {pool}");
    let of_ana = json!({"IdentityId": ana, "DeveloperUserIdentifierList": ["merge-ana"]});
    assert_eq!(keys.json(&format!("{lookup} --identity-id {ana}")), of_ana);
    assert_eq!(keys.json(&format!("{lookup} --developer-user-identifier merge-ana")), of_ana);
    let mismatch = keys.run(&format!("{lookup} --identity-id {bob} --developer-user-identifier merge-ana"));
    assert_eq!(mismatch.refusal().unwrap().0, "ResourceConflictException");
    let taken = backend.run("merge-ana", &format!("--identity-id {bob}"));
    assert_eq!(taken.refusal().unwrap().0, "DeveloperUserAlreadyRegisteredException");

    let merged = keys.json(&format!(
        "aws cognito-identity merge-developer-identities --identity-pool-id {pool} --developer-provider-name {PROVIDER} \
         --source-user-identifier merge-ana --destination-user-identifier merge-bob"
    ));
    assert_eq!(merged["IdentityId"], *bob);
    assert_eq!(backend.token("merge-ana", "")["IdentityId"], *bob);
    let first = keys.json(&format!("{lookup} --identity-id {bob} --max-results 1"));
    assert_eq!(first["DeveloperUserIdentifierList"], json!(["merge-ana"]));
    let second =
        keys.json(&format!("{lookup} --identity-id {bob} --max-results 1 --next-token {}", text(&first["NextToken"])));
    assert_eq!(second["DeveloperUserIdentifierList"], json!(["merge-bob"]));
    assert_eq!(second.get("NextToken"), None);
    let list = format!("aws cognito-identity list-identities --identity-pool-id {pool} --max-results 60");
    let listed = |hide: &str| {
        let identities = root.json(&format!("{list} {hide}"))["Identities"].as_array().unwrap().clone();
        identities.iter().any(|identity| identity["IdentityId"] == *ana)
    };
    assert!(listed("--no-hide-disabled") && !listed("--hide-disabled"));

    let current = text(&backend.token("merge-bob", "")["Token"]);
    let unlink = format!(
        "aws cognito-identity unlink-developer-identity --identity-pool-id {pool} --developer-provider-name {PROVIDER} \
         --identity-id {bob} --developer-user-identifier"
    );
    for user in ["merge-ana", "merge-bob"] {
        assert_eq!(keys.text(&format!("{unlink} {user}")), "");
        assert_ne!(backend.token(user, "")["IdentityId"], *bob, "{user} is new");
    }
    let spent = server.guest().run(&format!(
        "aws cognito-identity get-credentials-for-identity --no-sign-request --identity-id {bob} --logins {OWN}={current}"
    ));
    assert_eq!(spent.refusal().unwrap().0, "NotAuthorizedException");
}

fn a_hundred_devices_at_once_are_one_user(backend: &Backend) {
    const SCRIPT: &str = r#"
import boto3, json, sys
from concurrent.futures import ThreadPoolExecutor
from botocore.config import Config
pool, provider = sys.argv[1:]
client = boto3.client("cognito-identity", config=Config(max_pool_connections=50, retries={"max_attempts": 0}))
ask = lambda _: client.get_open_id_token_for_developer_identity(
    IdentityPoolId=pool, Logins={provider: "crowd"})["IdentityId"]
with ThreadPoolExecutor(50) as threads:
    print(json.dumps(sorted(set(threads.map(ask, range(100))))))
"#;
    let ids = backend.keys.python(SCRIPT, &[&backend.pool, PROVIDER]);
    assert_eq!(ids.as_array().unwrap().len(), 1, "{ids}");
    assert_eq!(backend.token("crowd", "")["IdentityId"], ids[0]);
}

/// A server with a pool, the roles of its users, and a backend's keys.
struct Backend {
    server: Server,
    root: Shell,
    account: Account,
    pool: String,
    role: String,
    tagging_role: String,
    /// The shell of the backend, whose IAM user may vouch for users of this pool.
    keys: Shell,
}

impl Backend {
    fn prepare(engine: Engine) -> Self {
        let server = Server::start(engine);
        let root = server.root();
        let account = Account::create(&server, "people");
        let made = root.json(&format!(
            "aws cognito-identity create-identity-pool --identity-pool-name developer --allow-unauthenticated-identities \
             --developer-provider-name {PROVIDER} --cognito-identity-providers ProviderName={},ClientId={}",
            account.provider, account.client
        ));
        let pool = text(&made["IdentityPoolId"]);
        let trust = |actions: Value, amr: &str| {
            principal::policy([json!({
                "Effect": "Allow", "Principal": {"Federated": OWN}, "Action": actions,
                "Condition": {
                    "StringEquals": {"cognito-identity.amazonaws.com:aud": pool},
                    "ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": amr},
                },
            })])
        };
        let assume = "sts:AssumeRoleWithWebIdentity";
        principal::role(&root, "DeveloperUser", &trust(json!(assume), "authenticated"), &[]);
        principal::role(&root, "DeveloperVisitor", &trust(json!(assume), "unauthenticated"), &[]);
        let gold = principal::policy([json!({
            "Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*",
            "Condition": {"StringEquals": {"aws:PrincipalTag/plan": "gold"}},
        })]);
        principal::role(&root, "DeveloperTagged", &trust(json!([assume, "sts:TagSession"]), PROVIDER), &[gold]);
        root.text(&format!(
            "aws cognito-identity set-identity-pool-roles --identity-pool-id {pool} \
             --roles authenticated={},unauthenticated={}",
            role_arn("DeveloperUser"),
            role_arn("DeveloperVisitor")
        ));
        let actions = json!([
            "cognito-identity:GetOpenIdTokenForDeveloperIdentity",
            "cognito-identity:LookupDeveloperIdentity",
            "cognito-identity:MergeDeveloperIdentities",
            "cognito-identity:UnlinkDeveloperIdentity",
        ]);
        let arn = format!("arn:aws:cognito-identity:us-east-1:{ACCOUNT}:identitypool/{pool}");
        let keys = principal::user(&root, "developer-backend", &[principal::allow(actions, arn)]);
        let (role, tagging_role) = ("DeveloperUser".to_owned(), "DeveloperTagged".to_owned());
        Self { server, root, account, pool, role, tagging_role, keys }
    }

    /// A token for this user, with more flags.
    fn token(&self, user: &str, flags: &str) -> Value {
        self.keys.json(&self.ask(user, flags))
    }

    fn run(&self, user: &str, flags: &str) -> Output {
        self.keys.run(&self.ask(user, flags))
    }

    fn ask(&self, user: &str, flags: &str) -> String {
        format!(
            "aws cognito-identity get-open-id-token-for-developer-identity --identity-pool-id {} --logins {PROVIDER}={user} \
             {flags}",
            self.pool
        )
    }
}

fn role_arn(name: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:role/{name}")
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}
