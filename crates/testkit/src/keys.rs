//! Access keys that tests sign with, and the signing keys of their user pools.

use contract::Fault;
use serde_json::Value;
use service::{KeySource, LocalBoxFuture};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use zeroize::Zeroizing;

/// An access key, with a session token if it is temporary.
#[derive(Clone, Debug)]
pub struct Keys {
    /// `AKIA…` or `ASIA…`.
    pub access_key_id: String,
    /// The secret.
    pub secret_access_key: String,
    /// Temporary keys have one.
    pub session_token: Option<String>,
}

impl Keys {
    /// The root key of every world.
    pub fn root() -> Self {
        Self {
            access_key_id: "AKIAROOTROOTROOTROOT".to_owned(),
            secret_access_key: "root-secret-of-a-test-world".to_owned(),
            session_token: None,
        }
    }

    /// From the `Credentials` of GetCredentialsForIdentity or of an STS answer.
    pub fn of(credentials: &Value) -> Self {
        let text = |name: &str| credentials.get(name).and_then(Value::as_str).map(str::to_owned);
        Self {
            access_key_id: text("AccessKeyId").expect("an access key id"),
            secret_access_key: text("SecretKey").or_else(|| text("SecretAccessKey")).expect("a secret"),
            session_token: text("SessionToken"),
        }
    }
}

/// Four RSA keys made for tests alone, given out in turn: no test waits for key generation, and tokens repeat.
#[derive(Default)]
pub(crate) struct TestSigningKeys(AtomicUsize);

const SIGNING_KEYS: [&[u8]; 4] = [
    include_bytes!("../keys/test-1.pk8"),
    include_bytes!("../keys/test-2.pk8"),
    include_bytes!("../keys/test-3.pk8"),
    include_bytes!("../keys/test-4.pk8"),
];

impl TestSigningKeys {
    pub(crate) fn taken(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

impl KeySource for TestSigningKeys {
    fn take(&self) -> LocalBoxFuture<'_, Result<Zeroizing<Vec<u8>>, Fault>> {
        let turn = self.0.fetch_add(1, Ordering::Relaxed) % SIGNING_KEYS.len();
        let mut waited = false;
        Box::pin(std::future::poll_fn(move |context| {
            // Others go first, as where a key has to be made.
            if !std::mem::replace(&mut waited, true) {
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            Poll::Ready(Ok(Zeroizing::new(SIGNING_KEYS[turn].to_vec())))
        }))
    }
}
