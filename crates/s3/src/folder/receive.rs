//! From a body to a content file: in constant memory, written and hashed where blocking is allowed.

use super::checksum::Algorithm;
use super::content_id::ContentId;
use super::files::{Files, Incoming, Settled, Written};
use crate::{Body, BucketName, S3Fault};
use bytes::Buf;
use http::HeaderMap;
use http_body_util::BodyExt;
use std::io;
use std::sync::Arc;
use tokio::task::{JoinHandle, spawn_blocking};

/// So many bytes are handed over at a time; two such buffers are in use for each upload.
const BATCH: usize = 1024 * 1024;

/// What arrived: in its place, named by no row yet.
pub(super) struct Received {
    pub(super) written: Written,
    pub(super) settled: Settled,
    /// The body's trailers.
    pub(super) trailers: HeaderMap,
}

/// Writes the whole body to a content file.
///
/// # Errors
/// The body's own faults, what `check` says of the whole, and failures of the disk. Nothing is left behind then.
pub(super) async fn receive(
    files: &Arc<Files>,
    bucket: &BucketName,
    id: ContentId,
    algorithm: Algorithm,
    mut body: Body,
    check: impl FnOnce(&Written, &HeaderMap) -> Result<(), S3Fault> + Send + 'static,
) -> Result<Received, S3Fault> {
    let incoming = Incoming::new(Arc::clone(files), bucket.clone(), id, algorithm);
    let mut writer = Writer::Idle(Box::new(incoming));
    let mut trailers = HeaderMap::new();
    let mut batch = Vec::new();
    while let Some(frame) = body.frame().await {
        match frame?.into_data() {
            Ok(mut data) => {
                while data.has_remaining() {
                    let chunk = data.chunk();
                    batch.extend_from_slice(chunk);
                    let length = chunk.len();
                    data.advance(length);
                }
                if batch.len() >= BATCH {
                    let (next, buffer) = writer.write(batch).await.map_err(disk)?;
                    (writer, batch) = (next, buffer);
                }
            }
            Err(frame) => {
                if let Ok(found) = frame.into_trailers() {
                    trailers.extend(found);
                }
            }
        }
    }
    writer.finish(batch, trailers, check).await
}

/// A file that is written while the next bytes arrive.
enum Writer {
    Idle(Box<Incoming>),
    Busy(JoinHandle<io::Result<Batch>>),
}

/// A file, and the buffer of the batch that was written to it last.
type Batch = (Box<Incoming>, Vec<u8>);

impl Writer {
    /// Hands a batch over, once the one before is written; answers a buffer for the next.
    async fn write(self, batch: Vec<u8>) -> io::Result<(Self, Vec<u8>)> {
        let (mut incoming, mut buffer) = self.idle().await?;
        let busy = spawn_blocking(move || {
            incoming.write(&batch)?;
            Ok((incoming, batch))
        });
        buffer.clear();
        buffer.reserve(BATCH);
        Ok((Self::Busy(busy), buffer))
    }

    /// Writes the rest, and puts the file in its place if `check` agrees.
    async fn finish(
        self,
        rest: Vec<u8>,
        trailers: HeaderMap,
        check: impl FnOnce(&Written, &HeaderMap) -> Result<(), S3Fault> + Send + 'static,
    ) -> Result<Received, S3Fault> {
        let (mut incoming, _) = self.idle().await.map_err(disk)?;
        let work = spawn_blocking(move || {
            incoming.write(&rest).map_err(disk)?;
            let written = incoming.finish().map_err(disk)?;
            check(&written, &trailers)?;
            let settled = incoming.settle().map_err(disk)?;
            Ok(Received { written, settled, trailers })
        });
        work.await.map_err(|error| S3Fault::internal(error.to_string()))?
    }

    async fn idle(self) -> io::Result<Batch> {
        match self {
            Self::Idle(incoming) => Ok((incoming, Vec::new())),
            Self::Busy(busy) => join(busy).await,
        }
    }
}

/// A failure of the disk: for the log, not for the client.
pub(super) fn disk(error: io::Error) -> S3Fault {
    S3Fault::internal(format!("a content file: {error}"))
}

/// Runs what blocks; a panic there is a failure here.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    join(spawn_blocking(work)).await
}

async fn join<T>(task: JoinHandle<io::Result<T>>) -> io::Result<T> {
    task.await.map_err(io::Error::other)?
}
