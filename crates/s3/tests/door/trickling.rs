//! Bodies that come by the byte.

use crate::stage::Stage;
use bytes::Bytes;
use http_body::Frame;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::Interval;

/// A byte every ten seconds: never still for long, never done.
struct Trickle(Interval);

impl http_body::Body for Trickle {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        ready!(self.0.poll_tick(cx));
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b" ")))))
    }
}

#[tokio::test]
async fn a_document_that_trickles_is_given_up() {
    let stage = Stage::folder().await;
    tokio::time::pause();
    for length in [None, Some("100000")] {
        let mut request = http::Request::builder().method("POST").uri("/app?delete").header("host", "localhost");
        if let Some(length) = length {
            request = request.header("content-length", length);
        }
        let body = Trickle(tokio::time::interval(Duration::from_secs(10)));
        assert_eq!(stage.take(request.body(()).unwrap(), body).await.told(), "400 RequestTimeout");
    }
}
