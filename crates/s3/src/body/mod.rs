//! The body of a request, from what arrives to what was meant: decoded and verified as it streams, in constant memory.

mod chunks;
mod decoder;
mod digests;
mod fault;
mod patient;
mod promise;

pub(crate) use digests::{Algorithm, Digest};
pub use patient::{Patient, STALLED_AFTER};
pub use promise::{BODY_MOST, Promise};

use crate::{Body, BodyFault};
use bytes::{Buf, Bytes, BytesMut};
use decoder::Decoder;
use http::HeaderMap;
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt;
use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// The body as it was promised; it ends in a fault if it is another. Its last bytes are given out only when everything
/// that was promised turned out true, so whoever counts on the length cannot take a false body for a whole one.
pub fn decode<B>(promise: Promise, body: B) -> Body
where
    B: http_body::Body<Data = Bytes> + Send + Unpin + 'static,
    B::Error: std::fmt::Display,
{
    let decoded = Decoded {
        body: Patient::new(body),
        decoder: promise.decoder,
        length: promise.length,
        ready: VecDeque::new(),
        state: State::Reading,
    };
    decoded.boxed_unsync()
}

/// A body without a byte.
pub fn empty() -> Body {
    http_body_util::Empty::new().map_err(|never| match never {}).boxed_unsync()
}

/// A body of these bytes.
pub fn full(bytes: impl Into<Bytes>) -> Body {
    http_body_util::Full::new(bytes.into()).map_err(|never| match never {}).boxed_unsync()
}

/// The whole of a body that should be small, such as a document.
///
/// # Errors
/// The body's own, and [`BodyFault::TooLarge`] beyond `most` bytes.
pub async fn whole(mut body: Body, most: usize) -> Result<Bytes, BodyFault> {
    let mut whole = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else { continue };
        if whole.len() + data.remaining() > most {
            return Err(BodyFault::TooLarge);
        }
        whole.extend_from_slice(&data);
    }
    Ok(whole.freeze())
}

struct Decoded<B> {
    body: Patient<B>,
    decoder: Decoder,
    length: Option<u64>,
    ready: VecDeque<Bytes>,
    state: State,
}

enum State {
    Reading,
    /// Everything held; these are the trailers.
    Held(HeaderMap),
    Over,
}

impl<B> http_body::Body for Decoded<B>
where
    B: http_body::Body<Data = Bytes> + Unpin,
    B::Error: std::fmt::Display,
{
    type Data = Bytes;
    type Error = BodyFault;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyFault>>> {
        let this = self.get_mut();
        loop {
            let spare = match this.state {
                State::Reading => 1,
                State::Held(_) | State::Over => 0,
            };
            if this.ready.len() > spare
                && let Some(piece) = this.ready.pop_front()
            {
                return Poll::Ready(Some(Ok(Frame::data(piece))));
            }
            match std::mem::replace(&mut this.state, State::Over) {
                State::Over => return Poll::Ready(None),
                State::Held(trailers) if trailers.is_empty() => return Poll::Ready(None),
                State::Held(trailers) => return Poll::Ready(Some(Ok(Frame::trailers(trailers)))),
                State::Reading => this.state = State::Reading,
            }
            if let Err(fault) = ready!(this.poll_input(cx)) {
                this.state = State::Over;
                this.ready.clear();
                return Poll::Ready(Some(Err(fault)));
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self.state, State::Over) && self.ready.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        let waiting: u64 = self.ready.iter().map(|piece| piece.len() as u64).sum();
        match (&self.state, self.length) {
            (State::Reading, Some(length)) => {
                SizeHint::with_exact(length.saturating_sub(self.decoder.passed()) + waiting)
            }
            (State::Reading, None) => SizeHint::default(),
            (State::Held(_) | State::Over, _) => SizeHint::with_exact(waiting),
        }
    }
}

impl<B> Decoded<B>
where
    B: http_body::Body<Data = Bytes> + Unpin,
    B::Error: std::fmt::Display,
{
    /// Takes one piece of input, or its end.
    fn poll_input(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BodyFault>> {
        Poll::Ready(match ready!(http_body::Body::poll_frame(Pin::new(&mut self.body), cx)) {
            None => self.decoder.end().map(|trailers| self.state = State::Held(trailers)),
            Some(Err(BodyFault::Lost(error))) => {
                tracing::debug!(%error, "a body broke off");
                Err(BodyFault::Length)
            }
            Some(Err(fault)) => Err(fault),
            // Trailers of HTTP itself mean nothing to S3.
            Some(Ok(frame)) => match frame.into_data() {
                Ok(data) => self.decoder.push(data, &mut self.ready),
                Err(_) => Ok(()),
            },
        })
    }
}
