//! A refusal in S3's own words: code, status and message, written as XML.

use bytes::Bytes;
use http::{HeaderValue, Method, Response, StatusCode};
use std::fmt::Write;

/// A refusal or failure, as S3 words it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct S3Fault {
    /// S3's code, such as `AccessDenied`.
    pub code: &'static str,
    /// The HTTP status.
    pub status: StatusCode,
    /// S3's sentence.
    pub message: String,
    /// Further elements of the error document, such as `BucketName`, in order.
    pub details: Vec<(&'static str, String)>,
    /// What went wrong inside; logged, never shown.
    pub cause: Option<String>,
}

impl S3Fault {
    /// A fault with this code, status and sentence.
    pub fn new(code: &'static str, status: StatusCode, message: impl Into<String>) -> Self {
        Self { code, status, message: message.into(), details: Vec::new(), cause: None }
    }

    /// With a further element in the error document.
    #[must_use]
    pub fn with(mut self, element: &'static str, text: impl Into<String>) -> Self {
        self.details.push((element, text.into()));
        self
    }

    /// The answer to the client: the error document, and both of S3's ids in headers. What answers a `HEAD` has no body.
    pub fn answer(&self, method: &Method, resource: &str, request_id: &str) -> Response<Bytes> {
        let host_id = host_id(request_id);
        let bodiless = *method == Method::HEAD || self.status == StatusCode::NOT_MODIFIED;
        let body = if bodiless { String::new() } else { self.document(resource, request_id, &host_id) };
        let mut response = Response::new(Bytes::from(body));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        if !bodiless {
            headers.insert("content-type", HeaderValue::from_static("application/xml"));
        }
        for (name, id) in [("x-amz-request-id", request_id), ("x-amz-id-2", host_id.as_str())] {
            if let Ok(id) = HeaderValue::from_str(id) {
                headers.insert(name, id);
            }
        }
        response
    }

    /// The error document; `resource` is the path that was asked for.
    fn document(&self, resource: &str, request_id: &str, host_id: &str) -> String {
        let mut text = String::with_capacity(512);
        text.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>");
        element(&mut text, "Code", self.code);
        element(&mut text, "Message", &self.message);
        for (name, value) in &self.details {
            element(&mut text, name, value);
        }
        if !resource.is_empty() && self.details.iter().all(|(name, _)| *name != "Resource") {
            element(&mut text, "Resource", resource);
        }
        element(&mut text, "RequestId", request_id);
        element(&mut text, "HostId", host_id);
        text.push_str("</Error>");
        text
    }

    /// The plain denial, which gives no reason.
    pub fn access_denied() -> Self {
        Self::new("AccessDenied", StatusCode::FORBIDDEN, "Access Denied")
    }

    /// Our own failure; `cause` is for the log.
    pub fn internal(cause: impl Into<String>) -> Self {
        let mut fault = Self::new(
            "InternalError",
            StatusCode::INTERNAL_SERVER_ERROR,
            "We encountered an internal error. Please try again.",
        );
        fault.cause = Some(cause.into());
        fault
    }

    /// The path or an address in a header cannot be read.
    pub fn invalid_uri() -> Self {
        Self::new("InvalidURI", StatusCode::BAD_REQUEST, "Couldn't parse the specified URI.")
    }

    /// The text is no bucket's name.
    pub fn invalid_bucket_name(name: &str) -> Self {
        Self::new("InvalidBucketName", StatusCode::BAD_REQUEST, "The specified bucket is not valid.")
            .with("BucketName", name)
    }

    /// A parameter or header holds what it may not; names it and what it holds.
    pub fn invalid_argument(message: impl Into<String>, name: &str, value: &str) -> Self {
        Self::new("InvalidArgument", StatusCode::BAD_REQUEST, message)
            .with("ArgumentName", name)
            .with("ArgumentValue", value)
    }

    /// The request asks in no way that S3 knows.
    pub fn invalid_request(message: impl Into<String>) -> Self {
        Self::new("InvalidRequest", StatusCode::BAD_REQUEST, message)
    }

    /// There is no such bucket.
    pub fn no_such_bucket(name: &str) -> Self {
        Self::new("NoSuchBucket", StatusCode::NOT_FOUND, "The specified bucket does not exist").with("BucketName", name)
    }

    /// The document in the body is not one that the operation knows.
    pub fn malformed_xml() -> Self {
        Self::new(
            "MalformedXML",
            StatusCode::BAD_REQUEST,
            "The XML you provided was not well-formed or did not validate against our published schema",
        )
    }

    /// This method means nothing here.
    pub fn method_not_allowed(method: &str, resource_type: &str) -> Self {
        Self::new(
            "MethodNotAllowed",
            StatusCode::METHOD_NOT_ALLOWED,
            "The specified method is not allowed against this resource.",
        )
        .with("Method", method)
        .with("ResourceType", resource_type)
    }

    /// What is asked for is not built; `header` names what asked.
    pub fn not_implemented(header: &str) -> Self {
        Self::new(
            "NotImplemented",
            StatusCode::NOT_IMPLEMENTED,
            "A header you provided implies functionality that is not implemented",
        )
        .with("Header", header)
    }
}

impl From<contract::Fault> for S3Fault {
    /// The gate's and the store's faults are our own.
    fn from(fault: contract::Fault) -> Self {
        Self::internal(format!("{fault:?}"))
    }
}

/// `<NAME>text</NAME>`.
pub(crate) fn element(document: &mut String, name: &str, text: &str) {
    document.push('<');
    document.push_str(name);
    document.push('>');
    escape(document, text);
    document.push_str("</");
    document.push_str(name);
    document.push('>');
}

/// Writes text so that it reads as text. What XML 1.0 cannot hold at all is written as U+FFFD.
pub(crate) fn escape(document: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '&' => document.push_str("&amp;"),
            '<' => document.push_str("&lt;"),
            '>' => document.push_str("&gt;"),
            '"' => document.push_str("&quot;"),
            '\r' => document.push_str("&#13;"),
            '\t' | '\n' => document.push(character),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => document.push('\u{fffd}'),
            _ => document.push(character),
        }
    }
}

/// `x-amz-id-2`: for whoever looks after the servers. Ours says no more than the request's id.
pub(crate) fn host_id(request_id: &str) -> String {
    let mut id = String::with_capacity(64);
    for byte in request_id.bytes().filter(u8::is_ascii_alphanumeric).take(32) {
        // A write to a text cannot fail.
        let _ = write!(id, "{byte:02x}");
    }
    id
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_document_holds_code_message_details_and_ids() {
        let fault = S3Fault::no_such_bucket("<b>&");
        let answer = fault.answer(&Method::GET, "/b/k", "AB-12");
        assert_eq!(answer.status(), 404);
        assert_eq!(answer.headers()["x-amz-request-id"], "AB-12");
        assert_eq!(answer.headers()["x-amz-id-2"], "41423132");
        assert_eq!(answer.headers()["content-type"], "application/xml");
        assert_eq!(
            std::str::from_utf8(answer.body()).unwrap(),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>NoSuchBucket</Code><Message>The specified bucket does \
             not exist</Message><BucketName>&lt;b&gt;&amp;</BucketName><Resource>/b/k</Resource><RequestId>AB-12</RequestId>\
             <HostId>41423132</HostId></Error>"
        );
    }

    #[test]
    fn the_answer_to_head_has_no_body() {
        let answer = S3Fault::access_denied().answer(&Method::HEAD, "/b", "AB");
        assert_eq!((answer.status().as_u16(), answer.body().len()), (403, 0));
        assert!(answer.headers().contains_key("x-amz-request-id"));
    }

    #[test]
    fn our_own_failures_say_nothing() {
        let answer = S3Fault::internal("secret").answer(&Method::GET, "", "AB");
        assert!(!std::str::from_utf8(answer.body()).unwrap().contains("secret"));
    }

    #[test]
    fn text_stays_text() {
        let mut text = String::new();
        escape(&mut text, "a<\u{1}\r\n>");
        assert_eq!(text, "a&lt;\u{fffd}&#13;\n&gt;");
    }
}
