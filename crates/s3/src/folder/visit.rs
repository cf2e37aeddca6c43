//! What an operation on the folder is given: the approved request, read.

use super::buckets::Bucket;
use super::content_id::ContentId;
use super::files::Files;
use super::{Folder, refusals};
use crate::call::CopySource;
use crate::{Approved, Body, BucketName, ObjectKey, Operation, S3Fault, Target};
use domain::{AccountId, Region, Timestamp};
use http::{HeaderMap, Response, StatusCode};
use std::sync::Arc;
use store::{StoreError, Tx};

/// What an operation answers.
pub(super) type Answer = Result<Response<Body>, S3Fault>;

/// An approved request without its body.
pub(super) struct Visit {
    pub(super) folder: Folder,
    pub(super) operation: Operation,
    pub(super) account: Option<AccountId>,
    pub(super) region: Region,
    pub(super) now: Timestamp,
    /// The body's length in bytes, if it is known.
    pub(super) length: Option<u64>,
    pub(super) headers: HeaderMap,
    target: Target,
    query: Vec<(String, String)>,
    seed: [u8; 32],
}

impl Visit {
    /// Takes the body off.
    pub(super) fn new(folder: Folder, approved: Approved) -> (Self, Body) {
        let Approved { operation, target, query, headers, body, length, account, region, now, seed, request_id: _ } =
            approved;
        (Self { folder, operation, account, region, now, length, headers, target, query, seed }, body)
    }

    /// The folder's files.
    pub(super) fn files(&self) -> &Arc<Files> {
        &self.folder.shared.files
    }

    /// The bucket's name.
    pub(super) fn bucket_name(&self) -> Result<&BucketName, S3Fault> {
        self.target.bucket().ok_or_else(|| S3Fault::internal("an operation on a bucket without a bucket"))
    }

    /// The key.
    pub(super) fn key(&self) -> Result<&ObjectKey, S3Fault> {
        self.target.key().ok_or_else(|| S3Fault::internal("an operation on an object without a key"))
    }

    /// The bucket.
    ///
    /// # Errors
    /// `NoSuchBucket`; `AccessDenied` when the caller expects another owner.
    pub(super) async fn bucket(&self) -> Result<Arc<Bucket>, S3Fault> {
        let bucket = self.bucket_named(self.bucket_name()?).await?;
        expect_owner(&bucket, self.header("x-amz-expected-bucket-owner"))?;
        Ok(bucket)
    }

    /// The bucket of this name.
    ///
    /// # Errors
    /// `NoSuchBucket`.
    pub(super) async fn bucket_named(&self, name: &BucketName) -> Result<Arc<Bucket>, S3Fault> {
        let found = self.folder.shared.buckets.find(&self.folder.shared.store, name).await?;
        found.ok_or_else(|| S3Fault::no_such_bucket(name.as_str()))
    }

    /// A header, if it is text and not empty.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let value = self.headers.get(name)?;
        std::str::from_utf8(value.as_bytes()).ok().map(str::trim).filter(|text| !text.is_empty())
    }

    /// A query parameter; `Some("")` when it has no value.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// A query parameter that is a number from 0 to 2,147,483,647.
    ///
    /// # Errors
    /// `InvalidArgument`.
    pub(super) fn number(&self, name: &str) -> Result<Option<u32>, S3Fault> {
        let Some(text) = self.parameter(name).filter(|text| !text.is_empty()) else { return Ok(None) };
        let number = text.parse::<u32>().ok().filter(|number| *number <= i32::MAX.unsigned_abs());
        let refuse = || {
            let message = format!("Provided {name} not an integer or within integer range");
            S3Fault::invalid_argument(message, name, text)
        };
        number.map(Some).ok_or_else(refuse)
    }

    /// What a copy reads.
    pub(super) fn copy_source(&self) -> Result<CopySource, S3Fault> {
        let text = self.header("x-amz-copy-source").ok_or_else(|| S3Fault::internal("a copy without a source"))?;
        CopySource::parse(text)
    }

    /// The id for what this request makes. There is one of them, so a request makes one thing.
    pub(super) fn fresh_id(&self) -> ContentId {
        ContentId::of_seed(&self.seed)
    }

    /// Whether the request names a version that an unversioned bucket can have.
    ///
    /// # Errors
    /// `NoSuchVersion`.
    pub(super) fn check_version(&self) -> Result<(), S3Fault> {
        match self.parameter("versionId") {
            None | Some("null") => Ok(()),
            Some(version) => Err(refusals::no_such_version(self.key()?.as_str(), version)),
        }
    }

    /// Reads in one snapshot.
    pub(super) async fn read<T>(&self, f: impl AsyncFn(&mut Tx) -> Result<T, Ended>) -> Result<T, Ended> {
        self.folder.shared.store.read(f).await
    }

    /// Decides and writes in one transaction. The closure may run again.
    pub(super) async fn write<T>(&self, f: impl AsyncFn(&mut Tx) -> Result<T, Ended>) -> Result<T, Ended> {
        self.folder.shared.store.write(f).await
    }
}

/// How a transaction ended that did not end well.
#[derive(Debug)]
pub(super) enum Ended {
    /// By a decision: nothing was written.
    Refused(S3Fault),
    /// By the store: something may have been written.
    Failed(StoreError),
}

impl From<StoreError> for Ended {
    fn from(error: StoreError) -> Self {
        Self::Failed(error)
    }
}

impl From<S3Fault> for Ended {
    fn from(fault: S3Fault) -> Self {
        Self::Refused(fault)
    }
}

impl From<Ended> for S3Fault {
    fn from(ended: Ended) -> Self {
        match ended {
            Ended::Refused(fault) => fault,
            Ended::Failed(StoreError::Contention { .. }) => {
                let message = "Please reduce your request rate.";
                Self::new("SlowDown", StatusCode::SERVICE_UNAVAILABLE, message)
            }
            Ended::Failed(error) => Self::internal(error.to_string()),
        }
    }
}

/// `x-amz-expected-bucket-owner`, and the same of a copy's source.
pub(super) fn expect_owner(bucket: &Bucket, expected: Option<&str>) -> Result<(), S3Fault> {
    match expected {
        Some(account) if account != bucket.facts.account.as_str() => Err(S3Fault::access_denied()),
        _ => Ok(()),
    }
}
