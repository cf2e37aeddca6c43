//! HTTP around the door: bounded bodies, time limits, the paths that are not API calls, one answer for everything.

use crate::clock::Ambient;
use crate::data_dir::RootKey;
use crate::detached::{self, Lost};
use crate::{operations, paths, s3_edge};
use bytes::Bytes;
use door::authorize::{self, ProxyTrust};
use door::{Arrival, Door};
use http::header::{CONTENT_TYPE, HeaderValue};
use http::request::Parts;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Either, Full, LengthLimitError, Limited};
use hyper::body::{Body, Incoming};
use s3::S3;
use service::Node;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Largest body of a request, unless it is signed for a service that may need more ([`Door::body_most`]).
const BODY_MOST: usize = 1024 * 1024;
/// How many requests with a larger body are worked on at the same time, by all workers together. One of 31 MB takes five
/// times its size for a moment (in pieces, in one piece, decoded, parsed), so this bounds what strangers can fill by
/// claiming a signature.
const LARGE_AT_ONCE: usize = 2;
/// How long a body may take to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(20);
/// How long an answer may take to be made.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);

/// Answers every request of a listener.
pub struct Front {
    door: Door,
    ambient: Arc<dyn Ambient>,
    root: RootKey,
    large: Arc<Semaphore>,
    s3: S3,
    proxies: ProxyTrust,
}

/// What goes out: a whole answer, or one that streams.
pub type Outgoing = Either<Full<Bytes>, s3::Body>;

impl Front {
    /// A front for this node; `root` is the key that an ephemeral server gets back when it is reset, `proxies` are those that
    /// may ask for authorisation.
    pub fn new(node: Arc<Node>, ambient: Arc<dyn Ambient>, root: RootKey, s3: S3, proxies: ProxyTrust) -> Self {
        let door = Door::new(node, &operations::tables());
        Self { door, ambient, root, large: Arc::new(Semaphore::new(LARGE_AT_ONCE)), s3, proxies }
    }

    /// Answers one request. The work goes on if the client hangs up: what was begun is finished or undone as a whole.
    pub async fn answer(self: Arc<Self>, request: Request<Incoming>, peer: SocketAddr) -> Response<Outgoing> {
        let (parts, body) = request.into_parts();
        if s3_edge::is_for_s3(&parts, self.s3.domains()) {
            return Box::pin(self.answer_s3(parts, body, peer)).await;
        }
        let response = match self.receive(&parts, body).await {
            Ok((body, seat)) => {
                let work = Box::pin(async move {
                    let response = self.answer_whole(Rc::new(parts), body, peer).await;
                    drop(seat);
                    response
                });
                detached::run(work, ANSWER_TIMEOUT).await.unwrap_or_else(|lost| match lost {
                    Lost::Panicked(panic) => {
                        tracing::error!(%panic, "a request ended in a panic");
                        plain(StatusCode::INTERNAL_SERVER_ERROR, "")
                    }
                    Lost::Late => plain(StatusCode::SERVICE_UNAVAILABLE, ""),
                })
            }
            Err(status) => plain(status, ""),
        };
        response.map(|whole| Either::Left(Full::new(whole)))
    }

    /// As long as something moves there is no limit to the time; whoever reads or writes a body gives up when nothing does.
    async fn answer_s3(self: Arc<Self>, parts: Parts, body: Incoming, peer: SocketAddr) -> Response<Outgoing> {
        let work = tokio::task::spawn_local(async move {
            let request = Request::from_parts(parts, body);
            s3_edge::answer(&self.s3, &*self.ambient, request, peer).await
        });
        match work.await {
            Ok(response) => response.map(Either::Right),
            Err(panicked) => {
                tracing::error!(%panicked, "a request ended in a panic");
                plain(StatusCode::INTERNAL_SERVER_ERROR, "").map(|whole| Either::Left(Full::new(whole)))
            }
        }
    }

    /// The whole body. A large one comes with its seat, which is kept until the answer is made.
    async fn receive(
        &self,
        parts: &Parts,
        body: Incoming,
    ) -> Result<(Bytes, Option<OwnedSemaphorePermit>), StatusCode> {
        let usual = body.size_hint().upper().is_some_and(|upper| upper <= BODY_MOST as u64);
        let most = if usual { BODY_MOST } else { self.door.body_most(parts, BODY_MOST) };
        if most == BODY_MOST || body.size_hint().lower() > most as u64 {
            return Ok((read_body(body, BODY_MOST).await?, None));
        }
        let seat = tokio::time::timeout(BODY_TIMEOUT, Arc::clone(&self.large).acquire_owned()).await;
        let Ok(Ok(seat)) = seat else { return Err(StatusCode::SERVICE_UNAVAILABLE) };
        Ok((read_body(body, most).await?, Some(seat)))
    }

    async fn answer_whole(&self, parts: Rc<Parts>, body: Bytes, peer: SocketAddr) -> Response<Bytes> {
        let arrival = Arrival {
            parts: &parts,
            body: &body,
            now: self.ambient.now(),
            seed: self.ambient.seed(),
            source_ip: Some(peer.ip()),
            secure: false,
        };
        // Before everything else: whatever a proxy's client signed or wrote, the proxy must not get another answer than this.
        if authorize::is_asked(parts.uri.path()) {
            return authorize::answer(self.door.node(), &self.proxies, arrival).await;
        }
        match self.door.answer(arrival).await {
            Some(response) => response,
            None => {
                let response = paths::answer(self.door.node(), &self.root, &arrival).await;
                if parts.uri.path() == paths::RESET && response.status().is_success() {
                    self.s3.reset().await;
                }
                response
            }
        }
    }
}

async fn read_body<B>(body: B, most: usize) -> Result<Bytes, StatusCode>
where
    B: Body,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    match tokio::time::timeout(BODY_TIMEOUT, Limited::new(body, most).collect()).await {
        Ok(Ok(whole)) => Ok(whole.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(StatusCode::PAYLOAD_TOO_LARGE),
        Ok(Err(_)) => Err(StatusCode::BAD_REQUEST),
        Err(_) => Err(StatusCode::REQUEST_TIMEOUT),
    }
}

/// A short plain answer.
pub fn plain(status: StatusCode, text: &'static str) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from_static(text.as_bytes()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use hyper::body::Frame;
    use std::convert::Infallible;
    use std::pin::Pin;
    use std::task::{Context, Poll};

    /// A body that arrives in pieces and does not say how long it is.
    struct Pieces(usize);

    impl Body for Pieces {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            let piece = self.0.checked_sub(1).map(|left| {
                self.0 = left;
                Ok(Frame::data(Bytes::from_static(b"abcd")))
            });
            Poll::Ready(piece)
        }
    }

    #[tokio::test]
    async fn a_body_that_is_too_long_is_refused_whether_or_not_it_says_its_length() {
        let whole = |length: usize| Full::new(Bytes::from(vec![b'a'; length]));
        let too_large = Err(StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(read_body(whole(8), 8).await.map(|body| body.len()), Ok(8));
        assert_eq!(read_body(whole(9), 8).await, too_large);
        assert_eq!(read_body(Pieces(2), 8).await.map(|body| body.len()), Ok(8));
        assert_eq!(read_body(Pieces(3), 8).await, too_large);
    }
}
