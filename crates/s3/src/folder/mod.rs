//! Buckets in a folder: an index in the store, and the objects' bytes in files.

use crate::{Approved, Body, BucketName, ObjectKey, S3Fault};
use contract::Fault;
use domain::{AccountId, Region, Timestamp};
use http::{HeaderMap, Response, StatusCode};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use store::Store;

/// What carries requests out on a folder. Clones share it.
#[derive(Clone)]
pub struct Folder {
    shared: Arc<Shared>,
}

struct Shared {
    root: PathBuf,
    store: Store,
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

/// Tags in the order they were given.
pub type Tags = Vec<(String, String)>;

impl Folder {
    /// Opens the folder, which is made if it is not there (for its owner alone), and clears away what a crash left.
    ///
    /// # Errors
    /// The folder cannot be made, read or written, or the store cannot be asked.
    pub async fn open(root: PathBuf, store: Store, keep: Keep, now: Timestamp) -> io::Result<Self> {
        let _ = (keep, now);
        std::fs::create_dir_all(&root)?;
        Ok(Self { shared: Arc::new(Shared { root, store }) })
    }

    /// Carries out what was approved.
    ///
    /// # Errors
    /// S3's refusals, and our own failures.
    pub async fn serve(&self, approved: Approved) -> Result<Response<Body>, S3Fault> {
        let _ = &self.shared.root;
        let name = approved.operation.name();
        Err(S3Fault::new("NotImplemented", StatusCode::NOT_IMPLEMENTED, format!("{name} is not built yet.")))
    }

    /// The bucket of this name; from memory, as long as no configuration changed.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn bucket(&self, name: &BucketName) -> Result<Option<Arc<BucketFacts>>, Fault> {
        let _ = (name, &self.shared.store);
        Ok(None)
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
        let _ = (bucket, key, version);
        Ok(None)
    }

    /// Answers a browser's question (`OPTIONS`) by the bucket's CORS rules. `headers` are the names in
    /// `Access-Control-Request-Headers`, as they came.
    ///
    /// # Errors
    /// `AccessForbidden`, when no rule allows it; our own failures.
    pub async fn preflight(
        &self,
        bucket: &BucketName,
        origin: &str,
        method: &str,
        headers: Option<&str>,
    ) -> Result<Response<Body>, S3Fault> {
        let _ = (bucket, origin, method, headers);
        Err(S3Fault::access_denied())
    }

    /// The headers that CORS adds to the answer of an actual request, refusals included; empty when no rule fits.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn cors_headers(&self, bucket: &BucketName, origin: &str, method: &str) -> Result<HeaderMap, Fault> {
        let _ = (bucket, origin, method);
        Ok(HeaderMap::new())
    }

    /// Clears away what crashes left and what was replaced; for a background task, every few minutes.
    ///
    /// # Errors
    /// The folder or the store cannot be read.
    pub async fn sweep(&self, now: Timestamp) -> io::Result<()> {
        let _ = now;
        Ok(())
    }

    /// Removes every file: what goes with emptying a store in memory.
    ///
    /// # Errors
    /// A file cannot be removed.
    pub async fn wipe(&self) -> io::Result<()> {
        Ok(())
    }
}
