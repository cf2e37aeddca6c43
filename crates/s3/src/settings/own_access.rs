//! A policy that would keep its author from setting the next one is only set on their word (spec/policy.md 2.4).

use crate::condition_keys::{of_permission, of_request};
use crate::decide::denied;
use crate::document::Document;
use crate::permission::{On, Permission};
use crate::{BucketName, Guard, Question, S3Fault};
use domain::AccountId;
use gate::{Asked, Context, Hearing, Owned};
use iam_policy::Policy;

/// The header by which a caller gives their word.
const CONFIRMED: &str = "x-amz-confirm-remove-self-bucket-access";

/// Who would set a bucket's policy, heard beforehand: the policy is only known inside the transaction that keeps it.
pub(super) struct OwnAccess<'q> {
    hearing: Hearing<'q>,
    extra: Context,
    owner: &'q AccountId,
    resource: String,
}

impl<'q> OwnAccess<'q> {
    const ASKED: Permission = Permission { action: "s3:PutBucketPolicy", on: On::Bucket };

    /// `None`: it need not be looked at, since the caller confirmed, or is the root user, who may always set it.
    ///
    /// # Errors
    /// The caller's policies cannot be read.
    pub(super) async fn of(
        guard: &Guard,
        question: &Question<'q>,
        bucket: &BucketName,
        owner: &'q AccountId,
    ) -> Result<Option<Self>, S3Fault> {
        let confirmed = question.call.header(CONFIRMED).is_some_and(|value| value.eq_ignore_ascii_case("true"));
        if confirmed || question.caller.is_root() {
            return Ok(None);
        }
        let hearing = guard.node.gate.hear(question.caller, question.request).await?;
        let mut extra = Context::new();
        of_request(&mut extra, question.call, question.arrived);
        of_permission(&mut extra, question.call, Self::ASKED, &Document::default(), question.request, owner);
        Ok(Some(Self { hearing, extra, owner, resource: bucket.arn() }))
    }

    /// Whether this very request could be made again under the policy.
    ///
    /// # Errors
    /// `AccessDenied`, as the caller would hear it then.
    pub(super) fn under(&self, policy: &Policy) -> Result<(), S3Fault> {
        let asked = Asked { action: Self::ASKED.action, resource: Some(&self.resource), extra: self.extra.clone() };
        let owned = Owned { account: self.owner, policy: Some(policy) };
        self.hearing.weigh(&asked, owned).map_err(|denial| denied(&denial, On::Bucket, &self.resource))
    }
}
