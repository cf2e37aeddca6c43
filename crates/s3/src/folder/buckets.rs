//! Buckets as the folder knows them: from memory, as long as no configuration changed.

use super::cors::Rule;
use super::refusals;
use super::tags::{self, Tags};
use super::visit::Ended;
use super::{BucketFacts, Folder};
use crate::{BucketName, S3Fault};
use contract::Fault;
use gate::Cache;
use std::sync::Arc;
use store::table::s3_buckets::{self, S3Bucket};
use store::{Store, Tx};

/// A bucket, its documents read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bucket {
    pub(super) name: BucketName,
    pub(super) facts: Arc<BucketFacts>,
    /// `None`: CORS is off.
    pub(super) cors: Option<Vec<Rule>>,
    /// `None`: there never were any.
    pub(super) tags: Option<Tags>,
    pub(super) ownership: Option<String>,
}

/// The buckets in memory.
pub(super) struct Buckets {
    cache: Cache<Bucket>,
}

impl Buckets {
    pub(super) fn new() -> Self {
        Self { cache: Cache::new(10_000) }
    }

    /// The bucket of this name.
    pub(super) async fn find(&self, store: &Store, name: &BucketName) -> Result<Option<Arc<Bucket>>, Fault> {
        let load = async || {
            let row = store.read(async |tx| s3_buckets::find(tx, name.as_str()).await).await?;
            row.map(|row| read(name, &row)).transpose()
        };
        self.cache.get_or_load(store, name.as_str(), load).await
    }
}

impl Bucket {
    /// Makes sure, inside a transaction, that the bucket is still the one that the request was approved for.
    pub(super) async fn still_there(&self, tx: &mut Tx) -> Result<S3Bucket, Ended> {
        let row = s3_buckets::find(tx, self.name.as_str()).await?;
        match row {
            None => Err(S3Fault::no_such_bucket(self.name.as_str()).into()),
            Some(row) if row.account_id != self.facts.account || row.created_ms != self.facts.created => {
                Err(refusals::operation_aborted().into())
            }
            Some(row) => Ok(row),
        }
    }
}

impl Folder {
    /// Changes a bucket's documents.
    pub(super) async fn change(&self, bucket: &Bucket, change: impl Fn(&mut S3Bucket)) -> Result<(), S3Fault> {
        let done: Result<(), Ended> = self
            .shared
            .store
            .write(async |tx| {
                let mut row = bucket.still_there(tx).await?;
                change(&mut row);
                s3_buckets::update(tx, &row).await?;
                Ok(tx.touch_catalog().await?)
            })
            .await;
        Ok(done?)
    }
}

fn read(name: &BucketName, row: &S3Bucket) -> Result<Bucket, Fault> {
    let facts = BucketFacts { account: row.account_id.clone(), region: row.region.clone(), created: row.created_ms };
    let cors = row.cors.as_deref().map(serde_json::from_str).transpose();
    Ok(Bucket {
        name: name.clone(),
        facts: Arc::new(facts),
        cors: cors.map_err(|error| Fault::internal(format!("the CORS rules of bucket `{}`: {error}", row.name)))?,
        tags: row.tags.as_deref().map(tags::read).transpose()?,
        ownership: row.ownership.clone(),
    })
}
