//! XML answers.

use crate::body::full;
use crate::fault::element;
use crate::{Body, S3Fault};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response, StatusCode};

/// A document of S3 in the making.
pub(super) struct Document {
    text: String,
    open: Vec<&'static str>,
}

impl Document {
    /// Begins with the outermost element.
    pub(super) fn new(root: &'static str) -> Self {
        let mut text = String::with_capacity(1024);
        text.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<");
        text.push_str(root);
        text.push_str(" xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
        Self { text, open: vec![root] }
    }

    /// Opens an element.
    pub(super) fn open(&mut self, name: &'static str) -> &mut Self {
        self.text.push('<');
        self.text.push_str(name);
        self.text.push('>');
        self.open.push(name);
        self
    }

    /// Closes the element that was opened last.
    pub(super) fn close(&mut self) -> &mut Self {
        if let Some(name) = self.open.pop() {
            self.text.push_str("</");
            self.text.push_str(name);
            self.text.push('>');
        }
        self
    }

    /// An element with text.
    pub(super) fn leaf(&mut self, name: &str, text: &str) -> &mut Self {
        element(&mut self.text, name, text);
        self
    }

    /// An element with a text that displays.
    pub(super) fn show(&mut self, name: &str, value: impl std::fmt::Display) -> &mut Self {
        self.leaf(name, &value.to_string())
    }

    /// An element with text, if there is one.
    pub(super) fn maybe(&mut self, name: &str, text: Option<&str>) -> &mut Self {
        if let Some(text) = text {
            self.leaf(name, text);
        }
        self
    }

    /// What other writers add to.
    pub(super) fn text(&mut self) -> &mut String {
        &mut self.text
    }

    /// Closes what is open.
    pub(super) fn finish(mut self) -> Response<Body> {
        while !self.open.is_empty() {
            self.close();
        }
        let mut response = Response::new(full(self.text));
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/xml"));
        response
    }
}

/// An answer without a body.
pub(super) fn empty(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(crate::body::empty());
    *response.status_mut() = status;
    response
}

/// A document that was sent.
///
/// # Errors
/// The body's own; `MalformedXML` when there is none or it is too long.
pub(super) async fn read(body: Body, most: usize) -> Result<bytes::Bytes, S3Fault> {
    let whole = crate::body::whole(body, most).await.map_err(|fault| match fault {
        crate::BodyFault::TooLarge => S3Fault::malformed_xml(),
        fault => fault.into(),
    })?;
    if whole.is_empty() {
        return Err(S3Fault::new("MissingRequestBodyError", StatusCode::BAD_REQUEST, "Request Body is empty"));
    }
    Ok(whole)
}
