//! What came back, in a form that a snapshot can hold.

use bytes::Bytes;
use serde_json::Value;
use std::fmt;

/// An answer of the server.
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers, names in lower case.
    pub headers: http::HeaderMap,
    /// The body as it came.
    pub text: String,
    /// The body as JSON; null when it is something else.
    pub json: Value,
}

impl Answer {
    pub(crate) fn new(response: http::Response<Bytes>) -> Self {
        let (parts, body) = response.into_parts();
        let text = String::from_utf8_lossy(&body).into_owned();
        let json = serde_json::from_str(&text).unwrap_or_default();
        Self { status: parts.status.as_u16(), headers: parts.headers, text, json }
    }

    /// The JSON of a good answer.
    ///
    /// # Panics
    /// The answer is a refusal.
    #[track_caller]
    pub fn ok(&self) -> &Value {
        assert_eq!(self.status, 200, "{self}");
        &self.json
    }

    /// A member of a good answer, by its path: `User.Attributes.0.Name`.
    ///
    /// # Panics
    /// The answer is a refusal or has no such member.
    #[track_caller]
    pub fn at(&self, path: &str) -> &Value {
        let pointer = format!("/{}", path.replace('.', "/"));
        self.ok().pointer(&pointer).unwrap_or_else(|| panic!("no {path} in {}", self.text))
    }

    /// A text member of a good answer.
    ///
    /// # Panics
    /// As [`Answer::at`], or it is not text.
    #[track_caller]
    pub fn text_at(&self, path: &str) -> String {
        self.at(path).as_str().unwrap_or_else(|| panic!("{path} is not text in {}", self.text)).to_owned()
    }

    /// The text of the first XML element of this name.
    pub fn element(&self, name: &str) -> Option<String> {
        let (_, rest) = self.text.split_once(&format!("<{name}>"))?;
        rest.split_once(&format!("</{name}>")).map(|(inner, _)| inner.to_owned())
    }

    /// `x-amzn-RequestId`.
    pub fn request_id(&self) -> String {
        self.headers.get("x-amzn-requestid").and_then(|id| id.to_str().ok()).unwrap_or_default().to_owned()
    }

    /// The error code, or an empty text.
    pub fn code(&self) -> String {
        let json = self.json.get("__type").or_else(|| self.json.pointer("/Error/Code")).and_then(Value::as_str);
        json.map(str::to_owned).or_else(|| self.element("Code")).unwrap_or_default()
    }

    /// The sentence of a refusal, or an empty text.
    pub fn message(&self) -> String {
        let json = self.json.get("message").or_else(|| self.json.get("Message"));
        let json = json.or_else(|| self.json.pointer("/Error/Message")).and_then(Value::as_str);
        json.map(str::to_owned).or_else(|| self.element("Message")).unwrap_or_default()
    }
}

/// `200 BODY`, or `400 Code: sentence`.
impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.status == 200 {
            write!(f, "200 {}", self.text)
        } else {
            write!(f, "{} {}: {}", self.status, self.code(), self.message())
        }
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}
