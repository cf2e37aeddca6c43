//! Whose signature is it: the first half of the gate.

use crate::dialect;
use crate::{AccessKeyFacts, Caller, Gate};
use contract::{Fault, Operation, Protocol};
use domain::secret::SecretText;
use domain::session::{self, SessionError, SessionPrincipal, SessionRecord};
use domain::{AccessKeyId, Timestamp};
use sigv4::{Presented, Refusal, RegionRule, Request, Rules, SigningKey};
use std::sync::Arc;

/// Who must have made a signature, if it is right.
pub(crate) enum Signer {
    /// The holder of temporary credentials.
    Session(Arc<SessionRecord>),
    /// The owner of a long-term key, and the key's id.
    Key(Arc<AccessKeyFacts>, AccessKeyId),
}

impl Signer {
    /// The secret.
    pub(crate) fn secret(&self) -> &SecretText {
        match self {
            Self::Session(session) => &session.secret_access_key,
            Self::Key(known, _) => &known.secret,
        }
    }

    /// The caller, once the signature is verified.
    pub(crate) fn caller(&self) -> Caller {
        match self {
            Self::Session(session) => Caller::Session(Arc::clone(session)),
            Self::Key(known, id) => match &known.user {
                None => Caller::Root { account: known.account.clone(), access_key_id: id.clone() },
                Some(user) => Caller::User { user: Arc::clone(user), access_key_id: id.clone() },
            },
        }
    }
}

/// A refusal, and the reason for the operator.
#[derive(Debug)]
pub struct Refused {
    /// What the caller is told.
    pub refusal: Refusal,
    /// What was true, where the refusal does not say it.
    pub reason: Option<String>,
}

impl Refused {
    fn new(refusal: Refusal, reason: String) -> Self {
        Self { refusal, reason: Some(reason) }
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self { refusal, reason: None }
    }
}

impl Gate {
    /// Verifies the signature of a request for an API operation and says who signed.
    ///
    /// # Errors
    /// The refusal of spec/sts-and-iam.md E2, in the operation's own protocol.
    pub async fn admit(&self, request: &Request<'_>, operation: &Operation, now: Timestamp) -> Result<Caller, Fault> {
        self.admit_service(request, operation.service.name, operation.service.protocol, now).await
    }

    /// The same for any service name: our own administrative paths are signed for `sekisho`.
    ///
    /// # Errors
    /// As [`Gate::admit`].
    pub async fn admit_service(
        &self,
        request: &Request<'_>,
        service: &str,
        protocol: Protocol,
        now: Timestamp,
    ) -> Result<Caller, Fault> {
        let refuse = |refusal: Refusal| dialect::refusal(protocol, &refusal);
        let services = [service];
        let rules = Rules::service(&services, RegionRule::Any);
        let presented = sigv4::demand(request, &rules, now.millis()).map_err(refuse)?;
        let signer = self.signer(presented.access_key_id(), presented.session_token(), now).await?;
        let signer = signer.map_err(|refused| {
            let fault = refuse(refused.refusal);
            match refused.reason {
                Some(reason) => fault.with_cause(reason),
                None => fault,
            }
        })?;
        let key = self.key_of(&signer, &presented);
        sigv4::verify_with_key(request, &presented, &key).map_err(refuse)?;
        let caller = signer.caller();
        self.note_use(&caller, service, presented.region(), now);
        Ok(caller)
    }

    /// Whose secret a signature must have been made with, whatever its version: a session's, or a long-term key's. The outer
    /// error is ours, the inner one the caller's.
    pub(crate) async fn signer(
        &self,
        access_key_id: &str,
        session_token: Option<&str>,
        now: Timestamp,
    ) -> Result<Result<Signer, Refused>, Fault> {
        if session_token.is_some() || access_key_id.starts_with("ASIA") {
            let session = self.open_session(access_key_id, session_token, now).await?;
            return Ok(session.map(|session| Signer::Session(Arc::new(session))));
        }
        Ok(match self.access_key(access_key_id).await? {
            None => Err(Refused::new(Refusal::UnknownAccessKey, format!("there is no access key {access_key_id}"))),
            Some(known) if !known.active => {
                Err(Refused::new(Refusal::InactiveAccessKey, format!("the access key {access_key_id} is inactive")))
            }
            Some(known) => Ok(Signer::Key(known, AccessKeyId::from(access_key_id))),
        })
    }

    /// The signer's key for the scope of a signature.
    pub(crate) fn key_of(&self, signer: &Signer, presented: &Presented<'_>) -> Arc<SigningKey> {
        match signer {
            Signer::Key(known, _) => self.signing_key(&known.secret, presented),
            Signer::Session(session) => {
                let secret = session.secret_access_key.reveal().as_bytes();
                let (date, region, service) = (presented.date(), presented.region(), presented.service());
                Arc::new(SigningKey::derive(secret, date, region, service))
            }
        }
    }

    /// Opens the sealed session; the outer error is ours, the inner one the caller's.
    async fn open_session(
        &self,
        access_key_id: &str,
        session_token: Option<&str>,
        now: Timestamp,
    ) -> Result<Result<SessionRecord, Refused>, Fault> {
        let refused = |refusal, reason: String| Ok(Err(Refused::new(refusal, reason)));
        // A temporary key without its token is an unknown key (spec/sts-and-iam.md E2, below the table).
        let Some(token) = session_token else {
            return refused(Refusal::UnknownAccessKey, "a temporary access key without its session token".to_owned());
        };
        let ring = self.secrets.ring();
        let session = match session::open_token(&ring, access_key_id, token, now) {
            Ok(session) => session,
            Err(SessionError::Expired { expired_at }) => {
                return refused(
                    Refusal::ExpiredSessionToken,
                    format!("the session expired at {}", expired_at.iso8601()),
                );
            }
            Err(error) => return refused(Refusal::InvalidSessionToken, error.to_string()),
        };
        let whose = session.caller_arn();
        let Some(session) = self.living(session).await? else {
            return refused(Refusal::UnknownAccessKey, format!("{whose}: {GONE}"));
        };
        // Dead credentials are unknown ones, as those of a deleted role are.
        match self.revoked(&session).await? {
            Some(reason) => refused(Refusal::UnknownAccessKey, format!("{whose}: {reason}")),
            None => Ok(Ok(session)),
        }
    }

    /// Why the holder of a session is refused although it is genuine and in time, for the operator.
    ///
    /// # Errors
    /// The store fails.
    pub async fn refused(&self, session: &SessionRecord) -> Result<Option<String>, Fault> {
        match self.living(session.clone()).await? {
            None => Ok(Some(GONE.to_owned())),
            Some(session) => self.revoked(&session).await,
        }
    }

    /// The session, unless the role or user behind it was deleted: that ends its sessions at once
    /// (spec/sts-and-iam.md E4, 5). A user who was renamed since is called by the new name.
    async fn living(&self, mut session: SessionRecord) -> Result<Option<SessionRecord>, Fault> {
        let account = &session.account_id;
        match &mut session.principal {
            SessionPrincipal::AssumedRole { role_id, role_name, .. } => {
                if self.role(account, role_name).await?.is_none_or(|role| role.id != *role_id) {
                    return Ok(None);
                }
            }
            SessionPrincipal::User { user_id, user_name, user_arn } => {
                let Some(user) = self.user_by_id(account, user_id).await? else { return Ok(None) };
                user_name.clone_from(&user.facts.name);
                *user_arn = user.facts.arn();
            }
            SessionPrincipal::FederatedUser { issuing_user_id: Some(issuer), issuing_user_arn, .. } => {
                let Some(user) = self.user_by_id(account, issuer).await? else { return Ok(None) };
                *issuing_user_arn = Some(user.facts.arn());
            }
            SessionPrincipal::FederatedUser { issuing_user_id: None, .. } | SessionPrincipal::Root => {}
        }
        Ok(Some(session))
    }
}

const GONE: &str = "the role or user that the session belongs to was deleted";
