//! The key ring in use: seals secrets for storage, sessions and tokens, and opens them.

use contract::Fault;
use domain::seal::{KeyPurpose, KeyRing};
use std::sync::{Arc, PoisonError, RwLock};
use zeroize::Zeroizing;

/// The node's key ring. Keys are added while the server runs; none is ever changed.
#[derive(Debug)]
pub struct Vault {
    ring: RwLock<Arc<KeyRing>>,
}

impl Vault {
    /// A vault with these keys.
    pub fn new(ring: KeyRing) -> Self {
        Self { ring: RwLock::new(Arc::new(ring)) }
    }

    /// The ring as it is now.
    pub fn ring(&self) -> Arc<KeyRing> {
        Arc::clone(&self.ring.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts a new ring in place (after a rotation, or after an ephemeral server was emptied).
    pub fn replace(&self, ring: KeyRing) {
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(ring);
    }

    /// Seals a secret for storage, bound to what it is (`client-secret`) and whose it is (the client's id).
    ///
    /// # Errors
    /// An internal fault: the ring has no storage key.
    pub fn seal(&self, kind: &str, owner: &str, secret: &[u8], nonce: [u8; 12]) -> Result<Vec<u8>, Fault> {
        self.ring().seal(KeyPurpose::Storage, nonce, &aad(kind, owner), secret).map_err(Fault::internal)
    }

    /// Opens what [`Vault::seal`] made.
    ///
    /// # Errors
    /// An internal fault: the value was changed, moved to another owner, or sealed by a key this node does not have.
    pub fn open(&self, kind: &str, owner: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Fault> {
        self.ring().open(KeyPurpose::Storage, &aad(kind, owner), sealed).map_err(Fault::internal)
    }
}

impl gate::Secrets for Vault {
    fn ring(&self) -> Arc<KeyRing> {
        self.ring()
    }

    fn open(&self, kind: &str, owner: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Fault> {
        self.open(kind, owner, sealed)
    }
}

/// Kind and owner, unambiguously: a kind holds no line feed.
fn aad(kind: &str, owner: &str) -> Vec<u8> {
    format!("{kind}\n{owner}").into_bytes()
}
