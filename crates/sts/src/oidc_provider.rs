//! OpenID Connect providers that are registered in IAM, and the tokens that count by such a registration
//! (spec/sts-and-iam.md B8). The identity pools ask here too.

use contract::Fault;
use domain::login_token::user_pool_of_provider;
use domain::{AccountId, Timestamp, UserPoolId};
use federation::fetch::Thumbprint;
use federation::id_token::{Expected, IdToken, TokenRefusal, peek};
use federation::jwk::KeySet;
use serde_json::{Value, json};
use service::Node;
use std::sync::Arc;
use store::table::iam_oidc_providers::{self, OidcProvider};
use store::table::user_pool_keys;

/// A provider that is registered in IAM.
#[derive(Debug)]
pub struct Registered {
    /// The issuer, as registered.
    issuer: String,
    arn: String,
    audiences: Vec<String>,
    thumbprints: Vec<Thumbprint>,
}

impl Registered {
    /// The registration in this account under this name: the issuer's URL without scheme.
    ///
    /// # Errors
    /// An internal fault.
    pub async fn find(node: &Node, account: &AccountId, name: &str) -> Result<Option<Arc<Self>>, Fault> {
        let load = async || {
            let found =
                node.store.read(async |tx| Ok::<_, Fault>(iam_oidc_providers::find_by_url(tx, account, name).await?));
            found.await?.map(Self::read).transpose()
        };
        node.caches.of::<Self>().get_or_load(&node.store, &format!("{account} {name}"), load).await
    }

    /// The provider's ARN.
    pub fn arn(&self) -> &str {
        &self.arn
    }

    /// Verifies a token of this provider: issuer, claims, audience, signature, time. Keys of a user pool of this server are
    /// read, all others fetched.
    ///
    /// # Errors
    /// An internal fault; the inner error says why the token is refused.
    pub async fn verify(
        &self,
        node: &Node,
        token: &str,
        now: Timestamp,
    ) -> Result<Result<IdToken, TokenRefusal>, Fault> {
        let Self { issuer: registered, audiences, thumbprints, .. } = self;
        let peeked = match peek(token) {
            Ok(peeked) => peeked,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let issuer = peeked.issuer().unwrap_or_default().to_owned();
        if let Some(keys) = own_keys(node, &issuer).await? {
            // The pool's other name is no other issuer; any other pool's is.
            let names = names_of(node, &issuer);
            let of_this =
                registered.strip_prefix("https://").is_some_and(|name| names.iter().any(|known| known == name));
            let issuer = if of_this { issuer.as_str() } else { registered.as_str() };
            let expected = Expected { issuer, other_issuers: &[registered], audiences, thumbprints };
            return Ok(peeked.expect(&expected).and_then(|token| token.verify(&keys.0, now)));
        }
        let expected = Expected { issuer: registered, other_issuers: &[], audiences, thumbprints };
        Ok(node.provider_keys.verify_id_token(token, &expected, now).await)
    }

    fn read(row: OidcProvider) -> Result<Self, Fault> {
        let pins: Vec<String> = serde_json::from_str(&row.thumbprints).map_err(Fault::internal)?;
        Ok(Self {
            issuer: format!("https://{}", row.url),
            arn: row.arn,
            audiences: serde_json::from_str(&row.client_ids).map_err(Fault::internal)?,
            // IAM takes any forty characters for a thumbprint; those that are none pin nothing.
            thumbprints: pins.iter().filter_map(|pin| const_hex::decode_to_array(pin).ok()).collect(),
        })
    }
}

/// The names under which an issuer may be registered: its URL without scheme. A user pool of this server goes by both of its
/// names, whichever its tokens carry.
pub(crate) fn names_of(node: &Node, issuer: &str) -> Vec<String> {
    let bare = issuer.split_once("://").map_or(issuer, |(_, rest)| rest).to_owned();
    match own_user_pool(node, issuer) {
        Some(pool) => {
            let issuers = node.issuers_of(&pool);
            issuers.iter().filter_map(|issuer| issuer.split_once("://")).map(|(_, rest)| rest.to_owned()).collect()
        }
        None => vec![bare],
    }
}

/// The pool whose issuer this would be, if it is one of ours.
pub fn own_user_pool(node: &Node, issuer: &str) -> Option<UserPoolId> {
    let of_aws = issuer.strip_prefix("https://").and_then(user_pool_of_provider);
    let of_ours = || issuer.strip_prefix(&node.base_url)?.strip_prefix('/').map(UserPoolId::from);
    of_aws.or_else(of_ours).filter(|pool| node.issuers_of(pool).iter().any(|known| known == issuer))
}

/// The keys that sign the ID tokens of a user pool of this server.
#[derive(Debug)]
struct OwnKeys(KeySet);

/// What we have is not fetched.
async fn own_keys(node: &Node, issuer: &str) -> Result<Option<Arc<OwnKeys>>, Fault> {
    // What a token says is not fit for the store: no engine takes a text with NUL.
    let Some(pool) = own_user_pool(node, issuer).filter(|pool| !pool.as_str().contains('\0')) else { return Ok(None) };
    let load = async || {
        let rows = node.store.read(async |tx| Ok::<_, Fault>(user_pool_keys::all(tx, &pool).await?)).await?;
        // A key that signs access tokens must not make an ID token.
        let keys: Vec<Value> = rows
            .iter()
            .filter(|row| row.token_use == "id")
            .map(|row| {
                json!({
                    "kty": "RSA", "use": "sig", "alg": "RS256", "kid": row.key_id,
                    "n": base64_url(&row.public_modulus), "e": base64_url(&row.public_exponent),
                })
            })
            .collect();
        if keys.is_empty() {
            return Ok(None);
        }
        let keys = KeySet::parse(&json!({ "keys": keys })).map_err(Fault::internal)?;
        Ok(Some(OwnKeys(keys)))
    };
    node.caches.of::<OwnKeys>().get_or_load(&node.store, pool.as_str(), load).await
}

fn base64_url(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}
