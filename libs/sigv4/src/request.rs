//! A request as it arrived: borrowed, raw, and free of any HTTP library.

use std::fmt;

use crate::refusal::Refusal;
use crate::rules::{MAX_HEADER_BYTES, MAX_HEADERS, MAX_URI_BYTES};

/// A request to verify or to sign. Everything is as it stands on the wire: nothing decoded, nothing normalised,
/// since one re-encoded byte is another signature.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// The method, as sent (`GET`, `POST`).
    pub method: &'a str,
    /// The path, still percent-encoded, without `?`. Empty means `/`.
    pub raw_path: &'a str,
    /// The query, still percent-encoded, without `?`.
    pub raw_query: Option<&'a str>,
    /// Names (any case) and values in order of arrival. Over HTTP/2 the caller adds `:authority` as `host`.
    pub headers: &'a [(&'a str, &'a [u8])],
    /// What is known of the body.
    pub body: Payload<'a>,
}

/// What is known of a request's body when its signature is computed.
#[derive(Clone, Copy)]
pub enum Payload<'a> {
    /// The whole body.
    Bytes(&'a [u8]),
    /// SHA-256 of the whole body, computed elsewhere.
    Sha256([u8; 32]),
    /// Not read yet. Good only where the signature covers a declared hash ([`crate::PayloadRule::Declared`]); the
    /// caller then compares the declared hash with the bytes as they arrive.
    Unread,
}

impl<'a> Request<'a> {
    /// The first value of a header. `name` in lower case.
    pub fn header(&self, name: &str) -> Option<&'a [u8]> {
        self.headers.iter().find(|(given, _)| given.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
    }

    /// Refuses what is larger than any honest request, before work is done that grows with it.
    pub(crate) fn check_bounds(&self) -> Result<(), Refusal> {
        if self.headers.len() > MAX_HEADERS {
            return Err(Refusal::TooLarge { what: "headers", limit: MAX_HEADERS });
        }
        let header_bytes: usize = self.headers.iter().map(|(name, value)| name.len() + value.len()).sum();
        if header_bytes > MAX_HEADER_BYTES {
            return Err(Refusal::TooLarge { what: "header bytes", limit: MAX_HEADER_BYTES });
        }
        if self.raw_path.len() + self.raw_query.unwrap_or_default().len() > MAX_URI_BYTES {
            return Err(Refusal::TooLarge { what: "bytes in the URL", limit: MAX_URI_BYTES });
        }
        Ok(())
    }
}

/// Method and path only: headers, query and body carry tokens and passwords.
impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("raw_path", &self.raw_path)
            .finish_non_exhaustive()
    }
}

/// The size at most, never the bytes.
impl fmt::Debug for Payload<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Payload::Bytes(bytes) => write!(f, "Bytes({} bytes)", bytes.len()),
            Payload::Sha256(_) => f.write_str("Sha256"),
            Payload::Unread => f.write_str("Unread"),
        }
    }
}
