//! Who is calling, once the signature has been verified.

use domain::session::{SessionPrincipal, SessionRecord};
use domain::{AccessKeyId, AccountId, IamUserId};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A verified caller.
#[derive(Clone, Debug)]
pub enum Caller {
    /// No signature: only unsigned operations come this far.
    Anonymous,
    /// The account's root user.
    Root {
        /// The account.
        account: AccountId,
        /// The long-term key that signed.
        access_key_id: AccessKeyId,
    },
    /// An IAM user with a long-term key.
    User {
        /// The user.
        user: Arc<UserFacts>,
        /// The key that signed.
        access_key_id: AccessKeyId,
    },
    /// The holder of temporary credentials.
    Session(Arc<SessionRecord>),
}

/// What the gate knows of an IAM user.
#[derive(Clone, Debug)]
pub struct UserFacts {
    /// The account the user belongs to.
    pub account: AccountId,
    /// `AIDA…`.
    pub id: IamUserId,
    /// The name, as created.
    pub name: String,
    /// Begins and ends with `/`.
    pub path: String,
    /// Tags by key.
    pub tags: BTreeMap<String, String>,
}

impl UserFacts {
    /// `arn:aws:iam::ACCOUNT:user/PATH/NAME`.
    pub fn arn(&self) -> String {
        format!("arn:aws:iam::{}:user{}{}", self.account, self.path, self.name)
    }
}

impl Caller {
    /// The caller's account; `None` for an anonymous one.
    pub fn account(&self) -> Option<&AccountId> {
        match self {
            Self::Anonymous => None,
            Self::Root { account, .. } => Some(account),
            Self::User { user, .. } => Some(&user.account),
            Self::Session(session) => Some(&session.account_id),
        }
    }

    /// The ARN as `GetCallerIdentity` shows it (spec/sts-and-iam.md B5); `anonymous` without a signature.
    pub fn arn(&self) -> String {
        match self {
            Self::Anonymous => "anonymous".to_owned(),
            Self::Root { account, .. } => format!("arn:aws:iam::{account}:root"),
            Self::User { user, .. } => user.arn(),
            Self::Session(session) => session.caller_arn(),
        }
    }

    /// The unique id as `GetCallerIdentity` shows it.
    pub fn user_id(&self) -> String {
        match self {
            Self::Anonymous => "anonymous".to_owned(),
            Self::Root { account, .. } => account.to_string(),
            Self::User { user, .. } => user.id.to_string(),
            Self::Session(session) => session.user_id(),
        }
    }

    /// Whether this is the account's root user, by key or by session.
    pub fn is_root(&self) -> bool {
        match self {
            Self::Root { .. } => true,
            Self::Session(session) => matches!(session.principal, SessionPrincipal::Root),
            Self::Anonymous | Self::User { .. } => false,
        }
    }
}
