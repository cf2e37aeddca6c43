//! What must be refused, with AWS's code and sentence: login tokens, trust policies, session tokens, signatures, and
//! callers who may not.

#![allow(clippy::panic, clippy::unwrap_used)]

use e2e::account::{Account, guest_credentials};
use e2e::server::{ACCOUNT, ROOT_KEY};
use e2e::{Engine, Server, Shell};
use serde_json::{Value, json};
use std::sync::OnceLock;

/// One server in memory for all tests of this file; each makes what it changes.
fn shared() -> &'static (Server, Account) {
    static SHARED: OnceLock<(Server, Account)> = OnceLock::new();
    SHARED.get_or_init(|| {
        let server = Server::start(Engine::Memory);
        let account = Account::create(&server, "tests");
        (server, account)
    })
}

#[test]
fn a_login_token_that_is_garbage_is_refused() {
    for garbage in ["garbage", "a.b.c", "e30.e30.e30"] {
        refused_login(garbage, "Invalid login token. Not a valid OpenId Connect identity token.");
    }
}

#[test]
fn a_forged_login_token_is_refused() {
    let (server, account) = shared();
    let id_token = account.id_token(&server.guest());
    let forged = server.guest().python(FORGE, &[&id_token]);
    let forged = forged.as_object().unwrap();
    assert_eq!(forged.len(), 6);
    for (how, token) in forged {
        let (code, sentence) = login(token.as_str().unwrap()).refusal().unwrap_or_else(|| panic!("{how} was accepted"));
        assert_eq!(code, "NotAuthorizedException", "{how}");
        assert!(sentence.starts_with("Invalid login token. "), "{how}: {sentence}");
    }
    let another_key = forged["signed by another key"].as_str().unwrap();
    refused_login(another_key, "Invalid login token. Couldn't verify signed token.");
    let changed = forged["another e-mail address"].as_str().unwrap();
    refused_login(changed, "Invalid login token. Couldn't verify signed token.");
}

/// Six forgeries of a token; the RSA key is made on the spot, with the library that the AWS CLI brings.
const FORGE: &str = r#"
import base64, hashlib, hmac, json, rsa, sys
head, payload, signature = sys.argv[1].split(".")
read = lambda part: json.loads(base64.urlsafe_b64decode(part + "=="))
write = lambda data: base64.urlsafe_b64encode(data if isinstance(data, bytes) else json.dumps(data).encode()).decode().rstrip("=")
header, claims = read(head), read(payload)
_, key = rsa.newkeys(1024)
signed = lambda text: text + "." + write(rsa.sign(text.encode(), key, "SHA-256"))
richer = dict(claims, email="root@example.com")
shifted = bytearray(base64.urlsafe_b64decode(signature + "=="))
shifted[0] ^= 1
text = write({"alg": "HS256", "kid": header["kid"]}) + "." + write(richer)
mac = hmac.new(header["kid"].encode(), text.encode(), hashlib.sha256).digest()
print(json.dumps({
    "signed by another key": signed(head + "." + payload),
    "signed by a key that nobody has": signed(write(dict(header, kid="unknown")) + "." + payload),
    "another e-mail address": head + "." + write(richer) + "." + signature,
    "one bit of the signature": head + "." + payload + "." + write(bytes(shifted)),
    "no signature at all": write({"alg": "none", "kid": header["kid"]}) + "." + write(richer) + ".",
    "a shared secret in place of a key pair": text + "." + write(mac),
}))
"#;

#[test]
fn an_access_token_is_no_login_token() {
    let (server, account) = shared();
    let signed_in = account.sign_in(&server.guest(), &account.client);
    let access_token = signed_in["AccessToken"].as_str().unwrap();
    refused_login(access_token, "Invalid login token. Missing a required claim: aud");
}

#[test]
fn a_login_token_of_another_app_client_is_refused() {
    let (server, account) = shared();
    let signed_in = account.sign_in(&server.guest(), &account.foreign_client);
    let id_token = signed_in["IdToken"].as_str().unwrap();
    refused_login(id_token, "Token is not from a supported provider of this identity pool.");
}

#[test]
fn a_login_token_of_another_user_pool_is_refused() {
    let (server, account) = shared();
    let other = Account::create(server, "other");
    let id_token = other.id_token(&server.guest());
    // Under the name of the pool that the identity pool knows, and under its own, which it does not know.
    refused_login(&id_token, "Invalid login token. Issuer doesn't match providerName");
    server.guest().refused(
        &get_id(&account.identity_pool, &other.provider, &id_token),
        "NotAuthorizedException",
        "Token is not from a supported provider of this identity pool.",
    );
}

#[test]
fn a_good_token_does_not_help_a_bad_one() {
    let (server, account) = shared();
    let id_token = account.id_token(&server.guest());
    let script = format!("{},accounts.google.com=x", get_id(&account.identity_pool, &account.provider, &id_token));
    let (code, _) = server.guest().run(&script).refusal().unwrap();
    assert_eq!(code, "NotAuthorizedException");
}

#[test]
fn guests_stay_outside_of_a_closed_pool() {
    let (server, account) = shared();
    server.guest().refused(
        &format!("aws cognito-identity get-id --no-sign-request --identity-pool-id {}", account.closed_pool),
        "NotAuthorizedException",
        "Unauthenticated access is not supported for this identity pool.",
    );
}

#[test]
fn a_role_whose_trust_policy_does_not_fit_is_refused() {
    let (server, account) = shared();
    let root = server.root();
    let pool = text(
        &root.json(
            "aws cognito-identity create-identity-pool --identity-pool-name picky --allow-unauthenticated-identities",
        )["IdentityPoolId"],
    );
    let write = |trust: &Value| std::fs::write(root.home().join("trust.json"), trust.to_string()).unwrap();
    write(&trust(&pool, "unauthenticated"));
    root.text("aws iam create-role --role-name Picky --assume-role-policy-document file://trust.json");
    root.text(&format!(
        "aws cognito-identity set-identity-pool-roles --identity-pool-id {pool} \
         --roles unauthenticated=arn:aws:iam::{ACCOUNT}:role/Picky"
    ));
    let credentials = guest_credentials(&server.guest(), &pool);
    server.guest().with_credentials(&credentials).json("aws sts get-caller-identity");

    let identity = text(&root.json(&format!("aws cognito-identity get-id --identity-pool-id {pool}"))["IdentityId"]);
    let mut denied = trust(&pool, "unauthenticated");
    denied["Statement"][0]["Effect"] = json!("Deny");
    let of_a_service = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": { "Service": "ec2.amazonaws.com" }, "Action": "sts:AssumeRole",
    }] });
    for unfit in [trust(&account.identity_pool, "unauthenticated"), trust(&pool, "authenticated"), denied, of_a_service]
    {
        write(&unfit);
        root.text("aws iam update-assume-role-policy --role-name Picky --policy-document file://trust.json");
        server.guest().refused(
            &format!("aws cognito-identity get-credentials-for-identity --no-sign-request --identity-id {identity}"),
            "InvalidIdentityPoolConfigurationException",
            "Invalid identity pool configuration. Check assigned IAM roles for this pool.",
        );
    }
}

#[test]
fn a_changed_or_missing_session_token_is_refused() {
    let (server, account) = shared();
    let guest = server.guest();
    let credentials = guest_credentials(&guest, &account.identity_pool);
    let token = text(&credentials["SessionToken"]);
    let mut other = guest_credentials(&guest, &account.identity_pool);
    let with = |token: Option<&str>| {
        let (id, secret) = (&credentials["AccessKeyId"], &credentials["SecretKey"]);
        guest.with_keys(id.as_str().unwrap(), secret.as_str().unwrap(), token)
    };
    with(Some(&token)).json("aws sts get-caller-identity");

    let bad = "The security token included in the request is invalid";
    let sts = "aws sts get-caller-identity";
    let pools = "aws cognito-idp list-user-pools --max-results 1";
    for changed in changes(&token) {
        let shell = with(Some(&changed));
        shell.refused(sts, "InvalidClientTokenId", bad);
        shell.refused(pools, "UnrecognizedClientException", &format!("{bad}."));
    }
    with(None).refused(sts, "InvalidClientTokenId", &format!("{bad}."));
    with(None).refused(pools, "UnrecognizedClientException", &format!("{bad}."));
    // A token is good only for the keys that it came with.
    other["SessionToken"] = json!(token);
    let (code, _) = guest.with_credentials(&other).run(sts).refusal().unwrap();
    assert!(["InvalidClientTokenId", "SignatureDoesNotMatch"].contains(&code.as_str()), "{code}");
}

/// The token with one letter changed near the beginning, in the middle and near the end, and cut short.
fn changes(token: &str) -> Vec<String> {
    let at = |place: usize| {
        let letter = if token.as_bytes()[place] == b'A' { "B" } else { "A" };
        format!("{}{letter}{}", &token[..place], &token[place + 1..])
    };
    vec![at(3), at(token.len() / 2), at(token.len() - 6), token[..token.len() - 4].to_owned()]
}

#[test]
fn a_wrong_secret_is_refused() {
    let (server, _) = shared();
    let wrong = server.guest().with_keys(ROOT_KEY.0, "not+the+secret+of+this+server+at/all", None);
    let sentence = "The request signature we calculated does not match the signature you provided. Check your AWS \
                    Secret Access Key and signing method. Consult the service documentation for details.";
    wrong.refused("aws sts get-caller-identity", "SignatureDoesNotMatch", sentence);
    wrong.refused("aws cognito-idp list-user-pools --max-results 1", "InvalidSignatureException", sentence);
    let unknown = server.guest().with_keys("AKIANOBODYNOBODYNOBO", ROOT_KEY.1, None);
    let sentence = "The security token included in the request is invalid.";
    unknown.refused("aws iam list-roles", "InvalidClientTokenId", sentence);
    unknown.refused(
        "aws cognito-identity list-identity-pools --max-results 1",
        "UnrecognizedClientException",
        sentence,
    );
}

#[test]
fn a_signed_operation_is_refused_without_a_signature() {
    let guest = shared().0.guest();
    guest.refused(
        "aws cognito-idp list-user-pools --max-results 1 --no-sign-request",
        "MissingAuthenticationTokenException",
        "Missing Authentication Token",
    );
    guest.refused(
        "aws sts get-caller-identity --no-sign-request",
        "MissingAuthenticationToken",
        "Request is missing Authentication Token",
    );
}

#[test]
fn a_user_may_only_what_policies_say() {
    let (server, account) = shared();
    let root = server.root();
    let eve = new_user(&root, "eve");
    assert_eq!(eve.json("aws sts get-caller-identity")["Arn"], format!("arn:aws:iam::{ACCOUNT}:user/eve"));

    let user_pool = &account.user_pool;
    let describe = format!("aws cognito-idp describe-user-pool --user-pool-id {user_pool}");
    let denied = format!(
        "User: arn:aws:iam::{ACCOUNT}:user/eve is not authorized to perform: cognito-idp:DescribeUserPool on resource: \
         arn:aws:cognito-idp:us-east-1:{ACCOUNT}:userpool/{user_pool}"
    );
    let nothing = format!("{denied} because no identity-based policy allows the cognito-idp:DescribeUserPool action");
    eve.refused(&describe, "AccessDeniedException", &nothing);
    eve.refused(
        "aws iam create-user --user-name mallory",
        "AccessDenied",
        &format!(
            "User: arn:aws:iam::{ACCOUNT}:user/eve is not authorized to perform: iam:CreateUser on resource: \
             arn:aws:iam::{ACCOUNT}:user/mallory because no identity-based policy allows the iam:CreateUser action"
        ),
    );

    let policy = |effect: &str| {
        let policy = json!({ "Version": "2012-10-17", "Statement": [{
            "Effect": effect, "Action": "cognito-idp:DescribeUserPool", "Resource": "*",
        }] });
        std::fs::write(root.home().join("policy.json"), policy.to_string()).unwrap();
        root.text(&format!(
            "aws iam put-user-policy --user-name eve --policy-name {effect} --policy-document file://policy.json"
        ));
    };
    policy("Allow");
    eve.json(&describe);
    policy("Deny");
    eve.refused(
        &describe,
        "AccessDeniedException",
        &format!("{denied} with an explicit deny in an identity-based policy"),
    );
}

#[test]
fn an_administrator_who_is_not_root_may_administrate() {
    let root = shared().0.root();
    let admin = new_user(&root, "admin");
    root.text("aws iam attach-user-policy --user-name admin --policy-arn arn:aws:iam::aws:policy/AdministratorAccess");
    let pool = text(&admin.json("aws cognito-idp create-user-pool --pool-name admins")["UserPool"]["Id"]);
    admin.json(&format!(
        "aws cognito-idp admin-create-user --user-pool-id {pool} --username carl --message-action SUPPRESS"
    ));
    admin.text(&format!("aws cognito-idp delete-user-pool --user-pool-id {pool}"));
    assert!(admin.json("aws iam list-roles")["Roles"].is_array());
    assert!(admin.json("aws cognito-identity list-identity-pools --max-results 9")["IdentityPools"].is_array());
}

#[test]
fn guests_never_get_more_than_the_scope_of_guests() {
    let (server, account) = shared();
    let root = server.root();
    let everything = "arn:aws:iam::aws:policy/AdministratorAccess";
    let pool = text(
        &root.json(
            "aws cognito-identity create-identity-pool --identity-pool-name rich --allow-unauthenticated-identities",
        )["IdentityPoolId"],
    );
    std::fs::write(root.home().join("rich.json"), trust(&pool, "unauthenticated").to_string()).unwrap();
    root.text("aws iam create-role --role-name RichGuest --assume-role-policy-document file://rich.json");
    root.text(&format!("aws iam attach-role-policy --role-name RichGuest --policy-arn {everything}"));
    root.text(&format!(
        "aws cognito-identity set-identity-pool-roles --identity-pool-id {pool} \
         --roles unauthenticated=arn:aws:iam::{ACCOUNT}:role/RichGuest"
    ));
    let keys = server.guest().with_credentials(&guest_credentials(&server.guest(), &pool));
    // cognito-idp is within the scope of guests, IAM is not, whatever the role allows.
    keys.json(&format!("aws cognito-idp describe-user-pool --user-pool-id {}", account.user_pool));
    keys.refused(
        "aws iam create-user --user-name mallory",
        "AccessDenied",
        &format!(
            "User: arn:aws:sts::{ACCOUNT}:assumed-role/RichGuest/CognitoIdentityCredentials is not authorized to \
             perform: iam:CreateUser on resource: arn:aws:iam::{ACCOUNT}:user/mallory because no session policy allows \
             the iam:CreateUser action"
        ),
    );
}

/// A new IAM user with an access key, and no policies.
fn new_user(root: &Shell, name: &str) -> Shell {
    root.text(&format!("aws iam create-user --user-name {name}"));
    let key = root.json(&format!("aws iam create-access-key --user-name {name}"))["AccessKey"].clone();
    root.with_keys(key["AccessKeyId"].as_str().unwrap(), key["SecretAccessKey"].as_str().unwrap(), None)
}

fn trust(pool: &str, state: &str) -> Value {
    json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow",
        "Principal": { "Federated": "cognito-identity.amazonaws.com" },
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {
            "StringEquals": { "cognito-identity.amazonaws.com:aud": pool },
            "ForAnyValue:StringLike": { "cognito-identity.amazonaws.com:amr": state },
        },
    }] })
}

fn refused_login(token: &str, sentence: &str) {
    let refusal = login(token).refusal();
    assert_eq!(refusal, Some(("NotAuthorizedException".to_owned(), sentence.to_owned())), "of {token}");
}

fn login(token: &str) -> e2e::Output {
    let (server, account) = shared();
    server.guest().run(&get_id(&account.identity_pool, &account.provider, token))
}

fn get_id(pool: &str, provider: &str, token: &str) -> String {
    format!("aws cognito-identity get-id --no-sign-request --identity-pool-id {pool} --logins {provider}={token}")
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}
