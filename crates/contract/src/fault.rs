//! The error an operation answers: AWS's code and sentence for the client, the cause for the log.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

/// An error on its way to the client.
pub struct Fault {
    /// The code on the wire, such as `ResourceNotFoundException` or `NoSuchEntity`.
    pub code: Cow<'static, str>,
    /// The HTTP status; 500 and above are the server's own faults.
    pub status: u16,
    /// The sentence for the client.
    pub message: Option<String>,
    /// Further members of the error, such as `reasonCode`.
    pub members: Vec<(&'static str, String)>,
    /// JSON services: whether the sentence is called `Message`, as in denials by the authorization layer
    /// (spec/identity-pools.md 1, "Error body").
    pub capital_message: bool,
    /// What happened underneath. For the log alone; it never reaches the client.
    pub cause: Option<Box<dyn Error + Send + Sync>>,
}

impl Fault {
    /// A fault with a sentence.
    pub fn new(code: impl Into<Cow<'static, str>>, status: u16, message: impl Into<String>) -> Self {
        Fault { message: Some(message.into()), ..Fault::bare(code, status) }
    }

    /// A fault with a code alone.
    pub fn bare(code: impl Into<Cow<'static, str>>, status: u16) -> Self {
        Fault { code: code.into(), status, message: None, members: Vec::new(), capital_message: false, cause: None }
    }

    /// Something broke on our side: 500, a sentence without details, and the cause for the log.
    pub fn internal(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Fault::new("InternalFailure", 500, "The request processing has failed because of an unknown error.")
            .with_cause(cause)
    }

    /// The same fault, with a further member.
    #[must_use]
    pub fn with_member(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.members.push((name, value.into()));
        self
    }

    /// The same fault, with its cause for the log.
    #[must_use]
    pub fn with_cause(mut self, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// The same fault, its sentence called `Message` in JSON.
    #[must_use]
    pub fn with_capital_message(mut self) -> Self {
        self.capital_message = true;
        self
    }

    /// Whether the fault is the server's own.
    pub fn is_server_fault(&self) -> bool {
        self.status >= 500
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.message {
            Some(message) => write!(f, "{}: {message}", self.code),
            None => f.write_str(&self.code),
        }
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {self}", self.status)?;
        match &self.cause {
            Some(cause) => write!(f, " (cause: {cause})"),
            None => Ok(()),
        }
    }
}

impl Error for Fault {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as &(dyn Error + 'static))
    }
}
