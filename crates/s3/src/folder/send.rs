//! From content files to a body: read where blocking is allowed, one chunk ahead of whoever takes them.

use super::receive::blocking;
use crate::{Body, BodyFault};
use bytes::Bytes;
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt;
use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::task::{JoinHandle, spawn_blocking};

/// So many bytes are read at a time; two such chunks are in memory for each download.
const CHUNK: u64 = 512 * 1024;

/// Some bytes of a content file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Segment {
    /// The file.
    pub(super) path: PathBuf,
    /// The first byte, from 0.
    pub(super) start: u64,
    /// In bytes; not 0.
    pub(super) length: u64,
}

/// The bytes of all segments, in order. The first chunk is read before this returns.
///
/// # Errors
/// `NotFound`: the first file is gone, perhaps because the object was just replaced.
pub(super) async fn send(segments: Vec<Segment>) -> io::Result<Body> {
    let mut reader = Reader { segments: segments.into(), open: None };
    let left = reader.segments.iter().map(|segment| segment.length).sum();
    if left == 0 {
        return Ok(crate::body::empty());
    }
    let (first, reader) = blocking(move || reader.next().map(|bytes| (bytes, reader))).await?;
    if first.len() as u64 == left {
        return Ok(crate::body::full(first));
    }
    let reading = spawn_reading(reader);
    Ok(FileBody { ready: Some(first), reading: Some(reading), left }.boxed_unsync())
}

/// Reads segments one after the other.
struct Reader {
    segments: VecDeque<Segment>,
    open: Option<(File, u64)>,
}

impl Reader {
    /// The next bytes; empty at the end.
    fn next(&mut self) -> io::Result<Bytes> {
        let (mut file, left) = match self.open.take() {
            Some(open) => open,
            None => match self.segments.pop_front() {
                None => return Ok(Bytes::new()),
                Some(segment) => {
                    let mut file = File::open(&segment.path)?;
                    if segment.start > 0 {
                        file.seek(SeekFrom::Start(segment.start))?;
                    }
                    (file, segment.length)
                }
            },
        };
        let length = left.min(CHUNK);
        let mut bytes = Vec::with_capacity(usize::try_from(length).map_err(io::Error::other)?);
        // A file that is shorter than its row says is damaged: better no answer than a short one.
        if (&mut file).take(length).read_to_end(&mut bytes)? as u64 != length {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "a content file is too short"));
        }
        if left > length {
            self.open = Some((file, left - length));
        }
        Ok(Bytes::from(bytes))
    }
}

fn spawn_reading(mut reader: Reader) -> JoinHandle<io::Result<(Bytes, Reader)>> {
    spawn_blocking(move || reader.next().map(|bytes| (bytes, reader)))
}

struct FileBody {
    ready: Option<Bytes>,
    reading: Option<JoinHandle<io::Result<(Bytes, Reader)>>>,
    /// Bytes that were not taken yet.
    left: u64,
}

impl http_body::Body for FileBody {
    type Data = Bytes;
    type Error = BodyFault;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyFault>>> {
        let bytes = match self.ready.take() {
            Some(bytes) => bytes,
            None => {
                let Some(reading) = self.reading.as_mut() else { return Poll::Ready(None) };
                let read = ready!(Pin::new(reading).poll(cx));
                self.reading = None;
                match read.map_err(io::Error::other).flatten() {
                    Err(error) => return Poll::Ready(Some(Err(BodyFault::Lost(format!("a content file: {error}"))))),
                    Ok((bytes, reader)) => {
                        if self.left > bytes.len() as u64 {
                            self.reading = Some(spawn_reading(reader));
                        }
                        bytes
                    }
                }
            }
        };
        self.left = self.left.saturating_sub(bytes.len() as u64);
        Poll::Ready((!bytes.is_empty()).then(|| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
