//! Logins of OpenID Connect providers that are registered in IAM and listed in the pool (spec/identity-pools.md 7).

use super::{Question, Refused, demand_subject};
use crate::settings::provider_name;
use contract::Fault;
use domain::AccountId;
use domain::login_token::{LoginKind, LoginRefusal, VerifiedLogin};
use federation::id_token::TokenRefusal;
use sts::oidc_provider::Registered;

/// Verifies a token by the registration with this ARN, as AssumeRoleWithWebIdentity would.
///
/// # Errors
/// An internal fault.
pub async fn verify(
    question: &Question<'_>,
    provider: &str,
    arn: &str,
    token: &str,
) -> Result<Result<VerifiedLogin, Refused>, Fault> {
    let registered = match provider_name(arn, "oidc-provider") {
        Some((account, name)) => Registered::find(question.node, &AccountId::from(account), name).await?,
        None => None,
    };
    let Some(registered) = registered else {
        let detail = format!("{arn} is not registered in IAM");
        return Ok(Err(Refused::because(LoginRefusal::UnsupportedProvider, Some(detail))));
    };
    let verified = registered.verify(question.node, token, question.now).await?;
    Ok(verified.map_err(|refusal| refused(&refusal)).and_then(|token| {
        Ok(VerifiedLogin {
            provider: provider.to_owned(),
            kind: LoginKind::Oidc { provider_arn: arn.to_owned() },
            subject: demand_subject(token.subject)?,
            claims: token.claims.into(),
        })
    }))
}

/// Cognito's sentence for a token that is refused (spec/identity-pools.md 4); where the sheet has none, one in its manner.
pub fn refused(refusal: &TokenRefusal) -> Refused {
    use TokenRefusal as R;
    let sentence = match refusal {
        R::NotAToken | R::UnsupportedAlgorithm | R::BadClaim(_) => LoginRefusal::NotAnIdToken,
        R::IssuerMismatch => LoginRefusal::IssuerMismatch,
        R::MissingClaim(claim) => LoginRefusal::MissingClaim(claim),
        R::SeveralAudiences | R::AudienceMismatch => LoginRefusal::UnsupportedProvider,
        R::KeysUnavailable(_) | R::NoSuchKey | R::BadSignature => LoginRefusal::BadSignature,
        R::Expired { now, expires } => LoginRefusal::Expired { now: *now, expires: *expires },
        R::NotYetValid { now, from } => {
            let sentence = format!("Invalid login token. Token not valid yet: {now} < {from}");
            return Refused::in_words(sentence, Some(refusal.to_string()));
        }
    };
    Refused::because(sentence, Some(refusal.to_string()))
}
