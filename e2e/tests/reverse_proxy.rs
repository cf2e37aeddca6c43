//! A reverse proxy that asks who signed a request, and whether it may pass: nginx with the configuration of
//! docs/reverse-proxy.md, and the other proxies' ways of asking over a plain socket.

#![allow(clippy::panic, clippy::unwrap_used, clippy::disallowed_methods)]

use e2e::account::{Account, guest_credentials};
use e2e::server::free_port;
use e2e::{Engine, Server, Shell, http, needed, principal};
use serde_json::{Value, json};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

const WIRE: &str = include_str!("s3_edge/wire.py");
const RESOURCE: &str = "arn:aws:execute-api:us-east-1:123456789012:shop/prod";

/// An application that answers with what it was sent.
const APPLICATION: &str = r#"
import http.server, json, sys
class Echo(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
        told = {"path": self.path, "body": body, "headers": {n.lower(): v for n, v in self.headers.items()}}
        data = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
    do_POST = do_DELETE = do_GET
    def log_message(self, *_):
        pass
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Echo).serve_forever()
"#;

/// A process that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A server, nginx before an application, and where nginx listens.
struct Scene {
    server: Server,
    proxy: String,
    shell: Shell,
    _processes: [Running; 2],
}

fn scene() -> Scene {
    let server = Server::start(Engine::Sqlite);
    let shell = server.root();
    let (proxy, application) = (free_port(), free_port());
    let docs = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/reverse-proxy.md")).unwrap();
    let documented = docs.split("```nginx\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    // The last one first: a free port may begin with its digits, but not with the others'.
    let block = documented
        .replace("127.0.0.1:4566", server.address())
        .replace("127.0.0.1:8080", &format!("127.0.0.1:{proxy}"))
        .replace("127.0.0.1:9000", &format!("127.0.0.1:{application}"));
    let folder = shell.home().display();
    let paths: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|name| format!("{name}_temp_path {folder}/{name};\n"))
        .concat();
    let whole = format!(
        "daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;\n\
         events {{}}\nhttp {{\naccess_log off;\n{paths}{block}\n}}\n"
    );
    std::fs::write(shell.home().join("nginx.conf"), whole).unwrap();
    let quiet = |mut command: std::process::Command| {
        Running(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
    };
    let mut nginx = shell.prepare(needed("SEKISHO_NGINX"));
    nginx.args(["-p", &folder.to_string(), "-c", "nginx.conf", "-e", "nginx.log"]);
    let mut echo = shell.prepare(needed("SEKISHO_PYTHON"));
    echo.args(["-c", APPLICATION, &application.to_string()]);
    let processes = [quiet(nginx), quiet(echo)];
    for port in [proxy, application] {
        let started = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            let log = std::fs::read_to_string(shell.home().join("nginx.log")).unwrap_or_default();
            assert!(started.elapsed() < Duration::from_secs(20), "nothing listens on {port}: {log}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
    Scene { server, proxy: format!("http://127.0.0.1:{proxy}"), shell, _processes: processes }
}

fn shopper(root: &Shell) -> Shell {
    let resources = json!([format!("{RESOURCE}/GET/orders/*"), format!("{RESOURCE}/POST/orders")]);
    principal::user(root, "shopper", &[principal::allow("execute-api:Invoke", resources)])
}

/// Runs Python with the hand-made signer, against the proxy.
fn through(scene: &Scene, shell: &Shell, script: &str) -> Value {
    shell.with("AWS_ENDPOINT_URL", &scene.proxy).python(&format!("{WIRE}\n{script}"), &[])
}

#[test]
fn nginx_asks_before_it_passes_a_request_on() {
    let scene = scene();
    let told = through(
        &scene,
        &shopper(&scene.shell),
        r#"
def api(method, path, body=b"", **how):
    status, _, _, data = signed(method, path, body, service="execute-api", **how)
    return [status, json.loads(data)] if status == 200 else [status]
spoof = {"x-sekisho-arn": "arn:aws:iam::123456789012:root", "x-sekisho-identity-id": "somebody"}
trick = {"x-original-uri": "/orders/1", "x-original-method": "GET"}
out = {
    "allowed": api("GET", "/orders/1", query="a=b%20c&d="),
    "with a body": api("POST", "/orders", b"one order"),
    "spoofed": api("GET", "/orders/1", headers=spoof),
    "other path": api("GET", "/admin"),
    "other method": api("DELETE", "/orders/1"),
    "unsigned": [send("GET", "/orders/1", {})[0]],
    "unsigned, tricked": [send("GET", "/orders/1", {**trick, "x-forwarded-uri": "/orders/1"})[0]],
    "tricked": api("GET", "/admin", headers=trick),
    "wrong secret": api("GET", "/orders/1", secret="guess"),
    "old": api("GET", "/orders/1", seconds=-1000),
    "for another service": [signed("GET", "/orders/1", service="s3")[0]],
    "an open operation": [send("POST", "/orders", {"x-amz-target": "AWSCognitoIdentityService.GetId",
                          "content-type": "application/x-amz-json-1.1"}, b'{"IdentityPoolId": "x"}')[0]],
    "dots": [send("GET", "/orders/../admin", Signature("GET", "/admin", "", {"host": ENDPOINT.netloc}, EMPTY,
                  service="execute-api").headers)[0]],
    "two slashes": [send("GET", "//orders/1", Signature("GET", "/orders/1", "", {"host": ENDPOINT.netloc}, EMPTY,
                         service="execute-api").headers)[0]],
}
# A good signature, used for something else.
good = Signature("GET", "/orders/1", "", {"host": ENDPOINT.netloc}, EMPTY, service="execute-api").headers
out["another path with the same signature"] = [send("GET", "/orders/2", good)[0]]
out["another host with the same signature"] = [send("GET", "/orders/1", {**good, "host": "other"})[0]]
print(json.dumps(out))
"#,
    );
    assert_eq!(told["allowed"][0], 200, "{told}");
    assert_eq!(told["allowed"][1]["path"], "/orders/1?a=b%20c&d=");
    let headers = &told["allowed"][1]["headers"];
    assert_eq!(headers["x-sekisho-arn"], "arn:aws:iam::123456789012:user/shopper", "{headers}");
    assert_eq!(headers["x-sekisho-account"], "123456789012");
    assert_eq!(headers["x-sekisho-principal-type"], "User");
    assert_eq!(told["with a body"][1]["body"], "one order", "{told}");
    let of_order = "abfc8e6d222629e70d453e5a41b38a334dc0e01a2f4003ae9e85dbe47dafe2a5";
    assert_eq!(told["with a body"][1]["headers"]["x-sekisho-content-sha256"], of_order);
    let spoofed = &told["spoofed"][1]["headers"];
    assert_eq!(spoofed["x-sekisho-arn"], "arn:aws:iam::123456789012:user/shopper");
    assert_eq!(spoofed["x-sekisho-identity-id"], Value::Null, "nothing of the client's own comes through");
    for (name, status) in [
        ("other path", 403),
        ("other method", 403),
        ("tricked", 401),
        ("unsigned", 401),
        ("unsigned, tricked", 401),
        ("wrong secret", 401),
        ("old", 401),
        ("for another service", 401),
        ("an open operation", 401),
        ("another path with the same signature", 401),
        ("another host with the same signature", 401),
    ] {
        assert_eq!(told[name], json!([status]), "{name}");
    }
    for name in ["dots", "two slashes"] {
        assert!(matches!(told[name][0].as_i64(), Some(401 | 403)), "{name}: {told}");
    }
}

#[test]
fn the_application_learns_the_identity_behind_the_credentials() {
    let scene = scene();
    let account = Account::create(&scene.server, "shop");
    let everyone = principal::allow("execute-api:Invoke", format!("{RESOURCE}/*"));
    scene.shell.text(&format!(
        "aws iam put-role-policy --role-name shopGuest --policy-name shop --policy-document '{everyone}'"
    ));
    let guest = scene.server.guest();
    let credentials = guest_credentials(&guest, &account.identity_pool);
    let script = r#"
status, _, _, data = signed("GET", "/orders/1", service="execute-api")
print(json.dumps([status, json.loads(data)["headers"]]))
"#;
    let told = through(&scene, &guest.with_credentials(&credentials), script);
    assert_eq!(told[0], 200, "{told}");
    assert_eq!(told[1]["x-sekisho-identity-pool-id"], account.identity_pool, "{told}");
    assert!(told[1]["x-sekisho-identity-id"].as_str().unwrap().starts_with("us-east-1:"), "{told}");
    assert_eq!(told[1]["x-sekisho-arn"], "arn:aws:sts::123456789012:assumed-role/shopGuest/CognitoIdentityCredentials");
}

const ASK: &str = "/_sekisho/authorize?action=execute-api:Invoke&resource=arn:aws:execute-api:us-east-1:123456789012:shop/prod/%7Bmethod%7D%7Bpath%7D&request=";

#[test]
fn traefik_and_envoy_ask_in_their_own_ways() {
    let server = Server::start(Engine::Memory);
    let user = shopper(&server.root());
    let told = user.python(
        &format!(
            "{WIRE}\nASK = {ASK:?}\n{}",
            r#"
def headers(path="/orders/1", query="", method="GET", **how):
    return Signature(method, path, query, {"host": "shop.example.com"}, EMPTY, service="execute-api", **how).headers
def forwarded(uri, given, method="GET", ask=ASK + "forwarded"):
    given = {**given, "host": ENDPOINT.netloc}
    more = {"x-forwarded-method": method, "x-forwarded-uri": uri, "x-forwarded-host": "shop.example.com"}
    status, _, found, _ = send("GET", ask.split("?")[0], {**given, **more}, b"", ask.split("?")[1])
    return [status, {n.lower(): v for n, v in found.items()}.get("x-sekisho-arn")]
PREFIX = ("/_sekisho/authorize/execute-api/execute-api:Invoke/"
          "arn:aws:execute-api:us-east-1:123456789012:shop%2Fprod%2F%7Bmethod%7D%7Bpath%7D/request")
def envoy(path, query, given, method="GET"):
    status, _, found, _ = send(method, PREFIX + path, given, b"", query)
    return [status, {n.lower(): v for n, v in found.items()}.get("x-sekisho-arn")]
print(json.dumps({
    "forwarded": forwarded("/orders/1?a=1", headers(query="a=1")),
    "forwarded, denied": forwarded("/admin", headers("/admin")),
    "forwarded, not signed": forwarded("/orders/2", headers()),
    "not where it was said": forwarded("/orders/1", headers(), ask=ASK + "original"),
    "nowhere": forwarded("/orders/1", headers(), ask=ASK + "any"),
    "asked twice": forwarded("/orders/1", headers(), ask=ASK + "forwarded&action=execute-api:Invoke"),
    "envoy": envoy("/orders/1", "a=1", headers(query="a=1")),
    "envoy, a client that asks for more": envoy("/admin", "action=a:B&resource=arn:aws:a:::b&request=forwarded",
        headers("/admin", "action=a:B&resource=arn:aws:a:::b&request=forwarded")),
    "envoy, denied": envoy("/orders/1", "", headers(method="DELETE"), "DELETE"),
    "envoy, not signed": envoy("/orders/2", "", headers()),
}))
"#
        ),
        &[],
    );
    let arn = "arn:aws:iam::123456789012:user/shopper";
    for (name, status) in [
        ("forwarded", 200),
        ("forwarded, denied", 403),
        ("forwarded, not signed", 401),
        ("not where it was said", 400),
        ("nowhere", 400),
        ("asked twice", 400),
        ("envoy", 200),
        ("envoy, a client that asks for more", 403),
        ("envoy, denied", 403),
        ("envoy, not signed", 401),
    ] {
        let known = if status == 200 { json!(arn) } else { Value::Null };
        assert_eq!(told[name], json!([status, known]), "{name}");
    }
}

#[test]
fn only_trusted_proxies_are_answered() {
    let secret = "a-secret-of-the-proxy";
    let server = Server::start_with(Engine::Memory, &[], &[("SEKISHO_AUTHORIZE_SECRET", secret)]);
    let ask = |secret: Option<&str>| {
        let mut headers = vec![
            ("x-original-method", "GET"),
            ("x-original-uri", "/orders/1"),
            ("x-original-host", "shop.example.com"),
        ];
        headers.extend(secret.map(|secret| ("x-sekisho-proxy-secret", secret)));
        http::send(server.address(), "GET", &format!("{ASK}original"), &headers, "").unwrap()
    };
    assert_eq!(ask(None).status, 403);
    assert_eq!(ask(Some("another-secret-of-nobody")).status, 403);
    let answer = ask(Some(secret));
    assert_eq!((answer.status, answer.header("www-authenticate")), (401, Some("AWS4-HMAC-SHA256")), "{}", answer.body);
    let id = answer.header("x-amzn-requestid").unwrap();
    let told = server.root().json(&format!("sekisho explain {id} --json --base-url {}", server.url));
    assert_eq!(told["operation"], "execute-api:Invoke", "{told}");
    assert_eq!(told["answer"], "401 Unauthorized");
    assert!(!server.log().contains(secret));
}
