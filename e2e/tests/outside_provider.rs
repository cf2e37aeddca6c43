//! A provider of identities outside, served over HTTPS by a script: its keys are fetched when the operator allows an
//! internal address and the registration pins its certificate, and never otherwise.

#![allow(clippy::panic, clippy::unwrap_used, clippy::disallowed_methods)]

use e2e::principal::{policy, role};
use e2e::server::ACCOUNT;
use e2e::{Engine, Server, Shell, needed};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

#[test]
fn its_users_assume_roles_when_the_operator_allows_it() {
    let mut provider = Provider::start();
    let server = Server::start_with(Engine::Memory, &["--internal-provider", &provider.host], &[]);
    let reader = registered(&server, &provider, &provider.thumbprint);
    let guest = server.guest();
    let answer = guest.json(&assume(&reader, &provider.tokens["good"]));
    assert_eq!(
        (&answer["SubjectFromWebIdentityToken"], &answer["Audience"], &answer["Provider"]),
        (&json!("ana-outside"), &json!("app"), &json!(arn(&provider)))
    );
    let keys = guest.with_credentials(&answer["Credentials"]);
    assert_eq!(
        keys.text("aws sts get-caller-identity --query Arn --output text"),
        format!("arn:aws:sts::{ACCOUNT}:assumed-role/OutsideReader/web")
    );
    // The tag in the token decides, as the role's policy says.
    keys.json("aws iam list-roles --max-items 1");
    let of_another_team = guest.json(&assume(&reader, &provider.tokens["another team"]));
    let keys = guest.with_credentials(&of_another_team["Credentials"]);
    assert_eq!(keys.run("aws iam list-roles --max-items 1").refusal().unwrap().0, "AccessDenied");
    // Two tokens, one look at the keys.
    let fetched = provider.hits();
    assert_eq!(fetched, 2, "the discovery document and the keys");

    for (token, code) in [
        ("expired", "ExpiredTokenException"),
        ("another audience", "InvalidIdentityToken"),
        ("no key is known", "InvalidIdentityToken"),
        ("changed", "InvalidIdentityToken"),
    ] {
        let (found, sentence) = guest.run(&assume(&reader, &provider.tokens[token])).refusal().unwrap();
        assert_eq!(found, code, "{token}: {sentence}");
    }
    assert!(provider.hits() <= fetched + 2, "an unknown key asks once more, and not for every token");
}

#[test]
fn nothing_is_fetched_from_internal_addresses_otherwise() {
    let mut provider = Provider::start();
    let server = Server::start(Engine::Memory);
    let reader = registered(&server, &provider, &provider.thumbprint);
    refuse_for_want_of_keys(&server, &reader, &provider);
    assert_eq!(provider.hits(), 0);
}

#[test]
fn a_certificate_that_is_not_pinned_is_not_believed() {
    let mut provider = Provider::start();
    let server = Server::start_with(Engine::Memory, &["--internal-provider", &provider.host], &[]);
    let reader = registered(&server, &provider, &"0".repeat(40));
    refuse_for_want_of_keys(&server, &reader, &provider);
    assert_eq!(provider.hits(), 0, "nothing is asked of somebody who cannot prove who they are");
}

fn refuse_for_want_of_keys(server: &Server, role: &str, provider: &Provider) {
    server.guest().refused(
        &assume(role, &provider.tokens["good"]),
        "InvalidIdentityToken",
        "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity \
         documentation for requirements",
    );
}

/// Registers the provider and makes a role for its users; answers the role's ARN.
fn registered(server: &Server, provider: &Provider, thumbprint: &str) -> String {
    let root = server.root();
    let made = root.json(&format!(
        "aws iam create-open-id-connect-provider --cli-input-json '{}'",
        json!({
            "Url": format!("https://{}", provider.host), "ClientIDList": ["app"], "ThumbprintList": [thumbprint],
        })
    ));
    assert_eq!(made["OpenIDConnectProviderArn"], *arn(provider));
    let trust = policy([json!({
        "Effect": "Allow", "Principal": { "Federated": arn(provider) },
        "Action": ["sts:AssumeRoleWithWebIdentity", "sts:TagSession"],
        "Condition": { "StringEquals": { format!("{}:sub", provider.host): "ana-outside" } },
    })]);
    let read = policy([json!({
        "Effect": "Allow", "Action": "iam:ListRoles", "Resource": "*",
        "Condition": { "StringEquals": { "aws:PrincipalTag/team": "gate" } },
    })]);
    role(&root, "OutsideReader", &trust, &[read])
}

fn arn(provider: &Provider) -> String {
    format!("arn:aws:iam::{ACCOUNT}:oidc-provider/{}", provider.host)
}

fn assume(role: &str, token: &Value) -> String {
    let token = token.as_str().unwrap();
    format!(
        "aws sts assume-role-with-web-identity --role-arn {role} --role-session-name web --web-identity-token {token}"
    )
}

/// The script, which ends with this program: its standard input does then.
struct Provider {
    process: Child,
    ask: ChildStdin,
    said: BufReader<ChildStdout>,
    /// Host and port.
    host: String,
    /// Of the authority's certificate.
    thumbprint: String,
    /// By what is special about them.
    tokens: Value,
}

impl Provider {
    fn start() -> Self {
        let mut command = Shell::bare().prepare(needed("SEKISHO_PYTHON"));
        let files = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/outside_provider");
        command.args(["-c", SCRIPT, files]).current_dir(files).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let ask = process.stdin.take().unwrap();
        let said = BufReader::new(process.stdout.take().unwrap());
        let (host, thumbprint) = (String::new(), String::new());
        let mut provider = Self { process, ask, said, host, thumbprint, tokens: Value::Null };
        let mut first = provider.line();
        provider.host = first["host"].as_str().unwrap().to_owned();
        provider.thumbprint = first["thumbprint"].as_str().unwrap().to_owned();
        provider.tokens = first["tokens"].take();
        provider
    }

    /// How many requests it has answered.
    fn hits(&mut self) -> u64 {
        self.ask.write_all(b"hits\n").unwrap();
        self.line().as_u64().unwrap()
    }

    fn line(&mut self) -> Value {
        let mut line = String::new();
        self.said.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("the provider said {line:?}: {error}"))
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

const SCRIPT: &str = r#"
import base64, hashlib, http.server, json, rsa, ssl, sys, tempfile, threading, time
folder = sys.argv[1] + "/"
hits, documents = [], {}

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        hits.append(self.path)
        body = json.dumps(documents.get(self.path)).encode()
        self.send_response(200 if self.path in documents else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
    file.write(open(folder + "server.pem").read() + open(folder + "ca.pem").read())
    file.flush()
    context.load_cert_chain(file.name, folder + "server.key")
server.socket = context.wrap_socket(server.socket, server_side=True)
host = "127.0.0.1:%d" % server.server_port
issuer = "https://" + host
with open(folder + "token.key", "rb") as file:
    key = rsa.PrivateKey.load_pkcs1(file.read())
write = lambda data: base64.urlsafe_b64encode(data).decode().rstrip("=")
number = lambda n: write(n.to_bytes((n.bit_length() + 7) // 8, "big"))
documents["/.well-known/openid-configuration"] = {
    "issuer": issuer, "jwks_uri": issuer + "/keys", "response_types_supported": ["id_token"],
    "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": ["RS256"]}
documents["/keys"] = {"keys": [
    {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "one", "n": number(key.n), "e": number(key.e)}]}

def token(kid="one", team="gate", **changes):
    now = int(time.time())
    claims = {"iss": issuer, "sub": "ana-outside", "aud": "app", "iat": now, "exp": now + 600,
              "https://aws.amazon.com/tags": {"principal_tags": {"team": [team]}}}
    claims.update(changes)
    text = ".".join(write(json.dumps(part).encode()) for part in ({"alg": "RS256", "typ": "JWT", "kid": kid}, claims))
    return text + "." + write(rsa.sign(text.encode(), key, "SHA-256"))

good, richer = token(), token(team="owners")
der = ssl.PEM_cert_to_DER_cert(open(folder + "ca.pem").read())
threading.Thread(target=server.serve_forever, daemon=True).start()
print(json.dumps({"host": host, "thumbprint": hashlib.sha1(der).hexdigest(), "tokens": {
    "good": good,
    "another team": token(team="door"),
    "expired": token(iat=int(time.time()) - 7200, exp=int(time.time()) - 3600),
    "another audience": token(aud="other-app"),
    "no key is known": token(kid="two"),
    "changed": ".".join([richer.split(".")[0], richer.split(".")[1], good.split(".")[2]]),
}}), flush=True)
for _ in sys.stdin:
    print(len(hits), flush=True)
"#;
