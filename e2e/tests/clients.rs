//! Other clients than the AWS CLI: botocore's own signer on every service, presigned URLs, plain HTTP, AWS's host names.

#![allow(clippy::panic, clippy::unwrap_used)]

use e2e::server::ACCOUNT;
use e2e::{Engine, Server, http};
use serde_json::json;
use std::sync::OnceLock;

fn shared() -> &'static Server {
    static SHARED: OnceLock<Server> = OnceLock::new();
    SHARED.get_or_init(|| Server::start(Engine::Memory))
}

#[test]
fn botocore_signs_for_every_service() {
    let answers = shared().root().python(
        r#"
import boto3, json
print(json.dumps({
    "sts": boto3.client("sts").get_caller_identity()["Arn"],
    "iam": boto3.client("iam").create_user(UserName="b+o=t,o.c@r-e", Path="/a/b~c!d/")["User"]["Arn"],
    "cognito-idp": boto3.client("cognito-idp").create_user_pool(PoolName="b+o=t,o.c@r-e")["UserPool"]["Name"],
    "cognito-identity": boto3.client("cognito-identity").create_identity_pool(
        IdentityPoolName="b+o=t,o.c@r-e", AllowUnauthenticatedIdentities=False)["IdentityPoolName"],
    "other region": boto3.client("cognito-idp", region_name="eu-central-1").create_user_pool(PoolName="x")["UserPool"]["Id"][:13],
}))
"#,
        &[],
    );
    assert_eq!(
        answers,
        json!({
            "sts": format!("arn:aws:iam::{ACCOUNT}:root"),
            "iam": format!("arn:aws:iam::{ACCOUNT}:user/a/b~c!d/b+o=t,o.c@r-e"),
            "cognito-idp": "b+o=t,o.c@r-e",
            "cognito-identity": "b+o=t,o.c@r-e",
            "other region": "eu-central-1_",
        })
    );
}

#[test]
fn a_presigned_url_tells_who_signed_it() {
    let urls = shared().root().python(
        r#"
import boto3, json
sts = boto3.client("sts")
good = sts.generate_presigned_url("get_caller_identity", HttpMethod="GET")
print(json.dumps({"good": good, "changed": good.replace("X-Amz-Expires=3600", "X-Amz-Expires=3601")}))
"#,
        &[],
    );
    let get = |name: &str| {
        let url = urls[name].as_str().unwrap();
        let (address, target) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
        http::send(address, "GET", &format!("/{target}"), &[], "").unwrap()
    };
    assert!(urls["good"].as_str().unwrap().contains("X-Amz-Signature="), "{urls}");
    assert_ne!(urls["good"], urls["changed"]);
    let good = get("good");
    assert_eq!(good.status, 200, "{good:?}");
    assert!(good.body.contains(&format!("<Arn>arn:aws:iam::{ACCOUNT}:root</Arn>")), "{good:?}");
    let changed = get("changed");
    assert_eq!(changed.status, 403, "{changed:?}");
    assert!(changed.body.contains("<Code>SignatureDoesNotMatch</Code>"), "{changed:?}");
}

#[test]
fn an_unsigned_get_reaches_the_query_services() {
    let get = |query: &str| http::send(shared().address(), "GET", &format!("/?{query}"), &[], "").unwrap();
    let unsigned = get("Action=GetCallerIdentity&Version=2011-06-15");
    assert_eq!(unsigned.status, 403, "{unsigned:?}");
    assert!(unsigned.body.contains("https://sts.amazonaws.com/doc/2011-06-15/"), "{unsigned:?}");
    assert!(unsigned.body.contains("<Code>MissingAuthenticationToken</Code>"), "{unsigned:?}");
    let of_iam = get("Action=ListRoles&Version=2010-05-08");
    assert!(of_iam.body.contains("<Code>MissingAuthenticationToken</Code>"), "{of_iam:?}");
    assert!(of_iam.body.contains("https://iam.amazonaws.com/doc/2010-05-08/"), "{of_iam:?}");
    // An operation that AWS leaves unsigned is never asked for a signature.
    let open =
        get("Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=x&RoleSessionName=x&WebIdentityToken=x");
    assert_eq!(open.status, 400, "{open:?}");
    assert!(!open.body.contains("MissingAuthenticationToken"), "{open:?}");
    let unknown = get("Action=NoSuchAction&Version=2011-06-15");
    assert_eq!(unknown.status, 400, "{unknown:?}");
    assert!(unknown.body.contains("Could not find operation NoSuchAction for version 2011-06-15"), "{unknown:?}");
}

#[test]
fn the_host_names_of_aws_are_understood() {
    let server = shared();
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    let post = |host: &str, headers: &[(&str, &str)], body: &str| {
        let headers: Vec<(&str, &str)> = headers.iter().copied().chain([("Host", host)]).collect();
        http::send(server.address(), "POST", "/", &headers, body).unwrap()
    };
    let target = [
        ("Content-Type", "application/x-amz-json-1.1"),
        ("X-Amz-Target", "AWSCognitoIdentityProviderService.ListUserPools"),
    ];
    let idp = post("cognito-idp.us-east-1.amazonaws.com", &target, "{}");
    assert_eq!((idp.status, idp.json()["__type"].as_str()), (400, Some("MissingAuthenticationTokenException")));
    let target = [("Content-Type", "application/x-amz-json-1.1"), ("X-Amz-Target", "AWSCognitoIdentityService.GetId")];
    let body = r#"{"IdentityPoolId":"eu-west-1:00000000-0000-0000-0000-000000000000"}"#;
    let identity = post("cognito-identity.eu-west-1.amazonaws.com", &target, body);
    assert_eq!(identity.json()["__type"], "ResourceNotFoundException", "{identity:?}");
    for host in ["sts.amazonaws.com", "sts.eu-west-1.amazonaws.com"] {
        let sts = post(host, &form, "Action=GetCallerIdentity&Version=2011-06-15");
        assert!(sts.body.contains("https://sts.amazonaws.com/doc/2011-06-15/"), "{sts:?}");
    }
    let iam = post("iam.amazonaws.com", &form, "Action=ListRoles&Version=2010-05-08");
    assert!(iam.body.contains("https://iam.amazonaws.com/doc/2010-05-08/"), "{iam:?}");
}

#[test]
fn requests_signed_for_the_hosts_of_aws_are_answered() {
    let answers = shared().root().python(
        r#"
import boto3, json, os, socket
port = int(os.environ.pop("AWS_ENDPOINT_URL").rsplit(":", 1)[1])
resolve = socket.getaddrinfo
socket.getaddrinfo = lambda host, *rest, **named: resolve("127.0.0.1", *rest, **named)
def client(name, host):
    return boto3.client(name, endpoint_url=f"http://{host}:{port}")
print(json.dumps([
    client("sts", "sts.us-east-1.amazonaws.com").get_caller_identity()["Account"],
    client("iam", "iam.amazonaws.com").list_roles()["ResponseMetadata"]["HTTPStatusCode"],
    client("cognito-idp", "cognito-idp.us-east-1.amazonaws.com").list_user_pools(MaxResults=1)["ResponseMetadata"]["HTTPStatusCode"],
    client("cognito-identity", "cognito-identity.us-east-1.amazonaws.com").list_identity_pools(MaxResults=1)["ResponseMetadata"]["HTTPStatusCode"],
]))
"#,
        &[],
    );
    assert_eq!(answers, json!([ACCOUNT, 200, 200, 200]));
}

#[test]
fn a_browser_may_call() {
    let headers = [
        ("Origin", "https://app.example.com"),
        ("Access-Control-Request-Method", "POST"),
        ("Access-Control-Request-Headers", "content-type,x-amz-target,x-amz-user-agent"),
    ];
    let preflight = http::send(shared().address(), "OPTIONS", "/", &headers, "").unwrap();
    assert_eq!(preflight.status, 200, "{preflight:?}");
    assert_eq!(preflight.header("Access-Control-Allow-Origin"), Some("*"));
    let allowed = preflight.header("Access-Control-Allow-Headers").unwrap_or_default().to_lowercase();
    assert!(allowed.contains("x-amz-target"), "{preflight:?}");

    let headers = [
        ("Origin", "https://app.example.com"),
        ("Content-Type", "application/x-amz-json-1.1"),
        ("X-Amz-Target", "AWSCognitoIdentityService.GetId"),
    ];
    let refused = http::send(shared().address(), "POST", "/", &headers, "{}").unwrap();
    assert_eq!(refused.status, 400);
    assert_eq!(refused.header("Access-Control-Allow-Origin"), Some("*"));
    assert_eq!(refused.header("x-amzn-ErrorType"), Some("ValidationException:"));
    assert!(refused.header("x-amzn-RequestId").is_some_and(|id| id.len() == 36), "{refused:?}");
}

#[test]
fn an_oidc_library_finds_the_keys_of_a_pool() {
    let server = shared();
    let pool =
        server.root().text("aws cognito-idp create-user-pool --pool-name oidc --query UserPool.Id --output text");
    let get =
        |path: &str| http::send(server.address(), "GET", &format!("/{pool}/.well-known/{path}"), &[], "").unwrap();
    let discovery = get("openid-configuration").json();
    assert_eq!(discovery["issuer"], format!("{}/{pool}", server.url));
    assert_eq!(discovery["jwks_uri"], format!("{}/{pool}/.well-known/jwks.json", server.url));
    let keys = get("jwks.json").json()["keys"].clone();
    let keys = keys.as_array().unwrap();
    assert_eq!(keys.len(), 2, "{keys:?}");
    for key in keys {
        assert_eq!((&key["kty"], &key["alg"], &key["use"]), (&json!("RSA"), &json!("RS256"), &json!("sig")));
        assert_eq!(key.get("d"), None, "a private key");
    }
    assert_ne!(keys[0]["kid"], keys[1]["kid"]);
    let unknown = http::send(server.address(), "GET", "/us-east-1_nosuchpool/.well-known/jwks.json", &[], "").unwrap();
    assert_eq!(unknown.status, 404, "{unknown:?}");
}

#[test]
fn too_much_is_refused() {
    let headers = [("Content-Type", "application/x-amz-json-1.1"), ("X-Amz-Target", "AWSCognitoIdentityService.GetId")];
    let send = |body: &str| http::send(shared().address(), "POST", "/", &headers, body).unwrap();
    let big = format!(r#"{{"IdentityPoolId":"{}"}}"#, "a".repeat(2 * 1024 * 1024));
    assert_eq!(send(&big).status, 413);
    let deep = send(&format!(r#"{{"Logins":{}1{}}}"#, "[".repeat(100_000), "]".repeat(100_000)));
    assert_eq!(deep.status, 400, "{deep:?}");
    let broken = send("{");
    assert_eq!((broken.status, broken.json()["__type"].as_str()), (400, Some("SerializationException")));
    // After all that it still serves.
    assert_eq!(http::send(shared().address(), "GET", "/_sekisho/health", &[], "").unwrap().status, 200);
}
