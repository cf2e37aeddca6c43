//! What IAM keeps of a SAML provider: its entity id and signing keys, from its metadata document.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::Timestamp;
use uppsala::{Document, NodeId};

use crate::xml;
use crate::xml_signature::TrustedKeys;

/// A SAML identity provider, as its metadata describes it.
#[derive(Clone, Debug)]
pub struct IdpMetadata {
    /// `entityID`: the issuer of its assertions.
    pub entity_id: String,
    /// The keys that may sign them.
    pub keys: TrustedKeys,
    /// The certificates they came in, in DER.
    pub certificates: Vec<Vec<u8>>,
    /// `validUntil`, where stated.
    pub valid_until: Option<Timestamp>,
}

impl IdpMetadata {
    /// Reads a metadata document of 1,000 to 10,000,000 characters (spec/sts-and-iam.md C2): one `EntityDescriptor` with
    /// an `IDPSSODescriptor` that has at least one signing certificate. Its own signature, if any, is not looked at: who
    /// may register a provider vouches for it.
    pub fn parse(document: &str) -> Result<Self, MetadataFault> {
        let length = if document.len() > MAX_LENGTH * 4 { usize::MAX } else { document.chars().count() };
        if !(MIN_LENGTH..=MAX_LENGTH).contains(&length) {
            return Err(MetadataFault::BadLength);
        }
        let document = xml::parse(document.trim_start_matches('\u{feff}')).ok_or(MetadataFault::NotXml)?;
        let mut entities = xml::all_named(&document, METADATA, "EntityDescriptor");
        entities.retain(|entity| !xml::children_named(&document, *entity, METADATA, "IDPSSODescriptor").is_empty());
        let [entity] = entities.as_slice() else { return Err(MetadataFault::NotOneProvider) };
        let entity_id = xml::attribute(&document, *entity, "entityID").filter(|id| !id.is_empty());
        let entity_id = entity_id.ok_or(MetadataFault::NotOneProvider)?.to_owned();
        let valid_until = match xml::attribute(&document, *entity, "validUntil") {
            None => None,
            Some(text) => Some(date(text).ok_or(MetadataFault::BadDate)?),
        };
        let certificates = certificates(&document, *entity)?;
        let keys = TrustedKeys::from_certificates(certificates.iter().map(Vec::as_slice));
        let keys = keys.map_err(|_| MetadataFault::BadCertificate)?;
        Ok(Self { entity_id, keys, certificates, valid_until })
    }
}

/// Why a document is not usable metadata.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MetadataFault {
    /// Shorter than 1,000 or longer than 10,000,000 characters.
    #[error("the document is too short or too long")]
    BadLength,
    /// Not well-formed, a DTD, or too deep.
    #[error("the document is not acceptable XML")]
    NotXml,
    /// Not exactly one identity provider with an entity id.
    #[error("the document does not describe one identity provider")]
    NotOneProvider,
    /// No signing certificate, or more than 20.
    #[error("the document has no signing certificate, or too many")]
    NoCertificate,
    /// A signing certificate that cannot be read or whose key is not usable.
    #[error("a signing certificate is not usable")]
    BadCertificate,
    /// `validUntil` is not a date.
    #[error("validUntil is not a date")]
    BadDate,
}

const METADATA: &str = "urn:oasis:names:tc:SAML:2.0:metadata";
const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";
const MIN_LENGTH: usize = 1_000;
const MAX_LENGTH: usize = 10_000_000;
const MAX_CERTIFICATES: usize = 20;

/// An `xs:dateTime` as SAML writes it: with `Z` or an offset.
pub(crate) fn date(text: &str) -> Option<Timestamp> {
    text.trim().parse::<jiff::Timestamp>().ok().map(|at| Timestamp::from_millis(at.as_millisecond()))
}

fn certificates(document: &Document<'_>, entity: NodeId) -> Result<Vec<Vec<u8>>, MetadataFault> {
    let mut found: Vec<Vec<u8>> = Vec::new();
    for provider in xml::children_named(document, entity, METADATA, "IDPSSODescriptor") {
        for key in xml::children_named(document, provider, METADATA, "KeyDescriptor") {
            // Without `use` a key serves both purposes (SAML metadata 2.4.1.1).
            if xml::attribute(document, key, "use").is_some_and(|usage| usage != "signing") {
                continue;
            }
            let below = document.descendants(key).into_iter();
            for certificate in below.filter(|node| xml::is(document, *node, DSIG, "X509Certificate")) {
                let text: String = xml::text(document, certificate).split_whitespace().collect();
                let der = STANDARD.decode(text).map_err(|_| MetadataFault::BadCertificate)?;
                if !found.contains(&der) {
                    found.push(der);
                }
                if found.len() > MAX_CERTIFICATES {
                    return Err(MetadataFault::NoCertificate);
                }
            }
        }
    }
    if found.is_empty() { Err(MetadataFault::NoCertificate) } else { Ok(found) }
}
