//! S3 with vended credentials: the AWS CLI, boto3 and the JavaScript SDK do what the role allows, and are refused, in S3's
//! own words, what it does not.

#![allow(clippy::panic, clippy::unwrap_used)]

use e2e::account::{Account, guest_credentials};
use e2e::server::ACCOUNT;
use e2e::{Engine, Server, Shell};
use serde_json::json;

/// Each identity at its own prefix, listing included: the sentence that applications depend on.
const OWN_PREFIX: &str = r#"{"Version":"2012-10-17","Statement":[
  {"Effect":"Allow","Action":["s3:GetObject","s3:PutObject","s3:DeleteObject","s3:AbortMultipartUpload","s3:ListMultipartUploadParts"],
   "Resource":"arn:aws:s3:::app/private/${cognito-identity.amazonaws.com:sub}/*"},
  {"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::app",
   "Condition":{"StringLike":{"s3:prefix":"private/${cognito-identity.amazonaws.com:sub}/*"}}}]}"#;

/// A server with a bucket, an identity pool, and users who may use their own prefix.
struct Stage {
    server: Server,
    account: Account,
}

/// A signed-in identity: its id, and a shell with its credentials.
struct Identity {
    id: String,
    shell: Shell,
}

impl Stage {
    fn new(engine: Engine) -> Self {
        let server = Server::start(engine);
        let account = Account::create(&server, "app");
        server.root().text("aws s3 mb s3://app");
        server.root().text(&format!(
            "aws iam put-role-policy --role-name appUser --policy-name own-prefix --policy-document '{OWN_PREFIX}'"
        ));
        server.root().text(
            "aws iam attach-role-policy --role-name appGuest --policy-arn arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess",
        );
        Self { server, account }
    }

    /// Signs a user in, who is made if need be, and obtains the credentials of their identity.
    fn identity(&self, user: &str) -> Identity {
        let root = self.server.root();
        let pool = &self.account.user_pool;
        if user != "ana" {
            root.text(&format!(
                "aws cognito-idp admin-create-user --user-pool-id {pool} --username {user} --message-action SUPPRESS && \
                 aws cognito-idp admin-set-user-password --user-pool-id {pool} --username {user} --permanent \
                   --password '{}'",
                e2e::account::PASSWORD
            ));
        }
        let token = root.text(&format!(
            "aws cognito-idp admin-initiate-auth --user-pool-id {pool} --client-id {} \
             --auth-flow ADMIN_USER_PASSWORD_AUTH --auth-parameters USERNAME={user},PASSWORD='{}' \
             --query AuthenticationResult.IdToken --output text",
            self.account.client,
            e2e::account::PASSWORD
        ));
        let guest = self.server.guest();
        let logins = format!("--no-sign-request --logins {}={token}", self.account.provider);
        let id = guest.text(&format!(
            "aws cognito-identity get-id --identity-pool-id {} {logins} --query IdentityId --output text",
            self.account.identity_pool
        ));
        let answer =
            guest.json(&format!("aws cognito-identity get-credentials-for-identity --identity-id {id} {logins}"));
        Identity { id, shell: guest.with_credentials(&answer["Credentials"]) }
    }

    /// A shell with a guest's credentials, whose role only reads.
    fn guest(&self) -> Shell {
        self.server.guest().with_credentials(&guest_credentials(&self.server.guest(), &self.account.identity_pool))
    }
}

fn denied(action: &str, identity_role: &str, resource: &str) -> String {
    format!(
        "User: arn:aws:sts::{ACCOUNT}:assumed-role/{identity_role}/CognitoIdentityCredentials is not authorized to perform: \
         {action} on resource: \"{resource}\" because no identity-based policy allows the {action} action"
    )
}

fn each_identity_has_its_own_prefix(engine: Engine) {
    let stage = Stage::new(engine);
    let (ana, bob) = (stage.identity("ana"), stage.identity("bob"));
    let (own, other) = (format!("s3://app/private/{}", ana.id), format!("s3://app/private/{}", bob.id));

    ana.shell.text(&format!("echo from-ana | aws s3 cp - {own}/notes/one.txt"));
    assert_eq!(ana.shell.text(&format!("aws s3 cp {own}/notes/one.txt -")), "from-ana");
    let listed = ana.shell.text(&format!("aws s3 ls --recursive {own}/"));
    assert!(listed.ends_with(&format!("private/{}/notes/one.txt", ana.id)), "{listed}");

    // Nobody else's: not to read, not to write, not to list, not to delete, not even to know of.
    let object = format!("arn:aws:s3:::app/private/{}/notes/one.txt", ana.id);
    let key = format!("private/{}/notes/one.txt", ana.id);
    let refused = |command: &str, action: &str, resource: &str| {
        bob.shell.refused(command, "AccessDenied", &denied(action, "appUser", resource));
    };
    refused(&format!("aws s3api get-object --bucket app --key {key} out"), "s3:GetObject", &object);
    refused(&format!("aws s3api put-object --bucket app --key {key}"), "s3:PutObject", &object);
    refused(&format!("aws s3api delete-object --bucket app --key {key}"), "s3:DeleteObject", &object);
    let prefix = format!("private/{}/", ana.id);
    refused(&format!("aws s3api list-objects-v2 --bucket app --prefix {prefix}"), "s3:ListBucket", "arn:aws:s3:::app");
    refused("aws s3api list-objects-v2 --bucket app", "s3:ListBucket", "arn:aws:s3:::app");
    let missing = format!("private/{}/nothing", ana.id);
    refused(
        &format!("aws s3api get-object --bucket app --key {missing} out"),
        "s3:GetObject",
        &format!("arn:aws:s3:::app/{missing}"),
    );

    // Copying is decided on both sides.
    ana.shell.text(&format!("aws s3 cp {own}/notes/one.txt {own}/notes/two.txt"));
    let copy = ana.shell.run(&format!("aws s3 cp {own}/notes/one.txt {other}/stolen.txt"));
    assert!(copy.err.contains("AccessDenied"), "{copy:?}");
    let copy = bob.shell.run(&format!("aws s3 cp {own}/notes/one.txt {other}/stolen.txt"));
    assert_ne!(copy.code, Some(0), "{copy:?}");

    // Deleting many is decided key by key.
    let both = format!("Objects=[{{Key=private/{}/notes/two.txt}},{{Key=private/{}/x}}]", ana.id, bob.id);
    let deleted = ana.shell.json(&format!("aws s3api delete-objects --bucket app --delete '{both}'"));
    assert_eq!(deleted["Deleted"][0]["Key"], json!(format!("private/{}/notes/two.txt", ana.id)), "{deleted}");
    assert_eq!(deleted["Errors"][0]["Code"], "AccessDenied", "{deleted}");
    assert_eq!(deleted["Errors"][0]["Key"], json!(format!("private/{}/x", bob.id)), "{deleted}");

    // A guest of AmazonS3ReadOnlyAccess reads everything and writes nothing.
    let guest = stage.guest();
    assert_eq!(guest.text(&format!("aws s3 cp {own}/notes/one.txt -")), "from-ana");
    assert!(guest.text("aws s3 ls").ends_with(" app"));
    guest.refused(
        "aws s3api put-object --bucket app --key x",
        "AccessDenied",
        &denied("s3:PutObject", "appGuest", "arn:aws:s3:::app/x"),
    );
}

#[test]
fn each_identity_has_its_own_prefix_on_sqlite() {
    each_identity_has_its_own_prefix(Engine::Sqlite);
}

#[test]
fn each_identity_has_its_own_prefix_on_postgres() {
    each_identity_has_its_own_prefix(Engine::Postgres);
}

#[test]
fn the_command_line_synchronises_a_folder() {
    let stage = Stage::new(Engine::Sqlite);
    let ana = stage.identity("ana");
    let own = format!("s3://app/private/{}", ana.id);
    ana.shell.text(
        "mkdir -p site/deep && echo one >site/one.txt && echo two >'site/deep/two & three.txt' && echo 四 >site/四.txt",
    );
    // S3 tells times in whole seconds, and the command line sends again what is younger than the object.
    ana.shell.text("touch -d '1 minute ago' site/*.txt site/deep/*.txt");
    ana.shell.text(&format!("aws s3 sync site {own}/site --no-progress"));
    assert_eq!(ana.shell.text(&format!("aws s3 sync site {own}/site")), "", "nothing changed");
    ana.shell.text(&format!("aws s3 sync {own}/site back --no-progress && diff -r site back"));
    ana.shell.text(&format!("rm site/one.txt && aws s3 sync site {own}/site --delete --no-progress"));
    let listed = ana.shell.text(&format!("aws s3 ls {own}/site/"));
    assert!(listed.contains("PRE deep/") && listed.contains("四.txt") && !listed.contains("one.txt"), "{listed}");

    // A presigned URL is decided as the signer when it is used.
    let url = ana.shell.text(&format!("aws s3 presign {own}/site/四.txt"));
    let fetch = "import sys, urllib.request as r; sys.stdout.write(r.urlopen(sys.argv[1]).read().decode())";
    let answer = ana.shell.text(&format!("python -c '{fetch}' '{url}'"));
    assert_eq!(answer.trim_end(), "四");
    ana.shell.text(&format!("aws s3 rm --recursive {own}/ --only-show-errors"));
    assert_eq!(ana.shell.run(&format!("aws s3 ls --recursive {own}/")).out, "");
}

#[test]
fn boto3_transfers_in_parts() {
    let stage = Stage::new(Engine::Sqlite);
    let ana = stage.identity("ana");
    let answers = ana.shell.python(
        r#"
import boto3, hashlib, io, json, sys
from boto3.s3.transfer import TransferConfig
prefix = f"private/{sys.argv[1]}/"
s3 = boto3.client("s3")
body = bytes(range(256)) * 4096 * 20  # 20 MiB
config = TransferConfig(multipart_threshold=5 * 1024 * 1024, multipart_chunksize=6 * 1024 * 1024)
s3.upload_fileobj(io.BytesIO(body), "app", prefix + "large", Config=config,
                  ExtraArgs={"Metadata": {"colour": "green"}, "ContentType": "application/x-large"})
back = io.BytesIO()
s3.download_fileobj("app", prefix + "large", back, Config=config)
head = s3.head_object(Bucket="app", Key=prefix + "large")
middle = s3.get_object(Bucket="app", Key=prefix + "large", Range="bytes=7340030-7340045")
try:
    s3.upload_fileobj(io.BytesIO(body), "app", "private/another/large", Config=config)
    refused = "not refused"
except Exception as error:
    refused = str(error)
print(json.dumps({
    "whole": hashlib.sha256(back.getvalue()).hexdigest() == hashlib.sha256(body).hexdigest(),
    "etag": head["ETag"][-3:], "size": head["ContentLength"], "type": head["ContentType"], "metadata": head["Metadata"],
    "range": middle["ContentRange"], "middle": middle["Body"].read() == body[7340030:7340046], "refused": refused,
}))
"#,
        &[&ana.id],
    );
    let refused = answers["refused"].as_str().unwrap();
    assert!(refused.contains("AccessDenied") && refused.contains("s3:PutObject"), "{refused}");
    let mut answers = answers.clone();
    answers.as_object_mut().unwrap().remove("refused");
    assert_eq!(
        answers,
        json!({
            "whole": true, "etag": "-4\"", "size": 20 * 1024 * 1024, "type": "application/x-large",
            "metadata": {"colour": "green"}, "range": "bytes 7340030-7340045/20971520", "middle": true,
        }),
    );
}

#[test]
fn the_javascript_sdk_uploads_lists_and_presigns() {
    let stage = Stage::new(Engine::Sqlite);
    let ana = stage.identity("ana");
    let answers = ana.shell.javascript(
        r#"
import { S3Client, PutObjectCommand, GetObjectCommand, ListObjectsV2Command, HeadObjectCommand, CopyObjectCommand,
         DeleteObjectCommand } from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
const prefix = `private/${process.argv[1]}/`;
const Bucket = "app";
const s3 = new S3Client({ region: "us-east-1", endpoint: process.env.AWS_ENDPOINT_URL, forcePathStyle: true });
await s3.send(new PutObjectCommand({ Bucket, Key: prefix + "a b+c.txt", Body: "héllo", Metadata: { who: "ana" } }));
const got = await s3.send(new GetObjectCommand({ Bucket, Key: prefix + "a b+c.txt" }));
const text = await got.Body.transformToString();
await new Upload({ client: s3, params: { Bucket, Key: prefix + "large", Body: Buffer.alloc(11 * 1024 * 1024, 7) },
                   partSize: 5 * 1024 * 1024 }).done();
const head = await s3.send(new HeadObjectCommand({ Bucket, Key: prefix + "large" }));
await s3.send(new CopyObjectCommand({ Bucket, Key: prefix + "copy", CopySource: `${Bucket}/${prefix}a%20b%2Bc.txt` }));
const listed = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: prefix }));
// Else it signs the checksum of an empty body into the URL of an upload.
s3.config.requestChecksumCalculation = async () => "WHEN_REQUIRED";
const url = await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key: prefix + "copy" }), { expiresIn: 60 });
const fetched = await fetch(url);
const put = await getSignedUrl(s3, new PutObjectCommand({ Bucket, Key: prefix + "put" }), { expiresIn: 60 });
const stored = await fetch(put, { method: "PUT", body: "presigned" });
const tampered = await fetch(url.replace("copy", "put"));
await s3.send(new DeleteObjectCommand({ Bucket, Key: prefix + "copy" }));
let refused;
try {
    await s3.send(new GetObjectCommand({ Bucket, Key: "private/another/x" }));
} catch ({ name, message, $metadata }) {
    refused = { name, message, status: $metadata.httpStatusCode };
}
console.log(JSON.stringify({
    text, metadata: got.Metadata, size: head.ContentLength,
    keys: listed.Contents.map(({ Key }) => Key.slice(prefix.length)), fetched: await fetched.text(), stored: stored.status,
    tampered: tampered.status, refused,
}));
"#,
        &[&ana.id],
    );
    assert_eq!(
        answers,
        json!({
            "text": "héllo", "metadata": {"who": "ana"}, "size": 11 * 1024 * 1024,
            "keys": ["a b+c.txt", "copy", "large"], "fetched": "héllo", "stored": 200, "tampered": 403,
            "refused": {
                "name": "AccessDenied", "status": 403,
                "message": denied("s3:GetObject", "appUser", "arn:aws:s3:::app/private/another/x"),
            },
        })
    );
}

#[test]
fn an_anonymous_request_needs_a_bucket_policy() {
    let stage = Stage::new(Engine::Memory);
    let root = stage.server.root();
    root.text("echo hello | aws s3 cp - s3://app/public/hello.txt");
    let get = || e2e::http::send(stage.server.address(), "GET", "/app/public/hello.txt", &[], "").unwrap();
    let refused = get();
    assert_eq!(refused.status, 403);
    assert!(refused.body.contains("<Code>AccessDenied</Code><Message>Access Denied</Message>"), "{}", refused.body);

    let policy = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::app/public/*"}}"#;
    let put = format!("aws s3api put-bucket-policy --bucket app --policy '{policy}'");
    // A new bucket does not let anybody make it public before its owner says that this is meant.
    let blocked = root.run(&put);
    let (code, sentence) = blocked.refusal().unwrap();
    assert_eq!(code, "AccessDenied");
    assert!(sentence.contains("BlockPublicPolicy setting in S3 Block Public Access"), "{sentence}");
    root.text("aws s3api delete-public-access-block --bucket app");
    root.text(&put);
    let allowed = get();
    assert_eq!((allowed.status, allowed.body.trim_end()), (200, "hello"));
    assert_eq!(
        e2e::http::send(stage.server.address(), "GET", "/app/private/x", &[], "").unwrap().status,
        403,
        "the policy lets in what it names, and nothing else"
    );
    assert_eq!(root.json("aws s3api get-bucket-policy-status --bucket app")["PolicyStatus"]["IsPublic"], true);
    root.text("aws s3api delete-bucket-policy --bucket app");
    assert_eq!(get().status, 403);
}

#[test]
fn a_killed_server_shows_no_half_written_object() {
    let mut stage = Stage::new(Engine::Sqlite);
    let ana = stage.identity("ana");
    let key = format!("private/{}/half", ana.id);
    ana.shell.text(&format!("echo whole | aws s3 cp - s3://app/{key}"));
    // An upload that has sent half of what it promised when the power goes.
    let script = r#"
import sys, time, boto3
class Slow:
    def __init__(self): self.left, self.at = 8 * 1024 * 1024, 0
    def __len__(self): return 8 * 1024 * 1024
    def tell(self): return self.at
    def seek(self, to, whence=0): self.at = to if whence == 0 else self.at; return self.at
    def read(self, size=-1):
        if self.at >= 4 * 1024 * 1024:
            print("half", flush=True); time.sleep(60)
        self.at += 65536
        return b"x" * 65536
from botocore.config import Config
s3 = boto3.client("s3", config=Config(request_checksum_calculation="when_required", s3={"payload_signing_enabled": False}))
url = s3.generate_presigned_url("put_object", Params={"Bucket": "app", "Key": sys.argv[1]})
import http.client, urllib.parse
parts = urllib.parse.urlsplit(url)
connection = http.client.HTTPConnection(parts.netloc)
connection.request("PUT", parts.path + "?" + parts.query, body=Slow(), headers={"Content-Length": str(8 * 1024 * 1024)})
"#;
    let mut upload = ana
        .shell
        .prepare(e2e::needed("SEKISHO_PYTHON"))
        .args(["-c", script, &key])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(upload.stdout.take().unwrap()), &mut line).unwrap();
    assert_eq!(line.trim(), "half");
    stage.server.kill();
    let _ = upload.kill();
    let _ = upload.wait();
    stage.server.start_again();
    let root = stage.server.root();
    assert_eq!(root.text(&format!("aws s3 cp s3://app/{key} -")), "whole");
    assert_eq!(root.text("aws s3 ls --recursive s3://app/ | wc -l"), "1");
}

/// What a page does with Amplify Storage, which addresses AWS's own host names over TLS: the requests arrive as they are, by
/// another way.
const AMPLIFY: &str = r#"
import http from "node:http";
import { Amplify } from "@aws-amplify/core";
import { uploadData, downloadData, getUrl, list, remove, copy, getProperties } from "@aws-amplify/storage";
const [identityId] = process.argv.slice(1);
const { hostname, port } = new URL(process.env.AWS_ENDPOINT_URL);
globalThis.fetch = async (url, { method = "GET", headers, body } = {}) => {
    const { host, pathname, search } = new URL(url);
    const bytes = body ? Buffer.from(await new Response(body).arrayBuffer()) : Buffer.alloc(0);
    const sent = { ...Object.fromEntries(new Headers(headers)), host, "content-length": bytes.length };
    return new Promise((resolve, reject) => {
        const request = http.request({ hostname, port, method, path: pathname + search, headers: sent }, async (answer) => {
            const parts = await answer.toArray();
            const empty = method === "HEAD" || answer.statusCode === 204;
            resolve(new Response(empty ? null : Buffer.concat(parts), { status: answer.statusCode, headers: answer.headers }));
        });
        request.on("error", reject).end(bytes);
    });
};
// Pages have it, Node does not.
globalThis.FileReader = class {
    readAsArrayBuffer(blob) {
        blob.arrayBuffer().then((result) => { this.result = result; this.onload(); });
    }
};
const credentials = {
    accessKeyId: process.env.AWS_ACCESS_KEY_ID, secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY,
    sessionToken: process.env.AWS_SESSION_TOKEN,
};
Amplify.configure(
    { Storage: { S3: { bucket: "app", region: "us-east-1" } } },
    { Auth: { credentialsProvider: { getCredentialsAndIdentityId: async () => ({ credentials, identityId }),
                                     clearCredentialsAndIdentityId() {} } } },
);
const mine = ({ identityId }) => `private/${identityId}/photos/`;
const path = (name) => (who) => mine(who) + name;
await uploadData({ path: path("small.txt"), data: "a small photo", options: { contentType: "text/plain" } }).result;
await uploadData({ path: path("large.bin"), data: new Blob([new Uint8Array(6 * 1024 * 1024).fill(7)]) }).result;
const down = await (await downloadData({ path: path("small.txt") }).result).body.text();
const { items } = await list({ path: mine });
const { size, contentType } = await getProperties({ path: path("small.txt") });
await copy({ source: { path: path("small.txt") }, destination: { path: path("copy.txt") } });
const { url } = await getUrl({ path: path("copy.txt") });
const fetched = await (await fetch(url)).text();
await remove({ path: path("copy.txt") });
const left = (await list({ path: mine })).items.length;
let refused;
try {
    await downloadData({ path: "private/us-east-1:another/photos/small.txt" }).result;
} catch ({ name }) {
    refused = name;
}
console.log(JSON.stringify({
    down, fetched, contentType, size, left, refused,
    items: items.map(({ path, size }) => [path.slice(mine({ identityId }).length), size]),
}));
"#;

#[test]
fn amplify_storage_keeps_a_users_photos() {
    let stage = Stage::new(Engine::Sqlite);
    let ana = stage.identity("ana");
    let answers = ana.shell.javascript(AMPLIFY, &[&ana.id]);
    assert_eq!(
        answers,
        json!({
            "down": "a small photo", "fetched": "a small photo", "contentType": "text/plain", "size": 13, "left": 2,
            "refused": "AccessDenied", "items": [["large.bin", 6 * 1024 * 1024], ["small.txt", 13]],
        })
    );
}

#[test]
fn a_browser_asks_first() {
    let stage = Stage::new(Engine::Memory);
    let ask = |bucket: &str| {
        let headers = [
            ("Origin", "https://app.example.com"),
            ("Access-Control-Request-Method", "PUT"),
            (
                "Access-Control-Request-Headers",
                "authorization,content-type,x-amz-content-sha256,x-amz-date,x-amz-security-token,x-amz-user-agent",
            ),
        ];
        e2e::http::send(stage.server.address(), "OPTIONS", &format!("/{bucket}/private/x"), &headers, "").unwrap()
    };
    assert_eq!(ask("app").status, 403, "a bucket that says nothing of other origins admits none");
    let cors = r#"{"CORSRules":[{"AllowedOrigins":["https://app.example.com"],"AllowedMethods":["GET","PUT"],"AllowedHeaders":["*"],"ExposeHeaders":["ETag"],"MaxAgeSeconds":3000}]}"#;
    let root = stage.server.root();
    root.text(&format!("aws s3api put-bucket-cors --bucket app --cors-configuration '{cors}'"));
    let allowed = ask("app");
    assert_eq!(allowed.status, 200, "{allowed:?}");
    assert_eq!(allowed.header("Access-Control-Allow-Origin"), Some("https://app.example.com"));
    assert!(allowed.header("Access-Control-Allow-Methods").unwrap().contains("PUT"), "{allowed:?}");
    assert_eq!(allowed.header("Access-Control-Max-Age"), Some("3000"));
    // The answer itself says it again, also when it is a refusal: the page could not read it otherwise.
    let headers = [("Origin", "https://app.example.com")];
    let refused = e2e::http::send(stage.server.address(), "GET", "/app/private/x", &headers, "").unwrap();
    assert_eq!(refused.status, 403);
    assert_eq!(refused.header("Access-Control-Allow-Origin"), Some("https://app.example.com"), "{refused:?}");
    assert_eq!(refused.header("Access-Control-Expose-Headers"), Some("ETag"), "{refused:?}");
}
