//! A refusal in S3's own words: code, status and message, written as XML.

use http::StatusCode;

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
}
