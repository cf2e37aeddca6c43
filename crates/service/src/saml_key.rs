//! Private keys of SAML providers: IAM keeps them sealed, STS opens them to read encrypted assertions.

use crate::{Cx, Node};
use contract::Fault;
use store::table::iam_saml_keys::SamlKey;
use zeroize::Zeroizing;

/// What a key is sealed as; its owner is the key's id.
const KIND: &str = "saml-private-key";

/// Seals a key, given in PEM.
///
/// # Errors
/// As [`Cx::seal`].
pub fn seal(cx: &Cx, key_id: &str, pem: &str) -> Result<Vec<u8>, Fault> {
    cx.seal(KIND, key_id, pem.as_bytes())
}

/// Opens a key: PEM.
///
/// # Errors
/// As [`Cx::open`].
pub fn open(node: &Node, key: &SamlKey) -> Result<Zeroizing<Vec<u8>>, Fault> {
    node.vault.open(KIND, &key.id, &key.sealed_private)
}
