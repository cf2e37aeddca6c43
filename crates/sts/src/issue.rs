//! Temporary credentials: a fresh key pair and the sealed session that goes with it.

use contract::Fault;
use domain::access_key::{AccessKeyKind, new_access_key_id, new_secret_access_key};
use domain::secret::SecretText;
use domain::session::{self, ChainedFrom, SamlIdentity, SessionIdentity, SessionPrincipal, SessionRecord, WebIdentity};
use domain::{AccessKeyId, AccountId, Timestamp};
use model::sts::Credentials;
use service::{Caller, Cx, RoleFacts};
use std::collections::BTreeMap;

/// What the session shall be. Whoever asks has checked names, policies and bounds, and that the role lets the caller in
/// ([`crate::trust`]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssueRequest {
    /// RoleSessionName; of role sessions only.
    pub session_name: String,
    /// How long it lasts, in seconds.
    pub duration_seconds: i64,
    /// The web identity it was assumed with.
    pub web_identity: Option<WebIdentity>,
    /// The SAML identity it was assumed with.
    pub saml: Option<SamlIdentity>,
    /// The identity it is handed out for.
    pub identity: Option<SessionIdentity>,
    /// Session policies as documents.
    pub inline_policies: Vec<String>,
    /// Session policies as ARNs of managed policies.
    pub managed_policy_arns: Vec<String>,
    /// Session tags, keys as spelled.
    pub tags: BTreeMap<String, String>,
    /// The keys of the tags that role chaining passes on.
    pub transitive_tag_keys: Vec<String>,
    /// `aws:SourceIdentity`.
    pub source_identity: Option<String>,
    /// When a second factor was shown, if one was.
    pub mfa_authenticated_at: Option<Timestamp>,
}

impl IssueRequest {
    /// An hour under this name, without anything else: the default of every way to assume a role
    /// (spec/sts-and-iam.md B2).
    pub fn new(session_name: impl Into<String>) -> Self {
        Self {
            session_name: session_name.into(),
            duration_seconds: DEFAULT_SECONDS,
            web_identity: None,
            saml: None,
            identity: None,
            inline_policies: Vec::new(),
            managed_policy_arns: Vec::new(),
            tags: BTreeMap::new(),
            transitive_tag_keys: Vec::new(),
            source_identity: None,
            mfa_authenticated_at: None,
        }
    }
}

/// The credentials, to be shown once.
#[derive(Clone, Debug)]
pub struct Issued {
    /// `ASIA…`, with the account inside.
    pub access_key_id: AccessKeyId,
    /// 40 characters.
    pub secret_access_key: SecretText,
    /// The session itself, sealed. As good as a secret: it is not shown in logs.
    pub session_token: SecretText,
    /// The first moment at which they are refused.
    pub expires_at: Timestamp,
}

/// Issues credentials for a session of this role. Asks no database: the token is the session.
///
/// # Errors
/// An internal fault: the ring has no key for sessions, or the account is not twelve digits.
pub fn role_session(cx: &Cx, role: &RoleFacts, request: IssueRequest) -> Result<Issued, Fault> {
    seal(cx, role_record(cx, role, request)?)
}

/// Issues credentials for any session: a role's, a user's own (GetSessionToken) or a federated user's.
///
/// # Errors
/// As [`role_session`].
pub fn session(
    cx: &Cx,
    account: &AccountId,
    principal: SessionPrincipal,
    request: IssueRequest,
) -> Result<Issued, Fault> {
    seal(cx, record(cx, account, principal, request)?)
}

/// The session that [`role_session`] would issue. As long as it is not sealed it is good for nothing but questions.
///
/// # Errors
/// An internal fault: the account is not twelve digits.
pub fn role_record(cx: &Cx, role: &RoleFacts, request: IssueRequest) -> Result<SessionRecord, Fault> {
    let principal = SessionPrincipal::AssumedRole {
        role_id: role.id.clone(),
        role_name: role.name.clone(),
        role_arn: role.arn(),
        session_name: request.session_name.clone(),
    };
    record(cx, &role.account, principal, request)
}

fn record(
    cx: &Cx,
    account: &AccountId,
    principal: SessionPrincipal,
    request: IssueRequest,
) -> Result<SessionRecord, Fault> {
    let access_key_id = new_access_key_id(AccessKeyKind::Temporary, account, cx.random())
        .ok_or_else(|| Fault::internal(format!("`{account}` is no account id")))?;
    Ok(SessionRecord {
        access_key_id,
        secret_access_key: new_secret_access_key(cx.random()),
        account_id: account.clone(),
        principal,
        web_identity: request.web_identity,
        saml: request.saml,
        identity: request.identity,
        inline_policies: request.inline_policies,
        managed_policy_arns: request.managed_policy_arns,
        tags: request.tags,
        transitive_tag_keys: request.transitive_tag_keys,
        source_identity: request.source_identity,
        mfa_authenticated_at: request.mfa_authenticated_at,
        chained_from: match &cx.caller {
            Caller::Session(parent) => ChainedFrom::session(parent),
            _ => ChainedFrom::default(),
        },
        revocations_seen: cx.revocations_seen(),
        issued_at: cx.now(),
        expires_at: cx.now().plus_seconds(request.duration_seconds),
    })
}

fn seal(cx: &Cx, record: SessionRecord) -> Result<Issued, Fault> {
    let token = session::issue(&cx.node.vault.ring(), cx.random(), &record).map_err(Fault::internal)?;
    let seconds = record.expires_at.seconds() - record.issued_at.seconds();
    cx.decision()
        .passed("session", format!("{} issued for {seconds} seconds: {}", record.access_key_id, record.caller_arn()));
    Ok(Issued {
        access_key_id: record.access_key_id,
        secret_access_key: record.secret_access_key,
        session_token: SecretText::new(token),
        expires_at: record.expires_at,
    })
}

impl Issued {
    /// As replies show them.
    pub fn credentials(self) -> Credentials {
        Credentials {
            access_key_id: self.access_key_id.to_string(),
            secret_access_key: self.secret_access_key.into(),
            session_token: self.session_token.into(),
            expiration: self.expires_at.millis(),
        }
    }
}

/// How long a role session lasts unless asked otherwise, in seconds.
pub const DEFAULT_SECONDS: i64 = 3600;
