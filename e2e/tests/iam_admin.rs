//! Administration of IAM with the AWS CLI: what is made, listed, changed and deleted, and what the gate makes of it.

#![allow(clippy::panic, clippy::unwrap_used)]

use e2e::principal::{allow, policy, user};
use e2e::server::ACCOUNT;
use e2e::{Engine, Server, Shell};
use federation::testing::metadata_document;
use serde_json::{Value, json};
use std::sync::OnceLock;

const READ_ONLY: &str = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";

/// One server in memory for all tests of this file; names of principals say which test they belong to.
fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| Server::start(Engine::Memory))
}

#[test]
fn a_role_from_beginning_to_end() {
    let root = server().root();
    write(&root, "trust.json", &of_service("ec2.amazonaws.com"));
    let role = root.json(
        "aws iam create-role --role-name Keeper --path /team/ --assume-role-policy-document file://trust.json \
         --description 'keeps' --max-session-duration 7200 --tags Key=Team,Value=gate",
    )["Role"]
        .clone();
    assert_eq!(role["Arn"], format!("arn:aws:iam::{ACCOUNT}:role/team/Keeper"));
    assert_eq!(role["Tags"], json!([{ "Key": "Team", "Value": "gate" }]));
    assert!(role["RoleId"].as_str().unwrap().starts_with("AROA"), "{role}");
    assert_eq!(role["AssumeRolePolicyDocument"], of_service("ec2.amazonaws.com"));
    assert_eq!(role.get("MaxSessionDuration"), None, "AWS does not answer it here");
    root.refused(
        "aws iam create-role --role-name KEEPER --assume-role-policy-document file://trust.json",
        "EntityAlreadyExists",
        "Role with name KEEPER already exists.",
    );

    root.text("aws iam update-role --role-name Keeper --description 'still keeps' --max-session-duration 3600");
    root.text("aws iam tag-role --role-name Keeper --tags Key=Team,Value=door Key=Cost,Value=");
    root.text("aws iam untag-role --role-name Keeper --tag-keys Cost");
    let role = root.json("aws iam get-role --role-name Keeper")["Role"].clone();
    assert_eq!(
        (&role["Description"], &role["MaxSessionDuration"], &role["RoleLastUsed"]),
        (&json!("still keeps"), &json!(3600), &json!({}))
    );
    assert_eq!(role["Tags"], json!([{ "Key": "Team", "Value": "door" }]));

    write(&root, "inline.json", &allow("s3:GetObject", "arn:aws:s3:::b/*"));
    root.text("aws iam put-role-policy --role-name Keeper --policy-name read --policy-document file://inline.json");
    let inline = root.json("aws iam get-role-policy --role-name Keeper --policy-name read");
    assert_eq!(inline["PolicyDocument"], allow("s3:GetObject", "arn:aws:s3:::b/*"));
    root.text(&format!("aws iam attach-role-policy --role-name Keeper --policy-arn {READ_ONLY}"));
    let attached = root.json("aws iam list-attached-role-policies --role-name Keeper");
    assert_eq!(
        attached["AttachedPolicies"],
        json!([{ "PolicyName": "AmazonS3ReadOnlyAccess", "PolicyArn": READ_ONLY }])
    );

    // What it still has keeps it from being deleted, one thing after the other.
    let delete = "aws iam delete-role --role-name Keeper";
    root.refused(delete, "DeleteConflict", "Cannot delete entity, must detach all policies first.");
    root.text(&format!("aws iam detach-role-policy --role-name Keeper --policy-arn {READ_ONLY}"));
    root.refused(delete, "DeleteConflict", "Cannot delete entity, must delete policies first.");
    root.text("aws iam delete-role-policy --role-name Keeper --policy-name read");
    root.text(delete);
    root.refused("aws iam get-role --role-name Keeper", "NoSuchEntity", "The role with name Keeper cannot be found.");
}

#[test]
fn a_user_from_beginning_to_end() {
    let root = server().root();
    let made = root.json("aws iam create-user --user-name nina --path /staff/ --tags Key=Desk,Value=3");
    assert_eq!(made["User"]["Arn"], format!("arn:aws:iam::{ACCOUNT}:user/staff/nina"));
    let first = root.json("aws iam create-access-key --user-name nina")["AccessKey"].clone();
    let second = root.json("aws iam create-access-key --user-name nina")["AccessKey"].clone();
    root.refused(
        "aws iam create-access-key --user-name nina",
        "LimitExceeded",
        "Cannot exceed quota for AccessKeysPerUser: 2",
    );
    let nina = root.with_credentials(&first);
    let who = "aws sts get-caller-identity --query Arn --output text";
    assert_eq!(nina.text(who), format!("arn:aws:iam::{ACCOUNT}:user/staff/nina"));

    // A key that is switched off is no key; the other one still is.
    let id = text(&first["AccessKeyId"]);
    root.text(&format!("aws iam update-access-key --user-name nina --access-key-id {id} --status Inactive"));
    nina.refused(who, "InvalidClientTokenId", "The AWS access key provided does not exist in our records.");
    root.with_credentials(&second).text(who);
    let listed = root.json("aws iam list-access-keys --user-name nina")["AccessKeyMetadata"].clone();
    let mut states: Vec<&str> = listed.as_array().unwrap().iter().map(|key| key["Status"].as_str().unwrap()).collect();
    states.sort_unstable();
    assert_eq!(states, ["Active", "Inactive"]);

    // Renamed and moved, she stays who she was: her keys go with her.
    root.text("aws iam update-user --user-name nina --new-user-name nora --new-path /guests/");
    assert_eq!(root.with_credentials(&second).text(who), format!("arn:aws:iam::{ACCOUNT}:user/guests/nora"));
    assert_eq!(root.json("aws iam get-user --user-name nora")["User"]["UserId"], made["User"]["UserId"]);

    // One boto3 script walks through everything that keeps a user from being deleted.
    let conflicts = root.python(
        r#"
import boto3, json
iam = boto3.client("iam")
name, policy = {"UserName": "nora"}, "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
iam.create_group(GroupName="noras")
iam.add_user_to_group(GroupName="noras", **name)
iam.attach_user_policy(PolicyArn=policy, **name)
iam.put_user_policy(PolicyName="p", PolicyDocument=json.dumps(
    {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}), **name)
found = {}
def keys():
    for key in iam.list_access_keys(**name)["AccessKeyMetadata"]:
        iam.delete_access_key(AccessKeyId=key["AccessKeyId"], **name)
ways_out = [keys, lambda: iam.remove_user_from_group(GroupName="noras", **name),
            lambda: iam.detach_user_policy(PolicyArn=policy, **name),
            lambda: iam.delete_user_policy(PolicyName="p", **name)]
for _ in range(len(ways_out) + 1):
    try:
        iam.delete_user(**name)
        break
    except iam.exceptions.DeleteConflictException as error:
        said = error.response["Error"]["Message"]
        assert said not in found, said
        way_out = next(index for word, index in (("access keys", 0), ("from group", 1), ("detach", 2), ("policies", 3))
                       if word in said)
        found[said] = way_out
        ways_out[way_out]()
iam.delete_group(GroupName="noras")
try:
    iam.get_user(**name)
except iam.exceptions.NoSuchEntityException as error:
    print(json.dumps({"found": found, "gone": error.response["Error"]["Message"]}))
"#,
        &[],
    );
    assert_eq!(
        conflicts,
        json!({
            "found": {
                "Cannot delete entity, must delete access keys first.": 0,
                "Cannot delete entity, must remove users from group first.": 1,
                "Cannot delete entity, must detach all policies first.": 2,
                "Cannot delete entity, must delete policies first.": 3,
            },
            "gone": "The user with name nora cannot be found.",
        })
    );
    root.with_credentials(&second).refused(
        who,
        "InvalidClientTokenId",
        "The security token included in the request is invalid.",
    );
}

#[test]
fn a_group_gives_to_its_members() {
    let root = server().root();
    let gus = user(&root, "gus", &[]);
    let group = root.json("aws iam create-group --group-name readers --path /g/");
    assert_eq!(group["Group"]["Arn"], format!("arn:aws:iam::{ACCOUNT}:group/g/readers"));
    root.text("aws iam add-user-to-group --group-name readers --user-name gus");
    let list = "aws iam list-groups";
    let denied = not_authorized("user/gus", "iam:ListGroups", "", IDENTITY);
    gus.refused(list, "AccessDenied", &denied);

    write(&root, "groups.json", &allow("iam:ListGroups", "*"));
    root.text("aws iam put-group-policy --group-name readers --policy-name list --policy-document file://groups.json");
    assert!(gus.json(list)["Groups"].as_array().unwrap().iter().any(|group| group["GroupName"] == "readers"));
    root.text("aws iam attach-group-policy --group-name readers --policy-arn arn:aws:iam::aws:policy/AWSDenyAll");
    let denied = not_authorized("user/gus", "iam:ListGroups", "", "with an explicit deny in an identity-based policy");
    gus.refused(list, "AccessDenied", &denied);
    root.text("aws iam detach-group-policy --group-name readers --policy-arn arn:aws:iam::aws:policy/AWSDenyAll");
    gus.json(list);

    let found = root.json("aws iam get-group --group-name readers");
    assert_eq!(found["Users"][0]["UserName"], "gus");
    assert_eq!(root.json("aws iam list-groups-for-user --user-name gus")["Groups"][0]["GroupName"], "readers");
    let delete = "aws iam delete-group --group-name readers";
    let (code, _) = root.run(delete).refusal().unwrap();
    assert_eq!(code, "DeleteConflict");
    root.text("aws iam remove-user-from-group --group-name readers --user-name gus");
    let denied = not_authorized("user/gus", "iam:ListGroups", "", IDENTITY);
    gus.refused(list, "AccessDenied", &denied);
    root.refused(delete, "DeleteConflict", "Cannot delete entity, must delete policies first.");
    root.text("aws iam delete-group-policy --group-name readers --policy-name list");
    root.text(delete);
}

#[test]
fn the_default_version_of_a_managed_policy_decides() {
    let root = server().root();
    let vera = user(&root, "vera", &[]);
    write(&root, "v1.json", &allow("iam:GetUser", "*"));
    write(&root, "v2.json", &allow("iam:ListUsers", "*"));
    let made = root.json(
        "aws iam create-policy --policy-name Versions --path /p/ --policy-document file://v1.json --description 'three' \
         --tags Key=a,Value=b",
    );
    let arn = text(&made["Policy"]["Arn"]);
    assert_eq!(arn, format!("arn:aws:iam::{ACCOUNT}:policy/p/Versions"));
    assert_eq!(made["Policy"].get("Description"), None, "AWS does not answer it here");
    assert_eq!(root.json(&format!("aws iam get-policy --policy-arn {arn}"))["Policy"]["Description"], "three");
    root.text(&format!("aws iam attach-user-policy --user-name vera --policy-arn {arn}"));
    let get = "aws iam get-user --user-name vera";
    let list = "aws iam list-users --max-items 1";
    vera.json(get);
    let denied = |action: &str, on: &str| not_authorized("user/vera", action, on, IDENTITY);
    vera.refused(list, "AccessDenied", &denied("iam:ListUsers", ""));

    // A version that is not the default one changes nothing; as soon as it is, it decides.
    root.json(&format!("aws iam create-policy-version --policy-arn {arn} --policy-document file://v2.json"));
    vera.json(get);
    root.text(&format!("aws iam set-default-policy-version --policy-arn {arn} --version-id v2"));
    vera.json(list);
    vera.refused(get, "AccessDenied", &denied("iam:GetUser", "user/vera"));
    let version = root.json(&format!("aws iam get-policy-version --policy-arn {arn} --version-id v2"));
    assert_eq!(version["PolicyVersion"]["Document"], allow("iam:ListUsers", "*"));
    assert_eq!(version["PolicyVersion"]["IsDefaultVersion"], true);

    // Five versions are the most, and the number of a deleted one does not come back.
    let numbers = root.python(
        r#"
import boto3, json, sys
iam = boto3.client("iam")
arn = {"PolicyArn": sys.argv[1]}
document = iam.get_policy_version(VersionId="v1", **arn)["PolicyVersion"]["Document"]
new = lambda: iam.create_policy_version(PolicyDocument=json.dumps(document), **arn)["PolicyVersion"]["VersionId"]
made = [new(), new(), new()]
try:
    new()
except iam.exceptions.LimitExceededException as error:
    limit = error.response["Error"]["Message"]
iam.delete_policy_version(VersionId="v5", **arn)
made.append(new())
print(json.dumps({"made": made, "limit": limit,
                  "kept": sorted(version["VersionId"] for version in iam.list_policy_versions(**arn)["Versions"])}))
"#,
        &[&arn],
    );
    assert_eq!(
        numbers,
        json!({
            "made": ["v3", "v4", "v5", "v6"],
            "limit": "A managed policy can have up to 5 versions. Before you create a new version, you must delete an \
                      existing version.",
            "kept": ["v1", "v2", "v3", "v4", "v6"],
        })
    );

    let entities = root.json(&format!("aws iam list-entities-for-policy --policy-arn {arn}"));
    assert_eq!(entities["PolicyUsers"][0]["UserName"], "vera");
    root.refused(
        &format!("aws iam delete-policy-version --policy-arn {arn} --version-id v2"),
        "DeleteConflict",
        "Cannot delete the default version of a policy.",
    );
    let delete = format!("aws iam delete-policy --policy-arn {arn}");
    root.refused(&delete, "DeleteConflict", "Cannot delete a policy attached to entities.");
    root.text(&format!("aws iam detach-user-policy --user-name vera --policy-arn {arn}"));
    root.refused(
        &delete,
        "DeleteConflict",
        "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The \
         default version is deleted with the policy.",
    );
    for version in ["v1", "v3", "v4", "v6"] {
        root.text(&format!("aws iam delete-policy-version --policy-arn {arn} --version-id {version}"));
    }
    root.text(&delete);
    root.refused(
        &format!("aws iam get-policy --policy-arn {arn}"),
        "NoSuchEntity",
        &format!("Policy {arn} was not found."),
    );
    let aws_policy = root.run(&format!("aws iam delete-policy --policy-arn {READ_ONLY}")).refusal().unwrap();
    assert_eq!(aws_policy.0, "AccessDenied");
}

#[test]
fn a_boundary_holds_an_administrator_back() {
    let root = server().root();
    write(&root, "only-read.json", &allow(json!(["iam:Get*", "iam:List*"]), "*"));
    let boundary = text(
        &root.json("aws iam create-policy --policy-name OnlyRead --policy-document file://only-read.json")["Policy"]["Arn"],
    );
    let made = root.json(&format!("aws iam create-user --user-name bob --permissions-boundary {boundary}"));
    assert_eq!(made["User"]["PermissionsBoundary"]["PermissionsBoundaryArn"], *boundary);
    let key = root.json("aws iam create-access-key --user-name bob")["AccessKey"].clone();
    let bob = root.with_credentials(&key);
    root.text("aws iam attach-user-policy --user-name bob --policy-arn arn:aws:iam::aws:policy/AdministratorAccess");

    bob.json("aws iam get-user --user-name bob");
    let create = "aws iam create-user --user-name bobs-friend";
    let held = not_authorized(
        "user/bob",
        "iam:CreateUser",
        "user/bobs-friend",
        "because no permissions boundary allows the iam:CreateUser action",
    );
    bob.refused(create, "AccessDenied", &held);
    // He cannot shake it off either.
    let (code, sentence) = bob.run("aws iam delete-user-permissions-boundary --user-name bob").refusal().unwrap();
    assert_eq!(code, "AccessDenied", "{sentence}");

    // A boundary allows nothing by itself.
    root.text("aws iam detach-user-policy --user-name bob --policy-arn arn:aws:iam::aws:policy/AdministratorAccess");
    let (code, sentence) = bob.run("aws iam get-user --user-name bob").refusal().unwrap();
    assert_eq!(
        (code.as_str(), sentence.ends_with(&format!("{IDENTITY} iam:GetUser action"))),
        ("AccessDenied", true),
        "{sentence}"
    );
    root.text("aws iam attach-user-policy --user-name bob --policy-arn arn:aws:iam::aws:policy/AdministratorAccess");

    // A policy that bounds somebody stays.
    let (code, _) = root.run(&format!("aws iam delete-policy --policy-arn {boundary}")).refusal().unwrap();
    assert_eq!(code, "DeleteConflict");
    let used = root.json(&format!("aws iam get-policy --policy-arn {boundary}"));
    assert_eq!(used["Policy"]["PermissionsBoundaryUsageCount"], 1);
    root.text("aws iam delete-user-permissions-boundary --user-name bob");
    bob.json(create);
}

#[test]
fn the_last_use_of_an_access_key_is_told() {
    let root = server().root();
    let keys = root.python(
        r#"
import boto3, json
iam = boto3.client("iam")
iam.create_user(UserName="lara")
keys = [iam.create_access_key(UserName="lara")["AccessKey"] for _ in range(2)]
print(json.dumps([{"AccessKeyId": key["AccessKeyId"], "SecretAccessKey": key["SecretAccessKey"]} for key in keys]))
"#,
        &[],
    );
    root.with_credentials(&keys[0]).text("aws sts get-caller-identity --region eu-west-1");
    let last_used = |key: &Value| {
        let id = text(&key["AccessKeyId"]);
        let told = root.json(&format!("aws iam get-access-key-last-used --access-key-id {id}"));
        assert_eq!(told["UserName"], "lara");
        told["AccessKeyLastUsed"].clone()
    };
    let used = last_used(&keys[0]);
    assert_eq!((&used["ServiceName"], &used["Region"]), (&json!("sts"), &json!("eu-west-1")));
    assert!(used["LastUsedDate"].is_string(), "{used}");
    assert_eq!(last_used(&keys[1]), json!({ "ServiceName": "N/A", "Region": "N/A" }));
}

#[test]
fn pages_of_the_cli_have_every_role_once() {
    let root = server().root();
    root.python(
        r#"
import boto3, json
iam = boto3.client("iam")
trust = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]})
for number in range(7):
    iam.create_role(Path="/pages/", RoleName="Page%d" % number, AssumeRolePolicyDocument=trust)
    iam.create_policy(Path="/pages/", PolicyName="Page%d" % number, PolicyDocument=json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}))
print(json.dumps(None))
"#,
        &[],
    );
    let wanted: Vec<String> = (0..7).map(|number| format!("Page{number}")).collect();
    let names = |list: &Value, name: &str| -> Vec<String> {
        list.as_array().unwrap().iter().map(|item| text(&item[name])).collect()
    };
    // The CLI itself follows the markers of pages of two.
    let all = root.json("aws iam list-roles --path-prefix /pages/ --page-size 2");
    assert_eq!(names(&all["Roles"], "RoleName"), wanted);
    let all = root.json("aws iam list-policies --scope Local --path-prefix /pages/ --page-size 3");
    assert_eq!(names(&all["Policies"], "PolicyName"), wanted);
    // And we follow the token that it makes of them.
    let first = root.json("aws iam list-roles --path-prefix /pages/ --max-items 3");
    assert_eq!(names(&first["Roles"], "RoleName"), wanted[..3]);
    let next = text(&first["NextToken"]);
    let rest = root.json(&format!("aws iam list-roles --path-prefix /pages/ --starting-token {next}"));
    assert_eq!(names(&rest["Roles"], "RoleName"), wanted[3..]);
    assert_eq!(rest.get("NextToken"), None);
    let one = root.json("aws iam list-roles --path-prefix /pages/ --no-paginate --max-items 1");
    assert_eq!((&one["IsTruncated"], one["Roles"].as_array().unwrap().len()), (&json!(true), 1));
    root.refused("aws iam list-roles --marker x --no-paginate", "ValidationError", "Invalid Marker.");
}

#[test]
fn an_openid_connect_provider_is_kept_as_given() {
    let root = server().root();
    let thumbprint = "9E99A48A9960B14926BB7F3B02E22DA2B0AB7280";
    let made = root.json(&format!(
        "aws iam create-open-id-connect-provider --url https://idp.example.com/oidc --client-id-list web app \
         --thumbprint-list {thumbprint} --tags Key=from,Value=test"
    ));
    let arn = text(&made["OpenIDConnectProviderArn"]);
    assert_eq!(arn, format!("arn:aws:iam::{ACCOUNT}:oidc-provider/idp.example.com/oidc"));
    let on = format!("--open-id-connect-provider-arn {arn}");
    root.text(&format!("aws iam add-client-id-to-open-id-connect-provider {on} --client-id third"));
    root.text(&format!("aws iam remove-client-id-from-open-id-connect-provider {on} --client-id web"));
    let found = root.json(&format!("aws iam get-open-id-connect-provider {on}"));
    assert_eq!(found["Url"], "idp.example.com/oidc");
    let mut clients: Vec<&str> = found["ClientIDList"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    clients.sort_unstable();
    assert_eq!(clients, ["app", "third"]);
    assert_eq!(found["ThumbprintList"], json!([thumbprint.to_ascii_lowercase()]));
    let again = root
        .run("aws iam create-open-id-connect-provider --url https://idp.example.com/oidc --client-id-list web")
        .refusal();
    assert_eq!(again.unwrap().0, "EntityAlreadyExists");
    let open = root.run("aws iam create-open-id-connect-provider --url http://idp.example.com --client-id-list web");
    assert!(["InvalidInput", "ValidationError"].contains(&open.refusal().unwrap().0.as_str()));
    let listed = root.json("aws iam list-open-id-connect-providers");
    assert!(listed["OpenIDConnectProviderList"].as_array().unwrap().contains(&json!({ "Arn": arn })), "{listed}");
    root.text(&format!("aws iam delete-open-id-connect-provider {on}"));
    root.refused(
        &format!("aws iam get-open-id-connect-provider {on}"),
        "NoSuchEntity",
        &format!("OpenIDConnect Provider not found for arn {arn}"),
    );
}

#[test]
fn a_saml_provider_is_kept_as_given() {
    let root = server().root();
    let metadata = |company: &str| {
        std::fs::write(root.home().join("metadata.xml"), metadata_document(company)).unwrap();
    };
    metadata("https://idp.test");
    let create = "aws iam create-saml-provider --name Company --saml-metadata-document file://metadata.xml";
    let arn = text(&root.json(create)["SAMLProviderArn"]);
    assert_eq!(arn, format!("arn:aws:iam::{ACCOUNT}:saml-provider/Company"));
    assert_eq!(root.run(create).refusal().unwrap().0, "EntityAlreadyExists");
    let get = format!("aws iam get-saml-provider --saml-provider-arn {arn}");
    assert_eq!(root.json(&get)["SAMLMetadataDocument"], metadata_document("https://idp.test"));
    metadata("https://new.idp.test");
    let update = format!("aws iam update-saml-provider --saml-provider-arn {arn} --saml-metadata-document");
    root.json(&format!("{update} file://metadata.xml"));
    assert_eq!(root.json(&get)["SAMLMetadataDocument"], metadata_document("https://new.idp.test"));
    std::fs::write(root.home().join("metadata.xml"), "no metadata ".repeat(100)).unwrap();
    assert_eq!(root.run(&format!("{update} file://metadata.xml")).refusal().unwrap().0, "InvalidInput");
    root.text(&format!("aws iam delete-saml-provider --saml-provider-arn {arn}"));
    root.refused(&get, "NoSuchEntity", &format!("Manifest not found for arn {arn}"));
}

#[test]
fn metadata_of_ten_million_characters_arrives_if_it_is_signed() {
    let root = server().root();
    let document = metadata_document("https://long.idp.test");
    let filler = "<!-- 30% of these & those; \"quoted\" = 'so' <b> -->\n";
    let room = 10_000_000 - document.chars().count();
    let longest = format!("{document}{}{}", filler.repeat(room / filler.len()), " ".repeat(room % filler.len()));
    std::fs::write(root.home().join("metadata.xml"), &longest).unwrap();
    let create = "aws iam create-saml-provider --name Long --saml-metadata-document file://metadata.xml";
    let arn = text(&root.json(create)["SAMLProviderArn"]);
    let get = format!("aws iam get-saml-provider --saml-provider-arn {arn}");
    assert!(root.json(&get)["SAMLMetadataDocument"] == json!(longest), "it came back changed");
    std::fs::write(root.home().join("metadata.xml"), format!("{longest} ")).unwrap();
    assert_eq!(root.run(create).refusal().unwrap().0, "ValidationError");
    // Who signs nothing is not listened to for as long.
    let body = format!("Action=CreateSAMLProvider&Version=2010-05-08&SAMLMetadataDocument={}", "a".repeat(2_000_000));
    let form = [("Content-Type", "application/x-www-form-urlencoded"), ("Host", "iam.amazonaws.com")];
    let unsigned = e2e::http::send(server().address(), "POST", "/", &form, &body).unwrap();
    assert_eq!(unsigned.status, 413, "{unsigned:?}");
}

#[test]
fn an_instance_profile_holds_a_role() {
    let root = server().root();
    write(&root, "trust.json", &of_service("ec2.amazonaws.com"));
    for name in ["Machine", "SecondMachine"] {
        root.text(&format!("aws iam create-role --role-name {name} --assume-role-policy-document file://trust.json"));
    }
    root.text("aws iam create-instance-profile --instance-profile-name Box --tags Key=rack,Value=7");
    let add = "aws iam add-role-to-instance-profile --instance-profile-name Box --role-name";
    root.text(&format!("{add} Machine"));
    root.refused(
        &format!("{add} SecondMachine"),
        "LimitExceeded",
        "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1",
    );
    let found = root.json("aws iam get-instance-profile --instance-profile-name Box")["InstanceProfile"].clone();
    assert_eq!(found["Roles"][0]["RoleName"], "Machine");
    assert_eq!(found["Roles"][0]["AssumeRolePolicyDocument"], of_service("ec2.amazonaws.com"));
    assert_eq!(found["Tags"], json!([{ "Key": "rack", "Value": "7" }]));
    let of_role = root.json("aws iam list-instance-profiles-for-role --role-name Machine");
    assert_eq!(of_role["InstanceProfiles"][0]["InstanceProfileName"], "Box");
    root.refused(
        "aws iam delete-role --role-name Machine",
        "DeleteConflict",
        "Cannot delete entity, must remove roles from instance profile first.",
    );
    // Who has no right to pass the role cannot put it there.
    let put = user(&root, "ivan", &[allow(json!(["iam:AddRoleToInstanceProfile"]), "*")]);
    let (code, sentence) = put.run(&format!("{add} SecondMachine")).refusal().unwrap();
    assert_eq!(code, "AccessDenied");
    assert!(
        sentence.contains(&format!("iam:PassRole on resource: arn:aws:iam::{ACCOUNT}:role/SecondMachine")),
        "{sentence}"
    );
    root.text(
        "aws iam remove-role-from-instance-profile --instance-profile-name Box --role-name Machine && \
         aws iam delete-role --role-name Machine && aws iam delete-instance-profile --instance-profile-name Box",
    );
}

#[test]
fn passwords_follow_the_policy_of_the_account() {
    // A server of its own: the password policy is the account's, and so is the alias.
    let server = Server::start(Engine::Memory);
    let root = server.root();
    let domain = format!("The Password Policy with domain name {ACCOUNT} cannot be found.");
    root.refused("aws iam get-account-password-policy", "NoSuchEntity", &domain);
    root.text(
        "aws iam update-account-password-policy --minimum-password-length 12 --require-symbols --require-numbers \
         --password-reuse-prevention 3",
    );
    let found = root.json("aws iam get-account-password-policy")["PasswordPolicy"].clone();
    assert_eq!((&found["MinimumPasswordLength"], &found["RequireSymbols"]), (&json!(12), &json!(true)));

    let paul =
        user(&root, "paul", &[allow("iam:ChangePassword", format!("arn:aws:iam::{ACCOUNT}:user/${{aws:username}}"))]);
    let create = "aws iam create-login-profile --user-name paul --password";
    for weak in ["Sh0rt!", "longenough-but-nonumber", "longenough0butnosymbol"] {
        assert_eq!(root.run(&format!("{create} '{weak}'")).refusal().unwrap().0, "PasswordPolicyViolation", "{weak}");
    }
    let made = root.json(&format!("{create} 'first-Passw0rd!' --password-reset-required"));
    assert_eq!(made["LoginProfile"]["PasswordResetRequired"], true);
    assert_eq!(root.run(&format!("{create} 'other-Passw0rd!'")).refusal().unwrap().0, "EntityAlreadyExists");

    // He changes it himself, if he knows it; not to one that he had.
    let change =
        |old: &str, new: &str| format!("aws iam change-password --old-password '{old}' --new-password '{new}'");
    let refused =
        |script: String| paul.run(&script).refusal().unwrap_or_else(|| panic!("`{script}` was not refused")).0;
    assert_eq!(refused(change("wrong-Passw0rd!", "second-Passw0rd!")), "AccessDenied");
    assert_eq!(refused(change("first-Passw0rd!", "weak")), "PasswordPolicyViolation");
    paul.text(&change("first-Passw0rd!", "second-Passw0rd!"));
    assert_eq!(refused(change("second-Passw0rd!", "first-Passw0rd!")), "PasswordPolicyViolation");
    assert_eq!(refused(change("first-Passw0rd!", "third-Passw0rd!")), "AccessDenied");

    root.text(
        "aws iam delete-access-key --user-name paul --access-key-id $(aws iam list-access-keys --user-name paul \
               --query 'AccessKeyMetadata[0].AccessKeyId' --output text) && \
               aws iam delete-user-policy --user-name paul --policy-name policy-0",
    );
    let delete = "aws iam delete-user --user-name paul";
    root.refused(delete, "DeleteConflict", "Cannot delete entity, must delete login profile first.");
    root.text("aws iam delete-login-profile --user-name paul");
    root.refused(
        "aws iam get-login-profile --user-name paul",
        "NoSuchEntity",
        "Login Profile for User paul cannot be found.",
    );
    root.text(delete);
    root.text("aws iam delete-account-password-policy");
    root.refused("aws iam get-account-password-policy", "NoSuchEntity", &domain);

    root.text("aws iam create-account-alias --account-alias our-company");
    assert_eq!(root.json("aws iam list-account-aliases")["AccountAliases"], json!(["our-company"]));
    root.text("aws iam delete-account-alias --account-alias our-company");
    assert_eq!(root.json("aws iam list-account-aliases")["AccountAliases"], json!([]));
}

#[test]
fn the_account_counts_what_is_in_it() {
    // A server of its own: the other tests make users as they like.
    let server = Server::start(Engine::Memory);
    let root = server.root();
    let una = user(&root, "una", &[]);
    write(&root, "trust.json", &of_service("ec2.amazonaws.com"));
    root.text("aws iam create-role --role-name Counted --assume-role-policy-document file://trust.json");
    let summary = root.json("aws iam get-account-summary")["SummaryMap"].clone();
    assert_eq!((&summary["Users"], &summary["Roles"], &summary["Groups"]), (&json!(1), &json!(1), &json!(0)));
    assert_eq!((&summary["UsersQuota"], &summary["AccessKeysPerUserQuota"]), (&json!(5000), &json!(2)));
    assert_eq!(summary.as_object().unwrap().len(), 34, "{summary}");

    let early = root.run("aws iam get-credential-report").refusal();
    assert_eq!(early.unwrap().0, "ReportNotPresent");
    una.text("aws sts get-caller-identity");
    let mut state = String::new();
    for _ in 0..20 {
        state = root.text("aws iam generate-credential-report --query State --output text");
        if state == "COMPLETE" {
            break;
        }
    }
    assert_eq!(state, "COMPLETE");
    let report = root.text("aws iam get-credential-report --query Content --output text | base64 -d");
    let lines: Vec<Vec<&str>> = report.lines().map(|line| line.split(',').collect()).collect();
    let column = |name: &str| lines[0].iter().position(|column| *column == name).unwrap_or_else(|| panic!("{report}"));
    assert_eq!(lines.iter().map(|line| line[0]).collect::<Vec<_>>(), ["user", "<root_account>", "una"], "{report}");
    assert!(lines.iter().all(|line| line.len() == lines[0].len()), "{report}");
    let of_una = |name: &str| lines[2][column(name)];
    assert_eq!(of_una("arn"), format!("arn:aws:iam::{ACCOUNT}:user/una"));
    assert_eq!((of_una("mfa_active"), of_una("access_key_1_active")), ("false", "true"));
    assert_eq!((of_una("access_key_1_last_used_service"), of_una("access_key_2_active")), ("sts", "false"));

    let details = root.json("aws iam get-account-authorization-details --filter User Role");
    assert_eq!(details["UserDetailList"][0]["UserName"], "una");
    assert_eq!(details["RoleDetailList"][0]["RoleName"], "Counted");
    assert_eq!(details["RoleDetailList"][0]["AssumeRolePolicyDocument"], of_service("ec2.amazonaws.com"));
    assert_eq!((&details["GroupDetailList"], &details["Policies"]), (&json!([]), &json!([])));
}

const IDENTITY: &str = "because no identity-based policy allows the";

/// AWS's sentence about a caller of this account and a resource of its IAM, which is empty for an action that has none. A
/// clause that ends with `the` goes on with the action.
fn not_authorized(caller: &str, action: &str, resource: &str, clause: &str) -> String {
    let clause = if clause == IDENTITY { format!("{clause} {action} action") } else { clause.to_owned() };
    let resource = match resource {
        "" => String::new(),
        resource => format!(" on resource: arn:aws:iam::{ACCOUNT}:{resource}"),
    };
    format!("User: arn:aws:iam::{ACCOUNT}:{caller} is not authorized to perform: {action}{resource} {clause}")
}

fn of_service(service: &str) -> Value {
    policy([json!({ "Effect": "Allow", "Principal": { "Service": service }, "Action": "sts:AssumeRole" })])
}

fn write(shell: &Shell, name: &str, document: &Value) {
    std::fs::write(shell.home().join(name), document.to_string()).unwrap();
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}
