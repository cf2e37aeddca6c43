//! Encrypted assertions: AES with a key that RSA-OAEP carries (spec/sts-and-iam.md B9); nothing else is tried.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bergshamra::crypto::{cipher, keytransport};
use bergshamra::keys::loader::load_pem_auto;
use bergshamra::{Key, SoftwareKey};
use uppsala::{Document, NodeId};

use crate::xml;

/// A private key for which a provider encrypts assertions: what IAM calls a private key of the SAML provider.
#[derive(Clone)]
pub struct DecryptionKey(Key);

impl DecryptionKey {
    /// From a PEM `PRIVATE KEY` (PKCS#8) with an RSA key.
    pub fn from_pem(pem: &str) -> Result<Self, BadPrivateKey> {
        let key = load_pem_auto(pem.as_bytes(), None).map_err(|_| BadPrivateKey)?;
        let usable = key.has_private_key() && key.algorithm_name() == "RSA";
        if usable { Ok(Self(key)) } else { Err(BadPrivateKey) }
    }
}

impl fmt::Debug for DecryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DecryptionKey(…)")
    }
}

/// Not a private RSA key in PKCS#8.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a private RSA key in PKCS#8")]
pub struct BadPrivateKey;

/// Why an assertion was not decrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DecryptionFault {
    /// Not of the shape or algorithms that are accepted, or for none of our keys.
    NotForUs,
    /// The key is ours, the content is not what it should be. Callers must not tell this from a bad signature, or AES-CBC
    /// could be read bit by bit.
    BadContent,
}

/// The document with the encrypted assertion replaced by the assertion.
pub(crate) fn decrypt(text: &str, encrypted: &str, keys: &[DecryptionKey]) -> Result<String, DecryptionFault> {
    let document = xml::parse(text).ok_or(DecryptionFault::NotForUs)?;
    let shape = Shape::read(&document, encrypted).ok_or(DecryptionFault::NotForUs)?;
    let session_key = keys.iter().find_map(|key| shape.session_key(key)).ok_or(DecryptionFault::NotForUs)?;
    let content = cipher::from_uri(shape.cipher).map_err(|_| DecryptionFault::NotForUs)?;
    let content = content.decrypt(&session_key, &shape.content).map_err(|_| DecryptionFault::BadContent)?;
    let content = String::from_utf8(content).map_err(|_| DecryptionFault::BadContent)?;
    let (before, after) = (text.get(..shape.range.start), text.get(shape.range.end..));
    let (Some(before), Some(after)) = (before, after) else { return Err(DecryptionFault::BadContent) };
    Ok([before, &content, after].concat())
}

const XENC: &str = "http://www.w3.org/2001/04/xmlenc#";
const XENC11: &str = "http://www.w3.org/2009/xmlenc11#";
const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";
/// Providers that encrypt for several readers carry the key several times.
const MAX_ENCRYPTED_KEYS: usize = 8;

const CIPHERS: [&str; 6] = [
    "http://www.w3.org/2001/04/xmlenc#aes128-cbc",
    "http://www.w3.org/2001/04/xmlenc#aes192-cbc",
    "http://www.w3.org/2001/04/xmlenc#aes256-cbc",
    "http://www.w3.org/2009/xmlenc11#aes128-gcm",
    "http://www.w3.org/2009/xmlenc11#aes192-gcm",
    "http://www.w3.org/2009/xmlenc11#aes256-gcm",
];
const TRANSPORTS: [&str; 2] =
    ["http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p", "http://www.w3.org/2009/xmlenc11#rsa-oaep"];

struct Shape<'d> {
    range: std::ops::Range<usize>,
    cipher: &'d str,
    content: Vec<u8>,
    keys: Vec<(&'d str, keytransport::OaepParams, Vec<u8>)>,
}

impl<'d> Shape<'d> {
    /// The one `EncryptedData` in the document, which stands below `EncryptedAssertion`, with its keys inside its
    /// `KeyInfo` or beside it.
    fn read(document: &'d Document<'_>, encrypted_assertion: &str) -> Option<Self> {
        let [data] = *xml::all_named(document, XENC, "EncryptedData") else { return None };
        let parent = document.parent(data)?;
        if !xml::is(document, parent, encrypted_assertion, "EncryptedAssertion") {
            return None;
        }
        // Other types are not elements in place (XML Encryption 3.1).
        if xml::attribute(document, data, "Type")? != "http://www.w3.org/2001/04/xmlenc#Element" {
            return None;
        }
        let cipher = method(document, data)?.1;
        let key_nodes = xml::all_named(document, XENC, "EncryptedKey");
        if !CIPHERS.contains(&cipher) || key_nodes.len() > MAX_ENCRYPTED_KEYS {
            return None;
        }
        let keys = key_nodes.into_iter().map(|key| {
            let (node, transport) = method(document, key)?;
            TRANSPORTS.contains(&transport).then_some(())?;
            Some((transport, parameters(document, node)?, value(document, key)?))
        });
        let (content, keys) = (value(document, data)?, keys.collect::<Option<_>>()?);
        Some(Self { range: document.node_range(data)?, cipher, content, keys })
    }

    fn session_key(&self, key: &DecryptionKey) -> Option<Vec<u8>> {
        let private: SoftwareKey = key.0.software_key().ok()??;
        self.keys.iter().find_map(|(transport, parameters, value)| {
            let transport = keytransport::from_uri_with_params(transport, parameters.clone()).ok()?;
            transport.decrypt(&private, value).ok()
        })
    }
}

fn method<'d>(document: &'d Document<'_>, node: NodeId) -> Option<(NodeId, &'d str)> {
    let method = xml::only_child(document, node, XENC, "EncryptionMethod")?;
    Some((method, xml::attribute(document, method, "Algorithm")?))
}

fn parameters(document: &Document<'_>, method: NodeId) -> Option<keytransport::OaepParams> {
    let mut parameters = keytransport::OaepParams::default();
    for child in xml::children(document, method) {
        let algorithm = || xml::attribute(document, child, "Algorithm").map(str::to_owned);
        if xml::is(document, child, DSIG, "DigestMethod") {
            parameters.digest_uri = Some(algorithm()?);
        } else if xml::is(document, child, XENC11, "MGF") {
            parameters.mgf_uri = Some(algorithm()?);
        } else {
            return None;
        }
    }
    Some(parameters)
}

/// `CipherData/CipherValue`; references to elsewhere are not followed.
fn value(document: &Document<'_>, node: NodeId) -> Option<Vec<u8>> {
    let data = xml::only_child(document, node, XENC, "CipherData")?;
    let value = xml::only_child(document, data, XENC, "CipherValue")?;
    STANDARD.decode(xml::text(document, value).split_whitespace().collect::<String>()).ok()
}
