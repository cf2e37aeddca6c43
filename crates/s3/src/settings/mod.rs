//! What is set about a bucket and decides: its policy and its public access block. The guard keeps and serves these for every
//! bucket, whatever serves the rest.

mod bucket_policy;
mod own_access;
mod public_access_block;

pub use public_access_block::PublicAccessBlock;

use crate::{BucketName, Guard, Operation, Permitted, Question, S3Fault};
use bytes::Bytes;
use domain::AccountId;
use gate::Decision;
use http::{HeaderValue, Response, StatusCode};
use iam_policy::Policy;
use std::collections::BTreeMap;
use std::sync::Arc;
use store::table::s3_bucket_settings;
use store::{StoreError, Tx};

/// The kinds of [`s3_bucket_settings::BucketSetting`].
const POLICY: &str = "policy";
const PUBLIC_ACCESS_BLOCK: &str = "public-access-block";

/// Unsets everything about a bucket that is no more; for whoever deletes it, in the same transaction.
///
/// # Errors
/// The store fails.
pub async fn forget(tx: &mut Tx, bucket: &BucketName) -> Result<(), StoreError> {
    s3_bucket_settings::delete_all(tx, bucket.as_str()).await
}

/// Whether the guard serves this operation itself ([`Guard::serve_setting`]).
pub fn serves(operation: Operation) -> bool {
    matches!(
        operation,
        Operation::GetBucketPolicy
            | Operation::PutBucketPolicy
            | Operation::DeleteBucketPolicy
            | Operation::GetBucketPolicyStatus
            | Operation::GetPublicAccessBlock
            | Operation::PutPublicAccessBlock
            | Operation::DeletePublicAccessBlock
    )
}

/// What is set about a bucket, compiled.
#[derive(Debug, Default)]
pub(crate) struct BucketSettings {
    policy: Option<BucketPolicy>,
    /// Whose bucket it was when it was set, and the block; `None` within: it was taken away.
    block: Option<(AccountId, Option<PublicAccessBlock>)>,
}

/// A bucket's policy.
#[derive(Debug)]
pub(crate) struct BucketPolicy {
    account: AccountId,
    /// The text that is kept, users and roles by id.
    pub kept: String,
    /// Compiled.
    pub compiled: Policy,
    /// Whether it lets in just anyone.
    pub is_public: bool,
}

impl BucketSettings {
    /// The policy; one that was set when the bucket belonged to someone else says nothing.
    pub fn policy_of(&self, owner: &AccountId) -> Option<&BucketPolicy> {
        self.policy.as_ref().filter(|policy| policy.account == *owner)
    }

    /// The block; `Some(None)`: it was taken away.
    fn block_of(&self, owner: &AccountId) -> Option<Option<PublicAccessBlock>> {
        self.block.as_ref().filter(|(account, _)| account == owner).map(|(_, block)| *block)
    }
}

/// The public access blocks of accounts.
#[derive(Debug, Default)]
struct AccountBlocks(BTreeMap<AccountId, PublicAccessBlock>);

impl Guard {
    /// Serves the operations about settings ([`serves`]), once [`Guard::permit`] has let them pass.
    ///
    /// # Errors
    /// S3's refusals (spec/policy.md 2.4), `NotImplemented` for any other operation, our own failures.
    pub async fn serve_setting(
        &self,
        question: &Question<'_>,
        permitted: &Permitted,
        decision: &mut Decision,
    ) -> Result<Response<Bytes>, S3Fault> {
        let bucket = question.call.target.bucket().ok_or_else(S3Fault::access_denied)?;
        let owner = &permitted.owner;
        match question.call.operation {
            Operation::GetBucketPolicy => self.get_bucket_policy(bucket, owner).await,
            Operation::PutBucketPolicy => self.put_bucket_policy(question, bucket, owner, decision).await,
            Operation::DeleteBucketPolicy => self.delete_bucket_policy(bucket, owner).await,
            Operation::GetBucketPolicyStatus => self.get_bucket_policy_status(bucket, owner).await,
            Operation::GetPublicAccessBlock => self.get_public_access_block(bucket, owner).await,
            Operation::PutPublicAccessBlock => self.put_public_access_block(question, bucket, owner).await,
            Operation::DeletePublicAccessBlock => self.delete_public_access_block(question, bucket, owner).await,
            other => Err(S3Fault::not_implemented(other.name())),
        }
    }

    /// Unsets everything about a bucket that was deleted behind us.
    ///
    /// # Errors
    /// The store fails.
    pub async fn forget(&self, bucket: &BucketName) -> Result<(), S3Fault> {
        Ok(self.node.store.write(async |tx| Ok::<_, contract::Fault>(forget(tx, bucket).await?)).await?)
    }

    /// What is set about a bucket, from memory as long as no configuration changed. A bucket without settings is remembered
    /// too.
    pub(crate) async fn settings_of(&self, bucket: &BucketName) -> Result<Arc<BucketSettings>, S3Fault> {
        let store = &self.node.store;
        let load = async || {
            let list =
                async |tx: &mut Tx| Ok::<_, contract::Fault>(s3_bucket_settings::list(tx, bucket.as_str()).await?);
            let mut settings = BucketSettings::default();
            for row in store.read(list).await.map_err(S3Fault::from)? {
                match row.kind.as_str() {
                    POLICY => {
                        // A policy that cannot be read must not be taken for none: it may deny.
                        let compiled = Policy::parse(&row.document)
                            .map_err(|error| S3Fault::internal(format!("policy of {}: {error}", bucket.as_str())))?;
                        settings.policy = Some(BucketPolicy {
                            account: row.account_id,
                            is_public: compiled.is_public(),
                            compiled,
                            kept: row.document,
                        });
                    }
                    PUBLIC_ACCESS_BLOCK => {
                        settings.block = Some((row.account_id, PublicAccessBlock::of_row(&row.document)));
                    }
                    _ => {}
                }
            }
            Ok::<_, S3Fault>(Some(settings))
        };
        let found = self.node.caches.of::<BucketSettings>().get_or_load(store, bucket.as_str(), load).await?;
        found.ok_or_else(|| S3Fault::internal("settings that were loaded are not there"))
    }

    /// The public access block in force: the bucket's, and whatever the account adds.
    pub(crate) async fn block_of(
        &self,
        settings: &BucketSettings,
        owner: &AccountId,
    ) -> Result<PublicAccessBlock, S3Fault> {
        let own = match settings.block_of(owner) {
            Some(block) => block.unwrap_or(PublicAccessBlock::NONE),
            None => self.new_buckets,
        };
        let store = &self.node.store;
        let load = async || {
            let list = async |tx: &mut Tx| Ok::<_, contract::Fault>(s3_bucket_settings::list(tx, "").await?);
            let rows = store.read(list).await.map_err(S3Fault::from)?;
            let blocks = rows.into_iter().filter(|row| row.kind == PUBLIC_ACCESS_BLOCK);
            let blocks = blocks.filter_map(|row| Some((row.account_id, PublicAccessBlock::of_row(&row.document)?)));
            Ok::<_, S3Fault>(Some(AccountBlocks(blocks.collect())))
        };
        let accounts = self.node.caches.of::<AccountBlocks>().get_or_load(store, "", load).await?;
        let account = accounts.as_ref().and_then(|accounts| accounts.0.get(owner));
        Ok(account.map_or(own, |account| own.or(*account)))
    }
}

fn no_content() -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

fn document(content_type: &'static str, text: String) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(text));
    response.headers_mut().insert("content-type", HeaderValue::from_static(content_type));
    response
}
