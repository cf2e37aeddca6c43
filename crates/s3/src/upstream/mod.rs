//! An S3 server behind us: what was approved is signed anew with our own credentials and passed on, bytes streaming both ways.

mod address;
mod answer;
mod connect;
mod headers;
mod reframe;
mod send;
mod undecided;

pub use address::Address;

use crate::body::{empty, full};
use crate::folder::Tags;
use crate::xml::Element;
use crate::{Approved, Body, BucketName, ObjectKey, S3Fault, Target};
use bytes::Bytes;
use domain::secret::SecretText;
use domain::{Region, Timestamp};
use http::header::{ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, HeaderMap, HeaderValue, ORIGIN};
use http::{Method, Response, StatusCode};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::thread::ThreadId;

/// Where the server behind us is, and who we are to it.
#[derive(Clone, Debug)]
pub struct UpstreamSettings {
    /// Where it is.
    pub address: Address,
    /// Our access key there.
    pub access_key_id: String,
    /// Its secret.
    pub secret_access_key: SecretText,
    /// The token, if the key is a temporary one.
    pub session_token: Option<SecretText>,
    /// The region signed for.
    pub region: Region,
    /// Certificates to trust beside the public roots, PEM; usually none.
    pub authorities_pem: Vec<u8>,
}

/// What carries requests out on a server behind us. Clones share it.
#[derive(Clone)]
pub struct Upstream {
    shared: Arc<Shared>,
}

struct Shared {
    settings: UpstreamSettings,
    tls: tokio_rustls::TlsConnector,
    /// One pool of connections for each worker, since a connection lives on the thread that opened it.
    clients: Mutex<HashMap<ThreadId, connect::Client>>,
}

/// A request to the server behind us, before it is signed.
pub(crate) struct Outgoing {
    method: Method,
    target: Target,
    /// Decoded.
    query: Vec<(String, String)>,
    headers: HeaderMap,
    body: Body,
    length: Option<u64>,
    /// The trailer that the body ends with.
    trailer: Option<HeaderValue>,
    now: Timestamp,
}

impl Upstream {
    /// Connects to nothing yet.
    ///
    /// # Errors
    /// The extra authorities cannot be read.
    pub fn new(settings: UpstreamSettings) -> Result<Self, String> {
        let tls = connect::tls(&settings.authorities_pem)?;
        Ok(Self { shared: Arc::new(Shared { settings, tls, clients: Mutex::default() }) })
    }

    /// Where the server behind us is.
    pub fn address(&self) -> &Address {
        &self.shared.settings.address
    }

    /// Carries out what was approved, and passes the answer on, refusals included.
    ///
    /// # Errors
    /// The body is not what was promised; the server behind us cannot be reached, or says nothing.
    pub async fn serve(&self, method: Method, approved: Approved) -> Result<Response<Body>, S3Fault> {
        undecided::check(approved.operation)?;
        headers::check_keys(&approved.target, &approved.headers)?;
        let headers = headers::passed_on(&approved.headers)?;
        let query = approved.query.into_iter().filter(|(name, _)| name != "x-id").collect();
        let mut outgoing = plain(method, approved.target, query, headers, approved.now);
        if undecided::has_body(approved.operation, &outgoing.method) {
            outgoing.body = approved.body;
            outgoing.length = approved.length;
            outgoing.trailer = approved.headers.get("x-amz-trailer").cloned();
        }
        let response = self.send(outgoing).await?;
        answer::passed_on(response, &approved.request_id).await
    }

    /// Whether there is such a bucket.
    ///
    /// # Errors
    /// The server behind us cannot be reached, or does not tell.
    pub(crate) async fn has_bucket(&self, bucket: &BucketName, now: Timestamp) -> Result<bool, S3Fault> {
        let target = Target::Bucket(bucket.clone());
        let response = self.send(plain(Method::HEAD, target, Vec::new(), HeaderMap::new(), now)).await?;
        match response.status() {
            StatusCode::OK => Ok(true),
            StatusCode::NOT_FOUND => Ok(false),
            status => {
                Err(connect::unavailable(format!("whether a bucket is there: the server behind us says {status}")))
            }
        }
    }

    /// The tags of an object; `None`: there is no such object.
    ///
    /// # Errors
    /// The server behind us cannot be reached, or does not tell.
    pub async fn object_tags(
        &self,
        bucket: &BucketName,
        key: &ObjectKey,
        version: Option<&str>,
        now: Timestamp,
    ) -> Result<Option<Tags>, S3Fault> {
        /// 50 tags of 128 and 256 characters fit many times.
        const MOST: usize = 256 * 1024;
        let target = Target::Object(bucket.clone(), key.clone());
        headers::check_keys(&target, &HeaderMap::new())?;
        let mut query = vec![("tagging".to_owned(), String::new())];
        query.extend(version.map(|version| ("versionId".to_owned(), version.to_owned())));
        let response = self.send(plain(Method::GET, target, query, HeaderMap::new(), now)).await?;
        match response.status() {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND => return Ok(None),
            status => return Err(S3Fault::internal(format!("tags of an object: the server behind us says {status}"))),
        }
        let document = crate::body::whole(answer::body(response.into_body()), MOST).await?;
        let unreadable = |_| S3Fault::internal("the tags from the server behind us cannot be read");
        let root = Element::read(&document, "Tagging").map_err(unreadable)?;
        let mut tags = Tags::new();
        for tag in root.all("TagSet").flat_map(|set| set.all("Tag")) {
            let text = |name| tag.only(name).map(|text| text.unwrap_or_default().to_owned());
            tags.push((text("Key").map_err(unreadable)?, text("Value").map_err(unreadable)?));
        }
        Ok(Some(tags))
    }

    /// Asks the server behind us what it would answer a browser.
    ///
    /// # Errors
    /// As [`Upstream::serve`].
    pub async fn preflight(
        &self,
        target: Target,
        headers: &HeaderMap,
        request_id: &str,
        now: Timestamp,
    ) -> Result<Response<Body>, S3Fault> {
        headers::check_keys(&target, &HeaderMap::new())?;
        let asked = [ORIGIN, ACCESS_CONTROL_REQUEST_METHOD, ACCESS_CONTROL_REQUEST_HEADERS];
        let headers = asked.into_iter().filter_map(|name| Some((name.clone(), headers.get(&name)?.clone()))).collect();
        let response = self.send(plain(Method::OPTIONS, target, Vec::new(), headers, now)).await?;
        answer::passed_on(response, request_id).await
    }

    /// The same call with another document in its body, such as the keys that may be deleted.
    pub(crate) fn with_document(approved: &mut Approved, document: Bytes) {
        use base64::Engine;
        use md5::{Digest, Md5};
        let md5 = base64::engine::general_purpose::STANDARD.encode(Md5::digest(&document));
        let sums: Vec<_> =
            approved.headers.keys().filter(|name| name.as_str().starts_with("x-amz-checksum-")).cloned().collect();
        for name in sums {
            approved.headers.remove(name);
        }
        approved.headers.remove("x-amz-sdk-checksum-algorithm");
        approved.headers.remove("x-amz-trailer");
        // A digest in Base64 is a header's value.
        if let Ok(md5) = HeaderValue::from_str(&md5) {
            approved.headers.insert("content-md5", md5);
        }
        approved.length = Some(document.len() as u64);
        approved.body = full(document);
    }
}

/// A request without a body.
fn plain(method: Method, target: Target, query: Vec<(String, String)>, headers: HeaderMap, now: Timestamp) -> Outgoing {
    Outgoing { method, target, query, headers, body: empty(), length: Some(0), trailer: None, now }
}
