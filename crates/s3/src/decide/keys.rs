//! Many keys in one request: each is decided for itself.

use super::{Bench, Guard, Lookup, Question};
use crate::deletes::{Delete, Deletes, DeletesDecided, DeniedDelete};
use crate::document::Document;
use crate::permission::delete_object;
use crate::{Call, S3Fault};
use gate::{Asked, Decision};

/// Denials whose reasons are recorded; the others are counted.
const REASONS_MOST: usize = 10;

impl Guard {
    /// Decides which of the keys may be deleted; `question` is the `DeleteObjects` call, which [`Guard::permit`] has let pass.
    ///
    /// # Errors
    /// `NoSuchBucket`; our own failures. What is denied is in the answer.
    pub async fn permit_deletes(
        &self,
        question: &Question<'_>,
        deletes: Deletes,
        lookup: &dyn Lookup,
        decision: &mut Decision,
    ) -> Result<DeletesDecided, S3Fault> {
        let side = self.side(question, lookup).await?;
        self.admit_to(&side, question, "x-amz-expected-bucket-owner", decision)?;
        let hearing = self.node.gate.hear(question.caller, question.request).await?;
        let document = Document::default();
        let mut decided = DeletesDecided {
            allowed: Deletes { quiet: deletes.quiet, objects: Vec::with_capacity(deletes.objects.len()) },
            denied: Vec::new(),
        };
        for delete in deletes.objects {
            let call = call_of(question.call, &delete);
            let question = Question { call: &call, ..*question };
            let bench = Bench {
                question: &question,
                hearing: &hearing,
                document: &document,
                lookup,
                side: &side,
                source: None,
            };
            match bench.delete(&delete, decided.denied.len() < REASONS_MOST, decision).await? {
                Ok(()) => decided.allowed.objects.push(delete),
                Err(message) => decided.denied.push(DeniedDelete { delete, message }),
            }
        }
        let (allowed, denied) = (decided.allowed.objects.len(), decided.denied.len());
        decision.note("policy", format!("{allowed} keys may be deleted, {denied} may not"));
        Ok(decided)
    }
}

/// The call as if this key alone were deleted: policies may ask for its version and its condition.
fn call_of(call: &Call, delete: &Delete) -> Call {
    let mut headers = call.headers.clone();
    headers.remove("if-match");
    if let Some(etag) = delete.etag.as_deref().and_then(|etag| etag.parse().ok()) {
        headers.insert("if-match", etag);
    }
    let query = delete.version.iter().map(|version| ("versionId".to_owned(), version.clone())).collect();
    Call { operation: call.operation, target: call.target.clone(), query, headers, source: None }
}

impl Bench<'_> {
    /// The inner error is S3's sentence.
    async fn delete(
        &self,
        delete: &Delete,
        recorded: bool,
        decision: &mut Decision,
    ) -> Result<Result<(), String>, S3Fault> {
        for permission in delete_object(self.question.call, delete.version.is_some()) {
            let (extra, resource) = self.asked(permission, Some(&delete.key)).await?;
            let asked = Asked { action: permission.action, resource: Some(&resource), extra };
            if let Err(denial) = self.hearing.weigh(&asked, self.side.owned()) {
                // The nearest misses are only looked for while they are going to be kept: there may be a thousand.
                if recorded {
                    let _ = self.hearing.decide(&asked, self.side.owned(), decision);
                }
                return Ok(Err(super::denied(&denial, permission.on, &resource).message));
            }
        }
        Ok(Ok(()))
    }
}
