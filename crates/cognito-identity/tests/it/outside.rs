//! Providers outside, for the stories: registered ones that sign tokens and assertions, and a server that plays those which
//! are asked.

use crate::support::{AUTH, GUEST, identity_pool, role, set_roles, trust};
use domain::jwt::{Algorithm, SigningKey, jwks};
use federation::jwk::KeySet;
use federation::testing::{Said, metadata_document};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use testkit::World;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub const HOST: &str = "idp.example.com/tenant";
pub const OIDC: &str = "arn:aws:iam::123456789012:oidc-provider/idp.example.com/tenant";
pub const SAML: &str = "arn:aws:iam::123456789012:saml-provider/Corp";
pub const IDP: &str = "https://idp.test";

/// A world with IAM, where providers are registered.
pub async fn world() -> World {
    World::new(&[cognito_identity::operations(), sts::operations(), iam::operations()]).await
}

/// An OpenID Connect provider whose keys are known.
pub struct Issuer {
    /// The Logins key.
    pub host: String,
    key: SigningKey,
}

impl Issuer {
    /// Whoever this is, its keys are known.
    pub async fn of(w: &World, host: &str) -> Self {
        let private = w.node.key_source.take().await.unwrap();
        let key = SigningKey::from_pkcs8("k1", Algorithm::Rs256, &private).unwrap();
        let set = KeySet::parse(&jwks([key.verifying_key()])).unwrap();
        w.node.provider_keys.put(&format!("https://{host}"), set, w.clock.now());
        Self { host: host.to_owned(), key }
    }

    /// The one that is registered in IAM under [`OIDC`], for these clients.
    pub async fn registered(w: &World, client_ids: &[&str]) -> Self {
        let input = json!({ "Url": format!("https://{HOST}"), "ClientIDList": client_ids });
        w.call("CreateOpenIDConnectProvider", &input).await.ok();
        Self::of(w, HOST).await
    }

    /// A token of `ana` for `app`, with other claims; null takes one away.
    pub fn token(&self, w: &World, changes: Value) -> String {
        let now = w.clock.now().seconds();
        let mut claims = json!({
            "iss": format!("https://{}", self.host), "sub": "ana", "aud": "app", "iat": now, "exp": now + 600,
        });
        for (name, value) in changes.as_object().unwrap() {
            if value.is_null() {
                claims.as_object_mut().unwrap().remove(name);
            } else {
                claims[name] = value.clone();
            }
        }
        self.key.sign(&claims).unwrap()
    }

    /// A `Logins` map with such a token.
    pub fn logins(&self, w: &World, changes: Value) -> Value {
        json!({ &self.host: self.token(w, changes) })
    }
}

/// A pool with this configuration and both default roles.
pub async fn pool_of(w: &World, configuration: Value) -> String {
    let pool = identity_pool(w, configuration).await;
    role(w, AUTH, trust(&pool, "authenticated")).await;
    role(w, GUEST, trust(&pool, "unauthenticated")).await;
    set_roles(w, &pool, json!({"Roles": {"authenticated": AUTH, "unauthenticated": GUEST}})).await.ok();
    pool
}

/// Registers the SAML provider.
pub async fn register_saml(w: &World) {
    let provider = json!({ "Name": "Corp", "SAMLMetadataDocument": metadata_document(IDP) });
    w.call("CreateSAMLProvider", &provider).await.ok();
}

/// What it says of `ana`, who may assume these roles, until five minutes after the world's beginning.
pub fn said(roles: &[&str]) -> Said {
    let mut said = Said::ana(IDP, SAML, roles, "2026-01-02T03:09:05Z");
    said.attributes.retain(|(_, values)| !values.is_empty());
    said
}

/// A server on this machine that answers paths, without their queries, and remembers what it was asked.
#[derive(Clone, Default)]
pub struct StandIn {
    pages: Arc<Mutex<BTreeMap<String, (u16, String)>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl StandIn {
    /// Listens, as long as the test's runtime lives; with the address to find it at.
    pub async fn start() -> (Self, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = Self::default();
        let mine = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                mine.answer(stream).await;
            }
        });
        (server, url)
    }

    /// What a path answers from now on.
    pub fn page(&self, path: &str, status: u16, body: Value) {
        self.pages.lock().unwrap().insert(path.to_owned(), (status, body.to_string()));
    }

    /// The targets of all requests so far.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    async fn answer(&self, mut stream: TcpStream) {
        let mut head = Vec::new();
        while !head.windows(4).any(|window| window == b"\r\n\r\n") {
            let mut buffer = [0; 1024];
            match stream.read(&mut buffer).await {
                Ok(0) | Err(_) => return,
                Ok(read) => head.extend_from_slice(&buffer[..read]),
            }
        }
        let target = String::from_utf8_lossy(&head).split(' ').nth(1).unwrap_or_default().to_owned();
        let path = target.split('?').next().unwrap_or_default().to_owned();
        self.asked.lock().unwrap().push(target);
        let (status, body) = self.pages.lock().unwrap().get(&path).cloned().unwrap_or((404, "{}".to_owned()));
        let answer =
            format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
        let _ = stream.write_all(answer.as_bytes()).await;
    }
}
