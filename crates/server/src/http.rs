//! HTTP around the door: bounded bodies, time limits, the paths that are not API calls, one answer for everything.

use crate::clock::Ambient;
use crate::data_dir::RootKey;
use crate::{operations, paths};
use bytes::Bytes;
use door::{Arrival, Door};
use http::header::{CONTENT_TYPE, HeaderValue};
use http::request::Parts;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use service::Node;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

/// Largest body of an API call.
const BODY_MOST: usize = 1024 * 1024;
/// How long a body may take to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(20);
/// How long an answer may take to be made.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);

/// Answers every request of a listener.
pub struct Front {
    door: Door,
    ambient: Arc<dyn Ambient>,
    root: RootKey,
}

impl Front {
    /// A front for this node; `root` is the key that an ephemeral server gets back when it is reset.
    pub fn new(node: Arc<Node>, ambient: Arc<dyn Ambient>, root: RootKey) -> Self {
        Self { door: Door::new(node, &operations::tables()), ambient, root }
    }

    /// Answers one request. The work goes on if the client hangs up: what was begun is finished or undone as a whole.
    pub async fn answer(self: Arc<Self>, request: Request<Incoming>, peer: SocketAddr) -> Response<Full<Bytes>> {
        let work = tokio::task::spawn_local(async move {
            let (parts, body) = request.into_parts();
            match read_body(body).await {
                Ok(body) => self.answer_whole(Rc::new(parts), body, peer).await,
                Err(status) => plain(status, ""),
            }
        });
        let answered = tokio::time::timeout(ANSWER_TIMEOUT, work).await;
        let response = match answered {
            Ok(Ok(response)) => response,
            Ok(Err(panicked)) => {
                tracing::error!(%panicked, "a request ended in a panic");
                plain(StatusCode::INTERNAL_SERVER_ERROR, "")
            }
            Err(_) => plain(StatusCode::SERVICE_UNAVAILABLE, ""),
        };
        response.map(Full::new)
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
        match self.door.answer(arrival).await {
            Some(response) => response,
            None => paths::answer(self.door.node(), &self.root, &arrival).await,
        }
    }
}

async fn read_body(body: Incoming) -> Result<Bytes, StatusCode> {
    match tokio::time::timeout(BODY_TIMEOUT, Limited::new(body, BODY_MOST).collect()).await {
        Ok(Ok(whole)) => Ok(whole.to_bytes()),
        Ok(Err(error)) if error.is::<http_body_util::LengthLimitError>() => Err(StatusCode::PAYLOAD_TOO_LARGE),
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
