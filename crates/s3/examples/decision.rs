//! Measures what a decision costs: `cargo run --release -p s3 --example decision`.
//!
//! `GetObject` by a session of a role with two policies, on a bucket with a policy of its own, from the request's head to the
//! permission; beside it the parts, a denial with its reasons, and a thousand keys in one `DeleteObjects`. The argument is how
//! many of each.

#![allow(clippy::unwrap_used)]

use domain::session::{ChainedFrom, SessionPrincipal, SessionRecord, WebIdentity};
use domain::{AccountId, Region};
use gate::{Caller, Decision, RequestView};
use s3::deletes::Deletes;
use s3::settings::PublicAccessBlock;
use s3::{Arrived, BucketName, Call, Guard, Looked, Lookup, ObjectKey, Question};
use serde_json::json;
use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;
use testkit::World;
use tokio::runtime::Builder;

const ACCOUNT: &str = "123456789012";
const SUB: &str = "${cognito-identity.amazonaws.com:sub}";

fn main() {
    let times: u32 = std::env::args().nth(1).map_or(20_000, |text| text.parse().unwrap());
    Builder::new_current_thread().enable_all().build().unwrap().block_on(measure(times));
}

async fn measure(times: u32) {
    let w = World::new(&[iam::operations()]).await;
    let guard = Guard::new(Arc::clone(&w.node), PublicAccessBlock::NONE);
    let caller = caller(&w).await;
    let region = Region::from("us-east-1");
    let view = RequestView {
        now: w.clock.now(),
        region: &region,
        source_ip: Some([192, 0, 2, 1].into()),
        user_agent: Some("aws-sdk-js/3.900.0 ua/2.1 os/other lang/js"),
        referer: None,
        secure: true,
    };
    let put = head("PUT", "/app?policy");
    let call = Call::read(&put, &[]).unwrap();
    let bucket_policy = json!({ "Version": "2012-10-17", "Statement": [
        { "Sid": "Tls", "Effect": "Deny", "Principal": "*", "Action": "s3:*",
          "Resource": ["arn:aws:s3:::app", "arn:aws:s3:::app/*"],
          "Condition": { "Bool": { "aws:SecureTransport": "false" } } },
        { "Sid": "Public", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::app/public/*" },
    ]})
    .to_string();
    let root = Caller::Root { account: ACCOUNT.into(), access_key_id: "AKIAEXAMPLE".into() };
    let question = Question {
        caller: &root,
        call: &call,
        request: view,
        arrived: Arrived::default(),
        document: bucket_policy.as_bytes(),
    };
    let permitted = guard.permit(&question, &Buckets, &mut Decision::default()).await.unwrap();
    guard.serve_setting(&question, &permitted, &mut Decision::default()).await.unwrap();

    let own = head("GET", "/app/cognito/APP/us-east-1:1111/photos/cat.jpg?x-id=GetObject");
    let foreign = head("GET", "/app/cognito/APP/us-east-1:2222/photos/cat.jpg?x-id=GetObject");
    let ask = async |parts: &http::request::Parts| {
        let call = Call::read(parts, &[]).unwrap();
        let question =
            Question { caller: &caller, call: &call, request: view, arrived: Arrived::default(), document: &[] };
        let mut decision = Decision::new("request".to_owned(), view.now, "s3:GetObject".to_owned());
        guard.permit(&question, &Buckets, &mut decision).await
    };
    assert!(ask(&own).await.is_ok() && ask(&foreign).await.is_err());

    report("reading the head", times, async || drop(black_box(Call::read(&own, &[]).unwrap()))).await;
    report("looking the caller up", times, async || drop(black_box(w.node.gate.hear(&caller, view).await.unwrap())))
        .await;
    report("GetObject, allowed", times, async || drop(black_box(ask(&own).await))).await;
    report("GetObject, denied, reasons kept", times / 10, async || drop(black_box(ask(&foreign).await))).await;

    let keys: String =
        (0..1000).map(|number| format!("<Object><Key>cognito/APP/us-east-1:1111/{number}</Key></Object>")).collect();
    let body = format!("<Delete>{keys}</Delete>");
    let call = Call::read(&head("POST", "/app?delete"), &[]).unwrap();
    let question = Question { caller: &caller, call: &call, request: view, arrived: Arrived::default(), document: &[] };
    report("DeleteObjects of 1000 keys", times / 1000, async || {
        let deletes = Deletes::parse(body.as_bytes()).unwrap();
        let decided = guard.permit_deletes(&question, deletes, &Buckets, &mut Decision::default()).await.unwrap();
        assert_eq!(decided.allowed.objects.len(), 1000);
        drop(black_box(decided.allowed.document()));
    })
    .await;
}

async fn report(name: &str, times: u32, run: impl AsyncFn()) {
    let times = times.max(1);
    for _ in 0..times / 10 {
        run().await;
    }
    #[allow(clippy::disallowed_methods)] // this is a measurement
    let begun = Instant::now();
    for _ in 0..times {
        run().await;
    }
    println!("{name:34} {:10.2} µs", begun.elapsed().as_secs_f64() * 1e6 / f64::from(times));
}

/// A session of a role with two policies, handed out to an identity of a pool.
async fn caller(w: &World) -> Caller {
    let trust = json!({ "Version": "2012-10-17", "Statement":
        { "Effect": "Allow", "Principal": { "AWS": ACCOUNT }, "Action": "sts:AssumeRole" } });
    let input = json!({ "RoleName": "Fan", "AssumeRolePolicyDocument": trust.to_string() });
    let id = w.call("CreateRole", &input).await.text_at("CreateRoleResponse.CreateRoleResult.Role.RoleId");
    let prefix = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::app",
          "Condition": { "StringLike": { "s3:prefix": format!("cognito/APP/{SUB}/*") } } },
        { "Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
          "Resource": format!("arn:aws:s3:::app/cognito/APP/{SUB}/*") },
    ]});
    let others = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Action": ["cognito-sync:*", "mobileanalytics:PutEvents"], "Resource": "*" },
        { "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::app/shared/*" },
    ]});
    for (name, document) in [("prefix", prefix), ("others", others)] {
        let put = json!({ "RoleName": "Fan", "PolicyName": name, "PolicyDocument": document.to_string() });
        w.call("PutRolePolicy", &put).await.ok();
    }
    Caller::Session(Arc::new(SessionRecord {
        access_key_id: "ASIAEXAMPLE".into(),
        secret_access_key: "secret".to_owned().into(),
        account_id: AccountId::from(ACCOUNT),
        principal: SessionPrincipal::AssumedRole {
            role_id: id.as_str().into(),
            role_name: "Fan".to_owned(),
            role_arn: format!("arn:aws:iam::{ACCOUNT}:role/Fan"),
            session_name: "CognitoIdentityCredentials".to_owned(),
        },
        web_identity: Some(WebIdentity {
            provider: "cognito-identity.amazonaws.com".to_owned(),
            audience: "us-east-1:pool".to_owned(),
            subject: "us-east-1:1111".to_owned(),
            amr: vec!["authenticated".to_owned()],
        }),
        saml: None,
        identity: None,
        inline_policies: Vec::new(),
        managed_policy_arns: Vec::new(),
        tags: BTreeMap::new(),
        transitive_tag_keys: Vec::new(),
        source_identity: None,
        mfa_authenticated_at: None,
        chained_from: ChainedFrom::default(),
        revocations_seen: 0,
        issued_at: w.clock.now(),
        expires_at: w.clock.now().plus_seconds(3600),
    }))
}

fn head(method: &str, path: &str) -> http::request::Parts {
    let request = http::Request::builder().method(method).uri(path).header("host", "localhost:4566");
    let request = request.header("x-amz-content-sha256", "UNSIGNED-PAYLOAD").header("x-amz-date", "20260102T030405Z");
    request.body(()).unwrap().into_parts().0
}

/// Every bucket is the account's own.
struct Buckets;

impl Lookup for Buckets {
    fn owner<'a>(&'a self, _: &'a BucketName) -> Looked<'a, Option<AccountId>> {
        Box::pin(async { Ok(Some(AccountId::from(ACCOUNT))) })
    }

    fn tags<'a>(
        &'a self,
        _: &'a BucketName,
        _: &'a ObjectKey,
        _: Option<&'a str>,
    ) -> Looked<'a, Option<Vec<(String, String)>>> {
        Box::pin(async { Ok(None) })
    }
}
