//! Sealed role sessions: a session token is the session itself, so verifying one asks no database.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

use crate::seal::{KeyPurpose, KeyRing, SealError};
use crate::secret::SecretText;
use crate::{AccessKeyId, AccountId, IamUserId, IdentityId, IdentityPoolId, RoleId, SealingKeyId, Timestamp};

/// Everything a temporary credential stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionRecord {
    /// The key pair's id; bound to the token, not stored in it.
    #[serde(skip, default = "no_access_key_id")]
    pub access_key_id: AccessKeyId,
    /// The key pair's secret, with which requests are signed.
    #[serde(rename = "k")]
    pub secret_access_key: SecretText,
    /// The account the session acts in.
    #[serde(rename = "a")]
    pub account_id: AccountId,
    /// Who the session is.
    #[serde(rename = "p")]
    pub principal: SessionPrincipal,
    /// The web identity it was assumed with.
    #[serde(rename = "w", default, skip_serializing_if = "Option::is_none")]
    pub web_identity: Option<WebIdentity>,
    /// The SAML identity it was assumed with.
    #[serde(rename = "sa", default, skip_serializing_if = "Option::is_none")]
    pub saml: Option<SamlIdentity>,
    /// The identity pool and identity it was handed out for.
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<SessionIdentity>,
    /// Session policies given as documents; each narrows what the session may do.
    #[serde(rename = "ip", default, skip_serializing_if = "Vec::is_empty", with = "crate::named_policies")]
    pub inline_policies: Vec<String>,
    /// Session policies given as ARNs of managed policies.
    #[serde(rename = "mp", default, skip_serializing_if = "Vec::is_empty")]
    pub managed_policy_arns: Vec<String>,
    /// Session tags (`aws:PrincipalTag/…`), as spelled by who set them.
    #[serde(rename = "t", default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// The keys of the tags that role chaining passes on.
    #[serde(rename = "tt", default, skip_serializing_if = "Vec::is_empty")]
    pub transitive_tag_keys: Vec<String>,
    /// `aws:SourceIdentity`.
    #[serde(rename = "si", default, skip_serializing_if = "Option::is_none")]
    pub source_identity: Option<String>,
    /// When a second factor was shown, if one was.
    #[serde(rename = "m", default, skip_serializing_if = "Option::is_none")]
    pub mfa_authenticated_at: Option<Timestamp>,
    /// Whose sessions it came from.
    #[serde(rename = "cf", default, skip_serializing_if = "ChainedFrom::is_empty")]
    pub chained_from: ChainedFrom,
    /// The number of the last revocation that was known when it was issued: those that came later are about it too.
    #[serde(rename = "n", default, skip_serializing_if = "is_zero")]
    pub revocations_seen: i64,
    /// When it was issued (`aws:TokenIssueTime`).
    #[serde(rename = "i")]
    pub issued_at: Timestamp,
    /// The first moment at which it is refused.
    #[serde(rename = "e")]
    pub expires_at: Timestamp,
}

/// Who a session is (spec/sts-and-iam.md B5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SessionPrincipal {
    /// AssumeRole and its web-identity and SAML siblings.
    #[serde(rename = "r")]
    AssumedRole {
        /// `AROA…`; a role re-created under the same name has another.
        #[serde(rename = "d")]
        role_id: RoleId,
        /// The name without path.
        #[serde(rename = "n")]
        role_name: String,
        /// The role's ARN with path.
        #[serde(rename = "a")]
        role_arn: String,
        /// RoleSessionName.
        #[serde(rename = "s")]
        session_name: String,
    },
    /// GetFederationToken.
    #[serde(rename = "f")]
    FederatedUser {
        /// The name given to GetFederationToken.
        #[serde(rename = "n")]
        name: String,
        /// The user whose policies bound the session; absent for the root.
        #[serde(rename = "u", default, skip_serializing_if = "Option::is_none")]
        issuing_user_id: Option<IamUserId>,
        /// That user's ARN with path.
        #[serde(rename = "a", default, skip_serializing_if = "Option::is_none")]
        issuing_user_arn: Option<String>,
    },
    /// GetSessionToken called by a user: the same user.
    #[serde(rename = "u")]
    User {
        /// `AIDA…`.
        #[serde(rename = "d")]
        user_id: IamUserId,
        /// The name without path.
        #[serde(rename = "n")]
        user_name: String,
        /// The user's ARN with path.
        #[serde(rename = "a")]
        user_arn: String,
    },
    /// GetSessionToken called by the root.
    #[serde(rename = "o")]
    Root,
}

/// What of the web identity stays in the session's condition context (spec/identity-pools.md 15).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebIdentity {
    /// `aws:FederatedProvider`: the issuer without scheme, or an OIDC provider ARN.
    #[serde(rename = "p")]
    pub provider: String,
    /// `PROVIDER:aud`.
    #[serde(rename = "a")]
    pub audience: String,
    /// `PROVIDER:sub`.
    #[serde(rename = "s")]
    pub subject: String,
    /// `PROVIDER:amr`; empty when the provider has none.
    #[serde(rename = "m", default, skip_serializing_if = "Vec::is_empty")]
    pub amr: Vec<String>,
}

/// What of a SAML assertion stays in the session's condition context (spec/sts-and-iam.md B9).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SamlIdentity {
    /// `aws:FederatedProvider`: the SAML provider's ARN.
    #[serde(rename = "p")]
    pub provider_arn: String,
    /// `saml:namequalifier`.
    #[serde(rename = "q")]
    pub name_qualifier: String,
    /// `saml:sub`.
    #[serde(rename = "s")]
    pub subject: String,
    /// `saml:sub_type`.
    #[serde(rename = "t")]
    pub subject_type: String,
}

/// The identity pool and identity behind a session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionIdentity {
    /// The identity pool.
    #[serde(rename = "p")]
    pub identity_pool_id: IdentityPoolId,
    /// The identity.
    #[serde(rename = "i")]
    pub identity_id: IdentityId,
}

/// The sessions that a session came from by role chaining: revoking one of those revokes it too.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainedFrom {
    /// The roles on the way.
    #[serde(rename = "r", default, skip_serializing_if = "BTreeSet::is_empty")]
    pub roles: BTreeSet<RoleId>,
    /// The identity it began with.
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<SessionIdentity>,
}

impl ChainedFrom {
    /// What a session comes from that this one is exchanged for.
    pub fn session(parent: &SessionRecord) -> Self {
        let mut from = parent.chained_from.clone();
        if let SessionPrincipal::AssumedRole { role_id, .. } = &parent.principal {
            from.roles.insert(role_id.clone());
        }
        if let Some(identity) = &parent.identity {
            from.identity = Some(identity.clone());
        }
        from
    }

    /// Whether it came from none.
    pub fn is_empty(&self) -> bool {
        self.roles.is_empty() && self.identity.is_none()
    }
}

impl SessionRecord {
    /// The caller's ARN as GetCallerIdentity shows it (spec/sts-and-iam.md B5).
    pub fn caller_arn(&self) -> String {
        let account = &self.account_id;
        match &self.principal {
            SessionPrincipal::AssumedRole { role_name, session_name, .. } => {
                format!("arn:aws:sts::{account}:assumed-role/{role_name}/{session_name}")
            }
            SessionPrincipal::FederatedUser { name, .. } => {
                format!("arn:aws:sts::{account}:federated-user/{name}")
            }
            SessionPrincipal::User { user_arn, .. } => user_arn.clone(),
            SessionPrincipal::Root => format!("arn:aws:iam::{account}:root"),
        }
    }

    /// The caller's `aws:userid` (spec/sts-and-iam.md B5).
    pub fn user_id(&self) -> String {
        match &self.principal {
            SessionPrincipal::AssumedRole { role_id, session_name, .. } => format!("{role_id}:{session_name}"),
            SessionPrincipal::FederatedUser { name, .. } => format!("{}:{name}", self.account_id),
            SessionPrincipal::User { user_id, .. } => user_id.to_string(),
            SessionPrincipal::Root => self.account_id.to_string(),
        }
    }
}

/// Why a session token is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SessionError {
    /// Not a token of ours, changed, or of another access key.
    #[error("the session token is not valid for this access key")]
    Malformed,
    /// A token of ours that has had its time.
    #[error("the session expired")]
    Expired {
        /// When it expired.
        expired_at: Timestamp,
    },
    /// The ring has no key for sessions.
    #[error("no key to seal sessions with")]
    NoKey,
}

/// The session token text of this session; `nonce` is twelve fresh random bytes.
pub fn issue(ring: &KeyRing, nonce: [u8; 12], record: &SessionRecord) -> Result<String, SessionError> {
    let policies: usize = record.inline_policies.iter().map(String::len).sum();
    let sealed = ring
        .seal_written(
            KeyPurpose::RoleSession,
            nonce,
            record.access_key_id.as_str().as_bytes(),
            USUAL_LENGTH + policies * 2,
            |out| serde_json::to_writer(out, record).map_err(|_| SealError::Malformed),
        )
        .map_err(|error| match error {
            SealError::UnknownKey => SessionError::NoKey,
            SealError::Malformed | SealError::Rejected => SessionError::Malformed,
        })?;
    Ok(STANDARD.encode(sealed))
}

/// The session a token stands for, if it was issued together with `access_key_id` and has not expired at `now`.
pub fn open_token(
    ring: &KeyRing,
    access_key_id: &str,
    token: &str,
    now: Timestamp,
) -> Result<SessionRecord, SessionError> {
    if token.len() > MAX_TOKEN_LENGTH {
        return Err(SessionError::Malformed);
    }
    let sealed = STANDARD.decode(token).map_err(|_| SessionError::Malformed)?;
    let plain = ring.open(KeyPurpose::RoleSession, access_key_id.as_bytes(), &sealed).map_err(|error| match error {
        SealError::Malformed | SealError::UnknownKey | SealError::Rejected => SessionError::Malformed,
    })?;
    let mut record: SessionRecord = serde_json::from_slice(&plain).map_err(|_| SessionError::Malformed)?;
    if now >= record.expires_at {
        return Err(SessionError::Expired { expired_at: record.expires_at });
    }
    record.access_key_id = AccessKeyId::from(access_key_id);
    Ok(record)
}

/// The key that a text was sealed with, if it has the form of a session token and the ring has the key. Whether it opens is
/// another question, for which its access key id is needed.
pub fn sealed_with(ring: &KeyRing, token: &str) -> Option<SealingKeyId> {
    if token.len() > MAX_TOKEN_LENGTH {
        return None;
    }
    ring.sealed_with(KeyPurpose::RoleSession, &STANDARD.decode(token).ok()?)
}

/// The longest session token that is looked at, in characters: far above what session policies and tags can fill.
pub const MAX_TOKEN_LENGTH: usize = 64 * 1024;

/// Room for a session without policies, in bytes.
const USUAL_LENGTH: usize = 1500;

fn is_zero(number: &i64) -> bool {
    *number == 0
}

fn no_access_key_id() -> AccessKeyId {
    AccessKeyId::new(String::new())
}

#[cfg(test)]
pub(crate) mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::seal::SealingKey;
    use proptest::prelude::*;

    pub(crate) fn ring() -> KeyRing {
        KeyRing::new([SealingKey::new(KeyPurpose::RoleSession, [1; 8], [2; 32])])
    }

    pub(crate) fn record() -> SessionRecord {
        SessionRecord {
            access_key_id: AccessKeyId::from("ASIARZPUZDIKAAAAAAAA"),
            secret_access_key: SecretText::new("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
            account_id: AccountId::from("123456789012"),
            principal: SessionPrincipal::AssumedRole {
                role_id: RoleId::from("AROARZPUZDIKAAAAAAAAA"),
                role_name: "Fan".into(),
                role_arn: "arn:aws:iam::123456789012:role/app/Fan".into(),
                session_name: "CognitoIdentityCredentials".into(),
            },
            web_identity: Some(WebIdentity {
                provider: "cognito-identity.amazonaws.com".into(),
                audience: "eu-west-1:0d5c0000-0000-4000-8000-000000000000".into(),
                subject: "eu-west-1:7a1e0000-0000-4000-8000-000000000000".into(),
                amr: vec!["authenticated".into(), "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123".into()],
            }),
            saml: None,
            identity: None,
            inline_policies: Vec::new(),
            managed_policy_arns: Vec::new(),
            tags: BTreeMap::from([("Team".to_owned(), "blue".to_owned())]),
            transitive_tag_keys: Vec::new(),
            source_identity: None,
            mfa_authenticated_at: None,
            chained_from: ChainedFrom::default(),
            revocations_seen: 0,
            issued_at: Timestamp::from_seconds(1_000),
            expires_at: Timestamp::from_seconds(4_600),
        }
    }

    #[test]
    fn a_token_opens_to_its_session_until_it_expires() {
        let (ring, record) = (ring(), record());
        let token = issue(&ring, [9; 12], &record).unwrap();
        let id = record.access_key_id.as_str();
        assert_eq!(open_token(&ring, id, &token, Timestamp::from_seconds(4_599)).unwrap(), record);
        let expired = open_token(&ring, id, &token, Timestamp::from_seconds(4_600));
        assert_eq!(expired, Err(SessionError::Expired { expired_at: Timestamp::from_seconds(4_600) }));
        assert!(token.len() < 1000, "{}", token.len());
    }

    #[test]
    fn a_token_of_another_key_pair_is_refused() {
        let (ring, record) = (ring(), record());
        let token = issue(&ring, [9; 12], &record).unwrap();
        let other = open_token(&ring, "ASIARZPUZDIKAAAAAAAB", &token, Timestamp::from_seconds(2_000));
        assert_eq!(other, Err(SessionError::Malformed));
        assert_eq!(sealed_with(&ring, &token).unwrap().as_str(), "0101010101010101");
        assert_eq!(sealed_with(&KeyRing::default(), &token), None);
    }

    #[test]
    fn a_chain_remembers_every_role_and_where_it_began() {
        let mut parent = record();
        let identity = SessionIdentity { identity_pool_id: "p".into(), identity_id: "i".into() };
        parent.identity = Some(identity.clone());
        let mut child = SessionRecord { identity: None, chained_from: ChainedFrom::session(&parent), ..record() };
        if let SessionPrincipal::AssumedRole { role_id, .. } = &mut child.principal {
            *role_id = RoleId::from("AROAOTHER");
        }
        let from = ChainedFrom::session(&child);
        assert_eq!((from.roles.len(), from.identity.as_ref()), (2, Some(&identity)));
        child.chained_from = from;
        child.revocations_seen = 7;
        let token = issue(&ring(), [9; 12], &child).unwrap();
        let id = child.access_key_id.as_str();
        assert_eq!(open_token(&ring(), id, &token, child.issued_at).unwrap(), child);
    }

    #[test]
    fn the_caller_is_named_as_sts_names_it() {
        let record = record();
        assert_eq!(record.caller_arn(), "arn:aws:sts::123456789012:assumed-role/Fan/CognitoIdentityCredentials");
        assert_eq!(record.user_id(), "AROARZPUZDIKAAAAAAAAA:CognitoIdentityCredentials");
    }

    #[test]
    fn debug_hides_the_secret() {
        assert!(!format!("{:?}", record()).contains("wJalr"));
    }

    proptest! {
        #[test]
        fn a_changed_character_is_refused(at: prop::sample::Index, by in 1_u8..64) {
            let (ring, record) = (ring(), record());
            let mut token = issue(&ring, [9; 12], &record).unwrap().into_bytes();
            let at = at.index(token.len());
            token[at] = token[at].wrapping_add(by) & 0x7f;
            let token = String::from_utf8(token).unwrap();
            prop_assert!(open_token(&ring, record.access_key_id.as_str(), &token, record.issued_at).is_err());
        }

        #[test]
        fn any_text_is_refused_without_panic(token: String, id: String) {
            prop_assert!(open_token(&ring(), &id, &token, Timestamp::default()).is_err());
            sealed_with(&ring(), &token);
        }
    }
}
