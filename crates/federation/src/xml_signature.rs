//! The seam to the XML signature library: which element is signed by a trusted key, as the bytes that were signed.
//!
//! The library is asked only about signatures of the one shape that SAML allows (SAML core 5.4): enveloped, one reference
//! to the parent's id, exclusive or inclusive canonicalisation, SHA-2. And its word alone is not enough: what is handed
//! out are canonical bytes whose digest is computed here and compared with the one in the verified signature.

use std::fmt;

use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bergshamra::c14n::{C14nMode, canonicalize_doc};
use bergshamra::dsig::verify::verify_all_document_with_source;
use bergshamra::keys::loader::load_x509_cert_der;
use bergshamra::xml::nodeset::NodeSet;
use bergshamra::{DsigContext, Key, KeysManager, VerifyResult};
use uppsala::{Document, NodeId};

use crate::xml;

/// Checks every signature in a document, which must be a well-formed XML document without DTD and duplicate ids, and
/// returns the canonical bytes of each signed element, outermost first.
///
/// One bad, misplaced or oddly shaped signature refuses the whole document.
pub fn verify(text: &str, keys: &TrustedKeys) -> Result<Vec<SignedElement>, SignatureRefusal> {
    verify_where(text, keys, |_, _| true)
}

/// [`verify`], but a signature of the document element is not asked for: for a document whose inside was decrypted after
/// that signature had been checked.
pub(crate) fn verify_below_root(text: &str, keys: &TrustedKeys) -> Result<Vec<SignedElement>, SignatureRefusal> {
    verify_where(text, keys, |document, element| document.document_element() != Some(element))
}

fn verify_where(
    text: &str,
    keys: &TrustedKeys,
    asked_for: impl Fn(&Document<'_>, NodeId) -> bool,
) -> Result<Vec<SignedElement>, SignatureRefusal> {
    let document = xml::parse(text).ok_or(SignatureRefusal::Malformed)?;
    if xml::has_duplicate_ids(&document) {
        return Err(SignatureRefusal::Malformed);
    }
    let signatures = xml::all_named(&document, DSIG, "Signature");
    if signatures.is_empty() {
        return Ok(Vec::new());
    }
    if signatures.len() > MAX_SIGNATURES {
        return Err(SignatureRefusal::UnsupportedShape);
    }
    let shapes = signatures.iter().map(|signature| Shape::read(&document, *signature));
    let shapes: Vec<Shape<'_>> = shapes.collect::<Option<_>>().ok_or(SignatureRefusal::UnsupportedShape)?;

    let mut manager = KeysManager::new();
    manager.add_keys(keys.0.iter().cloned());
    let context = DsigContext::new(manager); // trusted keys only, strict positions, every digest
    let results = verify_all_document_with_source(&context, &document, Some(text));
    let results = results.map_err(|_| SignatureRefusal::Invalid)?;

    let mut signed = Vec::with_capacity(shapes.len());
    for shape in shapes.into_iter().filter(|shape| asked_for(&document, shape.element)) {
        let valid = results.iter().any(|result| match result {
            VerifyResult::Valid { signature_node, references, .. } => {
                *signature_node == shape.signature
                    && result.all_reference_digests_verified()
                    && matches!(references.as_slice(), [only] if only.resolved_node == Some(shape.element))
            }
            VerifyResult::Invalid { .. } => false,
        });
        if !valid {
            return Err(SignatureRefusal::Invalid);
        }
        signed.push(SignedElement { id: shape.id.to_owned(), canonical: shape.canonical(&document)? });
    }
    Ok(signed)
}

/// An element that a trusted key signed.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedElement {
    /// Its `ID`.
    pub id: String,
    /// What was signed: the element in canonical form, without the signature in it. UTF-8.
    pub canonical: String,
}

impl fmt::Debug for SignedElement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignedElement({}, {} bytes)", self.id, self.canonical.len())
    }
}

/// The public keys that may sign.
#[derive(Clone)]
pub struct TrustedKeys(Vec<Key>);

impl TrustedKeys {
    /// The keys of certificates in DER: RSA of 2048 bits or more, or EC. Nothing else in the certificates matters: they
    /// are pinned, and may be expired (spec/sts-and-iam.md B9).
    pub fn from_certificates<'a>(certificates: impl IntoIterator<Item = &'a [u8]>) -> Result<Self, BadCertificate> {
        let keys = certificates.into_iter().map(|der| {
            let mut key = load_x509_cert_der(der).map_err(|_| BadCertificate)?;
            // Without its chain the key is just a key, and no date in the chain is looked at.
            key.x509_chain.clear();
            let strong = match key.data.algorithm_name() {
                // An RSA-2048 key with its frame has 294 bytes.
                "RSA" => key.to_spki_der().is_some_and(|spki| spki.len() >= 290),
                name => name.starts_with("EC"),
            };
            if strong { Ok(key) } else { Err(BadCertificate) }
        });
        Ok(Self(keys.collect::<Result<_, _>>()?))
    }
}

impl fmt::Debug for TrustedKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TrustedKeys({})", self.0.len())
    }
}

/// A certificate that cannot be read, or whose key is of no use here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a certificate with an RSA key of at least 2048 bits or an EC key")]
pub struct BadCertificate;

/// Why no element counts as signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureRefusal {
    /// Not XML, a DTD, or duplicate ids.
    #[error("not an acceptable XML document")]
    Malformed,
    /// A signature in the wrong place, or with transforms, references or algorithms that SAML does not use.
    #[error("a signature does not have the shape that SAML allows")]
    UnsupportedShape,
    /// A digest or signature value does not verify with any trusted key.
    #[error("a signature does not verify")]
    Invalid,
}

const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";
const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
const INCLUSIVE: &str = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
/// One for the response and one for the assertion.
const MAX_SIGNATURES: usize = 2;

const METHODS: [&str; 6] = [
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384",
    "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384",
    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512",
];

/// A signature of the one shape that is looked at.
struct Shape<'d> {
    signature: NodeId,
    /// The parent, which the one reference names.
    element: NodeId,
    id: &'d str,
    mode: C14nMode,
    prefixes: Vec<String>,
    digest: &'static digest::Algorithm,
    digest_value: Vec<u8>,
}

impl<'d> Shape<'d> {
    fn read(document: &'d Document<'_>, signature: NodeId) -> Option<Self> {
        let element = document.parent(signature)?;
        let id = xml::attribute(document, element, "ID").filter(|id| !id.is_empty())?;
        let (signed_info, rest) = split(xml::children(document, signature), document, "SignedInfo")?;
        let (_, rest) = split(rest, document, "SignatureValue")?;
        let key_info_at_most = match rest.as_slice() {
            [] => true,
            [only] => xml::is(document, *only, DSIG, "KeyInfo"),
            _ => false,
        };
        let (canonicalization, rest) = split(xml::children(document, signed_info), document, "CanonicalizationMethod")?;
        let (method, rest) = split(rest, document, "SignatureMethod")?;
        let (reference, rest) = split(rest, document, "Reference")?;
        let known = [EXCLUSIVE, INCLUSIVE].contains(&algorithm(document, canonicalization)?)
            && METHODS.contains(&algorithm(document, method)?)
            && xml::children(document, method).is_empty();
        if !key_info_at_most || !rest.is_empty() || !known {
            return None;
        }
        if xml::attribute(document, reference, "URI")?.strip_prefix('#') != Some(id) {
            return None;
        }
        let (transforms, rest) = split(xml::children(document, reference), document, "Transforms")?;
        let (digest_method, rest) = split(rest, document, "DigestMethod")?;
        let (digest_value, rest) = split(rest, document, "DigestValue")?;
        if !rest.is_empty() {
            return None;
        }
        let digest = match algorithm(document, digest_method)? {
            "http://www.w3.org/2001/04/xmlenc#sha256" => &digest::SHA256,
            "http://www.w3.org/2001/04/xmldsig-more#sha384" => &digest::SHA384,
            "http://www.w3.org/2001/04/xmlenc#sha512" => &digest::SHA512,
            _ => return None,
        };
        let digest_value = STANDARD.decode(xml::text(document, digest_value).split_whitespace().collect::<String>());
        let (mode, prefixes) = read_transforms(document, transforms)?;
        Some(Self { signature, element, id, mode, prefixes, digest, digest_value: digest_value.ok()? })
    }

    /// The signed bytes, held against the signed digest.
    fn canonical(&self, document: &Document<'_>) -> Result<String, SignatureRefusal> {
        let without = NodeSet::tree_with_comments(self.signature, document);
        let signed = NodeSet::tree_without_comments(self.element, document).subtract(&without);
        let bytes = canonicalize_doc(document, self.mode, Some(&signed), &self.prefixes);
        let bytes = bytes.map_err(|_| SignatureRefusal::Invalid)?;
        if digest::digest(self.digest, &bytes).as_ref() != self.digest_value {
            return Err(SignatureRefusal::Invalid);
        }
        String::from_utf8(bytes).map_err(|_| SignatureRefusal::Malformed)
    }
}

/// `Transforms`: enveloped, then at most one canonicalisation (inclusive if none is named, XML Signature 4.4.3.2).
fn read_transforms(document: &Document<'_>, transforms: NodeId) -> Option<(C14nMode, Vec<String>)> {
    let all = xml::children(document, transforms);
    let (first, rest) = all.split_first()?;
    let is_transform = |node: &NodeId| xml::is(document, *node, DSIG, "Transform");
    if !all.iter().all(is_transform) || algorithm(document, *first)? != ENVELOPED {
        return None;
    }
    if !xml::children(document, *first).is_empty() {
        return None;
    }
    match rest {
        [] => Some((C14nMode::Inclusive, Vec::new())),
        [canonicalization] => {
            let parameters = xml::children(document, *canonicalization);
            match (algorithm(document, *canonicalization)?, parameters.as_slice()) {
                (INCLUSIVE, []) => Some((C14nMode::Inclusive, Vec::new())),
                (EXCLUSIVE, []) => Some((C14nMode::Exclusive, Vec::new())),
                (EXCLUSIVE, [only]) if xml::is(document, *only, EXCLUSIVE, "InclusiveNamespaces") => {
                    let list = xml::attribute(document, *only, "PrefixList").unwrap_or_default();
                    Some((C14nMode::Exclusive, list.split_whitespace().map(str::to_owned).collect()))
                }
                _ => None,
            }
        }
        _ => None,
    }
}

fn algorithm<'d>(document: &'d Document<'_>, node: NodeId) -> Option<&'d str> {
    xml::attribute(document, node, "Algorithm")
}

/// The first of `nodes`, which must have this name, and the rest.
fn split(mut nodes: Vec<NodeId>, document: &Document<'_>, name: &str) -> Option<(NodeId, Vec<NodeId>)> {
    let first = *nodes.first().filter(|first| xml::is(document, **first, DSIG, name))?;
    nodes.remove(0);
    Some((first, nodes))
}
