//! Users of providers outside get credentials from an identity pool: a provider that signs, one that is asked, and attributes
//! that policies look at.

#![allow(clippy::panic, clippy::unwrap_used, clippy::disallowed_methods)]

use e2e::principal::{policy, role};
use e2e::server::ACCOUNT;
use e2e::{Engine, Server, Shell, needed};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

#[test]
fn a_signed_token_becomes_an_identity_credentials_and_tags() {
    let mut provider = Provider::start();
    let server = Server::start_with(
        Engine::Memory,
        &["--internal-provider", &provider.host, "--http-providers", "--facebook-endpoint", &provider.facebook],
        &[],
    );
    let root = server.root();
    let oidc = root.json(&format!(
        "aws iam create-open-id-connect-provider --url https://{} --client-id-list app --thumbprint-list {}",
        provider.host, provider.thumbprint
    ));
    let oidc = oidc["OpenIDConnectProviderArn"].as_str().unwrap().to_owned();
    let pool = root.text(&format!(
        "aws cognito-identity create-identity-pool --identity-pool-name outside --no-allow-unauthenticated-identities \
         --open-id-connect-provider-arns {oidc} --supported-login-providers graph.facebook.com=123 \
         --query IdentityPoolId --output text"
    ));
    let trust = |actions: Value| {
        policy([json!({
            "Effect": "Allow", "Principal": { "Federated": "cognito-identity.amazonaws.com" }, "Action": actions,
            "Condition": { "StringEquals": { "cognito-identity.amazonaws.com:aud": pool } },
        })])
    };
    let reads_roles = policy([json!({
        "Effect": "Allow", "Action": "iam:ListRoles", "Resource": "*",
        "Condition": { "StringEquals": { "aws:PrincipalTag/department": "engineering" } },
    })]);
    let arn = role(&root, "Outsider", &trust(json!("sts:AssumeRoleWithWebIdentity")), &[reads_roles]);
    root.run(&format!(
        "aws cognito-identity set-identity-pool-roles --identity-pool-id {pool} --roles authenticated={arn}"
    ));

    let guest = server.guest();
    let (identity, keys) = sign_in(&guest, &pool, &provider.host, &provider.tokens["engineer"]);
    assert_eq!(
        keys.text("aws sts get-caller-identity --query Arn --output text"),
        format!("arn:aws:sts::{ACCOUNT}:assumed-role/Outsider/CognitoIdentityCredentials")
    );
    assert_eq!(keys.run("aws iam list-roles --max-items 1").refusal().unwrap().0, "AccessDenied", "no tags yet");

    let map = root.json(&format!(
        "aws cognito-identity set-principal-tag-attribute-map --identity-pool-id {pool} --identity-provider-name {oidc} \
         --principal-tags department=dept"
    ));
    assert_eq!(map["PrincipalTags"], json!({ "department": "dept" }));
    let again = credentials(&identity, &provider.host, &provider.tokens["engineer"]);
    guest.refused(
        &again,
        "InvalidIdentityPoolConfigurationException",
        "Invalid identity pool configuration. Check assigned IAM roles for this pool.",
    );
    let tagging = trust(json!(["sts:AssumeRoleWithWebIdentity", "sts:TagSession"]));
    root.run(&format!("aws iam update-assume-role-policy --role-name Outsider --policy-document '{tagging}'"));
    let keys = guest.with_credentials(&renamed(&guest.json(&again)["Credentials"]));
    keys.json("aws iam list-roles --max-items 1");
    let (_, keys) = sign_in(&guest, &pool, &provider.host, &provider.tokens["seller"]);
    assert_eq!(keys.run("aws iam list-roles --max-items 1").refusal().unwrap().0, "AccessDenied");

    let stranger = get_id(&pool, &provider.host, &provider.tokens["another audience"]);
    guest.refused(&stranger, "NotAuthorizedException", "Token is not from a supported provider of this identity pool.");

    let (_, keys) = sign_in(&guest, &pool, "graph.facebook.com", &json!("EAAB-good"));
    keys.json("aws sts get-caller-identity");
    let expired = get_id(&pool, "graph.facebook.com", &json!("EAAB-old"));
    guest.refused(&expired, "NotAuthorizedException", "Invalid login token. Token is expired.");
    provider.stop_facebook();
    let unasked = get_id(&pool, "graph.facebook.com", &json!("EAAB-good"));
    assert_eq!(guest.run(&unasked).refusal().unwrap().0, "ExternalServiceException");
}

fn get_id(pool: &str, provider: &str, token: &Value) -> String {
    format!("aws cognito-identity get-id --identity-pool-id {pool} --logins '{}'", json!({ provider: token }))
}

fn credentials(identity: &str, provider: &str, token: &Value) -> String {
    format!(
        "aws cognito-identity get-credentials-for-identity --identity-id {identity} --logins '{}'",
        json!({ provider: token })
    )
}

/// The identity, and the shell of one who has its credentials.
fn sign_in(guest: &Shell, pool: &str, provider: &str, token: &Value) -> (String, Shell) {
    let identity = guest.json(&get_id(pool, provider, token))["IdentityId"].as_str().unwrap().to_owned();
    let answer = guest.json(&credentials(&identity, provider, token));
    assert_eq!(answer["IdentityId"], json!(identity));
    (identity, guest.with_credentials(&renamed(&answer["Credentials"])))
}

/// Identity pools call the secret by another name than STS does.
fn renamed(credentials: &Value) -> Value {
    let mut credentials = credentials.clone();
    credentials["SecretAccessKey"] = credentials["SecretKey"].take();
    credentials
}

/// The script, which ends with this program: its standard input does then.
struct Provider {
    process: Child,
    ask: ChildStdin,
    said: BufReader<ChildStdout>,
    /// Host and port of the issuer.
    host: String,
    /// Of the authority's certificate.
    thumbprint: String,
    /// Where Facebook is played.
    facebook: String,
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
        let mut said = BufReader::new(process.stdout.take().unwrap());
        let mut first = line(&mut said);
        let text = |first: &Value, name: &str| first[name].as_str().unwrap().to_owned();
        let (host, thumbprint, facebook) = (text(&first, "host"), text(&first, "thumbprint"), text(&first, "facebook"));
        Self { process, ask, said, host, thumbprint, facebook, tokens: first["tokens"].take() }
    }

    fn stop_facebook(&mut self) {
        self.ask.write_all(b"stop\n").unwrap();
        assert_eq!(line(&mut self.said), "stopped");
    }
}

fn line(said: &mut impl BufRead) -> Value {
    let mut line = String::new();
    said.read_line(&mut line).unwrap();
    serde_json::from_str(&line).unwrap_or_else(|error| panic!("the provider said {line:?}: {error}"))
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

const SCRIPT: &str = r#"
import base64, hashlib, http.server, json, rsa, ssl, sys, tempfile, threading, time, urllib.parse
folder = sys.argv[1] + "/"
documents = {}

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.answer(200 if self.path in documents else 404, documents.get(self.path))
    def answer(self, status, document):
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_):
        pass

class Facebook(Handler):
    def do_GET(self):
        path, _, query = self.path.partition("?")
        token = urllib.parse.parse_qs(query).get("access_token", [""])[0]
        ids = {"/app": "123", "/me": "10150"}
        if token == "EAAB-good" and path in ids:
            self.answer(200, {"id": ids[path]})
        else:
            self.answer(400, {"error": {"type": "OAuthException", "code": 190, "error_subcode": 463}})

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
    file.write(open(folder + "server.pem").read() + open(folder + "ca.pem").read())
    file.flush()
    context.load_cert_chain(file.name, folder + "server.key")
server.socket = context.wrap_socket(server.socket, server_side=True)
facebook = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Facebook)
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

def token(**changes):
    now = int(time.time())
    claims = {"iss": issuer, "sub": "ana-outside", "aud": "app", "iat": now, "exp": now + 600}
    claims.update(changes)
    text = ".".join(write(json.dumps(part).encode()) for part in ({"alg": "RS256", "typ": "JWT", "kid": "one"}, claims))
    return text + "." + write(rsa.sign(text.encode(), key, "SHA-256"))

der = ssl.PEM_cert_to_DER_cert(open(folder + "ca.pem").read())
for each in (server, facebook):
    threading.Thread(target=each.serve_forever, daemon=True).start()
print(json.dumps({
    "host": host, "thumbprint": hashlib.sha1(der).hexdigest(), "facebook": "http://127.0.0.1:%d" % facebook.server_port,
    "tokens": {
        "engineer": token(dept="engineering"), "seller": token(sub="ben-outside", dept="sales"),
        "another audience": token(aud="other-app"),
    }}), flush=True)
for _ in sys.stdin:
    facebook.shutdown()
    facebook.server_close()
    print(json.dumps("stopped"), flush=True)
"#;
