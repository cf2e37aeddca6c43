//! An administrator who is not root runs the whole walk with the AWS CLI, by a policy that grants that and nothing else;
//! without any one of its permissions it stops, with AWS's sentence.

#![allow(clippy::panic, clippy::unwrap_used)]

use e2e::principal::{policy, user, user_key};
use e2e::server::ACCOUNT;
use e2e::{Engine, Server, Shell};
use serde_json::{Value, json};
use std::sync::OnceLock;

const PASSWORD: &str = "Perman3nt!";

fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| Server::start(Engine::Memory))
}

/// The permissions of the walk, each with the resources it is granted on. Roles are named, so that the administrator
/// cannot hand out others.
fn permissions() -> Vec<(&'static str, Value)> {
    let pools = format!("arn:aws:cognito-idp:us-east-1:{ACCOUNT}:userpool/*");
    let roles = json!([role_arn("WalkGuest"), role_arn("WalkUser"), role_arn("WalkEditor")]);
    vec![
        ("cognito-idp:CreateUserPool", json!("*")),
        ("cognito-idp:CreateUserPoolClient", json!(pools)),
        ("cognito-idp:AdminCreateUser", json!(pools)),
        ("cognito-idp:AdminSetUserPassword", json!(pools)),
        ("cognito-idp:CreateGroup", json!(pools)),
        ("cognito-idp:AdminAddUserToGroup", json!(pools)),
        ("cognito-identity:CreateIdentityPool", json!("*")),
        ("iam:CreateRole", roles.clone()),
        ("iam:PutRolePolicy", json!(role_arn("WalkUser"))),
        ("cognito-identity:SetIdentityPoolRoles", json!("*")),
        ("iam:PassRole", roles),
    ]
}

fn granting(permissions: &[(&str, Value)]) -> Value {
    let statements: Vec<Value> = permissions
        .iter()
        .map(|(action, resources)| json!({ "Effect": "Allow", "Action": action, "Resource": resources }))
        .collect();
    json!({ "Version": "2012-10-17", "Statement": statements })
}

#[test]
fn the_walk_needs_no_root() {
    let root = server().root();
    let admin = user(&root, "walker", &[granting(&permissions())]);
    let made = admin.json("aws cognito-idp create-user-pool --pool-name delegated");
    let pool = text(&made["UserPool"]["Id"]);
    let provider = format!("cognito-idp.us-east-1.amazonaws.com/{pool}");
    let client = text(
        &admin.json(&format!(
            "aws cognito-idp create-user-pool-client --user-pool-id {pool} --client-name app \
             --explicit-auth-flows ALLOW_USER_PASSWORD_AUTH ALLOW_REFRESH_TOKEN_AUTH"
        ))["UserPoolClient"]["ClientId"],
    );
    let made = admin.json(&format!(
        "aws cognito-identity create-identity-pool --identity-pool-name delegated --allow-unauthenticated-identities \
         --cognito-identity-providers ProviderName={provider},ClientId={client}"
    ));
    let identity_pool = text(&made["IdentityPoolId"]);
    for (role, state) in
        [("WalkGuest", "unauthenticated"), ("WalkUser", "authenticated"), ("WalkEditor", "authenticated")]
    {
        write(&admin, "trust.json", &trust(&identity_pool, state));
        admin.json(&format!("aws iam create-role --role-name {role} --assume-role-policy-document file://trust.json"));
    }
    let describe = json!({ "Effect": "Allow", "Action": "cognito-idp:DescribeUserPool", "Resource": "*" });
    write(&admin, "describe.json", &policy([describe]));
    admin.text(
        "aws iam put-role-policy --role-name WalkUser --policy-name describe --policy-document file://describe.json",
    );
    write(
        &admin,
        "mappings.json",
        &json!({
            format!("{provider}:{client}"): { "Type": "Token", "AmbiguousRoleResolution": "AuthenticatedRole" },
        }),
    );
    admin.text(&format!(
        "aws cognito-identity set-identity-pool-roles --identity-pool-id {identity_pool} \
         --roles authenticated={},unauthenticated={} --role-mappings file://mappings.json",
        role_arn("WalkUser"),
        role_arn("WalkGuest")
    ));
    admin.text(&format!(
        "aws cognito-idp create-group --user-pool-id {pool} --group-name editors --role-arn {}",
        role_arn("WalkEditor")
    ));
    for name in ["ana", "eva"] {
        admin.text(&format!(
            "aws cognito-idp admin-create-user --user-pool-id {pool} --username {name} --message-action SUPPRESS && \
             aws cognito-idp admin-set-user-password --user-pool-id {pool} --username {name} --password '{PASSWORD}' \
             --permanent"
        ));
    }
    admin.text(&format!(
        "aws cognito-idp admin-add-user-to-group --user-pool-id {pool} --username eva --group-name editors"
    ));

    // What the administrator built works, for those who have no keys at all.
    let guest = server().guest();
    let caller = |logins: &str| {
        let identity = text(
            &guest.json(&format!(
                "aws cognito-identity get-id --no-sign-request --identity-pool-id {identity_pool} {logins}"
            ))["IdentityId"],
        );
        let answer = guest.json(&format!(
            "aws cognito-identity get-credentials-for-identity --no-sign-request --identity-id {identity} {logins}"
        ));
        guest.with_credentials(&answer["Credentials"])
    };
    let signed_in = |name: &str| {
        let answer = guest.json(&format!(
            "aws cognito-idp initiate-auth --no-sign-request --client-id {client} --auth-flow USER_PASSWORD_AUTH \
             --auth-parameters USERNAME={name},PASSWORD='{PASSWORD}'"
        ));
        caller(&format!("--logins {provider}={}", text(&answer["AuthenticationResult"]["IdToken"])))
    };
    let who = "aws sts get-caller-identity --query Arn --output text";
    let session = |role: &str| format!("arn:aws:sts::{ACCOUNT}:assumed-role/{role}/CognitoIdentityCredentials");
    assert_eq!(caller("").text(who), session("WalkGuest"));
    let ana = signed_in("ana");
    assert_eq!(ana.text(who), session("WalkUser"));
    ana.json(&format!("aws cognito-idp describe-user-pool --user-pool-id {pool}"));
    assert_eq!(signed_in("eva").text(who), session("WalkEditor"));

    // And that is all: not to look at it, not to grant oneself more, not other roles.
    for (script, action) in [
        (format!("aws cognito-idp describe-user-pool --user-pool-id {pool}"), "cognito-idp:DescribeUserPool"),
        (
            "aws iam create-role --role-name Other --assume-role-policy-document file://trust.json".to_owned(),
            "iam:CreateRole",
        ),
        (
            "aws iam put-user-policy --user-name walker --policy-name more --policy-document file://describe.json"
                .to_owned(),
            "iam:PutUserPolicy",
        ),
    ] {
        let (code, sentence) = admin.run(&script).refusal().unwrap();
        assert!(["AccessDenied", "AccessDeniedException"].contains(&code.as_str()), "{code}");
        assert!(sentence.contains(&format!("is not authorized to perform: {action} on resource: ")), "{sentence}");
    }
    let admins = e2e::principal::role(&root, "AdminOfAll", &trust(&identity_pool, "authenticated"), &[]);
    admin.refused(
        &format!(
            "aws cognito-identity set-identity-pool-roles --identity-pool-id {identity_pool} --roles \
             authenticated={admins},unauthenticated={}",
            role_arn("WalkGuest")
        ),
        "NotAuthorizedException",
        &format!("Access to Role '{admins}' is forbidden."),
    );
}

#[test]
fn without_one_permission_the_walk_stops_there() {
    // A server of its own: the roles have the same names.
    let server = Server::start(Engine::Memory);
    let root = server.root();
    let all = permissions();
    let key = user_key(&root, "walker", &[granting(&all)]);
    let policies: Vec<Value> = (0..all.len())
        .map(|left_out| {
            let mut rest = all.clone();
            let (action, _) = rest.remove(left_out);
            json!([action, granting(&rest)])
        })
        .collect();
    let found = root.python(STEPS, &[&json!(policies).to_string(), &key.to_string(), ACCOUNT]);
    let pool = text(&found["pool"]);
    let on_pool = format!("arn:aws:cognito-idp:us-east-1:{ACCOUNT}:userpool/{pool}");
    let expected = |action: &str| {
        if action == "iam:PassRole" {
            return json!([
                "NotAuthorizedException",
                format!("Access to Role '{}' is forbidden.", role_arn("WalkGuest"))
            ]);
        }
        let resource = match action {
            // Those that have no resource (models: the service authorization reference).
            "cognito-idp:CreateUserPool" => String::new(),
            action if action.starts_with("cognito-identity:") => String::new(),
            "iam:CreateRole" | "iam:PutRolePolicy" => format!(" on resource: {}", role_arn("WalkUser")),
            _ => format!(" on resource: {on_pool}"),
        };
        let code = if action.starts_with("iam:") { "AccessDenied" } else { "AccessDeniedException" };
        json!([
            code,
            format!(
                "User: arn:aws:iam::{ACCOUNT}:user/walker is not authorized to perform: {action}{resource} because no \
                 identity-based policy allows the {action} action"
            )
        ])
    };
    let refusals = found["refusals"].as_object().unwrap();
    assert_eq!(refusals.len(), all.len());
    for (action, refusal) in refusals {
        assert_eq!(*refusal, expected(action), "without {action}");
    }
    // With all of them every step goes through.
    assert_eq!(found["passed"], json!(all.len() - 1));
}

/// Makes every call of the walk twice: with the policy that lacks its permission, and with all of them.
const STEPS: &str = r#"
import boto3, botocore, json, sys
policies, key, account = json.loads(sys.argv[1]), json.loads(sys.argv[2]), sys.argv[3]
mine = boto3.Session(aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])
idp, ids, iam = mine.client("cognito-idp"), mine.client("cognito-identity"), mine.client("iam")
root = boto3.client("iam")
whole = root.get_user_policy(UserName="walker", PolicyName="policy-0")["PolicyDocument"]
use = lambda policy: root.put_user_policy(UserName="walker", PolicyName="policy-0", PolicyDocument=json.dumps(policy))
made = {}
role = lambda name: "arn:aws:iam::%s:role/%s" % (account, name)
trust = json.dumps({"Version": "2012-10-17", "Statement": [{
    "Effect": "Allow", "Principal": {"Federated": "cognito-identity.amazonaws.com"},
    "Action": "sts:AssumeRoleWithWebIdentity",
    "Condition": {"StringEquals": {"cognito-identity.amazonaws.com:aud": "us-east-1:00000000-0000-0000-0000-000000000000"}}}]})
allow = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}]})
pool = lambda: {"UserPoolId": made["pool"]}
ana = lambda: {"Username": "ana", **pool()}
set_roles = lambda: ids.set_identity_pool_roles(
    IdentityPoolId=made["identity_pool"], Roles={"authenticated": role("WalkGuest"), "unauthenticated": role("WalkGuest")})
steps = {
    "cognito-idp:CreateUserPool": lambda: made.update(pool=idp.create_user_pool(PoolName="p")["UserPool"]["Id"]),
    "cognito-idp:CreateUserPoolClient": lambda: idp.create_user_pool_client(ClientName="c", **pool()),
    "cognito-idp:AdminCreateUser": lambda: idp.admin_create_user(MessageAction="SUPPRESS", **ana()),
    "cognito-idp:AdminSetUserPassword": lambda: idp.admin_set_user_password(Password="Perman3nt!", Permanent=True, **ana()),
    "cognito-idp:CreateGroup": lambda: idp.create_group(GroupName="g", **pool()),
    "cognito-idp:AdminAddUserToGroup": lambda: idp.admin_add_user_to_group(GroupName="g", **ana()),
    "cognito-identity:CreateIdentityPool": lambda: made.update(identity_pool=ids.create_identity_pool(
        IdentityPoolName="i", AllowUnauthenticatedIdentities=True)["IdentityPoolId"]),
    "iam:CreateRole": lambda: iam.create_role(RoleName="WalkUser", AssumeRolePolicyDocument=trust),
    "iam:PutRolePolicy": lambda: iam.put_role_policy(RoleName="WalkUser", PolicyName="p", PolicyDocument=allow),
    "cognito-identity:SetIdentityPoolRoles": set_roles,
    "iam:PassRole": set_roles,
}
root.create_role(RoleName="WalkGuest", AssumeRolePolicyDocument=trust)
refusals, passed = {}, 0
for action, policy in policies:
    use(policy)
    try:
        steps[action]()
    except botocore.exceptions.ClientError as error:
        refusals[action] = [error.response["Error"]["Code"], error.response["Error"]["Message"]]
    use(whole)
    if action != "iam:PassRole":
        steps[action]()
        passed += 1
print(json.dumps({"refusals": refusals, "passed": passed, **made}))
"#;

fn trust(identity_pool: &str, state: &str) -> Value {
    policy([json!({
        "Effect": "Allow", "Principal": { "Federated": "cognito-identity.amazonaws.com" },
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {
            "StringEquals": { "cognito-identity.amazonaws.com:aud": identity_pool },
            "ForAnyValue:StringLike": { "cognito-identity.amazonaws.com:amr": state },
        },
    })])
}

fn role_arn(name: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:role/{name}")
}

fn write(shell: &Shell, name: &str, document: &Value) {
    std::fs::write(shell.home().join(name), document.to_string()).unwrap();
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}
