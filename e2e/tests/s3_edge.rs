//! The edge of S3: signatures of every kind and their refusals, bodies in every framing, connections, and a server behind us.

#![allow(clippy::panic, clippy::unwrap_used)]

use e2e::server::ROOT_KEY;
use e2e::{Engine, Server, Shell, http, principal};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

const WIRE: &str = include_str!("s3_edge/wire.py");
const REFUSALS: &str = include_str!("s3_edge/refusals.py");
const BODIES: &str = include_str!("s3_edge/bodies.py");
const PRESIGNED: &str = include_str!("s3_edge/presigned.py");
/// Where buckets have names of their own.
const DOMAIN: &str = "s3.test";

fn script(rest: &str) -> String {
    format!("{WIRE}\n{rest}")
}

fn server() -> Server {
    Server::start_with(Engine::Sqlite, &["--s3-domain", DOMAIN], &[])
}

/// A server, and a guard before it.
fn guarded() -> (Server, Server) {
    const BEHIND: (&str, &str) = ("AKIABEHINDTHEGUARD00", "behind/the/guard/are/other/secrets/1");
    let behind = Server::start_with(
        Engine::Memory,
        &[],
        &[("SEKISHO_ROOT_ACCESS_KEY_ID", BEHIND.0), ("SEKISHO_ROOT_SECRET_ACCESS_KEY", BEHIND.1)],
    );
    let guard = Server::start_with(
        Engine::Sqlite,
        &["--s3-domain", DOMAIN, "--s3-upstream", &behind.url],
        &[("SEKISHO_S3_UPSTREAM_ACCESS_KEY_ID", BEHIND.0), ("SEKISHO_S3_UPSTREAM_SECRET_ACCESS_KEY", BEHIND.1)],
    );
    (behind, guard)
}

#[test]
fn what_is_wrong_with_a_signature_is_said_in_s3s_words() {
    let server = server();
    let found = server.root().python(&script(REFUSALS), &[]);
    let text = |name: &str, element: &str| found[name][2][element].as_str().unwrap_or_default().to_owned();
    for (name, status, code, message) in [
        ("unknown key", 403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records."),
        (
            "wrong secret",
            403,
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
        ),
        (
            "old",
            403,
            "RequestTimeTooSkewed",
            "The difference between the request time and the current time is too large.",
        ),
        (
            "early",
            403,
            "RequestTimeTooSkewed",
            "The difference between the request time and the current time is too large.",
        ),
        ("header outside", 403, "AccessDenied", "There were headers present in the request which were not signed"),
        ("token of nobody", 400, "InvalidToken", "The provided token is malformed or otherwise invalid."),
        (
            "temporary key without token",
            403,
            "InvalidAccessKeyId",
            "The AWS Access Key Id you provided does not exist in our records.",
        ),
        (
            "false body",
            400,
            "XAmzContentSHA256Mismatch",
            "The provided 'x-amz-content-sha256' header does not match what was computed.",
        ),
        (
            "version 2",
            400,
            "InvalidRequest",
            "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.",
        ),
        ("other mechanism", 400, "InvalidArgument", "Unsupported Authorization Type"),
        (
            "incomplete",
            400,
            "AuthorizationHeaderMalformed",
            "The authorization header is malformed; the authorization header requires three components: Credential, \
             SignedHeaders, and Signature.",
        ),
        (
            "presigned, incomplete",
            400,
            "AuthorizationQueryParametersError",
            "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, \
             X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.",
        ),
        (
            "presigned, a week and more",
            400,
            "AuthorizationQueryParametersError",
            "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than \
             604800 seconds",
        ),
        ("presigned, over", 403, "AccessDenied", "Request has expired"),
        ("anonymous read", 403, "AccessDenied", "Access Denied"),
        ("anonymous list", 403, "AccessDenied", "Access Denied"),
        ("anonymous write", 403, "AccessDenied", "Access Denied"),
        ("anonymous absence", 403, "AccessDenied", "Access Denied"),
        ("no such bucket", 404, "NoSuchBucket", "The specified bucket does not exist"),
    ] {
        assert_eq!(found[name][0], status, "{name}: {}", found[name]);
        assert_eq!(found[name][1], code, "{name}: {}", found[name]);
        assert_eq!(text(name, "Message"), message, "{name}");
    }
    assert_eq!(found["unknown claim"][1], "InvalidArgument", "{}", found["unknown claim"]);
    assert_eq!(found["presigned, no date"][1], "AuthorizationQueryParametersError");
    assert_eq!(found["two signatures"][1], "InvalidArgument");
    assert_eq!(found["anonymous head"], json!([403, "", {}]));
    assert_eq!(found["unread"][0], 200);
    assert_eq!(text("unknown key", "AWSAccessKeyId"), "AKIAUNKNOWNUNKNOWN00");
    assert_eq!(text("wrong secret", "AWSAccessKeyId"), ROOT_KEY.0);
    assert!(text("wrong secret", "StringToSign").starts_with("AWS4-HMAC-SHA256\n"), "{}", found["wrong secret"]);
    assert!(text("wrong secret", "CanonicalRequest").starts_with("GET\n/edge/a\n\n"));
    assert!(text("wrong secret", "CanonicalRequestBytes").starts_with("47 45 54 0a "));
    assert_eq!(text("wrong secret", "SignatureProvided").len(), 64);
    let of_hallo = "d3751d33f9cd5049c4af2b462735457e4d3baf130bcbb87f389e349fbaeb20b9";
    assert_eq!(text("false body", "S3ComputedContentSHA256"), of_hallo);
    assert_eq!(text("false body", "ClientComputedContentSHA256").len(), 64);
    assert_eq!(text("old", "MaxAllowedSkewMilliseconds"), "900000");
    assert_eq!(text("header outside", "HeadersNotSigned"), "x-amz-meta-a");
    assert_eq!(text("token of nobody", "Token-0"), "bm9ib2R5");
    assert_eq!(text("presigned, over", "X-Amz-Expires"), "60");
    assert_eq!(text("presigned, over", "Expires"), "2026-01-02T03:05:05Z");
}

#[test]
fn bodies_arrive_whole_and_true_or_not_at_all() {
    bodies(&server().root());
}

#[test]
fn bodies_are_verified_before_a_server_behind_us_has_them() {
    let (_behind, guard) = guarded();
    bodies(&guard.root());
}

fn bodies(root: &Shell) {
    let found = root.python(&script(BODIES), &[]);
    let crc32 = found["trailer"][2][2].clone();
    assert!(crc32.is_string(), "{found}");
    for name in ["plain", "unsigned", "chunks", "md5"] {
        assert_eq!(found[name][0], 200, "{name}: {}", found[name]);
        assert_eq!(found[name][2][1], true, "{name}: {}", found[name]);
    }
    for name in ["trailer", "unsigned-trailer"] {
        assert_eq!(found[name], json!([200, "", [200, true, crc32]]), "{name}");
    }
    for (name, status, code) in [
        ("first-chunk-changed", 403, "SignatureDoesNotMatch"),
        ("last-chunk-changed", 403, "SignatureDoesNotMatch"),
        ("signature-changed", 403, "SignatureDoesNotMatch"),
        ("trailer-changed", 403, "SignatureDoesNotMatch"),
        ("cut", 400, "IncompleteBody"),
        ("other-length", 400, "IncompleteBody"),
        ("small-chunks", 403, "InvalidChunkSizeError"),
        ("unsigned-trailer-changed", 400, "BadDigest"),
        ("false-sha256", 400, "XAmzContentSHA256Mismatch"),
        ("false-md5", 400, "BadDigest"),
        ("false-crc32", 400, "BadDigest"),
    ] {
        assert_eq!(found[name], json!([status, code, [404]]), "{name}");
    }
    assert_eq!(found["broken"][2], json!([404]));
}

#[test]
fn presigned_urls_of_both_versions_work_in_both_styles() {
    let server = server();
    presigned(&server.root());
    // The same with temporary credentials, whose token travels in the URL.
    let root = server.root();
    let session = root.json("aws sts get-session-token --duration-seconds 900");
    let _ = root.run("aws s3 rb --force s3://presigned");
    presigned(&server.guest().with_credentials(&session["Credentials"]));
}

#[test]
fn presigned_urls_reach_a_server_behind_us() {
    let (_behind, guard) = guarded();
    presigned(&guard.root());
}

fn presigned(shell: &Shell) {
    let found = shell.python(&script(PRESIGNED), &[DOMAIN]);
    for (name, version2) in [("s3v4 path", false), ("s3v4 virtual", false), ("s3 path", true), ("s3 virtual", true)] {
        let one = &found[name];
        assert_eq!(one["put"], json!([200, ""]), "{name}: {one}");
        assert_eq!(one["get"], json!([200, "hello"]), "{name}: {one}");
        assert_eq!(one["head"], json!([200, ""]), "{name}: {one}");
        assert_eq!(one["typed"], json!([200, ""]), "{name}: {one}");
        assert_eq!(one["list"], 200, "{name}: {one}");
        for wrong in ["other method", "other key", "other parameter", "other type"] {
            assert_eq!(one[wrong], json!([403, "SignatureDoesNotMatch"]), "{name}, {wrong}");
        }
        assert_eq!(one["sub-resource added"][0], 403, "{name}: {one}");
        assert_eq!(one["header added"][0], 403, "{name}: {one}");
        assert_eq!(one["expired"], json!([403, "AccessDenied"]), "{name}");
        let deleted = if version2 { json!([400, "InvalidRequest"]) } else { json!([204, ""]) };
        assert_eq!(one["delete"], deleted, "{name}");
    }
}

/// Sends bytes, and reads what comes within a moment or until the end.
fn exchange(stream: &mut TcpStream, bytes: &[u8]) -> String {
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    stream.write_all(bytes).unwrap();
    let mut answer = vec![0; 4096];
    let read = stream.read(&mut answer).unwrap();
    String::from_utf8_lossy(&answer[..read]).into_owned()
}

#[test]
fn who_may_not_write_is_told_before_the_body_is_sent() {
    let server = server();
    server.root().text("aws s3 mb s3://waiting");
    let mut stream = TcpStream::connect(server.address()).unwrap();
    let head = "PUT /waiting/a HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\nExpect: 100-continue\r\n\r\n";
    let answer = exchange(&mut stream, head.as_bytes());
    assert!(answer.starts_with("HTTP/1.1 403 "), "{answer}");
}

#[test]
fn a_refused_body_is_taken_away_and_the_connection_goes_on() {
    let server = server();
    server.root().text("aws s3 mb s3://waiting");
    let mut stream = TcpStream::connect(server.address()).unwrap();
    let head = "PUT /waiting/a HTTP/1.1\r\nHost: h\r\nContent-Length: 200000\r\n\r\n";
    let mut whole = head.as_bytes().to_vec();
    whole.extend_from_slice(&vec![b'x'; 200_000]);
    for _ in 0..3 {
        let answer = exchange(&mut stream, &whole);
        assert!(answer.starts_with("HTTP/1.1 403 "), "{answer}");
    }
    let answer = exchange(&mut stream, b"GET /_sekisho/health HTTP/1.1\r\nHost: h\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
}

#[test]
fn heads_that_are_too_large_are_refused_in_few_words() {
    let server = server();
    let value = "x".repeat(200 * 1024);
    let answer = http::send(server.address(), "GET", "/bucket/a", &[("x-amz-meta-a", &value)], "").unwrap();
    assert_eq!(answer.status, 431);
    let many: Vec<(String, &str)> = (0..150).map(|number| (format!("x-amz-meta-{number}"), "1")).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    assert_eq!(http::send(server.address(), "GET", "/bucket/a", &many, "").unwrap().status, 431);
}

#[test]
fn s3_and_the_apis_do_not_get_in_each_others_way() {
    let server = server();
    let root = server.root();
    root.text("aws s3 mb s3://login && aws sts get-caller-identity && aws iam list-users && aws s3 ls");
    let get = |path: &str, headers: &[(&str, &str)]| http::send(server.address(), "GET", path, headers, "").unwrap();
    assert_eq!(get("/_sekisho/health", &[]).body, "ok\n");
    assert_eq!(get("/.well-known/openid-configuration", &[]).status, 200);
    assert!(get("/login/a", &[]).header("x-amz-request-id").is_none(), "our own pages come before buckets");
    assert!(get("/logins/a", &[]).header("x-amz-request-id").is_some());
    assert!(get("/", &[("host", &format!("login.{DOMAIN}"))]).header("x-amz-request-id").is_some());
    assert!(get("/", &[("host", DOMAIN)]).header("x-amz-request-id").is_none());
}

#[test]
fn every_answer_can_be_explained() {
    let server = server();
    server.root().text("aws s3 mb s3://explained");
    let answer = http::send(server.address(), "GET", "/explained/a", &[], "").unwrap();
    let id = answer.header("x-amz-request-id").unwrap();
    assert!(answer.header("x-amz-id-2").is_some() && answer.header("date").is_some());
    let told = server.root().json(&format!("sekisho explain {id} --json --base-url {}", server.url));
    assert_eq!(told["operation"], "s3:GetObject", "{told}");
    assert_eq!(told["answer"], "403 AccessDenied");
    assert_eq!(told["caller"], "anonymous");
}

#[test]
fn a_large_upload_takes_no_more_memory_than_a_small_one() {
    let (_behind, guard) = guarded();
    for server in [server(), guard] {
        server.root().text("aws s3 mb s3://large");
        let before = peak_memory_kib(&server);
        let found = server.root().python(&script(LARGE), &[]);
        assert_eq!(found, json!([200, 200, true]));
        let grown = peak_memory_kib(&server) - before;
        assert!(grown < 64 * 1024, "{grown} KiB more for 200 MB");
    }
}

/// 200 MB up and down, in pieces.
const LARGE: &str = r#"
piece, count = bytes(range(256)) * 4096, 200
size = len(piece) * count
signature = Signature("PUT", "/large/a", "", {"host": ENDPOINT.netloc}, "UNSIGNED-PAYLOAD")
connection = http.client.HTTPConnection(ENDPOINT.hostname, ENDPOINT.port, timeout=120)
connection.request("PUT", "/large/a", (piece for _ in range(count)), {**signature.headers, "content-length": str(size)})
put = connection.getresponse()
put.read()
signature = Signature("GET", "/large/a", "", {"host": ENDPOINT.netloc}, "UNSIGNED-PAYLOAD")
connection.request("GET", "/large/a", headers=signature.headers)
get, whole, digest = connection.getresponse(), 0, hashlib.sha256()
while data := get.read(1 << 20):
    whole += len(data)
    digest.update(data)
wanted = hashlib.sha256()
for _ in range(count):
    wanted.update(piece)
print(json.dumps([put.status, get.status, whole == size and digest.digest() == wanted.digest()]))
"#;

fn peak_memory_kib(server: &Server) -> i64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[test]
fn a_server_behind_us_is_guarded_by_our_policies() {
    let (behind, guard) = guarded();
    let root = guard.root();
    root.text(
        "aws s3 mb s3://guarded && echo one > one.txt && aws s3 cp one.txt s3://guarded/team/one.txt \
         && aws s3 cp one.txt s3://guarded/other/one.txt && aws s3 cp s3://guarded/team/one.txt s3://guarded/team/copy.txt \
         && aws s3api put-object-tagging --bucket guarded --key team/copy.txt --tagging 'TagSet=[{Key=kind,Value=open}]'",
    );
    let team = principal::user(
        &root,
        "team",
        &[
            principal::allow(json!(["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]), "arn:aws:s3:::guarded/team/*"),
            principal::allow("s3:ListBucket", "arn:aws:s3:::guarded"),
        ],
    );
    assert_eq!(team.text("aws s3 cp s3://guarded/team/one.txt -"), "one");
    assert_eq!(team.text("aws s3 ls s3://guarded/team/ | wc -l"), "2");
    team.refused(
        "aws s3api get-object --bucket guarded --key other/one.txt out",
        "AccessDenied",
        "User: arn:aws:iam::123456789012:user/team is not authorized to perform: s3:GetObject on resource: \
         \"arn:aws:s3:::guarded/other/one.txt\" because no identity-based policy allows the s3:GetObject action",
    );
    team.refused(
        "aws s3api get-object --bucket guarded --key team/absent out",
        "NoSuchKey",
        "The specified key does not exist.",
    );
    // A copy needs both sides.
    let copy = team.run("aws s3api copy-object --bucket guarded --key team/b --copy-source guarded/other/one.txt");
    assert_eq!(copy.refusal().unwrap().0, "AccessDenied");
    // Several parts, and many keys at once, of which one is somebody else's.
    team.text("head -c 20000000 /dev/zero > large && aws s3 cp large s3://guarded/team/large && aws s3 cp s3://guarded/team/large back && cmp large back");
    let deleted = team
        .json("aws s3api delete-objects --bucket guarded --delete 'Objects=[{Key=team/large},{Key=other/one.txt}]'");
    assert_eq!(deleted["Deleted"], json!([{ "Key": "team/large" }]), "{deleted}");
    assert_eq!(deleted["Errors"][0]["Key"], "other/one.txt");
    assert_eq!(deleted["Errors"][0]["Code"], "AccessDenied");
    // The server behind us knows only the guard.
    let callers: Vec<Value> = behind
        .log()
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|line| line["operation"].as_str().is_some_and(|operation| operation.starts_with("s3:")))
        .map(|line| line["caller"].clone())
        .collect();
    assert!(
        callers.len() > 8 && callers.iter().all(|caller| caller == "arn:aws:iam::123456789012:root"),
        "{callers:?}"
    );
}

#[test]
fn policies_and_tags_of_a_server_behind_us() {
    let (behind, guard) = guarded();
    let root = guard.root();
    root.text(
        "aws s3 mb s3://tagged && echo one > one.txt && aws s3 cp one.txt s3://tagged/open && aws s3 cp one.txt s3://tagged/shut \
         && aws s3api put-object-tagging --bucket tagged --key open --tagging 'TagSet=[{Key=kind,Value=open}]'",
    );
    let reader = principal::user(&root, "reader", &[]);
    reader.run("aws s3 cp s3://tagged/open -").refusal().unwrap();
    let policy = json!({ "Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::123456789012:user/reader" },
        "Action": "s3:GetObject", "Resource": "arn:aws:s3:::tagged/*",
        "Condition": { "StringEquals": { "s3:ExistingObjectTag/kind": "open" } } } });
    root.text(&format!("aws s3api put-bucket-policy --bucket tagged --policy '{policy}'"));
    assert_eq!(reader.text("aws s3api get-object --bucket tagged --key open out > /dev/null && cat out"), "one");
    let shut = reader.run("aws s3api get-object --bucket tagged --key shut out");
    assert_eq!(shut.refusal().unwrap().0, "AccessDenied");
    // The policy is the guard's own; the server behind us never hears of it.
    let kept = root.json("aws s3api get-bucket-policy --bucket tagged --query Policy --output text");
    assert_eq!(kept["Statement"]["Action"], "s3:GetObject", "{kept}");
    assert!(!behind.log().contains("BucketPolicy"));
    root.text("aws s3 rm --recursive s3://tagged && aws s3 rb s3://tagged && aws s3 mb s3://tagged");
    let none = root.run("aws s3api get-bucket-policy --bucket tagged");
    assert_eq!(none.refusal().unwrap().0, "NoSuchBucketPolicy");
}

#[test]
fn a_server_behind_us_that_is_gone_is_said_to_be_unavailable() {
    let (mut behind, guard) = guarded();
    guard.root().text("aws s3 mb s3://gone");
    behind.kill();
    let output = guard.root().run("aws s3api list-objects-v2 --bucket gone");
    assert!(output.err.contains("An error occurred (ServiceUnavailable)"), "{}", output.err);
    assert!(output.err.contains("Service is unable to handle request."), "{}", output.err);
    assert!(!guard.log_with("call failed").is_empty());
}
