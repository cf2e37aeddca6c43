//! What a service accepts: scope, clock skew, path and payload treatment, and the bounds on any request.

/// What one service accepts.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'r> {
    /// Signing names accepted in the scope; the first one is named in refusals.
    pub services: &'r [&'r str],
    /// Regions accepted in the scope.
    pub region: RegionRule<'r>,
    /// How far the request's time may be from ours, either way, in seconds.
    pub skew_seconds: u32,
    /// How the path enters the canonical request.
    pub path: PathRule,
    /// How the body enters the canonical request.
    pub payload: PayloadRule,
    /// How long a presigned URL is good.
    pub presigned: PresignedRule,
}

/// Fifteen minutes, for every service (spec/sts-and-iam.md E1 "Skew"; JSON services included, E2).
pub const SKEW_SECONDS: u32 = 900;

/// One week: the longest a presigned S3 URL can be good for.
pub const MAX_EXPIRES_SECONDS: u32 = 604_800;

impl<'r> Rules<'r> {
    /// Query and JSON services (STS, IAM, Cognito): the body is always hashed, and a presigned URL is good for the
    /// ordinary fifteen minutes whatever `X-Amz-Expires` says (spec/sts-and-iam.md B10).
    pub const fn service(services: &'r [&'r str], region: RegionRule<'r>) -> Self {
        Rules {
            services,
            region,
            skew_seconds: SKEW_SECONDS,
            path: PathRule::Normalised,
            payload: PayloadRule::Hashed,
            presigned: PresignedRule::Window,
        }
    }

    /// S3: the path is a key and never normalised, `x-amz-content-sha256` is taken at its word by the signature, and
    /// a presigned URL is good for `X-Amz-Expires` seconds.
    pub const fn s3(region: RegionRule<'r>) -> Self {
        Rules {
            services: &["s3"],
            region,
            skew_seconds: SKEW_SECONDS,
            path: PathRule::Key,
            payload: PayloadRule::Declared,
            presigned: PresignedRule::Expires { max_seconds: MAX_EXPIRES_SECONDS },
        }
    }
}

/// Which regions a scope may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegionRule<'r> {
    /// Any well-formed region: up to 64 letters, digits and hyphens.
    Any,
    /// Exactly this one (IAM is global and signed for `us-east-1`).
    Only(&'r str),
}

/// How a path becomes the canonical URI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathRule {
    /// Every service but S3: dot segments and empty segments removed, then the raw path encoded once more.
    Normalised,
    /// S3: segments as they are, in canonical encoding. `%2F` inside a segment stays distinct from `/`.
    Key,
}

/// How a body becomes the last line of the canonical request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PayloadRule {
    /// SHA-256 of the body, whatever headers say. `UNSIGNED-PAYLOAD` does not exist here.
    Hashed,
    /// S3: the value of `x-amz-content-sha256`, `UNSIGNED-PAYLOAD` for a presigned URL without one.
    Declared,
}

/// How long a presigned URL is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PresignedRule {
    /// As long as a signed header would be; `X-Amz-Expires` is not looked at.
    Window,
    /// From `X-Amz-Date` for `X-Amz-Expires` seconds, which must be given and lie between 1 and `max_seconds`.
    Expires {
        /// The largest value accepted, in seconds.
        max_seconds: u32,
    },
}

/// The `x-amz-*` headers that may be present without being signed: they inform and decide nothing. Browsers' and
/// PHP's SDKs leave out the user agent, and a CDN adds its id on the way.
pub const MAY_TRAVEL_UNSIGNED: &[&str] = &["x-amz-user-agent", "x-amz-cf-id"];

/// The same for presigned URLs: SDKs leave this one to the moment of use; it asks for checksums in the answer.
pub const MAY_TRAVEL_UNSIGNED_PRESIGNED: &[&str] = &["x-amz-checksum-mode"];

/// Most headers considered in one request.
pub const MAX_HEADERS: usize = 256;
/// Most bytes of header names and values together.
pub const MAX_HEADER_BYTES: usize = 128 * 1024;
/// Most bytes of path and query together (HTTP libraries stop at 64 KiB too).
pub const MAX_URI_BYTES: usize = 64 * 1024;
/// Most `name=value` pairs in a query.
pub const MAX_QUERY_PAIRS: usize = 2048;
