//! May they: every permission that a call needs, by the caller's policies and the bucket's own.

mod copies;
mod keys;

use crate::condition_keys::{self, Arrived, of_permission, of_request, sees_existing_tags};
use crate::document::Document;
use crate::permission::{self, ACL_HEADERS, On, Permission, kms_key};
use crate::settings::{BucketSettings, PublicAccessBlock};
use crate::target::object_arn;
use crate::{BucketName, Call, ObjectKey, Operation, S3Fault};
use bytes::Bytes;
use domain::AccountId;
use gate::{Asked, Caller, Context, Decision, Denial, Hearing, Owned, RequestView};
use http::StatusCode;
use service::{LocalBoxFuture, Node};
use std::sync::Arc;

/// The deciding half of S3: it stands before whatever carries requests out.
#[derive(Clone)]
pub struct Guard {
    pub(crate) node: Arc<Node>,
    pub(crate) new_buckets: PublicAccessBlock,
}

/// What is decided.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    /// Who calls.
    pub caller: &'a Caller,
    /// What they ask for.
    pub call: &'a Call,
    /// The request, as far as policies may ask.
    pub request: RequestView<'a>,
    /// How it came.
    pub arrived: Arrived<'a>,
    /// The whole body, verified, where [`Operation::document_most`] asks for it; empty otherwise.
    pub document: &'a [u8],
}

/// The answer to what a decision asks of whoever serves the bucket.
pub type Looked<'a, T> = LocalBoxFuture<'a, Result<T, S3Fault>>;

/// What a decision may have to ask of whoever serves the bucket.
pub trait Lookup {
    /// The account that the bucket belongs to; `None`: there is no such bucket.
    fn owner<'a>(&'a self, bucket: &'a BucketName) -> Looked<'a, Option<AccountId>>;

    /// The tags of an object; `None`: there is no such object. Asked only when a policy in play asks for them, or a copy would
    /// bring them along.
    fn tags<'a>(
        &'a self,
        bucket: &'a BucketName,
        key: &'a ObjectKey,
        version: Option<&'a str>,
    ) -> Looked<'a, Option<Vec<(String, String)>>>;
}

/// The call may be carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permitted {
    /// The account that the bucket belongs to, or will; for the service, the caller's own.
    pub owner: AccountId,
    /// The body as it was decided, written anew, where policies decide on what is in it: to be carried out in place of the one that
    /// came.
    pub document: Option<Bytes>,
}

impl Guard {
    /// A guard; `new_buckets` is the public access block of buckets of which none was set.
    pub fn new(node: Arc<Node>, new_buckets: PublicAccessBlock) -> Self {
        Self { node, new_buckets }
    }

    /// Decides whether the call may be carried out, and records every permission that was asked for.
    ///
    /// # Errors
    /// `AccessDenied`; `NoSuchBucket`; what is wrong with the request itself; our own failures.
    pub async fn permit(
        &self,
        question: &Question<'_>,
        lookup: &dyn Lookup,
        decision: &mut Decision,
    ) -> Result<Permitted, S3Fault> {
        let document = Document::read(question.call, question.document)?;
        let side = self.side(question, lookup).await?;
        self.admit_to(&side, question, "x-amz-expected-bucket-owner", decision)?;
        if may_always(question, &side.owner) {
            decision.passed("policy", "the root user of the bucket's account may always manage its policy");
            return Ok(Permitted { owner: side.owner, document: None });
        }
        let hearing = self.node.gate.hear(question.caller, question.request).await?;
        let mut permissions = permission::of(question.call);
        if question.call.operation == Operation::CreateBucket && !document.tags.is_empty() {
            permissions.push(Permission { action: "s3:TagResource", on: On::Bucket });
        }
        let source = self.source_side(question, lookup, decision).await?;
        let bench =
            Bench { question, hearing: &hearing, document: &document, lookup, side: &side, source: source.as_ref() };
        for permission in permissions {
            bench.decide(permission, decision).await?;
        }
        bench.decide_copied_tags(decision).await?;
        check_acl(question)?;
        check_owner_alone(question, &side.owner)?;
        Ok(Permitted { owner: side.owner, document: document.anew })
    }

    /// Whether the caller may list the call's bucket: only then is an absent object `NoSuchKey` (404) and not `AccessDenied`.
    ///
    /// # Errors
    /// Our own failures.
    pub async fn may_list(
        &self,
        question: &Question<'_>,
        lookup: &dyn Lookup,
        decision: &mut Decision,
    ) -> Result<bool, S3Fault> {
        let listing = Permission { action: "s3:ListBucket", on: On::Bucket };
        let allowed = self.may_also(question, listing, lookup).await?;
        decision.note("policy", format!("the caller may {}list the bucket", if allowed { "" } else { "not " }));
        Ok(allowed)
    }

    /// Whether the caller has a further permission, on which the answer depends and not whether there is one.
    ///
    /// # Errors
    /// Our own failures.
    pub(crate) async fn may_also(
        &self,
        question: &Question<'_>,
        permission: Permission,
        lookup: &dyn Lookup,
    ) -> Result<bool, S3Fault> {
        let side = self.side(question, lookup).await?;
        if side.keeps_out(question.caller) {
            return Ok(false);
        }
        let hearing = self.node.gate.hear(question.caller, question.request).await?;
        let document = Document::default();
        let bench = Bench { question, hearing: &hearing, document: &document, lookup, side: &side, source: None };
        let (extra, resource) = bench.asked(permission, None).await?;
        let asked = Asked { action: permission.action, resource: Some(&resource), extra };
        Ok(hearing.weigh(&asked, side.owned()).is_ok())
    }

    /// The resource's side: whose it is, and what is set about it.
    async fn side(&self, question: &Question<'_>, lookup: &dyn Lookup) -> Result<Side, S3Fault> {
        let own = || question.caller.account().cloned().ok_or_else(S3Fault::access_denied);
        let Some(bucket) = question.call.target.bucket() else {
            return Ok(Side { owner: own()?, settings: None, block: PublicAccessBlock::ALL });
        };
        if question.call.operation == Operation::CreateBucket {
            // Whether the name is taken, and by whom, is not for policies to say.
            return Ok(Side { owner: own()?, settings: None, block: PublicAccessBlock::ALL });
        }
        self.side_of(bucket, lookup).await
    }

    async fn side_of(&self, bucket: &BucketName, lookup: &dyn Lookup) -> Result<Side, S3Fault> {
        let owner = lookup.owner(bucket).await?.ok_or_else(|| S3Fault::no_such_bucket(bucket.as_str()))?;
        let settings = self.settings_of(bucket).await?;
        let block = self.block_of(&settings, &owner).await?;
        Ok(Side { owner, settings: Some(settings), block })
    }

    /// What keeps a caller out before any policy is read.
    fn admit_to(
        &self,
        side: &Side,
        question: &Question<'_>,
        expected_owner: &str,
        decision: &mut Decision,
    ) -> Result<(), S3Fault> {
        if let Some(expected) = question.call.header(expected_owner)
            && expected != side.owner.as_str()
        {
            decision.failed("policy", format!("the bucket's owner is not the expected {expected}"));
            return Err(S3Fault::access_denied());
        }
        if side.keeps_out(question.caller) {
            decision.failed(
                "policy",
                "the bucket's policy is public, and RestrictPublicBuckets keeps other accounts and anonymous callers out",
            );
            return Err(S3Fault::access_denied());
        }
        Ok(())
    }
}

/// Whose a bucket is, and what is set about it.
struct Side {
    owner: AccountId,
    /// `None`: the service, or a bucket that is to be.
    settings: Option<Arc<BucketSettings>>,
    /// Bucket's and account's together.
    block: PublicAccessBlock,
}

impl Side {
    fn owned(&self) -> Owned<'_> {
        let policy = self.settings.as_ref().and_then(|settings| settings.policy_of(&self.owner));
        Owned { account: &self.owner, policy: policy.map(|policy| &policy.compiled) }
    }

    /// RestrictPublicBuckets: with a public policy in place only the owner's account comes in (spec/policy.md 9.6).
    fn keeps_out(&self, caller: &Caller) -> bool {
        let policy = self.settings.as_ref().and_then(|settings| settings.policy_of(&self.owner));
        let public = policy.is_some_and(|policy| policy.is_public);
        self.block.restrict_public_buckets && public && caller.account() != Some(&self.owner)
    }
}

/// One call before the gate.
struct Bench<'b> {
    question: &'b Question<'b>,
    hearing: &'b Hearing<'b>,
    document: &'b Document,
    lookup: &'b dyn Lookup,
    side: &'b Side,
    /// The side of what is copied.
    source: Option<&'b Side>,
}

impl Bench<'_> {
    async fn decide(&self, permission: Permission, decision: &mut Decision) -> Result<(), S3Fault> {
        if permission.on == On::Key {
            return self.decide_key(permission, decision);
        }
        let (extra, resource) = self.asked(permission, None).await?;
        let asked = Asked { action: permission.action, resource: Some(&resource), extra };
        let owned = self.side_for(permission).owned();
        self.hearing.decide(&asked, owned, decision).map_err(|denial| denied(&denial, permission.on, &resource))
    }

    /// The key of KMS that an upload names; what that key's own policy would say is not known here.
    fn decide_key(&self, permission: Permission, decision: &mut Decision) -> Result<(), S3Fault> {
        let own = self.question.caller.account().ok_or_else(S3Fault::access_denied)?;
        let region = self.question.request.region;
        let (resource, account) = kms_key(self.question.call, region, own).ok_or_else(S3Fault::access_denied)?;
        let mut extra = Context::new();
        extra.set("kms:ViaService", format!("s3.{region}.amazonaws.com"));
        extra.set("kms:CallerAccount", own.as_str());
        let asked = Asked { action: permission.action, resource: Some(&resource), extra };
        let owned = Owned { account: &account, policy: None };
        self.hearing.decide(&asked, owned, decision).map_err(|denial| denied(&denial, permission.on, &resource))
    }

    fn side_for(&self, permission: Permission) -> &Side {
        match permission.on {
            On::Source => self.source.unwrap_or(self.side),
            On::Service | On::Bucket | On::Object | On::Key => self.side,
        }
    }

    /// The keys and the resource of a permission; `key` in place of the call's own.
    async fn asked(&self, permission: Permission, key: Option<&ObjectKey>) -> Result<(Context, String), S3Fault> {
        let call = self.question.call;
        let side = self.side_for(permission);
        let mut extra = Context::new();
        of_request(&mut extra, call, self.question.arrived);
        of_permission(&mut extra, call, permission, self.document, self.question.request, &side.owner);
        let object = match permission.on {
            // Any bucket: policies may name the service as `*` and as `arn:aws:s3:::*` (spec/policy.md 3.2).
            On::Service => return Ok((extra, "arn:aws:s3:::*".to_owned())),
            On::Bucket => {
                let bucket = call.target.bucket().ok_or_else(S3Fault::access_denied)?;
                return Ok((extra, bucket.arn()));
            }
            On::Object => call.target.bucket().zip(key.or_else(|| call.target.key())).map(|it| (it, call.version())),
            On::Key => None,
            On::Source => call.source.as_ref().map(|it| ((&it.bucket, &it.key), it.version.as_deref())),
        };
        let ((bucket, key), version) = object.ok_or_else(S3Fault::access_denied)?;
        if sees_existing_tags(call, permission) && self.asks_for_tags(side) {
            let tags = self.lookup.tags(bucket, key, version).await?.unwrap_or_default();
            extra.set_tags("s3:ExistingObjectTag", condition_keys::pairs(&tags));
        }
        Ok((extra, object_arn(bucket, key)))
    }

    /// Whether some policy in play asks for the tags of the object.
    fn asks_for_tags(&self, side: &Side) -> bool {
        const KEY: &str = "s3:ExistingObjectTag/";
        let asks = |key: &str| key.get(..KEY.len()).is_some_and(|start| start.eq_ignore_ascii_case(KEY));
        let policies = self.hearing.policies().chain(side.owned().policy);
        policies.flat_map(iam_policy::Policy::statements).any(|statement| statement.context_keys().any(asks))
    }
}

/// S3's sentence: with its reason to callers of the bucket's account, and nothing to others (spec/policy.md 7.3).
pub(crate) fn denied(denial: &Denial, on: On, resource: &str) -> S3Fault {
    let Some(reason) = &denial.reason else { return S3Fault::access_denied() };
    let Denial { caller, action, .. } = denial;
    let resource = match on {
        On::Service => String::new(),
        // KMS says it without quotes.
        On::Key => format!(" on resource: {resource}"),
        On::Bucket | On::Object | On::Source => format!(" on resource: \"{resource}\""),
    };
    let message = format!("User: {caller} is not authorized to perform: {action}{resource} {reason}");
    S3Fault { message, ..S3Fault::access_denied() }
}

/// The root user of the owning account can always read, put and delete the bucket's policy, even where it denies everyone
/// (spec/policy.md 2.4).
fn may_always(question: &Question<'_>, owner: &AccountId) -> bool {
    let of_policy = matches!(
        question.call.operation,
        Operation::GetBucketPolicy | Operation::PutBucketPolicy | Operation::DeleteBucketPolicy
    );
    of_policy && question.caller.is_root() && question.caller.account() == Some(owner)
}

/// A bucket's policy is for its own account to manage, whatever it says about others.
fn check_owner_alone(question: &Question<'_>, owner: &AccountId) -> Result<(), S3Fault> {
    let (method, alone) = match question.call.operation {
        Operation::GetBucketPolicy | Operation::GetBucketPolicyStatus => ("GET", true),
        Operation::PutBucketPolicy => ("PUT", true),
        Operation::DeleteBucketPolicy => ("DELETE", true),
        _ => ("", false),
    };
    if alone && question.caller.account() != Some(owner) {
        return Err(S3Fault::method_not_allowed(method, "BUCKETPOLICY"));
    }
    Ok(())
}

/// Every bucket is BucketOwnerEnforced: access control lists do not count, and only those that change nothing can be sent.
fn check_acl(question: &Question<'_>) -> Result<(), S3Fault> {
    let call = question.call;
    let refuse = || match call.operation {
        Operation::CreateBucket => S3Fault::new(
            "InvalidBucketAclWithObjectOwnership",
            StatusCode::BAD_REQUEST,
            "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
        ),
        _ => S3Fault::new("AccessControlListNotSupported", StatusCode::BAD_REQUEST, "The bucket does not allow ACLs"),
    };
    let takes_acl = matches!(
        call.operation,
        Operation::CreateBucket
            | Operation::PutBucketAcl
            | Operation::PutObjectAcl
            | Operation::PutObject
            | Operation::PostObject
            | Operation::CopyObject
            | Operation::CreateMultipartUpload
    );
    if !takes_acl {
        return Ok(());
    }
    if ACL_HEADERS.iter().skip(1).any(|name| call.header(name).is_some()) {
        return Err(refuse());
    }
    let of_list = matches!(call.operation, Operation::PutBucketAcl | Operation::PutObjectAcl);
    if of_list && call.header("x-amz-acl").is_some() && !question.document.is_empty() {
        let message = "This request does not support content";
        return Err(S3Fault::new("UnexpectedContent", StatusCode::BAD_REQUEST, message));
    }
    match call.header("x-amz-acl") {
        Some("bucket-owner-full-control" | "private") => Ok(()),
        Some(_) => Err(refuse()),
        // Without the header the list stands in the body, where there is nothing to be said.
        None if of_list => Err(refuse()),
        None => Ok(()),
    }
}
