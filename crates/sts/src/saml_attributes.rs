//! Directory attributes of an assertion as condition keys of the trust policy (`saml:cn`, `saml:mail`, …; spec/policy.md 5.3).

use federation::saml::Assertion;
use service::Context;

/// A condition key, whether it is a list, and the attribute names that carry it: object identifiers (RFC 4519, RFC 4524,
/// eduPerson, eduOrg) and the claim names of Active Directory Federation Services.
struct Key(&'static str, bool, &'static [&'static str]);

const LIST: bool = true;
const ONE: bool = false;

const KEYS: &[Key] = &[
    Key("saml:cn", LIST, &["urn:oid:2.5.4.3"]),
    Key("saml:commonName", ONE, &["urn:oid:2.5.4.3", "http://schemas.xmlsoap.org/claims/CommonName"]),
    Key("saml:surname", ONE, &["urn:oid:2.5.4.4", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname"]),
    Key(
        "saml:givenName",
        ONE,
        &["urn:oid:2.5.4.42", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname"],
    ),
    Key("saml:x500UniqueIdentifier", ONE, &["urn:oid:2.5.4.45"]),
    Key("saml:uid", ONE, &["urn:oid:0.9.2342.19200300.100.1.1"]),
    Key(
        "saml:mail",
        ONE,
        &["urn:oid:0.9.2342.19200300.100.1.3", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"],
    ),
    Key("saml:organizationStatus", ONE, &["urn:oid:0.9.2342.19200300.100.1.45"]),
    Key("saml:name", ONE, &["http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name"]),
    Key("saml:primaryGroupSID", ONE, &["http://schemas.microsoft.com/ws/2008/06/identity/claims/primarygroupsid"]),
    Key("saml:edupersonaffiliation", LIST, &["urn:oid:1.3.6.1.4.1.5923.1.1.1.1"]),
    Key("saml:edupersonnickname", LIST, &["urn:oid:1.3.6.1.4.1.5923.1.1.1.2"]),
    Key("saml:edupersonorgdn", ONE, &["urn:oid:1.3.6.1.4.1.5923.1.1.1.3"]),
    Key("saml:edupersonorgunitdn", LIST, &["urn:oid:1.3.6.1.4.1.5923.1.1.1.4"]),
    Key("saml:edupersonprimaryaffiliation", ONE, &["urn:oid:1.3.6.1.4.1.5923.1.1.1.5"]),
    Key("saml:edupersonprincipalname", ONE, &["urn:oid:1.3.6.1.4.1.5923.1.1.1.6"]),
    Key("saml:edupersonentitlement", LIST, &["urn:oid:1.3.6.1.4.1.5923.1.1.1.7"]),
    Key("saml:edupersonprimaryorgunitdn", ONE, &["urn:oid:1.3.6.1.4.1.5923.1.1.1.8"]),
    Key("saml:edupersonscopedaffiliation", LIST, &["urn:oid:1.3.6.1.4.1.5923.1.1.1.9"]),
    Key("saml:edupersontargetedid", LIST, &["urn:oid:1.3.6.1.4.1.5923.1.1.1.10"]),
    Key("saml:edupersonassurance", LIST, &["urn:oid:1.3.6.1.4.1.5923.1.1.1.11"]),
    Key("saml:eduorghomepageuri", LIST, &["urn:oid:1.3.6.1.4.1.5923.1.2.1.2"]),
    Key("saml:eduorgidentityauthnpolicyuri", LIST, &["urn:oid:1.3.6.1.4.1.5923.1.2.1.3"]),
    Key("saml:eduorglegalname", LIST, &["urn:oid:1.3.6.1.4.1.5923.1.2.1.4"]),
    Key("saml:eduorgsuperioruri", LIST, &["urn:oid:1.3.6.1.4.1.5923.1.2.1.5"]),
    Key("saml:eduorgwhitepagesuri", LIST, &["urn:oid:1.3.6.1.4.1.5923.1.2.1.6"]),
];

/// Sets the keys that the assertion carries. A key for one value is left out when several are given: none of them could be
/// told to be the one that is meant.
pub(crate) fn set(context: &mut Context, assertion: &Assertion) {
    for Key(key, list, names) in KEYS {
        let values =
            names.iter().map(|name| assertion.values(name)).find(|values| !values.is_empty()).unwrap_or_default();
        match (*list, values) {
            (_, []) => {}
            (LIST, values) => context.set_list(*key, values.iter().map(String::as_str)),
            (ONE, [value]) => context.set(*key, value.as_str()),
            (ONE, _) => {}
        }
    }
}
