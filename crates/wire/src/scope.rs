//! The scope of a signature: for which region and service a request says it was signed. Nothing is verified here.

use http::header::AUTHORIZATION;
use http::request::Parts;

use crate::query::parameters::decode;

/// Whether a request carries a session token, in a header or in the query, and no signature that it could belong to.
pub fn has_stray_session_token(parts: &Parts) -> bool {
    let in_query = || parts.uri.query().is_some_and(|query| query.split('&').any(names_session_token));
    (parts.headers.contains_key("x-amz-security-token") || in_query()) && Scope::of(parts).is_none()
}

fn names_session_token(pair: &str) -> bool {
    let name = pair.split('=').next().unwrap_or_default();
    decode(name).is_ok_and(|name| name.eq_ignore_ascii_case("X-Amz-Security-Token"))
}

/// Region and service of a Signature Version 4 credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// Such as `eu-west-1`.
    pub region: String,
    /// The signing name, such as `sts` or `s3`.
    pub service: String,
}

impl Scope {
    /// The scope in the `Authorization` header or in `X-Amz-Credential`; `None` when the request carries no
    /// signature that could be read.
    pub fn of(parts: &Parts) -> Option<Self> {
        let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        match header.and_then(credential_of_header) {
            Some(credential) => Scope::of_credential(credential),
            None => Scope::of_credential(&credential_of_query(parts.uri.query()?)?),
        }
    }

    /// `KEYID/DATE/REGION/SERVICE/aws4_request`; key ids contain no slash.
    fn of_credential(credential: &str) -> Option<Self> {
        let mut elements = credential.split('/').skip(2);
        let region = elements.next()?.to_owned();
        let service = elements.next()?.to_owned();
        elements.next()?;
        Some(Scope { region, service })
    }
}

fn credential_of_header(header: &str) -> Option<&str> {
    let rest = header.strip_prefix("AWS4-")?;
    let (_, rest) = rest.split_once("Credential=")?;
    rest.split([',', ' ']).next()
}

fn credential_of_query(query: &str) -> Option<String> {
    let pair = query.split('&').find_map(|pair| pair.strip_prefix("X-Amz-Credential="))?;
    decode(pair).ok()
}
