//! A request as it stands at the door: its bytes, one reading of the clock, one seed.

use domain::{Region, Timestamp, new_id};
use http::header::{REFERER, USER_AGENT};
use http::request::Parts;
use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};
use service::RequestFacts;
use std::net::IpAddr;

/// What came in.
#[derive(Clone, Copy)]
pub struct Arrival<'a> {
    /// Method, URI and headers, untouched: the signature is over the raw bytes.
    pub parts: &'a Parts,
    /// The whole body.
    pub body: &'a [u8],
    /// The one reading of the clock.
    pub now: Timestamp,
    /// Fresh entropy; everything random about the request comes from it.
    pub seed: [u8; 32],
    /// Where it came from.
    pub source_ip: Option<IpAddr>,
    /// Whether the connection was encrypted.
    pub secure: bool,
}

impl Arrival<'_> {
    /// The request id, and the seed for everything else. The id is public, so the two share no bytes of the stream.
    pub fn identify(&self) -> (String, [u8; 32]) {
        let mut stream = ChaCha20Rng::from_seed(self.seed);
        let (mut id, mut seed) = ([0; 16], [0; 32]);
        stream.fill_bytes(&mut id);
        stream.fill_bytes(&mut seed);
        (new_id::uuid(id), seed)
    }

    /// The headers as the signature sees them.
    pub fn headers(&self) -> Vec<(&str, &[u8])> {
        self.parts.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect()
    }

    /// The request as the signature sees it.
    pub fn signed_view<'a>(&'a self, headers: &'a [(&'a str, &'a [u8])]) -> sigv4::Request<'a> {
        sigv4::Request {
            method: self.parts.method.as_str(),
            raw_path: self.parts.uri.path(),
            raw_query: self.parts.uri.query(),
            headers,
            body: sigv4::Payload::Bytes(self.body),
        }
    }

    /// What operations and policies may know of it.
    pub fn facts(&self, region: Option<&str>, default: &Region, seed: [u8; 32], request_id: &str) -> RequestFacts {
        let text = |name| self.parts.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        RequestFacts {
            request_id: request_id.to_owned(),
            now: self.now,
            seed,
            region: region.map_or_else(|| default.clone(), Region::from),
            source_ip: self.source_ip,
            user_agent: text(USER_AGENT),
            referer: text(REFERER),
            secure: self.secure,
            stray_session_token: wire::has_stray_session_token(self.parts),
        }
    }
}
