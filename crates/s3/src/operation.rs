//! The operations of S3, and how a request names one.

/// An operation of S3, named as the API names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    /// `GET /`.
    ListBuckets,
    /// `GET /BUCKET/KEY`.
    GetObject,
}

impl Operation {
    /// The API's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::ListBuckets => "ListBuckets",
            Self::GetObject => "GetObject",
        }
    }
}
