//! Whose signature is it: the first half of the gate.

use crate::dialect;
use crate::{Caller, Gate};
use contract::{Fault, Operation, Protocol};
use domain::session::{self, SessionError, SessionPrincipal, SessionRecord};
use domain::{AccessKeyId, Timestamp};
use sigv4::{Presented, Refusal, RegionRule, Request, Rules, SigningKey};
use std::sync::Arc;

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
        let id = presented.access_key_id();
        if presented.session_token().is_some() || id.starts_with("ASIA") {
            let session = self.open_session(&presented, now).await?.map_err(refuse)?;
            let secret = session.secret_access_key.reveal().as_bytes();
            let key = SigningKey::derive(secret, presented.date(), presented.region(), service);
            sigv4::verify_with_key(request, &presented, &key).map_err(refuse)?;
            return Ok(Caller::Session(Arc::new(session)));
        }
        let Some(known) = self.access_key(id).await? else { return Err(refuse(Refusal::UnknownAccessKey)) };
        if !known.active {
            return Err(refuse(Refusal::InactiveAccessKey));
        }
        let key = self.signing_key(&known.secret, &presented);
        sigv4::verify_with_key(request, &presented, &key).map_err(refuse)?;
        let access_key_id = AccessKeyId::from(id);
        Ok(match &known.user {
            None => Caller::Root { account: known.account.clone(), access_key_id },
            Some(user) => Caller::User { user: Arc::clone(user), access_key_id },
        })
    }

    /// Opens the sealed session; the outer error is ours, the inner one the caller's.
    async fn open_session(
        &self,
        presented: &Presented<'_>,
        now: Timestamp,
    ) -> Result<Result<SessionRecord, Refusal>, Fault> {
        // A temporary key without its token is an unknown key (spec/sts-and-iam.md E2, below the table).
        let Some(token) = presented.session_token() else { return Ok(Err(Refusal::UnknownAccessKey)) };
        let ring = self.secrets.ring();
        let session = match session::open_token(&ring, presented.access_key_id(), token, now) {
            Ok(session) => session,
            Err(SessionError::Expired { .. }) => return Ok(Err(Refusal::ExpiredSessionToken)),
            Err(SessionError::Malformed | SessionError::NoKey) => return Ok(Err(Refusal::InvalidSessionToken)),
        };
        // Deleting the role or user ends its sessions at once (spec/sts-and-iam.md E4, 5).
        let alive = match &session.principal {
            SessionPrincipal::AssumedRole { role_id, role_name, .. } => {
                self.role(&session.account_id, role_name).await?.is_some_and(|role| role.id == *role_id)
            }
            SessionPrincipal::User { user_id, user_name, .. } => {
                self.user(&session.account_id, user_name).await?.is_some_and(|user| user.facts.id == *user_id)
            }
            SessionPrincipal::FederatedUser { .. } | SessionPrincipal::Root => true,
        };
        Ok(if alive { Ok(session) } else { Err(Refusal::UnknownAccessKey) })
    }
}
