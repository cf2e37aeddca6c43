//! The other side of a copy: may the caller read what is copied, and its tags, which come along.

use super::{Bench, Guard, Lookup, Question, Side};
use crate::S3Fault;
use crate::permission::{copies_tags, of_copied_tags};
use gate::{Asked, Decision};

impl Guard {
    /// Whose the source of a copy is; `None`: nothing is copied.
    pub(super) async fn source_side(
        &self,
        question: &Question<'_>,
        lookup: &dyn Lookup,
        decision: &mut Decision,
    ) -> Result<Option<Side>, S3Fault> {
        let Some(source) = &question.call.source else { return Ok(None) };
        let side = self.side_of(&source.bucket, lookup).await?;
        self.admit_to(&side, question, "x-amz-source-expected-bucket-owner", decision)?;
        Ok(Some(side))
    }
}

impl Bench<'_> {
    /// Tags that the source has are copied unless the caller says otherwise, which takes permissions that few policies give. The
    /// tags are looked at only where it matters: most callers may copy them, or there are none.
    pub(super) async fn decide_copied_tags(&self, decision: &mut Decision) -> Result<(), S3Fault> {
        let call = self.question.call;
        let Some(source) = call.source.as_ref().filter(|_| copies_tags(call)) else { return Ok(()) };
        let permissions = of_copied_tags(call);
        let mut allowed = true;
        for permission in &permissions {
            let (extra, resource) = self.asked(*permission, None).await?;
            let asked = Asked { action: permission.action, resource: Some(&resource), extra };
            allowed &= self.hearing.weigh(&asked, self.side_for(*permission).owned()).is_ok();
        }
        if allowed {
            decision.passed("policy", "tags of the source may be copied");
            return Ok(());
        }
        let tags = self.lookup.tags(&source.bucket, &source.key, source.version.as_deref()).await?;
        if tags.is_none_or(|tags| tags.is_empty()) {
            decision.note("policy", "the source has no tags, so nobody has to be allowed to copy them");
            return Ok(());
        }
        for permission in permissions {
            self.decide(permission, decision).await?;
        }
        Ok(())
    }
}
