//! The world itself.

use crate::form::form;
use crate::keys::TestSigningKeys;
use crate::{Answer, Keys};
use bytes::Bytes;
use contract::{Fault, Operation, Protocol};
use domain::seal::{KeyPurpose, KeyRing, SealingKey};
use domain::{AccountId, Region, Timestamp};
use door::{Arrival, Door};
use federation::fetch::{FetchSettings, Fetcher, InternalHosts};
use federation::oidc::{KeySettings, ProviderKeys};
use federation::social::SocialEndpoints;
use serde_json::Value;
use service::{Entry, Issuer, KeySource, Node, NodeParts, Vault};
use std::cell::Cell;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use store::table::iam_access_keys::{self, AccessKey, OwnerKind};
use store::{Store, StoreConfig};

/// The moment every world begins: 2026-01-02T03:04:05Z.
const BEGINNING_MS: i64 = 1_767_323_045_000;
const ACCOUNT: &str = "123456789012";

/// A clock that moves only when told to.
#[derive(Debug)]
pub struct Clock(AtomicI64);

impl Clock {
    /// Moves time forward by this many seconds.
    pub fn advance_seconds(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1000, Ordering::Relaxed);
    }

    /// The present moment of the world.
    pub fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::Relaxed))
    }
}

/// A fetcher that finds no host. Tests put the keys of other providers in place themselves: `node.provider_keys.put`.
fn no_network() -> Fetcher {
    let resolver = Box::new(|_, _| -> Pin<Box<dyn Future<Output = std::io::Result<Vec<SocketAddr>>> + Send>> {
        Box::pin(std::future::ready(Ok(Vec::new())))
    });
    Fetcher::with_resolver(FetchSettings::default(), resolver).expect("a fetcher")
}

/// A server without a socket.
pub struct World {
    /// The shared parts, for looking behind the answers.
    pub node: Arc<Node>,
    /// The fake clock.
    pub clock: Clock,
    /// The region that requests are signed for.
    pub region: String,
    door: Door,
    operations: Vec<&'static Operation>,
    signing_keys: Arc<TestSigningKeys>,
    requests: Cell<u64>,
}

impl World {
    /// A world that answers these operations.
    pub async fn new(tables: &[&'static [Entry]]) -> Self {
        let store = Store::open(&StoreConfig::Memory).await.expect("a store in memory");
        Self::on(store, tables).await
    }

    /// The same on a given, empty store.
    pub async fn on(store: Store, tables: &[&'static [Entry]]) -> Self {
        let keys = ProviderKeys::new(no_network(), KeySettings::default());
        Self::with(store, keys, SocialEndpoints::default(), tables).await
    }

    /// A world that reaches servers on this machine, over plain HTTP, and asks one of them, at this URL, whatever it would ask
    /// a public provider of identities.
    pub async fn reaching(providers_url: &str, tables: &[&'static [Entry]]) -> Self {
        let settings = FetchSettings { allow_http: true, internal: InternalHosts::All, ..FetchSettings::default() };
        let keys = ProviderKeys::new(Fetcher::new(settings).expect("a fetcher"), KeySettings::default())
            .discovering("https://accounts.google.com", &format!("{providers_url}/google"))
            .discovering("https://appleid.apple.com", &format!("{providers_url}/apple"));
        let social = SocialEndpoints {
            facebook: format!("{providers_url}/facebook"),
            amazon: format!("{providers_url}/amazon"),
            twitter: format!("{providers_url}/twitter"),
        };
        let store = Store::open(&StoreConfig::Memory).await.expect("a store in memory");
        Self::with(store, keys, social, tables).await
    }

    async fn with(
        store: Store,
        provider_keys: ProviderKeys,
        social: SocialEndpoints,
        tables: &[&'static [Entry]],
    ) -> Self {
        let keys = KeyPurpose::ALL.iter().zip(1_u8..).map(|(purpose, n)| SealingKey::new(*purpose, [n; 8], [n; 32]));
        let vault = Arc::new(Vault::new(KeyRing::new(keys)));
        let root = Keys::root();
        let sealed = vault.seal("access-key", &root.access_key_id, root.secret_access_key.as_bytes(), [1; 12]);
        let row = AccessKey {
            access_key_id: root.access_key_id.as_str().into(),
            account_id: ACCOUNT.into(),
            owner_kind: OwnerKind::Root,
            owner_id: ACCOUNT.to_owned(),
            sealed_secret: sealed.expect("a storage key"),
            status: "Active".to_owned(),
            created_ms: Timestamp::from_millis(BEGINNING_MS),
        };
        store.write(async |tx| Ok::<_, Fault>(iam_access_keys::insert(tx, &row).await?)).await.expect("a root key");
        let signing_keys = Arc::new(TestSigningKeys::default());
        let node = Arc::new(Node::new(NodeParts {
            store,
            vault,
            key_source: Arc::clone(&signing_keys) as Arc<dyn KeySource>,
            provider_keys: Arc::new(provider_keys),
            social,
            account: AccountId::from(ACCOUNT),
            region: Region::from("us-east-1"),
            base_url: "http://127.0.0.1:4566".to_owned(),
            issuer: Issuer::Own,
        }));
        let operations = tables.iter().flat_map(|table| table.iter().map(|entry| entry.operation)).collect();
        Self {
            door: Door::new(Arc::clone(&node), tables),
            node,
            clock: Clock(AtomicI64::new(BEGINNING_MS)),
            region: "us-east-1".to_owned(),
            operations,
            signing_keys,
            requests: Cell::new(0),
        }
    }

    /// How many keys for signing tokens were taken so far.
    pub fn signing_keys_taken(&self) -> usize {
        self.signing_keys.taken()
    }

    /// Calls an operation as root. `iam:CreateGroup` where two services have one of that name.
    pub async fn call(&self, operation: &str, input: &Value) -> Answer {
        self.call_as(&Keys::root(), operation, input).await
    }

    /// Calls an operation with these keys.
    pub async fn call_as(&self, keys: &Keys, operation: &str, input: &Value) -> Answer {
        let request = self.request(operation, input);
        self.send(self.signed(request, keys)).await
    }

    /// Calls an operation without a signature.
    pub async fn call_unsigned(&self, operation: &str, input: &Value) -> Answer {
        self.send(self.request(operation, input)).await
    }

    /// Calls, as root, any operation of these services, whether this world answers it or not.
    pub async fn call_known(
        &self,
        services: &[&'static contract::Service],
        service: &str,
        operation: &str,
        input: &Value,
    ) -> Answer {
        let service = services.iter().find(|known| known.name == service).expect("a service");
        let operation = service.operation(operation).expect("an operation of the service");
        let request = self.signed(self.request_of(operation, input), &Keys::root());
        self.send(request).await
    }

    /// The request of a call, not signed yet.
    pub fn request(&self, operation: &str, input: &Value) -> http::Request<Bytes> {
        self.request_of(self.operation(operation), input)
    }

    fn request_of(&self, operation: &Operation, input: &Value) -> http::Request<Bytes> {
        let service = operation.service;
        let host = format!("{}.{}.amazonaws.com", service.name, self.region);
        let builder = http::Request::builder().method("POST").uri("/").header("host", host);
        let (builder, body) = match service.protocol {
            Protocol::Json11 => (
                builder
                    .header("content-type", "application/x-amz-json-1.1")
                    .header("x-amz-target", format!("{}.{}", service.target_prefix, operation.name)),
                input.to_string(),
            ),
            Protocol::Query => (
                builder
                    .header("content-type", "application/x-www-form-urlencoded; charset=utf-8")
                    .header("accept", "application/json"),
                form(operation.name, service.api_version, input),
            ),
        };
        builder.body(Bytes::from(body)).expect("a request")
    }

    /// Adds the signature of these keys, as of the world's time.
    pub fn signed(&self, mut request: http::Request<Bytes>, keys: &Keys) -> http::Request<Bytes> {
        let host = request.headers().get("host").and_then(|host| host.to_str().ok()).expect("a host").to_owned();
        let service = host.split('.').next().expect("a service").to_owned();
        let now_ms = self.clock.now().millis();
        let date = sigv4::Timestamp::from_ms(now_ms).date();
        let key = sigv4::SigningKey::derive(keys.secret_access_key.as_bytes(), &date, &self.region, &service);
        let headers: Vec<(&str, &[u8])> =
            request.headers().iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
        let unsigned = sigv4::Request {
            method: request.method().as_str(),
            raw_path: request.uri().path(),
            raw_query: request.uri().query(),
            headers: &headers,
            body: sigv4::Payload::Bytes(request.body()),
        };
        let signing = sigv4::Signing {
            access_key_id: &keys.access_key_id,
            key: &key,
            session_token: keys.session_token.as_deref(),
            region: &self.region,
            service: &service,
            now_ms,
            path: sigv4::PathRule::Normalised,
            content_sha256: sigv4::ContentSha256::Implied,
        };
        let added = sigv4::sign_headers(&unsigned, &signing).expect("a signature");
        for (name, value) in added {
            request.headers_mut().insert(name, value.parse().expect("a header value"));
        }
        request
    }

    /// Sends any request.
    pub async fn send(&self, request: http::Request<Bytes>) -> Answer {
        let (parts, body) = request.into_parts();
        Answer::new(self.answer(&parts, &body).await)
    }

    /// What the door answers, unread: for measurements.
    pub async fn answer(&self, parts: &http::request::Parts, body: &Bytes) -> http::Response<Bytes> {
        let number = self.requests.get() + 1;
        self.requests.set(number);
        let mut seed = [7; 32];
        seed[..8].copy_from_slice(&number.to_be_bytes());
        let arrival =
            Arrival { parts, body, now: self.clock.now(), seed, source_ip: Some([127, 0, 0, 1].into()), secure: false };
        self.door.answer(arrival).await.expect("an API call")
    }

    fn operation(&self, name: &str) -> &'static Operation {
        let (service, name) = name.split_once(':').map_or((None, name), |(service, name)| (Some(service), name));
        let found = self.operations.iter().find(|operation| {
            operation.name == name && service.is_none_or(|service| operation.service.name == service)
        });
        found.unwrap_or_else(|| panic!("no operation {name} in this world"))
    }
}
