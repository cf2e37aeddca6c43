//! A body that is given up when nothing of it arrives for too long.

use crate::BodyFault;
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::Sleep;

/// A body of which nothing arrives for this long (at most twice as long) is given up.
pub const STALLED_AFTER: Duration = Duration::from_secs(30);

/// A body that ends in [`BodyFault::Stalled`] when it stops arriving, and in [`BodyFault::Lost`] when it breaks off.
pub struct Patient<B> {
    body: B,
    /// Runs while the body lets us wait.
    patience: Option<Pin<Box<Sleep>>>,
    /// Whether something arrived since `patience` began.
    moved: bool,
}

impl<B> Patient<B> {
    /// This body, within bounds.
    pub fn new(body: B) -> Self {
        Self { body, patience: None, moved: false }
    }

    /// Ready when nothing arrived for too long.
    fn poll_patience(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            let patience = self.patience.get_or_insert_with(|| Box::pin(tokio::time::sleep(STALLED_AFTER)));
            ready!(patience.as_mut().poll(cx));
            self.patience = None;
            if !std::mem::take(&mut self.moved) {
                return Poll::Ready(());
            }
        }
    }
}

impl<B> Body for Patient<B>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: std::fmt::Display,
{
    type Data = Bytes;
    type Error = BodyFault;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyFault>>> {
        let this = self.get_mut();
        match Pin::new(&mut this.body).poll_frame(cx) {
            Poll::Pending => this.poll_patience(cx).map(|()| Some(Err(BodyFault::Stalled))),
            Poll::Ready(frame) => {
                this.moved = true;
                Poll::Ready(frame.map(|frame| frame.map_err(|error| BodyFault::Lost(error.to_string()))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
