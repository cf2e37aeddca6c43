//! Buckets in a folder: an index in the store, and the objects' bytes in files.
//!
//! A key never becomes part of a path: files have names of our own ([`content_id`]), and the index says which belongs to
//! which key. A file is on disk before its row is; a row is replaced and removed by a transaction that also notes the file it
//! leaves behind. So whatever dies, whenever: an object is there whole or not at all, and what is left over is found again
//! without looking through everything ([`sweep`]).
//!
//! The protocol is spoken here and not by the crate `s3s`: its reader of XML skips CDATA (a key that was permitted would not be
//! the key that is removed), refuses references to characters above U+FFFF, and its headers are stricter than S3's
//! (`Expires`, lists of ETags, several ranges). It would also find the operation a second time, by rules of its own; here the
//! operation that was approved is the one that is carried out.

mod buckets;
mod checksum;
mod conditions;
mod content_id;
mod cors;
mod document;
mod files;
mod listing;
mod metadata;
mod object;
mod ops;
mod owner;
mod range;
mod receive;
mod refusals;
mod send;
mod sweep;
mod tags;
mod times;
mod unbuilt;
mod upload;
mod visit;

pub use tags::Tags;

use crate::{Approved, Body, BucketName, ObjectKey, S3Fault};
use buckets::Buckets;
use contract::Fault;
use domain::{AccountId, Region, Timestamp};
use files::Files;
use http::Response;
use receive::blocking;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use store::Store;
use store::table::s3_objects;
use visit::Visit;

/// What carries requests out on a folder. Clones share it.
#[derive(Clone)]
pub struct Folder {
    shared: Arc<Shared>,
}

struct Shared {
    files: Arc<Files>,
    store: Store,
    buckets: Buckets,
    keep: Keep,
    /// Changes that may have left a file behind, counted.
    removals: AtomicU64,
}

/// What becomes of the files when the last clone of a [`Folder`] is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// They stay.
    Always,
    /// They go, with the folder: what belongs to a store in memory.
    WhileOpen,
}

/// What everybody may know of a bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketFacts {
    /// Whose it is.
    pub account: AccountId,
    /// Where it was made.
    pub region: Region,
    /// When it was made.
    pub created: Timestamp,
}

impl Folder {
    /// Opens the folder, which is made if it is not there (for its owner alone), and clears away what a crash left. Several
    /// nodes may open one folder, on a file system that they share, with one store.
    ///
    /// # Errors
    /// The folder cannot be made, read or written, or the store cannot be asked.
    pub async fn open(root: PathBuf, store: Store, keep: Keep, now: Timestamp) -> io::Result<Self> {
        let files = Arc::new(blocking(move || Files::open(root)).await?);
        let shared = Shared { files, store, buckets: Buckets::new(), keep, removals: AtomicU64::new(0) };
        let folder = Self { shared: Arc::new(shared) };
        folder.sweep(now).await?;
        Ok(folder)
    }

    /// Carries out what was approved. CORS headers are for the caller to add, to refusals too: [`Folder::cors_headers`].
    ///
    /// # Errors
    /// S3's refusals, and our own failures.
    pub async fn serve(&self, approved: Approved) -> Result<Response<Body>, S3Fault> {
        let (visit, body) = Visit::new(self.clone(), approved);
        ops::run(&visit, body).await
    }

    /// The bucket of this name; from memory, as long as no configuration changed.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn bucket(&self, name: &BucketName) -> Result<Option<Arc<BucketFacts>>, Fault> {
        let found = self.shared.buckets.find(&self.shared.store, name).await?;
        Ok(found.map(|bucket| Arc::clone(&bucket.facts)))
    }

    /// The tags of an object; `None`: there is no such object. `version` is the request's `versionId`.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn object_tags(
        &self,
        bucket: &BucketName,
        key: &ObjectKey,
        version: Option<&str>,
    ) -> Result<Option<Tags>, Fault> {
        if !matches!(version, None | Some("null")) {
            return Ok(None);
        }
        let (name, key) = (bucket.as_str(), key.as_str().as_bytes());
        let object = self.shared.store.read(async |tx| s3_objects::find(tx, name, key).await).await?;
        let tags = object.map(|object| object.tags.as_deref().map(tags::read).transpose());
        Ok(tags.transpose()?.map(Option::unwrap_or_default))
    }

    /// Removes every file: what goes with emptying a store in memory.
    ///
    /// # Errors
    /// A file cannot be removed.
    pub async fn wipe(&self) -> io::Result<()> {
        let files = Arc::clone(&self.shared.files);
        blocking(move || files.wipe()).await
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        if self.keep == Keep::WhileOpen
            && let Err(error) = self.files.remove_all()
        {
            tracing::warn!(%error, "the folder of the buckets could not be removed");
        }
    }
}

impl std::fmt::Debug for Folder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Folder").field("files", &self.shared.files).finish_non_exhaustive()
    }
}
