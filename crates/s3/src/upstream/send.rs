//! One exchange with the server behind us: signed, sent, and watched so that it cannot hang.

use super::reframe::{Reframed, value_length};
use super::{Outgoing, Upstream, connect, undecided};
use crate::{Body, BodyFault, S3Fault};
use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, HOST, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use http::{Method, Request, Response, StatusCode};
use http_body::{Body as _, Frame, SizeHint};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use sigv4::{ContentSha256, PathRule, Payload, PayloadClaim, Signing, SigningKey};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

/// An exchange in which nothing moves for this long (at most twice as long) is given up. An answer may take its time once the
/// body is there: a large upload is put together then.
const STILL_AFTER: Duration = Duration::from_secs(120);

impl Upstream {
    /// Sends a request and waits for the head of the answer.
    pub(super) async fn send(&self, mut outgoing: Outgoing) -> Result<Response<Incoming>, S3Fault> {
        let (host, path, query) = self.shared.settings.address.of(&outgoing.target, &outgoing.query);
        undecided::check_place(&outgoing.target, &host, &path)?;
        let url = self.shared.settings.address.url(&host, &path, query.as_deref());
        let url = url.map_err(|error| S3Fault::internal(format!("an address for the server behind us: {error}")))?;
        let (body, claim) = framed(&mut outgoing)?;
        let mut headers = outgoing.headers;
        headers.insert(HOST, header(&host)?);
        headers.insert(USER_AGENT, HeaderValue::from_static("sekisho"));
        let length = body.size_hint().exact();
        for (name, value) in self.signature(&outgoing.method, &path, query.as_deref(), &headers, claim, outgoing.now)? {
            let mut value = header(&value)?;
            value.set_sensitive(matches!(name.as_str(), "authorization" | "x-amz-security-token"));
            headers.insert(name, value);
        }
        if let Some(length) = length.filter(|length| *length > 0 || has_body(&outgoing.method)) {
            headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
        }
        let moved = Arc::new(AtomicU64::new(0));
        let mut request = Request::new(Watched { body, moved: Arc::clone(&moved) }.boxed_unsync());
        *request.method_mut() = outgoing.method;
        *request.uri_mut() = url;
        *request.headers_mut() = headers;
        tokio::select! {
            answer = self.client().request(request) => answer.map_err(|error| connect::fault(&error)),
            () = stillness(&moved) => Err(connect::unavailable("the server behind us does not answer")),
        }
    }

    /// The headers that sign the request. The preflight of a browser is not signed.
    fn signature(
        &self,
        method: &Method,
        path: &str,
        query: Option<&str>,
        headers: &HeaderMap,
        claim: PayloadClaim,
        now: domain::Timestamp,
    ) -> Result<Vec<(HeaderName, String)>, S3Fault> {
        if *method == Method::OPTIONS {
            return Ok(Vec::new());
        }
        let settings = &self.shared.settings;
        let view: Vec<(&str, &[u8])> = headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
        let request = sigv4::Request {
            method: method.as_str(),
            raw_path: path,
            raw_query: query,
            headers: &view,
            body: Payload::Unread,
        };
        let date = sigv4::Timestamp::from_ms(now.millis()).date();
        let secret = settings.secret_access_key.reveal().as_bytes();
        let key = SigningKey::derive(secret, &date, settings.region.as_str(), "s3");
        let signing = Signing {
            access_key_id: &settings.access_key_id,
            key: &key,
            session_token: settings.session_token.as_ref().map(|token| token.reveal()),
            region: settings.region.as_str(),
            service: "s3",
            now_ms: now.millis(),
            path: PathRule::Key,
            content_sha256: ContentSha256::Claim(claim),
        };
        let added = sigv4::sign_headers(&request, &signing);
        let added =
            added.map_err(|refusal| S3Fault::internal(format!("signing for the server behind us: {refusal}")))?;
        Ok(added.into_iter().map(|(name, value)| (HeaderName::from_static(name), value)).collect())
    }
}

/// The body as it goes over the wire, and what the signature says about it. Over TLS nobody can change it on the way; without,
/// the operator has chosen so.
fn framed(outgoing: &mut Outgoing) -> Result<(Body, PayloadClaim), S3Fault> {
    let body = std::mem::replace(&mut outgoing.body, crate::body::empty());
    let Some(length) = outgoing.length else {
        if !has_body(&outgoing.method) {
            return Ok((crate::body::empty(), PayloadClaim::Unsigned));
        }
        return Err(S3Fault::new(
            "MissingContentLength",
            StatusCode::LENGTH_REQUIRED,
            "You must provide the Content-Length HTTP header.",
        ));
    };
    let trailer = outgoing.trailer.take().and_then(|name| Some((value_length(&name)?, name)));
    let Some((value_length, name)) = trailer else { return Ok((body, PayloadClaim::Unsigned)) };
    let reframed = Reframed::new(body, length, name.clone(), value_length);
    let encoding = match outgoing.headers.get(CONTENT_ENCODING) {
        None => HeaderValue::from_static("aws-chunked"),
        Some(known) => header(&format!("aws-chunked,{}", known.to_str().unwrap_or_default()))?,
    };
    outgoing.headers.insert(CONTENT_ENCODING, encoding);
    outgoing.headers.insert("x-amz-decoded-content-length", HeaderValue::from(length));
    outgoing.headers.insert("x-amz-trailer", name);
    debug_assert_eq!(reframed.size_hint().exact(), Some(reframed.wire_length()));
    Ok((reframed.boxed_unsync(), PayloadClaim::StreamingUnsignedTrailer))
}

fn has_body(method: &Method) -> bool {
    matches!(*method, Method::PUT | Method::POST)
}

fn header(text: &str) -> Result<HeaderValue, S3Fault> {
    HeaderValue::from_str(text).map_err(|_| S3Fault::internal("a header for the server behind us is none"))
}

/// Ready when nothing moved for too long.
async fn stillness(moved: &AtomicU64) {
    let mut before = moved.load(Ordering::Relaxed);
    loop {
        tokio::time::sleep(STILL_AFTER).await;
        let after = moved.load(Ordering::Relaxed);
        if after == before {
            return;
        }
        before = after;
    }
}

/// A body of which somebody watches how far it is.
struct Watched {
    body: Body,
    moved: Arc<AtomicU64>,
}

impl http_body::Body for Watched {
    type Data = Bytes;
    type Error = BodyFault;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyFault>>> {
        let this = self.get_mut();
        let frame = Pin::new(&mut this.body).poll_frame(cx);
        if frame.is_ready() {
            this.moved.fetch_add(1, Ordering::Relaxed);
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
