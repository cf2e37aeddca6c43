//! Documents in bodies, read whole before anything is decided: within bounds of time and memory, since most callers are not yet
//! known to be allowed anything.

use crate::{Body, BodyFault, S3Fault, body};
use bytes::Bytes;
use gate::Caller;
use http::StatusCode;
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};

/// How long a document may take to arrive, however it trickles.
const ARRIVAL_MOST: Duration = Duration::from_secs(60);
/// Documents of more bytes, or of a length that is not said, are read a few at a time.
const SMALL: u64 = 64 * 1024;
/// So many of callers who signed.
const AT_ONCE: usize = 32;
/// And so many of strangers, who so cannot keep the others waiting.
const OF_STRANGERS_AT_ONCE: usize = 4;

/// Seats for readers of large documents.
pub(crate) struct Documents {
    signed: Semaphore,
    strangers: Semaphore,
}

impl Default for Documents {
    fn default() -> Self {
        Self { signed: Semaphore::new(AT_ONCE), strangers: Semaphore::new(OF_STRANGERS_AT_ONCE) }
    }
}

impl Documents {
    /// The whole body, and a seat if it is large: to be kept as long as the document is, unless the caller may.
    ///
    /// # Errors
    /// The body's own; `MaxMessageLengthExceeded` beyond `most` bytes; `RequestTimeout`.
    pub(crate) async fn read(
        &self,
        caller: &Caller,
        body: Body,
        length: Option<u64>,
        most: usize,
    ) -> Result<(Bytes, Option<SemaphorePermit<'_>>), S3Fault> {
        let large = most as u64 > SMALL && length.is_none_or(|length| length > SMALL);
        let seats = if matches!(caller, Caller::Anonymous) { &self.strangers } else { &self.signed };
        let read = async {
            // The seats are never taken away.
            let seat = if large { seats.acquire().await.ok() } else { None };
            Ok::<_, BodyFault>((body::whole(body, most).await?, seat))
        };
        tokio::time::timeout(ARRIVAL_MOST, read).await.unwrap_or(Err(BodyFault::Stalled)).map_err(too_long)
    }
}

/// A document that is longer than any honest one.
fn too_long(fault: BodyFault) -> S3Fault {
    match fault {
        BodyFault::TooLarge => {
            S3Fault::new("MaxMessageLengthExceeded", StatusCode::BAD_REQUEST, "Your request was too big.")
        }
        other => S3Fault::from(other),
    }
}
