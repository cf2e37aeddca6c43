//! The `Authorization` header (row 6).

use crate::ALGORITHM;
use crate::refusal::{Refusal, echo};

/// The parts of the header. Of repeated parts the last one wins (row 6c).
#[derive(Default)]
pub(crate) struct HeaderParts<'a> {
    pub(crate) credential: Option<&'a str>,
    pub(crate) signed_headers: Option<&'a str>,
    pub(crate) signature: Option<&'a str>,
}

impl<'a> HeaderParts<'a> {
    /// Reads `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`; the blank after a comma may be absent.
    pub(crate) fn read(value: &'a [u8]) -> Result<Self, Refusal> {
        let Ok(header) = std::str::from_utf8(value) else {
            return Err(Refusal::UnsupportedAlgorithm { given: echo(&String::from_utf8_lossy(value)) });
        };
        let header = header.trim_matches([' ', '\t']);
        let (algorithm, rest) = header.split_once([' ', '\t']).unwrap_or((header, ""));
        if algorithm != ALGORITHM {
            return Err(Refusal::UnsupportedAlgorithm { given: echo(algorithm) });
        }
        let mut parts = HeaderParts::default();
        for part in rest.split(',').map(|part| part.trim_matches([' ', '\t'])).filter(|part| !part.is_empty()) {
            let Some((name, value)) = part.split_once('=') else {
                return Err(Refusal::NotKeyValue { part: echo(part), header: echo(header) });
            };
            match name {
                "Credential" => parts.credential = Some(value),
                "SignedHeaders" => parts.signed_headers = Some(value),
                "Signature" => parts.signature = Some(value),
                _ => {}
            }
        }
        Ok(parts)
    }
}
