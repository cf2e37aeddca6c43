//! The headers that an object is served with, and the user's metadata.

use super::visit::Visit;
use crate::S3Fault;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Headers that are kept with the object and come back with it.
const SERVED: [&str; 6] =
    ["cache-control", "content-disposition", "content-encoding", "content-language", "content-type", "expires"];
/// What an object is when nobody said.
const CONTENT_TYPE: &str = "binary/octet-stream";
const PREFIX: &str = "x-amz-meta-";
/// Names and values of the user's metadata together, in bytes.
const USER_MOST: usize = 2048;

/// What is kept of an upload's headers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Metadata {
    /// Headers of HTTP, by their names in lower case.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    served: BTreeMap<String, String>,
    /// The user's, without their prefix.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    user: BTreeMap<String, String>,
}

impl Metadata {
    /// What the request brings.
    ///
    /// # Errors
    /// `MetadataTooLarge`, `InvalidArgument` for what is not text.
    pub(super) fn of(v: &Visit) -> Result<Self, S3Fault> {
        let mut metadata = Self::default();
        for name in SERVED {
            if let Some(text) = joined(&v.headers, name)? {
                metadata.served.insert(name.to_owned(), text);
            }
        }
        for name in v.headers.keys() {
            let Some(short) = name.as_str().strip_prefix(PREFIX) else { continue };
            let text = joined(&v.headers, name.as_str())?.unwrap_or_default();
            metadata.user.insert(short.to_owned(), text);
        }
        let size: usize = metadata.user.iter().map(|(name, value)| name.len() + value.len()).sum();
        if size > USER_MOST {
            return Err(S3Fault::new(
                "MetadataTooLarge",
                StatusCode::BAD_REQUEST,
                "Your metadata headers exceed the maximum allowed metadata size",
            )
            .with("Size", size.to_string())
            .with("MaxSizeAllowed", USER_MOST.to_string()));
        }
        Ok(metadata)
    }

    /// What the store keeps.
    pub(super) fn text(&self) -> Result<String, S3Fault> {
        serde_json::to_string(self).map_err(|error| S3Fault::internal(error.to_string()))
    }

    /// What the store kept.
    pub(super) fn parse(text: &str) -> Result<Self, S3Fault> {
        serde_json::from_str(text).map_err(|error| S3Fault::internal(format!("stored headers: {error}")))
    }

    /// Adds them to an answer.
    pub(super) fn write(&self, headers: &mut HeaderMap) {
        headers.insert("content-type", HeaderValue::from_static(CONTENT_TYPE));
        for (name, text) in &self.served {
            insert(headers, name, text);
        }
        for (name, text) in &self.user {
            insert(headers, &format!("{PREFIX}{name}"), text);
        }
    }
}

/// Adds a header, if name and value can be one.
pub(super) fn insert(headers: &mut HeaderMap, name: &str, text: &str) {
    // What is not ASCII is written as RFC 2047 has it.
    let value = if text.is_ascii() { text.to_owned() } else { format!("=?UTF-8?B?{}?=", STANDARD.encode(text)) };
    if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(&value)) {
        headers.insert(name, value);
    }
}

/// The header's values as one; `None` when there is none, or nothing in it.
fn joined(headers: &HeaderMap, name: &str) -> Result<Option<String>, S3Fault> {
    let mut whole = String::new();
    for value in headers.get_all(name) {
        let text = std::str::from_utf8(value.as_bytes())
            .map_err(|_| S3Fault::invalid_argument("Header values must be UTF-8.", name, ""))?;
        if !whole.is_empty() {
            whole.push(',');
        }
        whole.push_str(text.trim());
    }
    Ok((!whole.is_empty()).then_some(whole))
}
