//! The policy of a bucket: set, shown, judged, taken away (spec/policy.md 2.4).

use super::own_access::OwnAccess;
use super::{POLICY, document, no_content};
use crate::fault::element;
use crate::{BucketName, Guard, Question, S3Fault};
use bytes::Bytes;
use contract::Fault;
use domain::AccountId;
use gate::Decision;
use gate::principal_ids::{self, Unbound};
use http::{Response, StatusCode};
use iam_policy::{Policy, validate_bucket};
use store::Tx;
use store::table::s3_bucket_settings::{self, BucketSetting};

/// What S3 says of a principal that is not there.
const INVALID_PRINCIPAL: &str = "Invalid principal in policy";

impl Guard {
    pub(super) async fn put_bucket_policy(
        &self,
        question: &Question<'_>,
        bucket: &BucketName,
        owner: &AccountId,
        decision: &mut Decision,
    ) -> Result<Response<Bytes>, S3Fault> {
        let text = std::str::from_utf8(question.document)
            .map_err(|_| malformed("Policies must be valid JSON and the first byte must be '{'"))?;
        let policy = validate_bucket(text, bucket.as_str()).map_err(|why| malformed(&why.message))?;
        // A canonical id names nobody here, and what names nobody must not be taken for a principal that is kept out.
        if policy.principals().iter().any(|principal| principal.kind == "CanonicalUser") {
            return Err(malformed(INVALID_PRINCIPAL));
        }
        self.check_public(question, bucket, owner, &policy, decision).await?;
        let own_access = OwnAccess::of(self, question, bucket, owner).await?;
        let put = async |tx: &mut Tx| {
            let bound = match principal_ids::bound(tx, owner, text).await? {
                Ok(bound) => bound,
                Err(Unbound::Absent(_)) => return Ok(Err(malformed(INVALID_PRINCIPAL))),
                Err(Unbound::NoJson) => return Ok(Err(malformed("This policy contains invalid Json"))),
            };
            // With its principals by id, as it will be read from now on.
            let kept = Policy::parse(&bound).map_err(|error| Fault::internal(format!("a bound policy: {error}")))?;
            if let Some(Err(denied)) = own_access.as_ref().map(|own_access| own_access.under(&kept)) {
                return Ok(Err(denied));
            }
            let row = BucketSetting {
                bucket: bucket.as_str().to_owned(),
                account_id: owner.clone(),
                kind: POLICY.to_owned(),
                document: bound,
                updated_ms: question.request.now,
            };
            s3_bucket_settings::put(tx, &row).await?;
            Ok::<_, Fault>(Ok(()))
        };
        self.node.store.write(put).await?.inspect_err(|fault| {
            if fault.code == "AccessDenied" {
                decision.failed("policy", "the caller could not set the bucket's policy again under this one");
            }
        })?;
        Ok(no_content())
    }

    /// BlockPublicPolicy: a policy that lets in just anyone cannot be set.
    async fn check_public(
        &self,
        question: &Question<'_>,
        bucket: &BucketName,
        owner: &AccountId,
        policy: &Policy,
        decision: &mut Decision,
    ) -> Result<(), S3Fault> {
        let settings = self.settings_of(bucket).await?;
        if !policy.is_public() || !self.block_of(&settings, owner).await?.block_public_policy {
            return Ok(());
        }
        decision.failed("policy", "the policy is public, and BlockPublicPolicy is on");
        let message = format!(
            "User: {} is not authorized to perform: s3:PutBucketPolicy on resource: \"{}\" because public policies are \
             prevented by the BlockPublicPolicy setting in S3 Block Public Access.",
            question.caller.arn(),
            bucket.arn()
        );
        Err(S3Fault { message, ..S3Fault::access_denied() })
    }

    pub(super) async fn get_bucket_policy(
        &self,
        bucket: &BucketName,
        owner: &AccountId,
    ) -> Result<Response<Bytes>, S3Fault> {
        let settings = self.settings_of(bucket).await?;
        let policy = settings.policy_of(owner).ok_or_else(|| no_such_policy(bucket))?;
        let shown = self.node.store.read(async |tx| principal_ids::shown(tx, &policy.kept).await).await?;
        Ok(document("application/json", without_blanks(&shown)))
    }

    pub(super) async fn delete_bucket_policy(
        &self,
        bucket: &BucketName,
        owner: &AccountId,
    ) -> Result<Response<Bytes>, S3Fault> {
        let delete =
            async |tx: &mut Tx| Ok::<_, Fault>(s3_bucket_settings::delete(tx, bucket.as_str(), owner, POLICY).await?);
        self.node.store.write(delete).await?;
        Ok(no_content())
    }

    pub(super) async fn get_bucket_policy_status(
        &self,
        bucket: &BucketName,
        owner: &AccountId,
    ) -> Result<Response<Bytes>, S3Fault> {
        let settings = self.settings_of(bucket).await?;
        let policy = settings.policy_of(owner).ok_or_else(|| no_such_policy(bucket))?;
        let mut text = String::with_capacity(200);
        text.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        text.push_str("<PolicyStatus xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
        element(&mut text, "IsPublic", if policy.is_public { "true" } else { "false" });
        text.push_str("</PolicyStatus>");
        Ok(document("application/xml", text))
    }
}

fn malformed(message: &str) -> S3Fault {
    S3Fault::new("MalformedPolicy", StatusCode::BAD_REQUEST, message)
}

fn no_such_policy(bucket: &BucketName) -> S3Fault {
    S3Fault::new("NoSuchBucketPolicy", StatusCode::NOT_FOUND, "The bucket policy does not exist")
        .with("BucketName", bucket.as_str())
}

/// JSON as S3 shows it: in its order, without the blanks between its parts.
fn without_blanks(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    let (mut inside, mut escaped) = (false, false);
    for character in json.chars() {
        if !inside && matches!(character, ' ' | '\t' | '\n' | '\r') {
            continue;
        }
        if character == '"' && !escaped {
            inside = !inside;
        }
        escaped = character == '\\' && !escaped;
        text.push(character);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_go_only_between_parts() {
        assert_eq!(without_blanks("{ \"a b\" :\n[ \"c \\\" d\\\\\" , 1 ] }"), "{\"a b\":[\"c \\\" d\\\\\",1]}");
    }
}
