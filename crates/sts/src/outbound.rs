//! Tokens that STS gives out about an account's principals: their keys, and what verifiers may read of them.

use contract::Fault;
use domain::jwt::{self, Algorithm, Claims, SigningKey};
use domain::jwt_es384::Es384Key;
use domain::{AccountId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use service::{Cx, Node};
use std::sync::Arc;
use store::table::iam_accounts::{self, IamAccount};
use store::table::settings;

/// An account's keys, one for each algorithm.
#[derive(Debug)]
pub struct TokenKeys {
    rs256: SigningKey,
    es384: Es384Key,
}

impl TokenKeys {
    /// The account's keys; made when they are first needed.
    ///
    /// # Errors
    /// An internal fault: there is no key to be had, or one does not open.
    pub async fn demand(cx: &Cx) -> Result<Arc<Self>, Fault> {
        let account = cx.account();
        if let Some(keys) = find(&cx.node, account).await? {
            return Ok(keys);
        }
        // Those who come at once wait for one key.
        let _turn = cx.node.key_turn.lock().await;
        if let Some(keys) = find(&cx.node, account).await? {
            return Ok(keys);
        }
        let rsa = cx.node.key_source.take().await?;
        let scalar: [u8; 48] = cx.random();
        let stored = StoredKeys {
            rs256: StoredKey::seal(cx, account, &rsa)?,
            es384: StoredKey::seal(cx, account, &scalar)?,
            created_ms: cx.now(),
        };
        let value = serde_json::to_string(&stored).map_err(Fault::internal)?;
        cx.write(async |tx| {
            // Of two nodes that come here at once, one wins.
            if settings::insert(tx, &setting(account), &value).await? {
                tx.touch_catalog().await?;
            }
            Ok(())
        })
        .await?;
        find(&cx.node, account).await?.ok_or_else(|| Fault::internal("the keys that were just made are not there"))
    }

    /// The token of these claims; `algorithm` is `RS256` or `ES384`.
    ///
    /// # Errors
    /// An internal fault: another algorithm, or signing failed.
    pub fn sign(&self, algorithm: &str, claims: &Claims) -> Result<String, Fault> {
        match algorithm {
            "RS256" => self.rs256.sign(claims).map_err(Fault::internal),
            "ES384" => self.es384.sign(claims).map_err(Fault::internal),
            other => Err(Fault::internal(format!("no key for `{other}`"))),
        }
    }

    fn jwks(&self) -> Value {
        json!({ "keys": [self.rs256.verifying_key().jwk(), self.es384.jwk()] })
    }
}

/// The account's row and issuer, if tokens may be given out.
///
/// # Errors
/// The store fails.
pub async fn issuer(cx: &Cx) -> Result<Option<String>, Fault> {
    let row = cx.read(async |tx| Ok(iam_accounts::find(tx, cx.account()).await?)).await?;
    Ok(if row.outbound_enabled { cx.node.outbound_issuer_of(&row) } else { None })
}

/// The key set document of the issuer with this id; `None`: there is no such issuer. It stays readable while the feature is
/// off, so that tokens given out before can be verified to their end.
///
/// # Errors
/// An internal fault.
pub async fn jwks(node: &Node, id: &str) -> Result<Option<String>, Fault> {
    let Some(row) = account_of(node, id).await? else { return Ok(None) };
    let keys = find(node, &row.account_id).await?;
    Ok(Some(keys.map_or_else(|| json!({ "keys": [] }), |keys| keys.jwks()).to_string()))
}

/// The discovery document of the issuer with this id; `None`: there is no such issuer.
///
/// # Errors
/// An internal fault.
pub async fn openid_configuration(node: &Node, id: &str) -> Result<Option<String>, Fault> {
    let Some(issuer) = account_of(node, id).await?.and_then(|row| node.outbound_issuer_of(&row)) else {
        return Ok(None);
    };
    let document = json!({
        "issuer": issuer,
        "jwks_uri": format!("{issuer}/.well-known/jwks.json"),
        "response_types_supported": ["id_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256", "ES384"],
        "claims_supported": ["aud", "exp", "iat", "iss", "jti", "sub"],
    });
    Ok(Some(document.to_string()))
}

async fn account_of(node: &Node, id: &str) -> Result<Option<IamAccount>, Fault> {
    let row = node.store.read(async |tx| Ok::<_, Fault>(iam_accounts::find(tx, &node.account).await?)).await?;
    Ok(Some(row).filter(|row| row.outbound_id.as_deref() == Some(id)))
}

async fn find(node: &Node, account: &AccountId) -> Result<Option<Arc<TokenKeys>>, Fault> {
    let load = async || {
        let name = setting(account);
        let value = node.store.read(async |tx| Ok::<_, Fault>(settings::find(tx, &name).await?)).await?;
        let Some(value) = value else { return Ok(None) };
        let stored: StoredKeys = serde_json::from_str(&value).map_err(Fault::internal)?;
        let rsa = stored.rs256.open(node, account)?;
        let scalar = stored.es384.open(node, account)?;
        let scalar = scalar.as_slice().try_into().map_err(Fault::internal)?;
        Ok(Some(TokenKeys {
            rs256: SigningKey::from_pkcs8(&stored.rs256.kid, Algorithm::Rs256, &rsa).map_err(Fault::internal)?,
            es384: Es384Key::from_scalar(&stored.es384.kid, scalar).map_err(Fault::internal)?,
        }))
    };
    node.caches.of::<TokenKeys>().get_or_load(&node.store, account.as_str(), load).await
}

/// What the keys are sealed as; their owner is the account and the key's id.
const KIND: &str = "web-identity-key";

fn setting(account: &AccountId) -> String {
    format!("web-identity-keys/{account}")
}

/// As the setting holds them: JSON, the private halves sealed.
#[derive(Serialize, Deserialize)]
struct StoredKeys {
    rs256: StoredKey,
    es384: StoredKey,
    created_ms: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct StoredKey {
    kid: String,
    sealed: String,
}

impl StoredKey {
    fn seal(cx: &Cx, account: &AccountId, private: &[u8]) -> Result<Self, Fault> {
        let kid = jwt::new_kid(cx.random());
        let sealed = const_hex::encode(cx.seal(KIND, &format!("{account}/{kid}"), private)?);
        Ok(Self { kid, sealed })
    }

    fn open(&self, node: &Node, account: &AccountId) -> Result<zeroize::Zeroizing<Vec<u8>>, Fault> {
        let sealed = const_hex::decode(&self.sealed).map_err(Fault::internal)?;
        node.vault.open(KIND, &format!("{account}/{}", self.kid), &sealed)
    }
}
