//! Logins of user pools: ID tokens of this server's own pools, their keys at hand (spec/identity-pools.md 7).

use super::{Question, Refused};
use crate::keys::{self, IdTokenKeys};
use contract::Fault;
use domain::login_token::{LoginRefusal, UserPoolLogin, VerifiedLogin, verify_user_pool_login};
use domain::{ClientId, UserPoolId, jwt};

/// Verifies a token for one of these clients.
///
/// # Errors
/// An internal fault.
pub async fn verify(
    question: &Question<'_>,
    provider: &str,
    user_pool: &UserPoolId,
    client_ids: &[ClientId],
    token: &str,
) -> Result<Result<VerifiedLogin, Refused>, Fault> {
    let keys = keys::of_user_pool(question.node, user_pool).await?;
    let issuers = question.node.issuers_of(user_pool);
    let login = UserPoolLogin { provider, token, issuers: &issuers, client_ids, now: question.now };
    let key_of = |kid: &str| keys.as_ref().and_then(|keys| keys.find(kid));
    let verified = verify_user_pool_login(login, key_of);
    Ok(verified.map_err(|refusal| {
        let detail = detail(&refusal, token, client_ids, keys.as_deref());
        Refused::because(refusal, detail)
    }))
}

/// What the sentence does not say. The token is read as it is: nobody vouches for what it claims.
fn detail(refusal: &LoginRefusal, token: &str, client_ids: &[ClientId], keys: Option<&IdTokenKeys>) -> Option<String> {
    let peeked = jwt::peek(token).ok()?;
    let claim =
        |name: &str| peeked.unverified_claims().get(name).map_or_else(|| "nothing".to_owned(), ToString::to_string);
    match refusal {
        LoginRefusal::UnsupportedProvider => {
            let known: Vec<&str> = client_ids.iter().map(ClientId::as_str).collect();
            Some(format!("the token is for {}, the pool takes [{}]", claim("aud"), known.join(", ")))
        }
        LoginRefusal::IssuerMismatch => Some(format!("the token's issuer is {}", claim("iss"))),
        LoginRefusal::MissingClaim(_) | LoginRefusal::NotAnIdToken => {
            Some(format!("the token's token_use is {}", claim("token_use")))
        }
        LoginRefusal::BadSignature => Some(match keys {
            None => "there is no such user pool here".to_owned(),
            Some(keys) if keys.find(peeked.kid()).is_none() => {
                format!("no key of the user pool for ID tokens has the id `{}`", peeked.kid())
            }
            Some(_) => "the signature is not of the user pool's key".to_owned(),
        }),
        LoginRefusal::Expired { .. } | LoginRefusal::Inactive => None,
    }
}
