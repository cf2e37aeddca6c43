//! What stands behind the guard: a folder on disk, or another S3 server.

use crate::decide::Lookup;
use crate::upstream::Upstream;
use crate::{Approved, Body, BucketName, Folder, ObjectKey, S3Fault};
use domain::{AccountId, Timestamp};
use http::{Method, Response};
use service::{LocalBoxFuture, Node};

/// What carries requests out.
#[derive(Clone)]
pub enum Backend {
    /// Files of our own.
    Folder(Folder),
    /// A server behind us.
    Upstream(Upstream),
}

impl Backend {
    /// Clears away what crashes left; for a background task, every few minutes.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub async fn sweep(&self, now: Timestamp) -> std::io::Result<()> {
        match self {
            Self::Folder(folder) => folder.sweep(now).await,
            Self::Upstream(_) => Ok(()),
        }
    }

    /// Carries out what was approved.
    ///
    /// # Errors
    /// S3's refusals, and failures.
    pub(crate) async fn serve(&self, method: Method, approved: Approved) -> Result<Response<Body>, S3Fault> {
        match self {
            Self::Folder(folder) => folder.serve(approved).await,
            Self::Upstream(upstream) => upstream.serve(method, approved).await,
        }
    }
}

/// What decisions ask of it.
pub(crate) struct Look<'a> {
    backend: &'a Backend,
    node: &'a Node,
    now: Timestamp,
}

impl<'a> Look<'a> {
    pub(crate) fn new(backend: &'a Backend, node: &'a Node, now: Timestamp) -> Self {
        Self { backend, node, now }
    }
}

impl Lookup for Look<'_> {
    fn owner<'a>(&'a self, bucket: &'a BucketName) -> LocalBoxFuture<'a, Result<Option<AccountId>, S3Fault>> {
        Box::pin(async move {
            match self.backend {
                Backend::Folder(folder) => Ok(folder.bucket(bucket).await?.map(|facts| facts.account.clone())),
                // The server behind us is this account's; whether it has the bucket, it says itself.
                Backend::Upstream(_) => Ok(Some(self.node.account.clone())),
            }
        })
    }

    fn tags<'a>(
        &'a self,
        bucket: &'a BucketName,
        key: &'a ObjectKey,
        version: Option<&'a str>,
    ) -> LocalBoxFuture<'a, Result<Option<Vec<(String, String)>>, S3Fault>> {
        Box::pin(async move {
            match self.backend {
                Backend::Folder(folder) => Ok(folder.object_tags(bucket, key, version).await?),
                Backend::Upstream(upstream) => upstream.object_tags(bucket, key, version, self.now).await,
            }
        })
    }
}
