//! Where the RSA signing keys of new user pools come from.

use crate::LocalBoxFuture;
use contract::Fault;
use zeroize::Zeroizing;

/// Gives fresh RSA-2048 private keys. Making one takes a few hundred milliseconds, so a server keeps some ready.
pub trait KeySource: Send + Sync {
    /// A key that nobody else was or will be given, as PKCS#8 (DER).
    fn take(&self) -> LocalBoxFuture<'_, Result<Zeroizing<Vec<u8>>, Fault>>;
}
