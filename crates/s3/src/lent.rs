//! A body that comes back if nobody reads it to its end, so that its connection can be put in order.

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

/// A body that was lent out.
pub(crate) struct Lent<B> {
    /// `None`: it is at its end, or broken.
    body: Option<B>,
    home: Arc<Mutex<Option<B>>>,
}

/// Where it comes back to.
pub(crate) struct Home<B>(Arc<Mutex<Option<B>>>);

impl<B> Lent<B> {
    /// Lends a body out.
    pub(crate) fn new(body: B) -> (Self, Home<B>) {
        let home = Arc::new(Mutex::new(None));
        (Self { body: Some(body), home: Arc::clone(&home) }, Home(home))
    }
}

impl<B> Home<B> {
    /// What came back.
    pub(crate) fn take(&self) -> Option<B> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl<B> Drop for Lent<B> {
    fn drop(&mut self) {
        *self.home.lock().unwrap_or_else(PoisonError::into_inner) = self.body.take();
    }
}

impl<B: Body<Data = Bytes> + Unpin> Body for Lent<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let Some(body) = &mut self.body else { return Poll::Ready(None) };
        let frame = Pin::new(body).poll_frame(cx);
        if matches!(frame, Poll::Ready(None | Some(Err(_)))) {
            self.body = None;
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map(Body::size_hint).unwrap_or_else(|| SizeHint::with_exact(0))
    }
}
