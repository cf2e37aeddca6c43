//! Sessions of every kind with the AWS CLI: how they are got, what they may do, and what ends them.

#![allow(clippy::panic, clippy::unwrap_used)]

use e2e::account::Account;
use e2e::principal::{allow, policy, role, trust, user};
use e2e::server::{ACCOUNT, ROOT_KEY};
use e2e::{Engine, Server, Shell, needed, token};
use federation::testing::{Said, metadata_document};
use serde_json::{Value, json};
use std::sync::OnceLock;

const WHO: &str = "aws sts get-caller-identity --query Arn --output text";

/// One server in memory for all tests of this file; names of principals say which test they belong to.
fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| Server::start(Engine::Memory))
}

#[test]
fn a_user_assumes_a_role_and_its_session_the_next() {
    let root = server().root();
    let pia = user(&root, "pia", &[]);
    let first = role(&root, "PiaFirst", &trust(&arn_of("user/pia")), &[]);
    let second = role(&root, "PiaSecond", &trust(&first), &[allow("iam:ListRoles", "*")]);

    let assumed = pia.json(&assume(&first, "one"));
    assert_eq!(assumed["AssumedRoleUser"]["Arn"], session("PiaFirst", "one"));
    assert!(assumed["Credentials"]["AccessKeyId"].as_str().unwrap().starts_with("ASIA"));
    let in_first = pia.with_credentials(&assumed["Credentials"]);
    assert_eq!(in_first.text(WHO), session("PiaFirst", "one"));
    let long = format!("{} --duration-seconds 3601", assume(&second, "two"));
    in_first.refused(
        &long,
        "ValidationError",
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
    );
    let in_second = in_first.with_credentials(&in_first.json(&assume(&second, "two"))["Credentials"]);
    assert_eq!(in_second.text(WHO), session("PiaSecond", "two"));
    assert!(in_second.json("aws iam list-roles --max-items 1")["Roles"].is_array());

    // Nobody may take a way that is not theirs, and what is not there answers as what is closed.
    let denied = |caller: &str, role: &str| {
        format!("User: {caller} is not authorized to perform: sts:AssumeRole on resource: {role}")
    };
    pia.refused(&assume(&second, "xx"), "AccessDenied", &denied(&arn_of("user/pia"), &second));
    let absent = arn_of("role/PiaNowhere");
    pia.refused(&assume(&absent, "xx"), "AccessDenied", &denied(&arn_of("user/pia"), &absent));
    in_second.refused(&assume(&first, "xx"), "AccessDenied", &denied(&session("PiaSecond", "two"), &first));
    root.refused(&assume(&first, "xx"), "AccessDenied", "Roles may not be assumed by root accounts.");

    // A session lives no longer than its role.
    root.text(
        "aws iam delete-role-policy --role-name PiaSecond --policy-name policy-0 && \
         aws iam delete-role --role-name PiaSecond",
    );
    in_second.refused(WHO, "InvalidClientTokenId", "The security token included in the request is invalid.");
    assert_eq!(in_first.text(WHO), session("PiaFirst", "one"));
}

#[test]
fn profiles_of_the_command_line_assume_roles_by_themselves() {
    let root = server().root();
    let key = e2e::principal::user_key(&root, "petra", &[]);
    let asks_for_id = policy([json!({
        "Effect": "Allow", "Principal": { "AWS": arn_of("user/petra") }, "Action": "sts:AssumeRole",
        "Condition": { "StringEquals": { "sts:ExternalId": "contract-7" } },
    })]);
    let near = role(&root, "PetraNear", &asks_for_id, &[]);
    let far = role(&root, "PetraFar", &trust(&near), &[]);
    let petra = server().guest();
    let config = format!(
        "[profile petra]\naws_access_key_id = {}\naws_secret_access_key = {}\n\
         [profile near]\nrole_arn = {near}\nsource_profile = petra\nexternal_id = contract-7\nrole_session_name = nn\n\
         [profile far]\nrole_arn = {far}\nsource_profile = near\nrole_session_name = ff\n\
         [profile stranger]\nrole_arn = {near}\nsource_profile = petra\nexternal_id = contract-8\n",
        text(&key["AccessKeyId"]),
        text(&key["SecretAccessKey"])
    );
    std::fs::write(petra.home().join("config"), config).unwrap();
    let petra = petra.with("AWS_CONFIG_FILE", petra.home().join("config"));
    assert_eq!(petra.text(&format!("{WHO} --profile near")), session("PetraNear", "nn"));
    assert_eq!(petra.text(&format!("{WHO} --profile far")), session("PetraFar", "ff"));
    let denied =
        format!("User: {} is not authorized to perform: sts:AssumeRole on resource: {near}", arn_of("user/petra"));
    petra.refused(&format!("{WHO} --profile stranger"), "AccessDenied", &denied);
    petra.refused(&format!("{} --profile petra", assume(&near, "xx")), "AccessDenied", &denied);
}

#[test]
fn a_session_policy_only_narrows() {
    let root = server().root();
    let sven = user(&root, "sven", &[]);
    let arn = role(&root, "Sven", &trust(&arn_of("user/sven")), &[allow(json!(["iam:Get*", "iam:List*"]), "*")]);
    write(&sven, "narrow.json", &allow(json!(["iam:GetRole", "iam:CreateUser"]), "*"));
    let narrowed = sven.json(&format!("{} --policy file://narrow.json", assume(&arn, "narrow")));
    assert!(narrowed["PackedPolicySize"].as_i64().unwrap() > 0, "{narrowed}");
    let narrow = sven.with_credentials(&narrowed["Credentials"]);
    narrow.json("aws iam get-role --role-name Sven");
    let denied = |action: &str, on: &str, layer: &str| {
        let caller = session("Sven", "narrow");
        format!(
            "User: {caller} is not authorized to perform: {action}{on} because no {layer} allows the {action} action"
        )
    };
    narrow.refused("aws iam list-roles", "AccessDenied", &denied("iam:ListRoles", "", "session policy"));
    let on = format!(" on resource: {}", arn_of("user/eve"));
    let create = "aws iam create-user --user-name eve";
    narrow.refused(create, "AccessDenied", &denied("iam:CreateUser", &on, "identity-based policy"));

    // By a managed policy: reading of IAM is in the role's, but not in that policy.
    let read_s3 = "arn=arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
    let other = sven.json(&format!("{} --policy-arns {read_s3}", assume(&arn, "narrow")));
    sven.with_credentials(&other["Credentials"]).refused(
        "aws iam list-roles",
        "AccessDenied",
        &denied("iam:ListRoles", "", "session policy"),
    );
    let (code, _) = sven.run(&format!("{} --policy '{{}}'", assume(&arn, "xx"))).refusal().unwrap();
    assert_eq!(code, "MalformedPolicyDocument");
}

#[test]
fn tags_of_a_session_decide() {
    let root = server().root();
    let tina = user(&root, "tina", &[]);
    let tagging = |arn: &str, team: &str| {
        policy([json!({
            "Effect": "Allow", "Principal": { "AWS": arn }, "Action": ["sts:AssumeRole", "sts:TagSession"],
            "Condition": { "StringLike": { "aws:RequestTag/team": team } },
        })])
    };
    let reading = policy([json!({
        "Effect": "Allow", "Action": "iam:ListRoles", "Resource": "*",
        "Condition": { "StringEquals": { "aws:PrincipalTag/team": "gate" } },
    })]);
    let first = role(&root, "TinaFirst", &tagging(&arn_of("user/tina"), "*"), std::slice::from_ref(&reading));
    let untagged = role(&root, "TinaUntagged", &trust(&arn_of("user/tina")), std::slice::from_ref(&reading));
    let plain = policy([json!({
        "Effect": "Allow", "Principal": { "AWS": first }, "Action": ["sts:AssumeRole", "sts:TagSession"],
    })]);
    let second = role(&root, "TinaSecond", &plain, &[reading]);
    let list = "aws iam list-roles --max-items 1";
    let as_team = |team: &str, more: &str| {
        let script = format!("{} --tags Key=team,Value={team} Key=desk,Value=3 {more}", assume(&first, team));
        tina.with_credentials(&tina.json(&script)["Credentials"])
    };
    as_team("gate", "").json(list);
    let (code, sentence) = as_team("door", "").run(list).refusal().unwrap();
    assert_eq!(code, "AccessDenied", "{sentence}");

    // Only transitive tags go on into the next session, and there they stay as they are.
    let plain_chain = as_team("gate", "");
    let next = plain_chain.with_credentials(&plain_chain.json(&assume(&second, "nn"))["Credentials"]);
    assert_eq!(next.run(list).refusal().unwrap().0, "AccessDenied");
    let transitive = as_team("gate", "--transitive-tag-keys team");
    let next = transitive.with_credentials(&transitive.json(&assume(&second, "nn"))["Credentials"]);
    next.json(list);
    transitive.refused(
        &format!("{} --tags Key=Team,Value=door --transitive-tag-keys Team", assume(&second, "nn")),
        "InvalidParameterValue",
        "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the \
         calling session.",
    );

    let denied =
        format!("User: {} is not authorized to perform: sts:TagSession on resource: {untagged}", arn_of("user/tina"));
    tina.refused(&format!("{} --tags Key=team,Value=gate", assume(&untagged, "xx")), "AccessDenied", &denied);
    tina.refused(
        &format!("{} --tags Key=team,Value=a Key=TEAM,Value=b", assume(&first, "xx")),
        "InvalidParameterValue",
        "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
    );
}

#[test]
fn a_source_identity_stays_for_good() {
    let root = server().root();
    let sid = user(&root, "sid", &[]);
    let named = |arn: &str| {
        policy([json!({
            "Effect": "Allow", "Principal": { "AWS": arn }, "Action": ["sts:AssumeRole", "sts:SetSourceIdentity"],
            "Condition": { "StringEquals": { "sts:SourceIdentity": "sid-himself" } },
        })])
    };
    let first = role(&root, "SidFirst", &named(&arn_of("user/sid")), &[]);
    let reading = policy([json!({
        "Effect": "Allow", "Action": "iam:ListRoles", "Resource": "*",
        "Condition": { "StringEquals": { "aws:SourceIdentity": "sid-himself" } },
    })]);
    let second = policy([json!({
        "Effect": "Allow", "Principal": { "AWS": first }, "Action": ["sts:AssumeRole", "sts:SetSourceIdentity"],
    })]);
    let second = role(&root, "SidSecond", &second, &[reading]);
    assert_eq!(sid.run(&assume(&first, "xx")).refusal().unwrap().0, "AccessDenied");
    let other = format!("{} --source-identity somebody", assume(&first, "xx"));
    assert_eq!(sid.run(&other).refusal().unwrap().0, "AccessDenied");
    let answer = sid.json(&format!("{} --source-identity sid-himself", assume(&first, "xx")));
    assert_eq!(answer["SourceIdentity"], "sid-himself");
    let in_first = sid.with_credentials(&answer["Credentials"]);
    let answer = in_first.json(&assume(&second, "yy"));
    assert_eq!(answer["SourceIdentity"], "sid-himself");
    in_first.with_credentials(&answer["Credentials"]).json("aws iam list-roles --max-items 1");
    in_first.refused(
        &format!("{} --source-identity somebody", assume(&second, "yy")),
        "AccessDenied",
        &format!(
            "User: {} is not authorized to perform: sts:SetSourceIdentity on resource: {second}",
            session("SidFirst", "xx")
        ),
    );
}

#[test]
fn old_sessions_are_revoked_and_new_ones_are_not() {
    let root = server().root();
    let rita = user(&root, "rita", &[]);
    let arn = role(&root, "Rita", &trust(&arn_of("user/rita")), &[allow("iam:ListRoles", "*")]);
    let list = "aws iam list-roles --max-items 1";
    let old = rita.with_credentials(&rita.json(&assume(&arn, "old"))["Credentials"]);
    old.json(list);
    // What the console's button `Revoke active sessions` writes.
    std::thread::sleep(std::time::Duration::from_millis(1100));
    let now = root.text("date -u +%Y-%m-%dT%H:%M:%SZ");
    let revoke = policy([json!({
        "Effect": "Deny", "Action": "*", "Resource": "*", "Condition": { "DateLessThan": { "aws:TokenIssueTime": now } },
    })]);
    write(&root, "revoke.json", &revoke);
    root.text(
        "aws iam put-role-policy --role-name Rita --policy-name AWSRevokeOlderSessions \
         --policy-document file://revoke.json",
    );
    old.refused(
        list,
        "AccessDenied",
        &format!(
            "User: {} is not authorized to perform: iam:ListRoles with an explicit deny in an identity-based policy",
            session("Rita", "old")
        ),
    );
    let new = rita.with_credentials(&rita.json(&assume(&arn, "new"))["Credentials"]);
    new.json(list);
}

#[test]
fn a_changed_session_token_is_none() {
    let root = server().root();
    let cara = user(&root, "cara", &[]);
    let arn = role(&root, "Cara", &trust(&arn_of("user/cara")), &[]);
    let mine = cara.json(&assume(&arn, "mine"))["Credentials"].clone();
    let other = cara.json(&assume(&arn, "other"))["Credentials"].clone();
    let token = text(&mine["SessionToken"]);
    let place = token.len() / 2;
    let letter = if token.as_bytes()[place] == b'A' { "B" } else { "A" };
    let bad = "The security token included in the request is invalid";
    for changed in [
        format!("{}{letter}{}", &token[..place], &token[place + 1..]),
        token[..token.len() - 5].to_owned(),
        format!("{token}AAAA"),
        "x".to_owned(),
    ] {
        let mut credentials = mine.clone();
        credentials["SessionToken"] = json!(changed);
        cara.with_credentials(&credentials).refused(WHO, "InvalidClientTokenId", bad);
    }
    let mut swapped = mine.clone();
    swapped["SessionToken"] = other["SessionToken"].clone();
    let (code, _) = cara.with_credentials(&swapped).run(WHO).refusal().unwrap();
    assert!(["InvalidClientTokenId", "SignatureDoesNotMatch"].contains(&code.as_str()), "{code}");
    assert_eq!(cara.with_credentials(&mine).text(WHO), session("Cara", "mine"));
}

#[test]
fn a_second_factor_opens_what_policies_keep_for_it() {
    let root = server().root();
    let demanding = policy([
        json!({
            "Effect": "Allow", "Action": "iam:ListRoles", "Resource": "*",
            "Condition": { "Bool": { "aws:MultiFactorAuthPresent": "true" } },
        }),
        json!({ "Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*" }),
    ]);
    let mia = user(&root, "mia", &[demanding]);
    let (roles, users) = ("aws iam list-roles --max-items 1", "aws iam list-users --max-items 1");
    mia.json(users);
    let denied = format!(
        "User: {} is not authorized to perform: iam:ListRoles because no identity-based policy allows the iam:ListRoles \
         action",
        arn_of("user/mia")
    );
    mia.refused(roles, "AccessDenied", &denied);

    let made = root.json(
        "aws iam create-virtual-mfa-device --virtual-mfa-device-name mia --outfile seed \
         --bootstrap-method Base32StringSeed",
    );
    let serial = text(&made["VirtualMFADevice"]["SerialNumber"]);
    assert_eq!(serial, arn_of("mfa/mia"));
    std::fs::write(root.home().join("totp.py"), TOTP).unwrap();
    let code = format!("$('{}' totp.py seed", needed("SEKISHO_PYTHON"));
    let enable = "aws iam enable-mfa-device --user-name mia --serial-number";
    root.refused(
        &format!("{enable} {serial} --authentication-code1 000000 --authentication-code2 {code} 0)"),
        "InvalidAuthenticationCode",
        "Authentication code for device is not valid.",
    );
    root.text(&format!(
        "set -- {code} -1 0) && {enable} {serial} --authentication-code1 \"$1\" --authentication-code2 \"$2\""
    ));
    assert_eq!(root.json("aws iam list-mfa-devices --user-name mia")["MFADevices"][0]["SerialNumber"], *serial);

    let get = format!("aws sts get-session-token --serial-number {serial} --token-code");
    mia.refused(
        &format!("{get} 000000"),
        "AccessDenied",
        "MultiFactorAuthentication failed with invalid MFA one time pass code. ",
    );
    let unknown = "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is \
                   valid and associated with this user.";
    mia.refused(
        &format!("aws sts get-session-token --serial-number {serial}x --token-code 000000"),
        "AccessDenied",
        unknown,
    );
    // The code of the next half minute, since the others are used up; kept, to be used a second time.
    let next = mia.text(&format!("echo {code} 1)"));
    let with_factor = mia.with_credentials(&mia.json(&format!("{get} {next}"))["Credentials"]);
    assert_eq!(with_factor.text(WHO), arn_of("user/mia"));
    with_factor.json(roles);
    with_factor.json(users);
    mia.refused(
        &format!("{get} {next}"),
        "AccessDenied",
        "MultiFactorAuthentication failed with invalid MFA one time pass code. ",
    );

    // A session without a second factor is closed to IAM altogether.
    let without = mia.with_credentials(&mia.json("aws sts get-session-token")["Credentials"]);
    assert_eq!(without.text(WHO), arn_of("user/mia"));
    without.refused(users, "InvalidClientTokenId", "The security token included in the request is invalid");
    without.refused(
        "aws sts get-session-token",
        "AccessDenied",
        "Cannot call GetSessionToken with session credentials",
    );

    // A trust policy sees the factor through the session.
    let trusting = policy([json!({
        "Effect": "Allow", "Principal": { "AWS": arn_of("user/mia") }, "Action": "sts:AssumeRole",
        "Condition": { "Bool": { "aws:MultiFactorAuthPresent": "true" } },
    })]);
    let vault = role(&root, "MiaVault", &trusting, &[]);
    let inside = with_factor.with_credentials(&with_factor.json(&assume(&vault, "in"))["Credentials"]);
    assert_eq!(inside.text(WHO), session("MiaVault", "in"));
    assert_eq!(without.run(&assume(&vault, "in")).refusal().unwrap().0, "AccessDenied");
    assert_eq!(mia.run(&assume(&vault, "in")).refusal().unwrap().0, "AccessDenied");

    // She cannot be deleted while she has it, and without it the codes are worth nothing.
    root.text(&format!("aws iam deactivate-mfa-device --user-name mia --serial-number {serial}"));
    mia.refused(&format!("{get} 000000"), "AccessDenied", unknown);
    root.text(&format!("aws iam delete-virtual-mfa-device --serial-number {serial}"));
}

/// Codes of a seed in base32 (RFC 6238, SHA-1, 30 seconds, six digits), so many steps from now. Near the end of a step it
/// waits for the next one: the codes shall still be those of now when they arrive.
const TOTP: &str = r#"
import base64, hashlib, hmac, struct, sys, time
seed = base64.b32decode(open(sys.argv[1]).read().strip())
if time.time() % 30 > 24:
    time.sleep(30.1 - time.time() % 30)
now = int(time.time()) // 30
def code(step):
    mac = hmac.new(seed, struct.pack(">Q", step), hashlib.sha1).digest()
    at = mac[-1] & 15
    return "%06d" % ((struct.unpack(">I", mac[at:at + 4])[0] & 0x7fffffff) % 1000000)
print(*(code(now + int(offset)) for offset in sys.argv[2:]))
"#;

#[test]
fn a_federated_user_gets_what_both_sides_allow() {
    let root = server().root();
    let fred = user(
        &root,
        "fred",
        &[
            allow("sts:GetFederationToken", "*"),
            allow(json!(["cognito-idp:ListUserPools", "cognito-idp:CreateUserPool"]), "*"),
        ],
    );
    write(
        &fred,
        "policy.json",
        &allow(json!(["cognito-idp:ListUserPools", "cognito-identity:ListIdentityPools"]), "*"),
    );
    let answer = fred.json("aws sts get-federation-token --name guest --policy file://policy.json");
    assert_eq!(
        answer["FederatedUser"],
        json!({
            "FederatedUserId": format!("{ACCOUNT}:guest"),
            "Arn": format!("arn:aws:sts::{ACCOUNT}:federated-user/guest"),
        })
    );
    let guest = fred.with_credentials(&answer["Credentials"]);
    assert_eq!(guest.text(WHO), format!("arn:aws:sts::{ACCOUNT}:federated-user/guest"));
    guest.json("aws cognito-idp list-user-pools --max-results 1");
    let denied = |action: &str, layer: &str| {
        format!(
            "User: arn:aws:sts::{ACCOUNT}:federated-user/guest is not authorized to perform: {action} because no {layer} \
             allows the {action} action"
        )
    };
    guest.refused(
        "aws cognito-idp create-user-pool --pool-name x",
        "AccessDeniedException",
        &denied("cognito-idp:CreateUserPool", "session policy"),
    );
    guest.refused(
        "aws cognito-identity list-identity-pools --max-results 1",
        "AccessDeniedException",
        &denied("cognito-identity:ListIdentityPools", "identity-based policy"),
    );
    guest.refused(
        "aws iam list-roles",
        "InvalidClientTokenId",
        "The security token included in the request is invalid",
    );
    guest.refused(
        "aws sts get-federation-token --name again",
        "AccessDenied",
        "Cannot call GetFederationToken with session credentials",
    );

    // Without a policy there is nothing to allow anything.
    let bare = fred.json("aws sts get-federation-token --name bare");
    assert_eq!(bare["PackedPolicySize"], 0);
    let bare = fred.with_credentials(&bare["Credentials"]);
    bare.text(WHO);
    let (code, _) = bare.run("aws cognito-idp list-user-pools --max-results 1").refusal().unwrap();
    assert_eq!(code, "AccessDeniedException");
    let plain = user(&root, "frida", &[]);
    let (code, sentence) = plain.run("aws sts get-federation-token --name xx").refusal().unwrap();
    assert_eq!(code, "AccessDenied");
    assert!(sentence.contains("is not authorized to perform: sts:GetFederationToken on resource:"), "{sentence}");
}

#[test]
fn the_account_of_an_access_key_is_told() {
    let root = server().root();
    let key = e2e::principal::user_key(&root, "kim", &[]);
    let account = |id: &str| {
        root.text(&format!("aws sts get-access-key-info --access-key-id {id} --query Account --output text"))
    };
    assert_eq!(account(&text(&key["AccessKeyId"])), ACCOUNT);
    // Of any account, by the id alone (spec/sts-and-iam.md B6).
    assert_eq!(account("ASIAQNZGKIQY56JQ7WML"), "029608264753");
}

#[test]
fn a_denial_is_decoded_by_who_may() {
    let root = server().root();
    let deny = json!({ "Sid": "NoRoles", "Effect": "Deny", "Action": "iam:ListRoles", "Resource": "*" });
    let dina = user(&root, "dina", &[policy([deny])]);
    let id = dina.python(
        r#"
import boto3, botocore, json
try:
    boto3.client("iam").list_roles()
except botocore.exceptions.ClientError as error:
    print(json.dumps(error.response["ResponseMetadata"]["RequestId"]))
"#,
        &[],
    );
    let explained: Value = Shell::bare()
        .with("SEKISHO_BASE_URL", &server().url)
        .with("SEKISHO_ROOT_ACCESS_KEY_ID", ROOT_KEY.0)
        .with("SEKISHO_ROOT_SECRET_ACCESS_KEY", ROOT_KEY.1)
        .json(&format!("sekisho explain --json {}", text(&id)));
    let message = text(&explained["encoded_message"]);
    assert!(!message.contains("NoRoles"));
    let decode = |message: &str| format!("aws sts decode-authorization-message --encoded-message {message}");
    let auditor = user(&root, "dinas-auditor", &[allow("sts:DecodeAuthorizationMessage", "*")]);
    let decoded = text(&auditor.json(&decode(&message))["DecodedMessage"]);
    let decoded: Value = serde_json::from_str(&decoded).unwrap();
    assert_eq!((&decoded["allowed"], &decoded["explicitDeny"]), (&json!(false), &json!(true)));
    assert_eq!(decoded["matchedStatements"]["items"][0]["statementId"], "NoRoles");
    assert_eq!(decoded["context"]["action"], "iam:ListRoles");
    assert_eq!(decoded["context"]["principal"]["arn"], arn_of("user/dina"));

    let (code, _) = dina.run(&decode(&message)).refusal().unwrap();
    assert_eq!(code, "AccessDenied");
    let half = message.len() / 2;
    let letter = if message.as_bytes()[half] == b'A' { "B" } else { "A" };
    for bad in ["x".to_owned(), format!("{}{letter}{}", &message[..half], &message[half + 1..])] {
        let (code, _) = auditor.run(&decode(&bad)).refusal().unwrap();
        assert_eq!(code, "InvalidAuthorizationMessageException");
    }
}

#[test]
fn a_user_of_a_user_pool_assumes_a_role_directly() {
    let root = server().root();
    let account = Account::create(server(), "web");
    let (pool, client) = (&account.user_pool, &account.client);
    let made = root.json(&format!(
        "aws iam create-open-id-connect-provider --url https://{} --client-id-list {client}",
        account.provider
    ));
    let provider = text(&made["OpenIDConnectProviderArn"]);
    let subject = text(
        &root.json(&format!("aws cognito-idp admin-get-user --user-pool-id {pool} --username ana"))["UserAttributes"]
            .as_array()
            .unwrap()
            .iter()
            .find(|attribute| attribute["Name"] == "sub")
            .unwrap()["Value"],
    );
    let trusting = |sub: &str| {
        policy([json!({
            "Effect": "Allow", "Principal": { "Federated": provider }, "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": { "StringEquals": {
                format!("{}:aud", account.provider): client, format!("{}:sub", account.provider): sub,
            } },
        })])
    };
    let mine = role(&root, "WebAna", &trusting(&subject), &[allow("iam:ListRoles", "*")]);
    let not_mine = role(&root, "WebBen", &trusting("somebody-else"), &[]);

    let guest = server().guest();
    let id_token = account.id_token(&guest);
    let assume = |role: &str, token: &str| {
        format!(
            "aws sts assume-role-with-web-identity --role-arn {role} --role-session-name web --web-identity-token {token}"
        )
    };
    let answer = guest.json(&assume(&mine, &id_token));
    assert_eq!(
        (&answer["SubjectFromWebIdentityToken"], &answer["Audience"], &answer["Provider"]),
        (&json!(subject), &json!(client), &json!(provider))
    );
    let session_of = guest.with_credentials(&answer["Credentials"]);
    assert_eq!(session_of.text(WHO), session("WebAna", "web"));
    session_of.json("aws iam list-roles --max-items 1");
    // As programs do it: a token in a file, a role in the environment, and every call is signed for it.
    std::fs::write(guest.home().join("token"), &id_token).unwrap();
    let program = guest
        .with("AWS_WEB_IDENTITY_TOKEN_FILE", guest.home().join("token"))
        .with("AWS_ROLE_ARN", &mine)
        .with("AWS_ROLE_SESSION_NAME", "program");
    assert_eq!(program.text(WHO), session("WebAna", "program"));

    let not_authorized = "Not authorized to perform sts:AssumeRoleWithWebIdentity";
    guest.refused(&assume(&not_mine, &id_token), "AccessDenied", not_authorized);
    guest.refused(&assume(&arn_of("role/WebNobody"), &id_token), "AccessDenied", not_authorized);
    let foreign = text(&account.sign_in(&guest, &account.foreign_client)["IdToken"]);
    guest.refused(&assume(&mine, &foreign), "InvalidIdentityToken", "Incorrect token audience");
    let access_token = text(&account.sign_in(&guest, client)["AccessToken"]);
    let (code, _) = guest.run(&assume(&mine, &access_token)).refusal().unwrap();
    assert_eq!(code, "InvalidIdentityToken");
    let mut parts: Vec<String> = id_token.split('.').map(str::to_owned).collect();
    parts[1] = text(&json!(id_token.split('.').nth(1))).replacen("eyJ", "eyK", 1);
    for changed in [parts.join("."), id_token[..id_token.len() - 8].to_owned(), "no.token.atall".to_owned()] {
        let (code, _) = guest.run(&assume(&mine, &changed)).refusal().unwrap();
        assert_eq!(code, "InvalidIdentityToken");
    }
    // The registration is what lets them in.
    root.text(&format!("aws iam delete-open-id-connect-provider --open-id-connect-provider-arn {provider}"));
    let (code, sentence) = guest.run(&assume(&mine, &id_token)).refusal().unwrap();
    assert_eq!(code, "InvalidIdentityToken");
    assert!(sentence.starts_with("No OpenIDConnect provider found in your account for "), "{sentence}");
}

#[test]
fn an_assertion_of_a_company_opens_a_role() {
    const COMPANY: &str = "https://idp.test";
    let root = server().root();
    std::fs::write(root.home().join("metadata.xml"), metadata_document(COMPANY)).unwrap();
    let provider = text(
        &root.json("aws iam create-saml-provider --name Company --saml-metadata-document file://metadata.xml")["SAMLProviderArn"],
    );
    let trusting = policy([json!({
        "Effect": "Allow", "Principal": { "Federated": provider }, "Action": ["sts:AssumeRoleWithSAML", "sts:TagSession"],
        "Condition": { "StringEquals": {
            "saml:aud": "https://signin.aws.amazon.com/saml", "aws:RequestTag/team": "gate",
        } },
    })]);
    let staff = role(&root, "CompanyStaff", &trusting, &[allow("iam:ListRoles", "*")]);
    let other = role(&root, "CompanyOther", &trusting, &[]);
    let guest = server().guest();
    let assume = |role: &str, assertion: &str| {
        std::fs::write(guest.home().join("assertion"), assertion).unwrap();
        format!(
            "aws sts assume-role-with-saml --role-arn {role} --principal-arn {provider} \
             --saml-assertion file://assertion"
        )
    };
    let said = Said::ana(COMPANY, &provider, &[&staff], "2099-01-01T00:00:00Z");
    let good = said.clone().with("PrincipalTag:team", &["gate"]).response();
    let answer = guest.json(&assume(&staff, &good));
    assert_eq!((&answer["Subject"], &answer["Issuer"]), (&json!("ana"), &json!(COMPANY)));
    let ana = guest.with_credentials(&answer["Credentials"]);
    assert_eq!(ana.text(WHO), session("CompanyStaff", "ana"));
    ana.json("aws iam list-roles --max-items 1");

    let not_authorized = "Not authorized to perform sts:AssumeRoleWithSAML";
    guest.refused(&assume(&other, &good), "AccessDenied", not_authorized);
    let of_another_team = said.clone().with("PrincipalTag:team", &["door"]).response();
    guest.refused(&assume(&staff, &of_another_team), "AccessDenied", not_authorized);
    // Changed after it was signed; and signed in another company's name.
    let changed = guest.python(
        "import base64, json, sys; xml = base64.b64decode(sys.argv[1]).decode(); assert '>ana<' in xml; \
         print(json.dumps(base64.b64encode(xml.replace('>ana<', '>eve<').encode()).decode()))",
        &[&of_another_team],
    );
    let stranger = Said::ana("https://other.test", &provider, &[&staff], "2099-01-01T00:00:00Z").response();
    let over = Said::ana(COMPANY, &provider, &[&staff], "2020-01-01T00:00:00Z").response();
    for (assertion, code) in [
        (changed.as_str().unwrap(), "InvalidIdentityToken"),
        (&stranger, "InvalidIdentityToken"),
        (&over, "ExpiredTokenException"),
        ("bm90IFhNTCBhdCBhbGw=", "InvalidIdentityToken"),
    ] {
        let (found, sentence) = guest.run(&assume(&staff, assertion)).refusal().unwrap();
        assert_eq!(found, code, "{sentence}");
    }
}

#[test]
fn a_token_about_an_aws_principal_is_for_others() {
    let server = Server::start(Engine::Memory);
    let root = server.root();
    let wanda = user(&root, "wanda", &[allow("sts:GetWebIdentityToken", "*")]);
    let get = "aws sts get-web-identity-token --audience partner --signing-algorithm RS256";
    let (code, _) = wanda.run(get).refusal().unwrap();
    assert_eq!(code, "OutboundWebIdentityFederationDisabledException");
    let issuer = text(&root.json("aws iam enable-outbound-web-identity-federation")["IssuerIdentifier"]);
    let answer = wanda.json(&format!("{get} --duration-seconds 120 --tags Key=job,Value=night"));
    let token = text(&answer["WebIdentityToken"]);
    let claims = token::claims(&token);
    assert_eq!(
        (&claims["iss"], &claims["aud"], &claims["sub"]),
        (&json!(issuer), &json!("partner"), &json!(arn_of("user/wanda")))
    );
    assert_eq!(claims["https://sts.amazonaws.com/"]["request_tags"], json!({ "job": "night" }));
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 120);
    // The partner, who knows nothing but the issuer, finds its keys and believes the token, and no other.
    assert_eq!(server.guest().python(PARTNER, &[&issuer, &token]), json!([true, false]));
    let plain = user(&root, "willa", &[]);
    assert_eq!(plain.run(get).refusal().unwrap().0, "AccessDenied");
}

/// Verifies a token, and the same with other claims, by what its issuer publishes.
const PARTNER: &str = r#"
import base64, json, rsa, sys, urllib.request
issuer, token = sys.argv[1:]
get = lambda url: json.load(urllib.request.urlopen(url, timeout=10))
raw = lambda text: base64.urlsafe_b64decode(text + "==")
configuration = get(issuer + "/.well-known/openid-configuration")
assert configuration["issuer"] == issuer, configuration
head, payload, signature = token.split(".")
key = next(key for key in get(configuration["jwks_uri"])["keys"] if key["kid"] == json.loads(raw(head))["kid"])
number = lambda name: int.from_bytes(raw(key[name]), "big")
def good(payload):
    try:
        return rsa.verify((head + "." + payload).encode(), raw(signature), rsa.PublicKey(number("n"), number("e"))) == "SHA-256"
    except rsa.VerificationError:
        return False
other = base64.urlsafe_b64encode(raw(payload).replace(b"wanda", b"willa")).decode().rstrip("=")
print(json.dumps([good(payload), good(other)]))
"#;

fn assume(role: &str, name: &str) -> String {
    format!("aws sts assume-role --role-arn {role} --role-session-name {name}")
}

/// Of this account's IAM.
fn arn_of(what: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:{what}")
}

/// The ARN of a role's session.
fn session(role: &str, name: &str) -> String {
    format!("arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{name}")
}

fn write(shell: &Shell, name: &str, document: &Value) {
    std::fs::write(shell.home().join(name), document.to_string()).unwrap();
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}
