//! Headers of an answer that take a permission of their own: without it they are left out (spec/policy.md 9.1).

use crate::decide::Lookup;
use crate::permission::{On, Permission};
use crate::{Body, Guard, Operation, Question, S3Fault};
use gate::Decision;
use http::Response;

/// A header, and the actions for the current version and for a named one.
const TAKE_PERMISSION: [(&str, &str, &str); 4] = [
    ("x-amz-object-lock-legal-hold", "s3:GetObjectLegalHold", "s3:GetObjectLegalHold"),
    ("x-amz-object-lock-mode", "s3:GetObjectRetention", "s3:GetObjectRetention"),
    ("x-amz-object-lock-retain-until-date", "s3:GetObjectRetention", "s3:GetObjectRetention"),
    ("x-amz-tagging-count", "s3:GetObjectTagging", "s3:GetObjectVersionTagging"),
];

/// The answer, as its caller may see it.
///
/// # Errors
/// Our own failures.
pub(crate) async fn shown(
    mut served: Response<Body>,
    guard: &Guard,
    question: &Question<'_>,
    lookup: &dyn Lookup,
    decision: &mut Decision,
) -> Result<Response<Body>, S3Fault> {
    if !matches!(question.call.operation, Operation::GetObject | Operation::HeadObject) {
        return Ok(served);
    }
    for (header, plain, versioned) in TAKE_PERMISSION {
        let action = if question.call.version().is_some() { versioned } else { plain };
        let permission = Permission { action, on: On::Object };
        if served.headers().contains_key(header) && !guard.may_also(question, permission, lookup).await? {
            served.headers_mut().remove(header);
            decision.note("answer", format!("without {header}: that takes {action}"));
        }
    }
    Ok(served)
}
