//! AWS's JavaScript SDK: `fromCognitoIdentityPool`, which is how browsers and Amplify obtain credentials, for guests and users.

#![allow(clippy::panic, clippy::unwrap_used)]

use e2e::account::Account;
use e2e::server::ACCOUNT;
use e2e::{Engine, Server};
use serde_json::json;

/// Obtains credentials from an identity pool and says whose they are; a refusal is told by its name and message.
const WHO: &str = r#"
import { fromCognitoIdentityPool } from "@aws-sdk/credential-providers";
import { STSClient, GetCallerIdentityCommand } from "@aws-sdk/client-sts";
const [identityPoolId, provider, token] = process.argv.slice(1);
const region = "us-east-1";
const endpoint = process.env.AWS_ENDPOINT_URL;
const credentials = fromCognitoIdentityPool({
    identityPoolId,
    clientConfig: { region, endpoint },
    ...(provider && { logins: { [provider]: token } }),
});
try {
    const { accessKeyId, expiration, identityId } = await credentials();
    const sts = new STSClient({ region, endpoint, credentials });
    const { Arn } = await sts.send(new GetCallerIdentityCommand({}));
    const seconds = Math.round((expiration - Date.now()) / 1000);
    console.log(JSON.stringify({ Arn, accessKeyId, identityId, anHour: seconds > 3500 && seconds <= 3600 }));
} catch ({ name, message }) {
    console.log(JSON.stringify({ name, message }));
}
"#;

#[test]
fn a_page_obtains_credentials_from_an_identity_pool() {
    let server = Server::start(Engine::Memory);
    let account = Account::create(&server, "page");
    let page = server.guest();

    let guest = page.javascript(WHO, &[&account.identity_pool]);
    let arn = |role: &str| json!(format!("arn:aws:sts::{ACCOUNT}:assumed-role/{role}/CognitoIdentityCredentials"));
    assert_eq!(guest["Arn"], arn("pageGuest"), "{guest}");
    assert_eq!(guest["anHour"], true, "{guest}");
    assert!(guest["accessKeyId"].as_str().unwrap().starts_with("ASIA"), "{guest}");
    assert!(guest["identityId"].as_str().unwrap().starts_with("us-east-1:"), "{guest}");

    let token = account.id_token(&page);
    let user = page.javascript(WHO, &[&account.identity_pool, &account.provider, &token]);
    assert_eq!(user["Arn"], arn("pageUser"), "{user}");
    assert_ne!(user["identityId"], guest["identityId"]);
    let again = page.javascript(WHO, &[&account.identity_pool, &account.provider, &token]);
    assert_eq!(again["identityId"], user["identityId"], "the same user is the same identity");
}

#[test]
fn a_page_is_told_why_not() {
    let server = Server::start(Engine::Memory);
    let account = Account::create(&server, "page");
    let page = server.guest();

    let closed = page.javascript(WHO, &[&account.closed_pool]);
    assert_eq!(
        closed,
        json!({
            "name": "NotAuthorizedException",
            "message": "Unauthenticated access is not supported for this identity pool.",
        })
    );
    let token = account.id_token(&page);
    let (signed, _) = token.rsplit_once('.').unwrap();
    let forged = page.javascript(WHO, &[&account.identity_pool, &account.provider, &format!("{signed}.AAAA")]);
    assert_eq!(forged["name"], "NotAuthorizedException", "{forged}");
    assert!(forged["message"].as_str().unwrap().starts_with("Invalid login token."), "{forged}");
}
