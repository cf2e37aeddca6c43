//! SAML responses signed here: what is believed, and every attack that must not be.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_types)]

use aws_lc_rs::digest;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bergshamra::keys::loader::load_pem_auto;
use bergshamra::{DsigContext, KeysManager};
use domain::Timestamp;
use federation::saml::{Assertion, DecryptionKey, RoleClaim, SamlProvider, SamlRefusal, verify_response};
use federation::saml_metadata::{IdpMetadata, MetadataFault};
use federation::xml_signature::{self, SignatureRefusal, TrustedKeys};
use proptest::prelude::*;

const IDP: Idp =
    Idp { key: include_str!("../src/testing/idp.key"), certificate: include_str!("../src/testing/idp.pem") };
const FOREIGN: Idp =
    Idp { key: include_str!("fixtures/saml/foreign.key"), certificate: include_str!("fixtures/saml/foreign.pem") };
const ELLIPTIC: Idp =
    Idp { key: include_str!("fixtures/saml/elliptic.key"), certificate: include_str!("fixtures/saml/elliptic.pem") };
const WEAK_CERTIFICATE: &str = include_str!("fixtures/saml/weak.pem");

const RSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
const EC_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256";
const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";

/// 2030-01-01T00:00:00Z; assertions live five minutes from then.
const NOW: Timestamp = Timestamp::from_seconds(1_893_456_000);

struct Idp {
    key: &'static str,
    certificate: &'static str,
}

fn pem_body(pem: &str) -> String {
    pem.lines().filter(|line| !line.starts_with("-----")).collect()
}

impl Idp {
    fn metadata_text(&self) -> String {
        metadata_with(&pem_body(self.certificate))
    }

    fn metadata(&self) -> IdpMetadata {
        IdpMetadata::parse(&self.metadata_text()).unwrap()
    }

    /// Signs the first empty signature in a document.
    fn sign(&self, template: &str) -> String {
        let mut keys = KeysManager::new();
        keys.add_key(load_pem_auto(self.key.as_bytes(), None).unwrap());
        bergshamra::sign(&DsigContext::new(keys), template).unwrap()
    }

    fn response(&self, assertion: &str) -> String {
        self.sign(&response(&assertion.replace("<SIGNATURE/>", &signature("_a1", RSA_SHA256))))
    }
}

fn metadata_with(certificate: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.test/saml" validUntil="2040-01-01T00:00:00Z">
  <md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    <md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data>
      <ds:X509Certificate>{certificate}</ds:X509Certificate>
    </ds:X509Data></ds:KeyInfo></md:KeyDescriptor>
    <md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://idp.test/sso"/>
  </md:IDPSSODescriptor>
</md:EntityDescriptor>{}"#,
        " ".repeat(500)
    )
}

fn signature(id: &str, method: &str) -> String {
    format!(
        r##"<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="{EXCLUSIVE}"/><ds:SignatureMethod Algorithm="{method}"/><ds:Reference URI="#{id}"><ds:Transforms><ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/><ds:Transform Algorithm="{EXCLUSIVE}"/></ds:Transforms><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue></ds:DigestValue></ds:Reference></ds:SignedInfo><ds:SignatureValue></ds:SignatureValue></ds:Signature>"##
    )
}

fn attribute(name: &str, values: &[&str]) -> String {
    let values: String =
        values.iter().map(|value| format!("<saml:AttributeValue>{value}</saml:AttributeValue>")).collect();
    format!(r#"<saml:Attribute Name="https://aws.amazon.com/SAML/Attributes/{name}">{values}</saml:Attribute>"#)
}

/// An assertion with a gap for its signature.
fn assertion() -> String {
    let role = "arn:aws:iam::123456789012:role/team/Reader";
    let provider = "arn:aws:iam::123456789012:saml-provider/Idp";
    let attributes = [
        attribute("Role", &[&format!("{role},{provider}"), &format!("{provider}, {role}2"), "nonsense"]),
        attribute("RoleSessionName", &["ana@example.com"]),
        attribute("SessionDuration", &["1800"]),
        attribute("PrincipalTag:Team", &["blue"]),
        attribute("TransitiveTagKeys", &["Team"]),
        attribute("SourceIdentity", &["ana"]),
    ]
    .concat();
    format!(
        r#"<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_a1" IssueInstant="2030-01-01T00:00:00Z" Version="2.0"><saml:Issuer>https://idp.test/saml</saml:Issuer><SIGNATURE/><saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">ana</saml:NameID><saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData NotOnOrAfter="2030-01-01T00:05:00.000Z" Recipient="https://signin.aws.amazon.com/saml"/></saml:SubjectConfirmation></saml:Subject><saml:Conditions NotBefore="2031-01-01T00:00:00Z"><saml:AudienceRestriction><saml:Audience>urn:elsewhere</saml:Audience></saml:AudienceRestriction></saml:Conditions><saml:AuthnStatement AuthnInstant="2030-01-01T00:00:00Z" SessionNotOnOrAfter="2030-01-01T08:00:00Z"/><saml:AttributeStatement>{attributes}</saml:AttributeStatement></saml:Assertion>"#
    )
}

fn response(inside: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r1" Version="2.0" IssueInstant="2030-01-01T00:00:00Z"><saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">https://other.test</saml:Issuer><RESPONSE-SIGNATURE/><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>{inside}</samlp:Response>"#
    )
    .replace("<RESPONSE-SIGNATURE/>", "<samlp:Extensions/>")
}

fn good() -> String {
    IDP.response(&assertion())
}

fn check_with(text: &str, metadata: &IdpMetadata, now: Timestamp) -> Result<Assertion, SamlRefusal> {
    verify_response(&STANDARD.encode(text), &SamlProvider::plain(metadata), now)
}

fn check(text: &str) -> Result<Assertion, SamlRefusal> {
    check_with(text, &IDP.metadata(), NOW)
}

/// The refusal of an assertion that was changed before it was signed.
fn refusal_of(from: &str, to: &str) -> SamlRefusal {
    let original = assertion();
    let changed = original.replace(from, to);
    assert_ne!(original, changed);
    check(&IDP.response(&changed)).unwrap_err()
}

#[test]
fn a_good_response_is_believed_although_the_certificate_is_expired() {
    let read = check(&good()).unwrap();
    assert_eq!(read.issuer, "https://idp.test/saml");
    assert_eq!((read.subject.as_str(), read.subject_type()), ("ana", "persistent"));
    assert_eq!(read.recipient, "https://signin.aws.amazon.com/saml");
    assert_eq!(read.expires, NOW.plus_seconds(300));
    assert_eq!(read.session_expires, Some(NOW.plus_seconds(8 * 3600)));
    let provider_arn = "arn:aws:iam::123456789012:saml-provider/Idp".to_owned();
    let role_arn = "arn:aws:iam::123456789012:role/team/Reader".to_owned();
    let second = RoleClaim { role_arn: format!("{role_arn}2"), provider_arn: provider_arn.clone() };
    assert_eq!(read.roles(), [RoleClaim { role_arn, provider_arn }, second]);
    assert_eq!(read.role_session_name(), Ok("ana@example.com"));
    assert_eq!(read.session_duration_seconds(), Ok(Some(1800)));
    assert_eq!(read.principal_tags(), Ok(vec![("Team", "blue")]));
    assert_eq!(read.transitive_tag_keys(), ["Team"]);
    assert_eq!(read.source_identity(), Ok(Some("ana")));
    // `printf 'https://idp.test/saml123456789012/Idp' | openssl sha1 -binary | base64`
    assert_eq!(read.name_qualifier("123456789012", "Idp"), NAME_QUALIFIER);
}

const NAME_QUALIFIER: &str = "fOxuCsDzyEM5QBP482N+WtmOEoc=";

/// Signs with aws-lc alone, writing canonical XML by hand: the library that verifies has no part in it.
#[test]
fn an_independent_signer_is_believed_and_its_bytes_are_what_is_read() {
    let unsigned = assertion().replace("<SIGNATURE/>", "");
    // The one thing in the assertion that is not canonical: empty elements.
    let canonical = unsigned
        .replace(r#"aws.amazon.com/saml"/>"#, r#"aws.amazon.com/saml"></saml:SubjectConfirmationData>"#)
        .replace(r#"08:00:00Z"/>"#, r#"08:00:00Z"></saml:AuthnStatement>"#);
    let sha256 = |text: &str| STANDARD.encode(digest::digest(&digest::SHA256, text.as_bytes()));
    let dsig = r#" xmlns:ds="http://www.w3.org/2000/09/xmldsig#""#;
    let empty = |name: &str, algorithm: &str| format!(r#"<ds:{name} Algorithm="{algorithm}"></ds:{name}>"#);
    let transforms =
        empty("Transform", "http://www.w3.org/2000/09/xmldsig#enveloped-signature") + &empty("Transform", EXCLUSIVE);
    let signed_info = format!(
        r##"<ds:SignedInfo{dsig}>{}{}<ds:Reference URI="#_a1"><ds:Transforms>{transforms}</ds:Transforms>{}<ds:DigestValue>{}</ds:DigestValue></ds:Reference></ds:SignedInfo>"##,
        empty("CanonicalizationMethod", EXCLUSIVE),
        empty("SignatureMethod", RSA_SHA256),
        empty("DigestMethod", "http://www.w3.org/2001/04/xmlenc#sha256"),
        sha256(&canonical),
    );
    let pair = RsaKeyPair::from_pkcs8(&STANDARD.decode(pem_body(IDP.key)).unwrap()).unwrap();
    let mut value = vec![0; pair.public_modulus_len()];
    pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed_info.as_bytes(), &mut value).unwrap();
    let signature = format!(
        "<ds:Signature{dsig}>{signed_info}<ds:SignatureValue>{}</ds:SignatureValue></ds:Signature>",
        STANDARD.encode(value)
    );
    let text = response(&assertion().replace("<SIGNATURE/>", &signature));
    assert_eq!(check(&text), check(&good()));
    assert!(check(&text).is_ok());
    let signed = xml_signature::verify(&text, &IDP.metadata().keys).unwrap();
    assert_eq!(signed[0].canonical, canonical);
}

#[test]
fn base64_may_have_line_breaks_and_no_padding() {
    let encoded = STANDARD.encode(good());
    let lines: Vec<&str> = encoded.as_bytes().chunks(76).map(|line| std::str::from_utf8(line).unwrap()).collect();
    assert!(verify_response(&lines.join("\r\n"), &SamlProvider::plain(&IDP.metadata()), NOW).is_ok());
    assert!(verify_response(encoded.trim_end_matches('='), &SamlProvider::plain(&IDP.metadata()), NOW).is_ok());
    for bad in ["", "****", "/w==", &"A".repeat(100_001)] {
        assert_eq!(verify_response(bad, &SamlProvider::plain(&IDP.metadata()), NOW), Err(SamlRefusal::NotBase64));
    }
}

#[test]
fn an_elliptic_key_signs_as_well() {
    let template = response(&assertion().replace("<SIGNATURE/>", &signature("_a1", EC_SHA256)));
    assert!(check_with(&ELLIPTIC.sign(&template), &ELLIPTIC.metadata(), NOW).is_ok());
    assert_eq!(check(&ELLIPTIC.sign(&template)), Err(SamlRefusal::BadSignature));
}

#[test]
fn an_assertion_expires() {
    let last = NOW.plus_seconds(300);
    assert!(check_with(&good(), &IDP.metadata(), last.plus_millis(-1)).is_ok());
    let expired = Err(SamlRefusal::Expired { now: last, expires: last });
    assert_eq!(check_with(&good(), &IDP.metadata(), last), expired);
    let conditions = r#"<saml:Conditions NotOnOrAfter="2029-12-31T00:00:00Z" "#;
    assert!(matches!(refusal_of("<saml:Conditions ", conditions), SamlRefusal::Expired { .. }));
}

#[test]
fn each_missing_or_malformed_part_has_its_refusal() {
    let cases = [
        (r#" Recipient="https://signin.aws.amazon.com/saml""#, "", SamlRefusal::NoConfirmation),
        (r#" NotOnOrAfter="2030-01-01T00:05:00.000Z""#, "", SamlRefusal::NoConfirmation),
        ("cm:bearer", "cm:sender-vouches", SamlRefusal::NoConfirmation),
        ("2030-01-01T00:05:00.000Z", "tomorrow", SamlRefusal::BadDate),
        ("2031-01-01T00:00:00Z", "soon", SamlRefusal::BadDate),
        ("2030-01-01T08:00:00Z", "later", SamlRefusal::BadDate),
        (r#" Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent""#, "", SamlRefusal::NoSubjectFormat),
        (">ana</saml:NameID>", "></saml:NameID>", SamlRefusal::NoSubject),
        ("https://idp.test/saml<", "https://idp.test/other<", SamlRefusal::OtherIssuer),
        (r#"Version="2.0""#, r#"Version="1.1""#, SamlRefusal::Malformed),
    ];
    for (from, to, refusal) in cases {
        assert_eq!(refusal_of(from, to), refusal, "{from} -> {to}");
    }
}

#[test]
fn attributes_are_checked_where_they_are_asked_for() {
    let read = |from: &str, to: &str| check(&IDP.response(&assertion().replace(from, to))).unwrap();
    assert_eq!(read("RoleSessionName", "Other").role_session_name(), Err(SamlRefusal::NoRoleSessionName));
    for bad in ["a", "ana maria", "ana:maria", "ñandú", &"a".repeat(65)] {
        let refused = read("ana@example.com", bad);
        assert_eq!(refused.role_session_name(), Err(SamlRefusal::BadRoleSessionName), "{bad}");
    }
    assert_eq!(read(">1800<", ">soon<").session_duration_seconds(), Err(SamlRefusal::BadSessionDuration));
    assert_eq!(read(">ana</saml:AttributeValue", ">aws:ana</saml:AttributeValue").source_identity(), {
        Err(SamlRefusal::BadSourceIdentity)
    });
    let two = "blue</saml:AttributeValue><saml:AttributeValue>red";
    assert_eq!(read("blue", two).principal_tags(), Err(SamlRefusal::BadPrincipalTag));
    let plain = read("persistent", "").subject_type().to_owned();
    assert_eq!(plain, "");
}

#[test]
fn a_changed_value_is_refused() {
    let good = good();
    for (from, to) in
        [("role/team/Reader", "role/team/Admin!"), (">ana<", ">bob<"), ("blue", "root"), ("00:05", "59:05")]
    {
        let changed = good.replace(from, to);
        assert_ne!(changed, good);
        assert_eq!(check(&changed), Err(SamlRefusal::BadSignature), "{from}");
    }
}

#[test]
fn a_foreign_key_is_refused_even_with_its_own_certificate_inside() {
    let forged = FOREIGN.response(&assertion());
    assert_eq!(check(&forged), Err(SamlRefusal::BadSignature));
    let inside = format!(
        "<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>",
        pem_body(FOREIGN.certificate)
    );
    let forged = forged.replace("</ds:Signature>", &inside);
    assert_eq!(check(&forged), Err(SamlRefusal::BadSignature));
    assert!(check_with(&forged, &FOREIGN.metadata(), NOW).is_ok());
}

#[test]
fn an_unsigned_assertion_is_refused_even_in_a_signed_response() {
    let unsigned = assertion().replace("<SIGNATURE/>", "");
    assert_eq!(check(&response(&unsigned)), Err(SamlRefusal::UnsignedAssertion));
    let around = response(&unsigned).replace("<samlp:Extensions/>", &signature("_r1", RSA_SHA256));
    assert_eq!(check(&IDP.sign(&around)), Err(SamlRefusal::UnsignedAssertion));
}

#[test]
fn a_signature_around_the_response_must_verify_if_there_is_one() {
    let both = good().replace("<samlp:Extensions/>", &signature("_r1", RSA_SHA256));
    assert!(check(&IDP.sign(&both)).is_ok());
    assert_eq!(check(&FOREIGN.sign(&both)), Err(SamlRefusal::BadSignature));
    assert_eq!(check(&IDP.sign(&both).replace("other.test", "else.test")), Err(SamlRefusal::BadSignature));
}

#[test]
fn signatures_of_other_shapes_are_refused() {
    let template = |from: &str, to: &str| {
        let ours = signature("_a1", RSA_SHA256);
        let changed = ours.replace(from, to);
        assert_ne!(ours, changed);
        response(&assertion().replace("<SIGNATURE/>", &changed))
    };
    let enveloped = r#"<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>"#;
    // Signed as they stand; the signature would verify, but the shape is not SAML's.
    for (from, to) in [
        ("2001/04/xmldsig-more#rsa-sha256", "2000/09/xmldsig#rsa-sha1"),
        ("2001/04/xmlenc#sha256", "2000/09/xmldsig#sha1"),
        (EXCLUSIVE, "http://www.w3.org/2001/10/xml-exc-c14n#WithComments"),
        ("URI=\"#_a1\"", "URI=\"\""),
        ("URI=\"#_a1\"", "URI=\"#_r1\""),
        ("URI=\"#_a1\"", "URI=\"#xpointer(id('_a1'))\""),
        (enveloped, &format!("{enveloped}{enveloped}")),
        ("<ds:SignedInfo>", "<ds:Object/><ds:SignedInfo>"),
        ("</ds:Signature>", "<ds:Object>x</ds:Object></ds:Signature>"),
    ] {
        let mut keys = KeysManager::new();
        keys.add_key(load_pem_auto(IDP.key.as_bytes(), None).unwrap());
        let template = template(from, to);
        let text = bergshamra::sign(&DsigContext::new(keys), &template).unwrap_or(template);
        let refused = xml_signature::verify(&text, &IDP.metadata().keys);
        assert_eq!(refused, Err(SignatureRefusal::UnsupportedShape), "{from} -> {to}");
        assert_eq!(check(&text), Err(SamlRefusal::BadSignature), "{from} -> {to}");
    }
    for transform in [
        "http://www.w3.org/TR/1999/REC-xslt-19991116",
        "http://www.w3.org/TR/1999/REC-xpath-19991116",
        "http://www.w3.org/2000/09/xmldsig#base64",
    ] {
        let extra = format!(r#"{enveloped}<ds:Transform Algorithm="{transform}"/>"#);
        let refused = xml_signature::verify(&template(enveloped, &extra), &IDP.metadata().keys);
        assert_eq!(refused, Err(SignatureRefusal::UnsupportedShape), "{transform}");
    }
    for uri in ["file:///etc/passwd", "http://127.0.0.1/", "#other"] {
        let refused = xml_signature::verify(&template("#_a1", uri), &IDP.metadata().keys);
        assert_eq!(refused, Err(SignatureRefusal::UnsupportedShape), "{uri}");
    }
}

#[test]
fn dtds_and_entities_are_refused() {
    let declare = |dtd: &str| good().replace("?><samlp", &format!("?>{dtd}<samlp"));
    for dtd in [
        "<!DOCTYPE x>",
        r#"<!DOCTYPE x [<!ENTITY a "b">]>"#,
        r#"<!DOCTYPE x SYSTEM "file:///etc/passwd">"#,
        r#"<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>"#,
    ] {
        assert_eq!(check(&declare(dtd)), Err(SamlRefusal::Malformed), "{dtd}");
    }
    assert_eq!(check(&good().replace(">ana<", ">&b;<")), Err(SamlRefusal::Malformed));
}

#[test]
fn comments_and_instructions_are_refused() {
    for inside in ["ana<!---->.evil", "<!-- -->ana", "ana<?x y?>"] {
        assert_eq!(check(&good().replace(">ana<", &format!(">{inside}<"))), Err(SamlRefusal::Malformed), "{inside}");
        assert_eq!(refusal_of(">ana</saml:N", &format!(">{inside}</saml:N")), SamlRefusal::Malformed, "{inside}");
    }
}

#[test]
fn duplicate_ids_are_refused() {
    for id in ["ID", "Id", "id", "AssertionID", "xml:id"] {
        let twice = good().replace("<samlp:Extensions/>", &format!(r#"<samlp:Extensions {id}="_a1"/>"#));
        assert_eq!(check(&twice), Err(SamlRefusal::Malformed), "{id}");
    }
}

/// The eight wrappings of "On Breaking SAML" (Somorovsky et al., 2012), with an assertion of the attacker's.
fn wrappings() -> Vec<String> {
    let good = good();
    let start = good.find("<saml:Assertion").unwrap();
    let end = good.find("</saml:Assertion>").unwrap() + "</saml:Assertion>".len();
    let original = &good[start..end];
    let (s, e) = (original.find("<ds:Signature").unwrap(), original.find("</ds:Signature>").unwrap());
    let signature = &original[s..e + "</ds:Signature>".len()];
    let unsigned = original.replace(signature, "");
    let evil = unsigned.replace(">ana<", ">evil<").replace("_a1", "_evil");
    let evil_with = |inside: &str| evil.replace("<saml:Subject>", &format!("{inside}<saml:Subject>"));
    let object =
        |inside: &str| signature.replace("</ds:Signature>", &format!("<ds:Object>{inside}</ds:Object></ds:Signature>"));
    let extensions = |inside: &str, after: &str| {
        let extensions = format!("<samlp:Extensions>{inside}</samlp:Extensions>");
        response(after).replace("<samlp:Extensions/>", &extensions)
    };
    vec![
        // 1, 2: the whole original response inside another one.
        response(&evil_with(&object(&good[good.find("<samlp:Response").unwrap()..]))).replacen("_r1", "_r2", 1),
        extensions(&good[good.find("<samlp:Response").unwrap()..], &evil).replacen("_r1", "_r2", 1),
        // 3: the evil one first, the original beside it.
        response(&format!("{evil}{original}")),
        response(&format!("{original}{evil}")),
        // 4: the original inside the evil one.
        response(&evil.replace("</saml:Assertion>", &format!("{original}</saml:Assertion>"))),
        // 5: the evil one carries the signature of the original, which stands beside it.
        response(&format!("{}{unsigned}", evil_with(signature))),
        // 6: the original inside the signature in the evil one.
        response(&evil_with(&signature.replace("</ds:Signature>", &format!("{unsigned}</ds:Signature>")))),
        // 7: the evil one in the extensions.
        extensions(&evil, original),
        extensions(original, &evil),
        // 8: the original in an object of the signature.
        response(&evil_with(&object(&unsigned))),
    ]
}

#[test]
fn wrapped_responses_are_refused() {
    for (number, text) in wrappings().iter().enumerate() {
        assert_eq!(check(text), Err(SamlRefusal::NotOneAssertion), "{number}");
    }
}

#[test]
fn whatever_is_wrapped_only_the_original_bytes_count_as_signed() {
    let keys = IDP.metadata().keys;
    let original = xml_signature::verify(&good(), &keys).unwrap();
    assert_eq!(original.len(), 1);
    let mut verified = 0;
    for (number, text) in wrappings().iter().enumerate() {
        match xml_signature::verify(text, &keys) {
            Ok(signed) => {
                assert_eq!(signed, original, "{number}");
                verified += 1;
            }
            Err(refusal) => assert_ne!(refusal, SignatureRefusal::Malformed, "{number}"),
        }
    }
    assert!(verified >= 4, "some wrappings leave the original intact");
}

#[test]
fn not_a_response_of_one_assertion_is_refused() {
    let good = good();
    let start = good.find("<saml:Assertion").unwrap();
    let end = good.find("</saml:Assertion>").unwrap() + "</saml:Assertion>".len();
    assert_eq!(check(&good[start..end]), Err(SamlRefusal::Malformed));
    assert_eq!(check(&response("")), Err(SamlRefusal::NotOneAssertion));
    assert_eq!(check("<a/>"), Err(SamlRefusal::Malformed));
    assert_eq!(check("no xml"), Err(SamlRefusal::Malformed));
    let deep = format!("{}{}", "<a>".repeat(10_000), "</a>".repeat(10_000));
    assert_eq!(check(&deep), Err(SamlRefusal::Malformed));
    let encrypted = r#"<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"/>"#;
    assert_eq!(check(&response(encrypted)), Err(SamlRefusal::Encrypted));
}

/// The assertion encrypted for the holder of the foreign key.
fn encrypted(assertion: &str, cipher: &str, transport: &str, parameters: &str) -> String {
    let mut keys = KeysManager::new();
    keys.add_key(load_pem_auto(FOREIGN.certificate.as_bytes(), None).unwrap());
    let template = format!(
        r#"<xenc:EncryptedData xmlns:xenc="http://www.w3.org/2001/04/xmlenc#" Type="http://www.w3.org/2001/04/xmlenc#Element"><xenc:EncryptionMethod Algorithm="{cipher}"/><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><xenc:EncryptedKey><xenc:EncryptionMethod Algorithm="{transport}">{parameters}</xenc:EncryptionMethod><xenc:CipherData><xenc:CipherValue></xenc:CipherValue></xenc:CipherData></xenc:EncryptedKey></ds:KeyInfo><xenc:CipherData><xenc:CipherValue></xenc:CipherValue></xenc:CipherData></xenc:EncryptedData>"#
    );
    let data = bergshamra::encrypt(&bergshamra::EncContext::new(keys), &template, assertion.as_bytes()).unwrap();
    format!(
        r#"<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">{data}</saml:EncryptedAssertion>"#
    )
}

const AES256_GCM: &str = "http://www.w3.org/2009/xmlenc11#aes256-gcm";
const OAEP: &str = "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p";

/// The signed assertion without the response around it.
fn signed_assertion() -> String {
    let good = good();
    let end = good.find("</saml:Assertion>").unwrap() + "</saml:Assertion>".len();
    good[good.find("<saml:Assertion").unwrap()..end].to_owned()
}

fn check_encrypted(text: &str, requires_encryption: bool) -> Result<Assertion, SamlRefusal> {
    let (metadata, key) = (IDP.metadata(), DecryptionKey::from_pem(FOREIGN.key).unwrap());
    let provider = SamlProvider { metadata: &metadata, decryption_keys: &[key], requires_encryption };
    verify_response(&STANDARD.encode(text), &provider, NOW)
}

#[test]
fn encrypted_assertions_are_read_and_checked_like_others() {
    let sha256 = r#"<ds:DigestMethod xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>"#;
    for cipher in [
        "2001/04/xmlenc#aes128-cbc",
        "2001/04/xmlenc#aes256-cbc",
        "2009/xmlenc11#aes128-gcm",
        "2009/xmlenc11#aes256-gcm",
    ] {
        let cipher = format!("http://www.w3.org/{cipher}");
        let text = response(&encrypted(&signed_assertion(), &cipher, OAEP, ""));
        assert_eq!(check_encrypted(&text, true), check(&good()), "{cipher}");
    }
    let newer = encrypted(&signed_assertion(), AES256_GCM, "http://www.w3.org/2009/xmlenc11#rsa-oaep", sha256);
    assert!(check_encrypted(&response(&newer), false).is_ok());
    assert_eq!(check_encrypted(&good(), true), Err(SamlRefusal::NotEncrypted));
    assert_eq!(check(&response(&newer)), Err(SamlRefusal::Encrypted));
}

#[test]
fn a_signature_around_an_encrypted_assertion_is_checked_too() {
    let inside = encrypted(&signed_assertion(), AES256_GCM, OAEP, "");
    let text = IDP.sign(&response(&inside).replace("<samlp:Extensions/>", &signature("_r1", RSA_SHA256)));
    assert_eq!(check_encrypted(&text, true), check(&good()));
    assert_eq!(check_encrypted(&text.replace("other.test", "else.test"), true), Err(SamlRefusal::BadSignature));
}

#[test]
fn encryption_proves_nothing_and_its_faults_look_alike() {
    let seal = |inside: &str| response(&encrypted(inside, AES256_GCM, OAEP, ""));
    let forged = FOREIGN.response(&assertion());
    let forged = &forged[forged.find("<saml:Assertion").unwrap()..forged.find("</samlp:Response>").unwrap()];
    let unsigned = assertion().replace("<SIGNATURE/>", "");
    let signed = signed_assertion();
    for inside in [
        forged,
        &unsigned,
        "junk",
        "<a/>",
        "",
        "<",
        &format!("{signed}{unsigned}"),
        &signed.replace(">ana<", "><!---->ana<"),
    ] {
        assert_eq!(check_encrypted(&seal(inside), false), Err(SamlRefusal::BadSignature), "{inside}");
    }
    let text = seal(&signed);
    let at = text.rfind("</xenc:CipherValue>").unwrap() - 40;
    let mut changed = text.clone().into_bytes();
    changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
    assert_eq!(check_encrypted(&String::from_utf8(changed).unwrap(), false), Err(SamlRefusal::BadSignature));
    for (from, to) in [
        (OAEP, "http://www.w3.org/2001/04/xmlenc#rsa-1_5"),
        (AES256_GCM, "http://www.w3.org/2001/04/xmlenc#tripledes-cbc"),
        ("#Element", "#Content"),
        ("xenc:CipherValue>", "xenc:CipherReference>"),
    ] {
        assert_eq!(check_encrypted(&text.replace(from, to), false), Err(SamlRefusal::Encrypted), "{from}");
    }
    let beside = response(&format!("{}{unsigned}", encrypted(&signed, AES256_GCM, OAEP, "")));
    assert_eq!(check_encrypted(&beside, false), Err(SamlRefusal::NotOneAssertion));
    assert!(DecryptionKey::from_pem(ELLIPTIC.key).is_err());
    assert!(DecryptionKey::from_pem(FOREIGN.certificate).is_err());
    assert!(DecryptionKey::from_pem("").is_err());
}

#[test]
fn metadata_is_read() {
    let metadata = IDP.metadata();
    assert_eq!(metadata.entity_id, "https://idp.test/saml");
    assert_eq!(metadata.certificates.len(), 1);
    assert_eq!(metadata.valid_until, Some(Timestamp::from_seconds(2_208_988_800)));
    let parse = |from: &str, to: &str| IdpMetadata::parse(&IDP.metadata_text().replace(from, to)).map(|_| ());
    let long = " ".repeat(10_000_000);
    let many = "<ds:X509Certificate>AA==</ds:X509Certificate>".repeat(2);
    let cases = [
        ("</md:EntityDescriptor>", "</md:EntityDescriptor", MetadataFault::NotXml),
        ("?>\n", "?><!DOCTYPE x>\n", MetadataFault::NotXml),
        ("IDPSSODescriptor", "SPSSODescriptor", MetadataFault::NotOneProvider),
        (r#"entityID="https://idp.test/saml""#, "", MetadataFault::NotOneProvider),
        (r#"use="signing""#, r#"use="encryption""#, MetadataFault::NoCertificate),
        ("X509Certificate>", "X509CRL>", MetadataFault::NoCertificate),
        ("<ds:X509Certificate>", "<ds:X509Certificate>*", MetadataFault::BadCertificate),
        ("<ds:X509Certificate>", &format!("{many}<ds:X509Certificate>"), MetadataFault::BadCertificate),
        ("2040-01-01T00:00:00Z", "some day", MetadataFault::BadDate),
        ("</md:EntityDescriptor>", &format!("</md:EntityDescriptor>{long}"), MetadataFault::BadLength),
    ];
    for (from, to, fault) in cases {
        assert_eq!(parse(from, to), Err(fault), "{from}");
    }
    assert_eq!(parse(r#"use="signing""#, ""), Ok(()));
    assert_eq!(IdpMetadata::parse("<a/>").unwrap_err(), MetadataFault::BadLength);
    let weak = metadata_with(&pem_body(WEAK_CERTIFICATE));
    assert_eq!(IdpMetadata::parse(&weak).unwrap_err(), MetadataFault::BadCertificate);
}

#[test]
fn a_rolled_key_is_found_among_several() {
    let both = format!(
        "{}</ds:X509Certificate><ds:X509Certificate>{}",
        pem_body(FOREIGN.certificate),
        pem_body(IDP.certificate)
    );
    let metadata = IdpMetadata::parse(&metadata_with(&both)).unwrap();
    assert_eq!(metadata.certificates.len(), 2);
    assert!(check_with(&good(), &metadata, NOW).is_ok());
    assert!(check_with(&FOREIGN.response(&assertion()), &metadata, NOW).is_ok());
}

fn changed(text: &str, at: prop::sample::Index, byte: u8) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    let at = at.index(bytes.len());
    bytes[at] = byte;
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn one_changed_byte_never_changes_what_is_believed(at: prop::sample::Index, byte: u8) {
        static GOOD: std::sync::LazyLock<(String, Assertion, IdpMetadata)> = std::sync::LazyLock::new(|| {
            let good = good();
            let read = check(&good).unwrap();
            (good, read, IDP.metadata())
        });
        let (good, read, metadata) = &*GOOD;
        if let Ok(believed) = verify_response(&STANDARD.encode(changed(good, at, byte)), &SamlProvider::plain(metadata), NOW) {
            prop_assert_eq!(&believed, read);
        }
    }

    #[test]
    fn no_bytes_panic(bytes: Vec<u8>, text: String) {
        let metadata = IdpMetadata { keys: TrustedKeys::from_certificates([]).unwrap(), ..IDP.metadata() };
        prop_assert!(verify_response(&STANDARD.encode(&bytes), &SamlProvider::plain(&metadata), NOW).is_err());
        prop_assert!(verify_response(&text, &SamlProvider::plain(&metadata), NOW).is_err());
        let padded = text + &" ".repeat(1000);
        prop_assert!(IdpMetadata::parse(&padded).is_err());
        prop_assert!(TrustedKeys::from_certificates([bytes.as_slice()]).is_err());
    }

    #[test]
    fn no_broken_metadata_panics(at: prop::sample::Index, byte in 0x20_u8..0x7f) {
        let _ = IdpMetadata::parse(&String::from_utf8(changed(&IDP.metadata_text(), at, byte)).unwrap());
    }

    #[test]
    fn no_tag_soup_panics(parts in prop::collection::vec(
        prop::sample::select(vec!["<a>", "</a>", "<a ID='x'>", "<!--", "-->", "<![CDATA[", "]]>", "&lt;", "&#0;", "&#x1F600;",
            "<ds:Signature xmlns:ds='http://www.w3.org/2000/09/xmldsig#'>", "</ds:Signature>", "<?x", "?>", "\u{0}", "é", "'", "\""]),
        0..40,
    )) {
        let keys = TrustedKeys::from_certificates([]).unwrap();
        let _ = xml_signature::verify(&parts.concat(), &keys);
        let _ = check(&parts.concat());
    }
}

/// Metadata of exactly this many characters, with as many claim types as fit.
fn metadata_of_length(length: usize) -> String {
    let text = IDP.metadata_text();
    let (start, end) = text.split_at(text.find("  <md:IDPSSODescriptor").unwrap());
    let filler = concat!(
        r#"<md:Extensions><auth:ClaimType xmlns:auth="urn:auth" Uri="https://idp.test/identity/claims/department">"#,
        "<auth:DisplayName>D\u{e9}partement &amp; service</auth:DisplayName></auth:ClaimType></md:Extensions>\n"
    );
    let room = length - text.chars().count();
    let fillers = filler.repeat(room / filler.chars().count());
    let blanks = " ".repeat(room % filler.chars().count());
    format!("{start}{fillers}{end}{blanks}")
}

#[test]
fn metadata_may_be_ten_million_characters_long() {
    let longest = metadata_of_length(10_000_000);
    assert_eq!(longest.chars().count(), 10_000_000);
    assert_eq!(IdpMetadata::parse(&longest).unwrap().entity_id, "https://idp.test/saml");
    assert_eq!(IdpMetadata::parse(&metadata_of_length(10_000_001)).unwrap_err(), MetadataFault::BadLength);
}

#[test]
fn metadata_that_would_take_minutes_to_parse_is_refused() {
    for (piece, times) in [("<a/>", 1_000_000), ("<!-- -->", 500_000)] {
        let text =
            IDP.metadata_text().replace("<md:KeyDescriptor", &format!("{}<md:KeyDescriptor", piece.repeat(times)));
        assert_eq!(IdpMetadata::parse(&text).unwrap_err(), MetadataFault::NotXml, "{piece}");
    }
    let attributes: String = (0..300_000).map(|number| format!(" a{number}=''")).collect();
    let text = IDP.metadata_text().replace("<md:KeyDescriptor", &format!("<md:KeyDescriptor{attributes}"));
    assert_eq!(IdpMetadata::parse(&text).unwrap_err(), MetadataFault::NotXml);
}
