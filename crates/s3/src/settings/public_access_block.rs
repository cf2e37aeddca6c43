//! The public access block of a bucket (spec/policy.md 9.6).

use super::{PUBLIC_ACCESS_BLOCK, document, no_content};
use crate::fault::element;
use crate::xml::Element;
use crate::{BucketName, Guard, Question, S3Fault};
use bytes::Bytes;
use domain::AccountId;
use http::{Response, StatusCode};
use store::table::s3_bucket_settings::{self, BucketSetting};

/// Four ways to keep the public out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicAccessBlock {
    /// Access control lists that let in just anyone cannot be set.
    pub block_public_acls: bool,
    /// Those that are set count for nothing.
    pub ignore_public_acls: bool,
    /// Policies that let in just anyone cannot be set.
    pub block_public_policy: bool,
    /// While one is set, other accounts and anonymous callers are kept out.
    pub restrict_public_buckets: bool,
}

/// What a row holds when the block was taken away.
const TAKEN_AWAY: &str = "none";

impl PublicAccessBlock {
    /// Everything is blocked: what S3 gives new buckets.
    pub const ALL: Self = Self {
        block_public_acls: true,
        ignore_public_acls: true,
        block_public_policy: true,
        restrict_public_buckets: true,
    };
    /// Nothing is.
    pub const NONE: Self = Self {
        block_public_acls: false,
        ignore_public_acls: false,
        block_public_policy: false,
        restrict_public_buckets: false,
    };

    /// What either of two blocks.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            block_public_acls: self.block_public_acls || other.block_public_acls,
            ignore_public_acls: self.ignore_public_acls || other.ignore_public_acls,
            block_public_policy: self.block_public_policy || other.block_public_policy,
            restrict_public_buckets: self.restrict_public_buckets || other.restrict_public_buckets,
        }
    }

    /// From a row; `None`: it was taken away.
    pub(super) fn of_row(text: &str) -> Option<Self> {
        let has = |name: &str| text.split(',').any(|known| known == name);
        (text != TAKEN_AWAY).then(|| Self {
            block_public_acls: has("BlockPublicAcls"),
            ignore_public_acls: has("IgnorePublicAcls"),
            block_public_policy: has("BlockPublicPolicy"),
            restrict_public_buckets: has("RestrictPublicBuckets"),
        })
    }

    /// For a row: the names of what is on.
    fn to_row(self) -> String {
        let on: Vec<&str> = self.named().into_iter().filter(|(_, on)| *on).map(|(name, _)| name).collect();
        on.join(",")
    }

    fn named(self) -> [(&'static str, bool); 4] {
        [
            ("BlockPublicAcls", self.block_public_acls),
            ("IgnorePublicAcls", self.ignore_public_acls),
            ("BlockPublicPolicy", self.block_public_policy),
            ("RestrictPublicBuckets", self.restrict_public_buckets),
        ]
    }

    /// From the body of a request; what is not named is off.
    fn parse(body: &[u8]) -> Result<Self, S3Fault> {
        let root = Element::read(body, "PublicAccessBlockConfiguration")?;
        let is_on = |name: &str| match root.only(name)?.map(|text| text.trim().to_ascii_lowercase()).as_deref() {
            Some("true") => Ok(true),
            None | Some("false") => Ok(false),
            Some(_) => Err(S3Fault::malformed_xml()),
        };
        Ok(Self {
            block_public_acls: is_on("BlockPublicAcls")?,
            ignore_public_acls: is_on("IgnorePublicAcls")?,
            block_public_policy: is_on("BlockPublicPolicy")?,
            restrict_public_buckets: is_on("RestrictPublicBuckets")?,
        })
    }

    fn document(self) -> String {
        let mut text = String::with_capacity(400);
        text.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        text.push_str("<PublicAccessBlockConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
        for (name, on) in self.named() {
            element(&mut text, name, if on { "true" } else { "false" });
        }
        text.push_str("</PublicAccessBlockConfiguration>");
        text
    }
}

impl Guard {
    pub(super) async fn get_public_access_block(
        &self,
        bucket: &BucketName,
        owner: &AccountId,
    ) -> Result<Response<Bytes>, S3Fault> {
        let block = match self.settings_of(bucket).await?.block_of(owner) {
            Some(block) => block,
            None => Some(self.new_buckets),
        };
        let block = block.ok_or_else(|| {
            S3Fault::new(
                "NoSuchPublicAccessBlockConfiguration",
                StatusCode::NOT_FOUND,
                "The public access block configuration was not found",
            )
            .with("BucketName", bucket.as_str())
        })?;
        Ok(document("application/xml", block.document()))
    }

    pub(super) async fn put_public_access_block(
        &self,
        question: &Question<'_>,
        bucket: &BucketName,
        owner: &AccountId,
    ) -> Result<Response<Bytes>, S3Fault> {
        let block = PublicAccessBlock::parse(question.document)?;
        self.keep_block(question, bucket, owner, block.to_row()).await?;
        Ok(Response::new(Bytes::new()))
    }

    pub(super) async fn delete_public_access_block(
        &self,
        question: &Question<'_>,
        bucket: &BucketName,
        owner: &AccountId,
    ) -> Result<Response<Bytes>, S3Fault> {
        // The row stays and says so: without one, the block of new buckets would be in force again.
        self.keep_block(question, bucket, owner, TAKEN_AWAY.to_owned()).await?;
        Ok(no_content())
    }

    async fn keep_block(
        &self,
        question: &Question<'_>,
        bucket: &BucketName,
        owner: &AccountId,
        text: String,
    ) -> Result<(), S3Fault> {
        let row = BucketSetting {
            bucket: bucket.as_str().to_owned(),
            account_id: owner.clone(),
            kind: PUBLIC_ACCESS_BLOCK.to_owned(),
            document: text,
            updated_ms: question.request.now,
        };
        let put = async |tx: &mut store::Tx| Ok::<_, contract::Fault>(s3_bucket_settings::put(tx, &row).await?);
        Ok(self.node.store.write(put).await?)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn rows_and_documents_say_the_same() {
        for bits in 0..16_u8 {
            let block = PublicAccessBlock {
                block_public_acls: bits & 1 != 0,
                ignore_public_acls: bits & 2 != 0,
                block_public_policy: bits & 4 != 0,
                restrict_public_buckets: bits & 8 != 0,
            };
            assert_eq!(PublicAccessBlock::of_row(&block.to_row()), Some(block));
            assert_eq!(PublicAccessBlock::parse(block.document().as_bytes()).unwrap(), block);
        }
        assert_eq!(PublicAccessBlock::of_row(TAKEN_AWAY), None);
    }

    #[test]
    fn other_documents_are_refused() {
        let some =
            b"<PublicAccessBlockConfiguration><BlockPublicAcls>TRUE</BlockPublicAcls></PublicAccessBlockConfiguration>";
        let wanted = PublicAccessBlock { block_public_acls: true, ..PublicAccessBlock::NONE };
        assert_eq!(PublicAccessBlock::parse(some).unwrap(), wanted);
        let odd =
            b"<PublicAccessBlockConfiguration><BlockPublicAcls>yes</BlockPublicAcls></PublicAccessBlockConfiguration>";
        assert_eq!(PublicAccessBlock::parse(odd).unwrap_err().code, "MalformedXML");
        assert_eq!(PublicAccessBlock::parse(b"").unwrap_err().code, "MalformedXML");
    }
}
