//! SAML assertions: of which provider, and what follows from what they say (spec/sts-and-iam.md B9).

use contract::Fault;
use domain::session::SamlIdentity;
use domain::{AccountId, Timestamp};
use federation::saml::{Assertion, DecryptionKey, SamlProvider, SamlRefusal, verify_response};
use federation::saml_metadata::IdpMetadata;
use iam_policy::Arn;
use model::sts::error;
use service::{Cx, Node, saml_key};
use std::sync::Arc;
use store::table::{iam_saml_keys, iam_saml_providers};

/// The call brings no session token of anybody, which an unsigned call cannot have (spec/sts-and-iam.md B8, "Extra header").
///
/// # Errors
/// `InvalidClientTokenId`.
pub fn demand_no_session_token(cx: &Cx) -> Result<(), Fault> {
    if !cx.request.stray_session_token {
        return Ok(());
    }
    cx.decision().failed("token", "the call is not signed, but carries X-Amz-Security-Token");
    Err(error::invalid_client_token_id("The security token included in the request is invalid"))
}

/// A registered provider, its document read.
#[derive(Debug)]
pub struct Provider {
    account: AccountId,
    name: String,
    arn: String,
    metadata: IdpMetadata,
    keys: Vec<DecryptionKey>,
    requires_encryption: bool,
}

impl Provider {
    /// The provider with this ARN.
    ///
    /// # Errors
    /// `InvalidIdentityToken`: there is none.
    pub(crate) async fn demand(cx: &Cx, arn: &str) -> Result<Arc<Self>, Fault> {
        let found = Self::find(&cx.node, arn).await?;
        found.ok_or_else(|| error::invalid_identity_token("Specified provider doesn't exist"))
    }

    /// The provider with this ARN, if there is one.
    ///
    /// # Errors
    /// An internal fault.
    pub async fn find(node: &Node, arn: &str) -> Result<Option<Arc<Self>>, Fault> {
        node.caches.of::<Self>().get_or_load(&node.store, arn, async || Self::load(node, arn).await).await
    }

    async fn load(node: &Node, text: &str) -> Result<Option<Self>, Fault> {
        let Some(arn) = Arn::parse(text).filter(|arn| arn.service == "iam") else { return Ok(None) };
        let Some(name) = arn.resource.strip_prefix("saml-provider/") else { return Ok(None) };
        let account = AccountId::from(arn.account);
        let found = node
            .store
            .read(async |tx| {
                let row = iam_saml_providers::find(tx, &account, &name.to_lowercase()).await?;
                let Some(row) = row.filter(|row| row.arn == text) else { return Ok::<_, Fault>(None) };
                let keys = iam_saml_keys::list(tx, &row.id, "", KEYS_MOST).await?;
                Ok(Some((row, keys)))
            })
            .await?;
        let Some((row, keys)) = found else { return Ok(None) };
        let open = |key| {
            let pem = saml_key::open(node, key)?;
            let pem = std::str::from_utf8(&pem).map_err(Fault::internal)?;
            DecryptionKey::from_pem(pem).map_err(Fault::internal)
        };
        Ok(Some(Self {
            account,
            metadata: IdpMetadata::parse(&row.metadata).map_err(Fault::internal)?,
            keys: keys.iter().map(open).collect::<Result<_, _>>()?,
            requires_encryption: row.encryption_mode.as_deref() == Some("Required"),
            name: row.name,
            arn: row.arn,
        }))
    }

    /// Verifies a response of this provider, in base64.
    ///
    /// # Errors
    /// Why it is refused.
    pub fn verify(&self, response: &str, now: Timestamp) -> Result<Assertion, SamlRefusal> {
        let provider = SamlProvider {
            metadata: &self.metadata,
            decryption_keys: &self.keys,
            requires_encryption: self.requires_encryption,
        };
        verify_response(response, &provider, now)
    }

    /// Who the assertion is about, as the session keeps it.
    pub(crate) fn identity(&self, assertion: &Assertion) -> SamlIdentity {
        SamlIdentity {
            provider_arn: self.arn.clone(),
            name_qualifier: assertion.name_qualifier(self.account.as_str(), &self.name),
            subject: assertion.subject.clone(),
            subject_type: assertion.subject_type().to_owned(),
        }
    }

    /// The account that registered it.
    pub(crate) fn account(&self) -> &AccountId {
        &self.account
    }

    /// `saml:doc`: account and name.
    pub(crate) fn doc(&self) -> String {
        format!("{}/{}", self.account, self.name)
    }
}

/// A provider has two keys at most; this is far above.
const KEYS_MOST: i64 = 100;

/// How long the session lasts, in seconds: what was asked of STS, cut by the provider's `SessionDuration` and by the end of
/// the session there, even below the fifteen minutes that one may ask for (spec/sts-and-iam.md B2).
///
/// # Errors
/// `ExpiredTokenException`: the session there has ended; `InvalidIdentityToken`: `SessionDuration` is not 900 to 43200.
pub(crate) fn duration(cx: &Cx, asked: i64, assertion: &Assertion) -> Result<i64, Fault> {
    let mut seconds = asked;
    if let Some(limit) = assertion.session_duration_seconds().map_err(|refusal| refused(cx, refusal))? {
        if !(900..=43_200).contains(&limit) {
            return Err(refused(cx, SamlRefusal::BadSessionDuration));
        }
        seconds = seconds.min(i64::from(limit));
    }
    if let Some(end) = assertion.session_expires {
        seconds = seconds.min(remaining(cx.now(), end));
    }
    if seconds <= 0 { Err(expired()) } else { Ok(seconds) }
}

fn remaining(now: Timestamp, end: Timestamp) -> i64 {
    end.seconds().saturating_sub(now.seconds())
}

fn expired() -> Fault {
    error::expired_token("Token must be redeemed within 5 minutes of issuance")
}

/// STS's sentence (spec/sts-and-iam.md B3); where the sheet has none, one in its manner.
pub(crate) fn refused(cx: &Cx, refusal: SamlRefusal) -> Fault {
    use SamlRefusal as R;
    cx.decision().failed("assertion", refusal.to_string());
    error::invalid_identity_token(match refusal {
        R::Expired { .. } => return expired(),
        R::NotBase64 => format!(
            "Invalid base64 SAMLResponse (Service: AWSOpenIdDiscoveryService; Status Code: 400; Error Code: \
             AuthSamlInvalidSamlResponseException; Request ID: {})",
            cx.request.request_id
        ),
        R::BadSignature | R::UnsignedAssertion => "Response signature invalid".to_owned(),
        R::OtherIssuer => "Issuer not present in specified provider".to_owned(),
        R::NoConfirmation => "Response does not contain the required audience".to_owned(),
        R::NoRoleSessionName => "RoleSessionName is required in AuthnResponse".to_owned(),
        R::BadRoleSessionName => "RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}".to_owned(),
        R::BadSourceIdentity => crate::session_claims::BAD_SOURCE_IDENTITY.to_owned(),
        R::BadSessionDuration => "SessionDuration in AuthnResponse must be between 900 and 43200".to_owned(),
        R::BadPrincipalTag => crate::session_claims::BAD_TAGS.to_owned(),
        R::NotEncrypted => "The specified provider requires encrypted assertions".to_owned(),
        R::Malformed | R::NotOneAssertion | R::Encrypted | R::NoSubject | R::NoSubjectFormat | R::BadDate => {
            "Invalid SAMLResponse".to_owned()
        }
    })
}
