//! What is not there is `NoSuchKey` only to callers who may list the bucket; to others it is denied, so that keys cannot be
//! probed (spec/policy.md 9.1).

use crate::decide::Lookup;
use crate::{Body, Call, Guard, Operation, Question, S3Fault, Target};
use gate::Decision;
use http::{Response, StatusCode};

/// The outcome of a call, as its caller may know it.
///
/// # Errors
/// `AccessDenied` in place of an absence; the outcome's own error.
pub(crate) async fn masked(
    served: Result<Response<Body>, S3Fault>,
    guard: &Guard,
    question: &Question<'_>,
    lookup: &dyn Lookup,
    decision: &mut Decision,
) -> Result<Response<Body>, S3Fault> {
    let absent = match &served {
        Ok(response) => response.status() == StatusCode::NOT_FOUND,
        Err(fault) => matches!(fault.code, "NoSuchKey" | "NoSuchVersion"),
    };
    if !absent || !reads_object(question.call.operation) {
        return served;
    }
    // In a copy it is the source that is not there.
    let target = match &question.call.source {
        Some(source) => Target::Bucket(source.bucket.clone()),
        None => question.call.target.clone(),
    };
    let call = Call { target, ..question.call.clone() };
    let question = Question { call: &call, ..*question };
    if guard.may_list(&question, lookup, decision).await? {
        return served;
    }
    decision.note("answer", "there is no such object; who may not list the bucket is not told");
    Err(S3Fault::access_denied())
}

fn reads_object(operation: Operation) -> bool {
    matches!(
        operation,
        Operation::GetObject
            | Operation::HeadObject
            | Operation::GetObjectAttributes
            | Operation::SelectObjectContent
            | Operation::GetObjectTagging
            | Operation::GetObjectAcl
            | Operation::GetObjectRetention
            | Operation::GetObjectLegalHold
            | Operation::CopyObject
            | Operation::UploadPartCopy
    )
}
