//! A SAML identity provider for the tests of other rooms: it signs whatever it is told to say.

#![allow(clippy::unwrap_used)]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bergshamra::keys::loader::load_pem_auto;
use bergshamra::{DsigContext, KeysManager};

/// What an assertion is to say. Nothing is escaped.
#[derive(Clone, Debug)]
pub struct Said {
    /// The issuer, which is also the entity id in [`metadata_document`].
    pub issuer: String,
    /// The `NameID`; its format is `persistent`.
    pub subject: String,
    /// Where the assertion is for.
    pub recipient: String,
    /// Until when: `2030-01-01T00:05:00Z`.
    pub not_on_or_after: String,
    /// The end of the session at the provider, if it says so.
    pub session_not_on_or_after: Option<String>,
    /// Attributes by their full names.
    pub attributes: Vec<(String, Vec<String>)>,
}

impl Said {
    /// A subject called `ana` who may assume these roles through this provider, as session `ana`, until that time.
    pub fn ana(issuer: &str, provider_arn: &str, role_arns: &[&str], not_on_or_after: &str) -> Self {
        let roles = role_arns.iter().map(|role_arn| format!("{role_arn},{provider_arn}")).collect();
        Self {
            issuer: issuer.into(),
            subject: "ana".into(),
            recipient: "https://signin.aws.amazon.com/saml".into(),
            not_on_or_after: not_on_or_after.into(),
            session_not_on_or_after: None,
            attributes: vec![
                ("https://aws.amazon.com/SAML/Attributes/Role".into(), roles),
                ("https://aws.amazon.com/SAML/Attributes/RoleSessionName".into(), vec!["ana".into()]),
            ],
        }
    }

    /// The same with one more attribute, named below `https://aws.amazon.com/SAML/Attributes/`.
    #[must_use]
    pub fn with(mut self, name: &str, values: &[&str]) -> Self {
        let name = format!("https://aws.amazon.com/SAML/Attributes/{name}");
        self.attributes.push((name, values.iter().map(|value| (*value).to_owned()).collect()));
        self
    }

    /// The response in base64, its assertion signed by the key of [`metadata_document`].
    pub fn response(&self) -> String {
        let mut keys = KeysManager::new();
        keys.add_key(load_pem_auto(include_bytes!("idp.key"), None).unwrap());
        STANDARD.encode(bergshamra::sign(&DsigContext::new(keys), &self.template()).unwrap())
    }

    fn template(&self) -> String {
        let Self { issuer, subject, recipient, not_on_or_after, .. } = self;
        let session = self.session_not_on_or_after.as_ref();
        let session = session.map(|end| format!(r#" SessionNotOnOrAfter="{end}""#)).unwrap_or_default();
        let attributes: String = self.attributes.iter().map(|(name, values)| attribute(name, values)).collect();
        format!(
            r#"<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r1" Version="2.0"><saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_a1" Version="2.0"><saml:Issuer>{issuer}</saml:Issuer>{SIGNATURE}<saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">{subject}</saml:NameID><saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData NotOnOrAfter="{not_on_or_after}" Recipient="{recipient}"/></saml:SubjectConfirmation></saml:Subject><saml:AuthnStatement{session}/><saml:AttributeStatement>{attributes}</saml:AttributeStatement></saml:Assertion></samlp:Response>"#
        )
    }
}

/// The metadata document to register the provider with.
pub fn metadata_document(entity_id: &str) -> String {
    let certificate: String = include_str!("idp.pem").lines().filter(|line| !line.starts_with("-----")).collect();
    let padding = " ".repeat(300);
    format!(
        r#"<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{entity_id}"><md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor><md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="{entity_id}/sso"/></md:IDPSSODescriptor></md:EntityDescriptor>{padding}"#
    )
}

const SIGNATURE: &str = r##"<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/><ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/><ds:Reference URI="#_a1"><ds:Transforms><ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/><ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/></ds:Transforms><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue></ds:DigestValue></ds:Reference></ds:SignedInfo><ds:SignatureValue></ds:SignatureValue></ds:Signature>"##;

fn attribute(name: &str, values: &[String]) -> String {
    let values: String =
        values.iter().map(|value| format!("<saml:AttributeValue>{value}</saml:AttributeValue>")).collect();
    format!(r#"<saml:Attribute Name="{name}">{values}</saml:Attribute>"#)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::saml::{SamlProvider, verify_response};
    use crate::saml_metadata::IdpMetadata;
    use domain::Timestamp;

    #[test]
    fn what_it_says_is_believed() {
        let metadata = IdpMetadata::parse(&metadata_document("https://idp.test")).unwrap();
        let said = Said::ana("https://idp.test", "arn:aws:iam::1:saml-provider/P", &["arn:r"], "2030-01-01T00:05:00Z");
        let said = said.with("SourceIdentity", &["ana"]);
        let read = verify_response(&said.response(), &SamlProvider::plain(&metadata), Timestamp::default()).unwrap();
        assert_eq!((read.roles().len(), read.source_identity()), (1, Ok(Some("ana"))));
    }
}
