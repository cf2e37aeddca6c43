//! The checks on a SAML response of another provider (spec/sts-and-iam.md B9), and what its assertion says.

use aws_lc_rs::digest;
use base64::Engine;
use base64::alphabet;
use base64::engine::general_purpose::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use domain::Timestamp;
use uppsala::{Document, NodeId};

pub use crate::saml_encryption::DecryptionKey;
use crate::saml_encryption::{DecryptionFault, decrypt};
use crate::saml_metadata::{IdpMetadata, date};
use crate::xml;
use crate::xml_signature::{self, SignatureRefusal, SignedElement};

/// Checks a base64 response. What is returned was read from the signed bytes of the one assertion, and from nowhere else.
pub fn verify_response(response: &str, provider: &SamlProvider<'_>, now: Timestamp) -> Result<Assertion, SamlRefusal> {
    let text = decode(response)?;
    let keys = &provider.metadata.keys;
    let (id, signed) = match screen(&text)? {
        Found::Plain(_) if provider.requires_encryption => return Err(SamlRefusal::NotEncrypted),
        Found::Plain(id) => (id, xml_signature::verify(&text, keys).map_err(refusal)?),
        Found::Encrypted => {
            // A signature around the response covers what was sent, so it is checked before anything is decrypted.
            xml_signature::verify(&text, keys).map_err(refusal)?;
            decrypted(&text, provider)?
        }
    };
    // A signature around the whole response does not stand in for the assertion's own.
    let signed = signed.into_iter().find(|element| element.id == id).ok_or(SamlRefusal::UnsignedAssertion)?;
    let assertion = Assertion::read(&signed.canonical)?;
    if assertion.issuer != provider.metadata.entity_id {
        return Err(SamlRefusal::OtherIssuer);
    }
    if now >= assertion.expires {
        return Err(SamlRefusal::Expired { now, expires: assertion.expires });
    }
    Ok(assertion)
}

/// A registered SAML provider.
#[derive(Clone, Copy, Debug)]
pub struct SamlProvider<'a> {
    /// Who it is and what it signs with.
    pub metadata: &'a IdpMetadata,
    /// Our keys, for which it may encrypt assertions; may be empty.
    pub decryption_keys: &'a [DecryptionKey],
    /// Whether assertions that are not encrypted are refused: the provider's mode is `Required`.
    pub requires_encryption: bool,
}

impl<'a> SamlProvider<'a> {
    /// A provider that does not encrypt.
    pub fn plain(metadata: &'a IdpMetadata) -> Self {
        Self { metadata, decryption_keys: &[], requires_encryption: false }
    }
}

/// What a verified assertion says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assertion {
    /// The entity id of the provider: `saml:iss`.
    pub issuer: String,
    /// `NameID`: `saml:sub`.
    pub subject: String,
    /// The `Format` of the `NameID`, in full; [`Self::subject_type`] is what AWS shows.
    pub subject_format: String,
    /// The `Recipient` of the subject confirmation: `saml:aud`, and the Audience of the answer.
    pub recipient: String,
    /// When the assertion stops being accepted.
    pub expires: Timestamp,
    /// When the session at the provider ends, which caps the credentials.
    pub session_expires: Option<Timestamp>,
    /// Every attribute with its values, in the order of the document; one entry per name.
    pub attributes: Vec<(String, Vec<String>)>,
}

/// A `Role` value: `roleArn,providerArn` in either order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleClaim {
    /// The role.
    pub role_arn: String,
    /// The SAML provider through which it may be assumed.
    pub provider_arn: String,
}

impl Assertion {
    /// The format without SAML 2.0's prefix, `persistent` for instance; other formats as they are (spec B4).
    pub fn subject_type(&self) -> &str {
        self.subject_format.strip_prefix(FORMAT_PREFIX).unwrap_or(&self.subject_format)
    }

    /// The `NameQualifier` of the answer: who the provider is, in an account (spec B4).
    pub fn name_qualifier(&self, account_id: &str, provider_name: &str) -> String {
        let text = format!("{}{account_id}/{provider_name}", self.issuer);
        STANDARD.encode(digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, text.as_bytes()))
    }

    /// The values of an attribute; none if absent.
    pub fn values(&self, name: &str) -> &[String] {
        self.attributes.iter().find(|(known, _)| known == name).map_or(&[], |(_, values)| values)
    }

    /// The roles the provider lets this subject assume. Values that do not name a role and a provider are passed over.
    pub fn roles(&self) -> Vec<RoleClaim> {
        let claims = self.aws("Role").iter().filter_map(|value| {
            let (a, b) = value.split_once(',')?;
            let (a, b) = (a.trim().to_owned(), b.trim().to_owned());
            match (a.contains(":saml-provider/"), b.contains(":saml-provider/")) {
                (false, true) => Some(RoleClaim { role_arn: a, provider_arn: b }),
                (true, false) => Some(RoleClaim { role_arn: b, provider_arn: a }),
                _ => None,
            }
        });
        claims.collect()
    }

    /// The session's name, `[a-zA-Z_0-9+=,.@-]{2,64}`.
    pub fn role_session_name(&self) -> Result<&str, SamlRefusal> {
        let name = self.aws("RoleSessionName").first().ok_or(SamlRefusal::NoRoleSessionName)?;
        if is_name(name) { Ok(name) } else { Err(SamlRefusal::BadRoleSessionName) }
    }

    /// The provider's limit on the session, in seconds; not yet held against the limits of STS.
    pub fn session_duration_seconds(&self) -> Result<Option<u32>, SamlRefusal> {
        let value = self.aws("SessionDuration").first();
        value.map(|value| value.parse().map_err(|_| SamlRefusal::BadSessionDuration)).transpose()
    }

    /// The source identity, `[a-zA-Z_0-9+=,.@-]{2,64}` and not beginning with `aws:`.
    pub fn source_identity(&self) -> Result<Option<&str>, SamlRefusal> {
        match self.aws("SourceIdentity").first() {
            None => Ok(None),
            // `aws:` is out by the colon alone.
            Some(value) if is_name(value) => Ok(Some(value)),
            Some(_) => Err(SamlRefusal::BadSourceIdentity),
        }
    }

    /// The session tags, key and value; `Err` if one has several values. Not yet held against the limits of STS.
    pub fn principal_tags(&self) -> Result<Vec<(&str, &str)>, SamlRefusal> {
        let mut tags = Vec::new();
        for (name, values) in &self.attributes {
            let Some(key) = name.strip_prefix(ATTRIBUTES).and_then(|name| name.strip_prefix("PrincipalTag:")) else {
                continue;
            };
            match values.as_slice() {
                [value] if !key.is_empty() => tags.push((key, value.as_str())),
                _ => return Err(SamlRefusal::BadPrincipalTag),
            }
        }
        Ok(tags)
    }

    /// The keys of those tags that stay through role chains.
    pub fn transitive_tag_keys(&self) -> &[String] {
        self.aws("TransitiveTagKeys")
    }

    fn aws(&self, name: &str) -> &[String] {
        let found = self.attributes.iter().find(|(known, _)| known.strip_prefix(ATTRIBUTES) == Some(name));
        found.map_or(&[], |(_, values)| values)
    }

    /// Reads an assertion from its canonical bytes.
    fn read(canonical: &str) -> Result<Self, SamlRefusal> {
        let document = xml::parse(canonical).ok_or(SamlRefusal::Malformed)?;
        let root = document.document_element().ok_or(SamlRefusal::Malformed)?;
        if !xml::is(&document, root, ASSERTION, "Assertion")
            || xml::attribute(&document, root, "Version") != Some("2.0")
        {
            return Err(SamlRefusal::Malformed);
        }
        let issuer = xml::only_child(&document, root, ASSERTION, "Issuer").ok_or(SamlRefusal::Malformed)?;
        let subject = xml::only_child(&document, root, ASSERTION, "Subject").ok_or(SamlRefusal::NoSubject)?;
        let name_id = xml::only_child(&document, subject, ASSERTION, "NameID").ok_or(SamlRefusal::NoSubject)?;
        let format = xml::attribute(&document, name_id, "Format").filter(|format| !format.is_empty());
        let (recipient, confirmed_until) = confirmation(&document, subject)?;
        let (valid_until, session_expires) = (conditions(&document, root)?, session_end(&document, root)?);
        let subject = xml::text(&document, name_id);
        if subject.is_empty() {
            return Err(SamlRefusal::NoSubject);
        }
        Ok(Self {
            issuer: xml::text(&document, issuer),
            subject,
            subject_format: format.ok_or(SamlRefusal::NoSubjectFormat)?.to_owned(),
            recipient,
            expires: valid_until.map_or(confirmed_until, |until| until.min(confirmed_until)),
            session_expires,
            attributes: attributes(&document, root),
        })
    }
}

/// Why a response is refused. STS and the identity pools have a sentence for each (spec/sts-and-iam.md B3 and B9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SamlRefusal {
    /// Not base64 of UTF-8 text, or longer than 100,000 characters: "Invalid base64 SAMLResponse".
    #[error("not a base64 SAML response")]
    NotBase64,
    /// Not well-formed, a DTD, duplicate ids, comments, or not a SAML 2.0 response with the elements it must have.
    #[error("not an acceptable SAML response")]
    Malformed,
    /// No assertion, or more than one.
    #[error("the response does not have exactly one assertion")]
    NotOneAssertion,
    /// The assertion is encrypted for none of our keys, or in a way that is not accepted.
    #[error("the assertion is encrypted, and not for us")]
    Encrypted,
    /// The assertion is not encrypted, although the provider must.
    #[error("the assertion is not encrypted")]
    NotEncrypted,
    /// The assertion itself is not signed.
    #[error("the assertion is not signed")]
    UnsignedAssertion,
    /// A signature does not verify with the provider's keys, or is not of SAML's shape: "Response signature invalid".
    #[error("a signature does not verify")]
    BadSignature,
    /// The assertion's issuer is not the provider: "Issuer not present in specified provider".
    #[error("the assertion is from another issuer")]
    OtherIssuer,
    /// No bearer confirmation with `Recipient` and `NotOnOrAfter`.
    #[error("the subject is not confirmed for a recipient and a time")]
    NoConfirmation,
    /// No `NameID`.
    #[error("the assertion has no subject")]
    NoSubject,
    /// The `NameID` has no `Format`.
    #[error("the subject has no format")]
    NoSubjectFormat,
    /// A date that is not one.
    #[error("a date cannot be read")]
    BadDate,
    /// The assertion has had its time.
    #[error("the assertion expired")]
    Expired {
        /// Now.
        now: Timestamp,
        /// `NotOnOrAfter`.
        expires: Timestamp,
    },
    /// "RoleSessionName is required in AuthnResponse".
    #[error("no role session name")]
    NoRoleSessionName,
    /// "RoleSessionName in AuthnResponse must match …".
    #[error("the role session name is malformed")]
    BadRoleSessionName,
    /// `SessionDuration` is not a number of seconds.
    #[error("the session duration is malformed")]
    BadSessionDuration,
    /// "Source Identity must match …".
    #[error("the source identity is malformed")]
    BadSourceIdentity,
    /// A tag without exactly one value.
    #[error("a principal tag is malformed")]
    BadPrincipalTag,
}

const PROTOCOL: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
const ASSERTION: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
const BEARER: &str = "urn:oasis:names:tc:SAML:2.0:cm:bearer";
const FORMAT_PREFIX: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:";
const ATTRIBUTES: &str = "https://aws.amazon.com/SAML/Attributes/";
/// The longest response, in base64 characters (spec/sts-and-iam.md B1).
const MAX_RESPONSE_LENGTH: usize = 100_000;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

fn decode(response: &str) -> Result<String, SamlRefusal> {
    if response.len() > MAX_RESPONSE_LENGTH {
        return Err(SamlRefusal::NotBase64);
    }
    // Providers break lines.
    let response: String = response.split_ascii_whitespace().collect();
    let bytes = BASE64.decode(response).map_err(|_| SamlRefusal::NotBase64)?;
    let text = String::from_utf8(bytes).map_err(|_| SamlRefusal::NotBase64)?;
    if text.is_empty() { Err(SamlRefusal::NotBase64) } else { Ok(text) }
}

enum Found {
    /// An assertion with this id.
    Plain(String),
    /// An encrypted assertion.
    Encrypted,
}

/// Looks at the document as it came, before any signature: one assertion, in its place, and nothing that two readers
/// could read differently.
fn screen(text: &str) -> Result<Found, SamlRefusal> {
    let document = acceptable(text)?;
    let plain = xml::all_named(&document, ASSERTION, "Assertion");
    let encrypted = xml::all_named(&document, ASSERTION, "EncryptedAssertion");
    let parent_is_root = |node: NodeId| document.parent(node) == document.document_element();
    match (plain.as_slice(), encrypted.as_slice()) {
        ([only], []) if parent_is_root(*only) => Ok(Found::Plain(id(&document, *only)?)),
        ([], [only]) if parent_is_root(*only) => Ok(Found::Encrypted),
        _ => Err(SamlRefusal::NotOneAssertion),
    }
}

/// Decrypts the assertion in a response that was screened, and checks its signature. All faults of what was inside are
/// one refusal, so that nobody learns from them what the decryption gave.
fn decrypted(text: &str, provider: &SamlProvider<'_>) -> Result<(String, Vec<SignedElement>), SamlRefusal> {
    let text = decrypt(text, ASSERTION, provider.decryption_keys).map_err(|fault| match fault {
        DecryptionFault::NotForUs => SamlRefusal::Encrypted,
        DecryptionFault::BadContent => SamlRefusal::BadSignature,
    })?;
    let document = acceptable(&text).map_err(|_| SamlRefusal::BadSignature)?;
    let [assertion] = *xml::all_named(&document, ASSERTION, "Assertion") else {
        return Err(SamlRefusal::BadSignature);
    };
    let parent = document.parent(assertion).ok_or(SamlRefusal::BadSignature)?;
    if !xml::is(&document, parent, ASSERTION, "EncryptedAssertion")
        || document.parent(parent) != document.document_element()
    {
        return Err(SamlRefusal::BadSignature);
    }
    let id = id(&document, assertion).map_err(|_| SamlRefusal::BadSignature)?;
    let signed = xml_signature::verify_below_root(&text, &provider.metadata.keys);
    let signed = signed.map_err(|_| SamlRefusal::BadSignature)?;
    if !signed.iter().any(|element| element.id == id) {
        return Err(SamlRefusal::BadSignature);
    }
    Ok((id, signed))
}

/// Parses a response without comments and duplicate ids.
fn acceptable(text: &str) -> Result<Document<'_>, SamlRefusal> {
    let document = xml::parse(text).ok_or(SamlRefusal::Malformed)?;
    let root = document.document_element().ok_or(SamlRefusal::Malformed)?;
    let acceptable = xml::is(&document, root, PROTOCOL, "Response")
        && !xml::has_comments(&document)
        && !xml::has_duplicate_ids(&document);
    if acceptable { Ok(document) } else { Err(SamlRefusal::Malformed) }
}

fn id(document: &Document<'_>, assertion: NodeId) -> Result<String, SamlRefusal> {
    xml::attribute(document, assertion, "ID").map(str::to_owned).ok_or(SamlRefusal::Malformed)
}

fn refusal(refusal: SignatureRefusal) -> SamlRefusal {
    match refusal {
        SignatureRefusal::Malformed => SamlRefusal::Malformed,
        SignatureRefusal::UnsupportedShape | SignatureRefusal::Invalid => SamlRefusal::BadSignature,
    }
}

/// The recipient and end of the first bearer confirmation that states both.
fn confirmation(document: &Document<'_>, subject: NodeId) -> Result<(String, Timestamp), SamlRefusal> {
    for confirmation in xml::children_named(document, subject, ASSERTION, "SubjectConfirmation") {
        if xml::attribute(document, confirmation, "Method") != Some(BEARER) {
            continue;
        }
        let Some(data) = xml::only_child(document, confirmation, ASSERTION, "SubjectConfirmationData") else {
            continue;
        };
        let recipient = xml::attribute(document, data, "Recipient").filter(|recipient| !recipient.is_empty());
        let until = xml::attribute(document, data, "NotOnOrAfter");
        if let (Some(recipient), Some(until)) = (recipient, until) {
            return Ok((recipient.to_owned(), date(until).ok_or(SamlRefusal::BadDate)?));
        }
    }
    Err(SamlRefusal::NoConfirmation)
}

/// The end of the conditions. `NotBefore` only has to be a date, and audiences are not compared (spec B9).
fn conditions(document: &Document<'_>, assertion: NodeId) -> Result<Option<Timestamp>, SamlRefusal> {
    let mut earliest = None;
    for conditions in xml::children_named(document, assertion, ASSERTION, "Conditions") {
        if let Some(from) = xml::attribute(document, conditions, "NotBefore") {
            date(from).ok_or(SamlRefusal::BadDate)?;
        }
        earliest = earlier(earliest, xml::attribute(document, conditions, "NotOnOrAfter"))?;
    }
    Ok(earliest)
}

fn session_end(document: &Document<'_>, assertion: NodeId) -> Result<Option<Timestamp>, SamlRefusal> {
    let mut earliest = None;
    for statement in xml::children_named(document, assertion, ASSERTION, "AuthnStatement") {
        earliest = earlier(earliest, xml::attribute(document, statement, "SessionNotOnOrAfter"))?;
    }
    Ok(earliest)
}

fn earlier(one: Option<Timestamp>, other: Option<&str>) -> Result<Option<Timestamp>, SamlRefusal> {
    let Some(other) = other else { return Ok(one) };
    let other = date(other).ok_or(SamlRefusal::BadDate)?;
    Ok(Some(one.map_or(other, |one| one.min(other))))
}

fn attributes(document: &Document<'_>, assertion: NodeId) -> Vec<(String, Vec<String>)> {
    let mut all: Vec<(String, Vec<String>)> = Vec::new();
    for statement in xml::children_named(document, assertion, ASSERTION, "AttributeStatement") {
        for attribute in xml::children_named(document, statement, ASSERTION, "Attribute") {
            let Some(name) = xml::attribute(document, attribute, "Name") else { continue };
            let values = xml::children_named(document, attribute, ASSERTION, "AttributeValue");
            let values = values.into_iter().map(|value| xml::text(document, value));
            match all.iter_mut().find(|(known, _)| known == name) {
                Some((_, known)) => known.extend(values),
                None => all.push((name.to_owned(), values.collect())),
            }
        }
    }
    all
}

/// `[a-zA-Z_0-9+=,.@-]{2,64}`
fn is_name(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte);
    (2..=64).contains(&text.len()) && text.bytes().all(fits)
}
