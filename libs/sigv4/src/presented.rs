//! What a signed request presents: who signed, for where and when, over which headers.

use std::borrow::Cow;
use std::fmt;

use crate::payload::PayloadClaim;
use crate::rules::PathRule;
use crate::time::Timestamp;

/// The signature of a request, read and found plausible, but **not verified**: pass it to [`crate::verify`] with the
/// same request. Made by [`crate::parse`] only.
#[derive(Clone)]
pub struct Presented<'a> {
    pub(crate) placement: Placement,
    /// `keyid/date/region/service/aws4_request`, known to have five elements.
    pub(crate) credential: Cow<'a, str>,
    pub(crate) signature: Cow<'a, str>,
    pub(crate) session_token: Option<Cow<'a, str>>,
    /// Lower case, sorted, without repetition, joined by `;`.
    pub(crate) signed_headers: String,
    pub(crate) requested: Timestamp,
    pub(crate) expires_seconds: Option<u32>,
    pub(crate) claim: Option<PayloadClaim>,
    pub(crate) path: PathRule,
}

/// Where the signature stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placement {
    /// In the `Authorization` header.
    Header,
    /// In the query: a presigned URL.
    Presigned,
}

impl Presented<'_> {
    /// Where the signature stands.
    pub fn placement(&self) -> Placement {
        self.placement
    }

    /// The access key id whose secret signed.
    pub fn access_key_id(&self) -> &str {
        self.element(0)
    }

    /// The scope's date, `20260102`; the same day as [`Presented::requested`].
    pub fn date(&self) -> &str {
        self.element(1)
    }

    /// The scope's region.
    pub fn region(&self) -> &str {
        self.element(2)
    }

    /// The scope's service.
    pub fn service(&self) -> &str {
        self.element(3)
    }

    /// `date/region/service/aws4_request`.
    pub fn scope(&self) -> &str {
        self.credential.split_once('/').map_or("", |(_, scope)| scope)
    }

    /// The session token, covered by the signature. A secret of sorts: not for logs.
    pub fn session_token(&self) -> Option<&str> {
        self.session_token.as_deref()
    }

    /// The names of the signed headers: lower case, sorted.
    pub fn signed_headers(&self) -> impl Iterator<Item = &str> {
        self.signed_headers.split(';')
    }

    /// Whether a header is covered by the signature. `name` in any case.
    pub fn is_signed(&self, name: &str) -> bool {
        self.signed_headers().any(|signed| signed.eq_ignore_ascii_case(name))
    }

    /// The signature: lower-case hex if it is one at all.
    pub fn signature(&self) -> &str {
        &self.signature
    }

    /// When it was signed, by the client's word (`X-Amz-Date` or `Date`).
    pub fn requested(&self) -> Timestamp {
        self.requested
    }

    /// `X-Amz-Expires` in seconds, for a presigned URL that has a readable one.
    pub fn expires_seconds(&self) -> Option<u32> {
        self.expires_seconds
    }

    /// What the signature says about the body, under [`crate::PayloadRule::Declared`]; `None` where the body is
    /// always hashed.
    pub fn payload_claim(&self) -> Option<PayloadClaim> {
        self.claim
    }

    fn element(&self, index: usize) -> &str {
        self.credential.split('/').nth(index).unwrap_or_default()
    }

    /// The same, without borrowing from the request.
    pub fn into_owned(self) -> Presented<'static> {
        Presented {
            placement: self.placement,
            credential: Cow::Owned(self.credential.into_owned()),
            signature: Cow::Owned(self.signature.into_owned()),
            session_token: self.session_token.map(|token| Cow::Owned(token.into_owned())),
            signed_headers: self.signed_headers,
            requested: self.requested,
            expires_seconds: self.expires_seconds,
            claim: self.claim,
            path: self.path,
        }
    }
}

/// Without the session token and the signature.
impl fmt::Debug for Presented<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Presented")
            .field("placement", &self.placement)
            .field("credential", &self.credential)
            .field("signed_headers", &self.signed_headers)
            .field("requested", &self.requested)
            .field("expires_seconds", &self.expires_seconds)
            .field("has_session_token", &self.session_token.is_some())
            .field("claim", &self.claim)
            .finish_non_exhaustive()
    }
}
