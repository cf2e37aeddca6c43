//! The stage: a world, a door over a folder or over a server behind us, and a client that signs for S3.

use crate::behind::Behind;
use bytes::Bytes;
use domain::secret::SecretText;
use http_body_util::{BodyExt, Full};
use s3::folder::Keep;
use s3::settings::PublicAccessBlock;
use s3::{Arrival, Backend, Folder, Guard, S3, Upstream, UpstreamSettings};
use serde_json::{Value, json};
use sigv4::{ContentSha256, PathRule, Payload, Signing, SigningKey};
use std::cell::Cell;
use std::sync::Arc;
use tempfile::TempDir;
use testkit::{Keys, World};

pub struct Stage {
    pub w: World,
    s3: S3,
    seed: Cell<u8>,
    _root: TempDir,
}

#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: http::HeaderMap,
    pub body: String,
}

impl Reply {
    /// `403 AccessDenied`, or the status alone.
    pub fn told(&self) -> String {
        let code = self.body.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>"));
        code.map_or(self.status.to_string(), |(code, _)| format!("{} {code}", self.status))
    }
}

impl Stage {
    /// Over a folder, with the bucket `app`.
    pub async fn folder() -> Self {
        let w = World::new(&[iam::operations()]).await;
        let root = tempfile::tempdir().unwrap();
        let folder = Folder::open(root.path().join("s3"), w.node.store.clone(), Keep::Always, w.clock.now()).await;
        let stage = Self::over(w, Backend::Folder(folder.unwrap()), root);
        assert_eq!(stage.root("PUT", "/app", "").await.told(), "200");
        stage
    }

    /// Over a server behind us, which has whatever is asked for.
    pub async fn upstream() -> (Self, Behind) {
        let w = World::new(&[iam::operations()]).await;
        let (behind, url) = Behind::start().await;
        let upstream = Upstream::new(UpstreamSettings {
            address: url.parse().unwrap(),
            access_key_id: "AKIABEHIND".to_owned(),
            secret_access_key: SecretText::new("secret-of-the-guard".to_owned()),
            session_token: None,
            region: "us-east-1".into(),
            authorities_pem: Vec::new(),
        });
        let stage = Self::over(w, Backend::Upstream(upstream.unwrap()), tempfile::tempdir().unwrap());
        (stage, behind)
    }

    fn over(w: World, backend: Backend, root: TempDir) -> Self {
        let guard = Guard::new(Arc::clone(&w.node), PublicAccessBlock::NONE);
        let s3 = S3::new(Arc::clone(&w.node), guard, backend, vec!["s3.test".to_owned()]);
        Self { w, s3, seed: Cell::new(0), _root: root }
    }

    /// Keys of a new user with this statement.
    pub async fn user(&self, name: &str, statement: &Value) -> Keys {
        self.w.call("CreateUser", &json!({ "UserName": name })).await.ok();
        let policy = json!({ "Version": "2012-10-17", "Statement": statement }).to_string();
        let put = json!({ "UserName": name, "PolicyName": "p", "PolicyDocument": policy });
        self.w.call("PutUserPolicy", &put).await.ok();
        let made = self.w.call("CreateAccessKey", &json!({ "UserName": name })).await;
        let at =
            |member: &str| made.text_at(&format!("CreateAccessKeyResponse.CreateAccessKeyResult.AccessKey.{member}"));
        Keys { access_key_id: at("AccessKeyId"), secret_access_key: at("SecretAccessKey"), session_token: None }
    }

    pub async fn root(&self, method: &str, target: &str, body: &str) -> Reply {
        self.send(Some(&Keys::root()), method, target, &[], body).await
    }

    /// Signs and sends; a header `host` takes the place of the usual one.
    pub async fn send(
        &self,
        keys: Option<&Keys>,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Reply {
        let mut request = http::Request::builder().method(method).uri(target);
        if !headers.iter().any(|(name, _)| *name == "host") {
            request = request.header("host", "localhost");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if !body.is_empty() {
            request = request.header("content-length", body.len());
        }
        let mut request = request.body(()).unwrap();
        if let Some(keys) = keys {
            self.sign(&mut request, keys, body);
        }
        self.take(request, Full::new(Bytes::from(body.to_owned()))).await
    }

    pub async fn take<B>(&self, request: http::Request<()>, body: B) -> Reply
    where
        B: http_body::Body<Data = Bytes> + Send + Unpin + 'static,
        B::Error: std::fmt::Display,
    {
        let (parts, ()) = request.into_parts();
        self.seed.set(self.seed.get() + 1);
        let arrival = Arrival {
            parts: &parts,
            now: self.w.clock.now(),
            seed: [self.seed.get(); 32],
            source_ip: Some([127, 0, 0, 1].into()),
            secure: false,
        };
        let (parts, body) = self.s3.answer(arrival, body).await.response.into_parts();
        let body = body.collect().await.map_or_else(|fault| Bytes::from(fault.to_string()), |body| body.to_bytes());
        let body = String::from_utf8(body.to_vec()).unwrap();
        Reply { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    pub fn sign(&self, request: &mut http::Request<()>, keys: &Keys, body: &str) {
        let now = self.w.clock.now();
        let date = sigv4::Timestamp::from_ms(now.millis()).date();
        let key = SigningKey::derive(keys.secret_access_key.as_bytes(), &date, "us-east-1", "s3");
        let view: Vec<(&str, &[u8])> =
            request.headers().iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
        let signed = sigv4::Request {
            method: request.method().as_str(),
            raw_path: request.uri().path(),
            raw_query: request.uri().query(),
            headers: &view,
            body: Payload::Bytes(body.as_bytes()),
        };
        let signing = Signing {
            access_key_id: &keys.access_key_id,
            key: &key,
            session_token: keys.session_token.as_deref(),
            region: "us-east-1",
            service: "s3",
            now_ms: now.millis(),
            path: PathRule::Key,
            content_sha256: ContentSha256::OfBody,
        };
        for (name, value) in sigv4::sign_headers(&signed, &signing).unwrap() {
            request.headers_mut().insert(name, value.parse().unwrap());
        }
    }
}
