//! The keys that sign the OpenID tokens of identity pools: `cognito-identity` signs with them, STS and the world verify.

pub mod rotation;

use contract::Fault;
use domain::identity_token::{self, ISSUER};
use domain::jwt::{self, Algorithm, JwtError, SigningKey, VerifyingKey};
use domain::token_keys::{self, TokenKeyTimes};
use domain::{Region, Timestamp};
use serde_json::json;
use service::{Cx, Node};
use std::ops::Deref;
use std::sync::Arc;
use store::table::identity_token_keys::{self, IdentityTokenKey};

/// A region's private key (spec/identity-pools.md 10: RS512, the `kid` is the region and a number).
#[derive(Debug)]
pub struct TokenKey(SigningKey);

impl TokenKey {
    /// The key whose turn it is to sign for this region's pools ([`domain::token_keys`]); the first is made when it is needed.
    ///
    /// # Errors
    /// An internal fault: there is no key to be had, or the one there is does not open.
    pub async fn demand(cx: &Cx, region: &Region) -> Result<Arc<Self>, Fault> {
        if let Some(key) = signing(&cx.node, region, cx.now()).await? {
            return Ok(key);
        }
        // Those who come at once wait for one key.
        let _turn = cx.node.key_turn.lock().await;
        if let Some(key) = signing(&cx.node, region, cx.now()).await? {
            return Ok(key);
        }
        let private = cx.node.key_source.take().await?;
        for number in FIRST..FIRST + TRIES {
            let row = row(&cx.node, region, number, &private, cx.now(), cx.random())?;
            cx.write(async |tx| {
                // Of two nodes that come here at once, one wins.
                if identity_token_keys::of_region(tx, region).await?.is_empty()
                    && identity_token_keys::insert(tx, &row).await?
                {
                    tx.touch_catalog().await?;
                }
                Ok(())
            })
            .await?;
            if let Some(key) = signing(&cx.node, region, cx.now()).await? {
                return Ok(key);
            }
        }
        Err(Fault::internal("the key that was just made is not there"))
    }
}

impl Deref for TokenKey {
    type Target = SigningKey;

    fn deref(&self) -> &SigningKey {
        &self.0
    }
}

/// A public key, for whoever reads a token.
#[derive(Debug)]
pub struct PublicKey(VerifyingKey);

impl Deref for PublicKey {
    type Target = VerifyingKey;

    fn deref(&self) -> &VerifyingKey {
        &self.0
    }
}

/// The public key that a token says it was signed with; `None`: it names none of ours. From memory if it is there.
///
/// # Errors
/// An internal fault: the store fails, or a stored key is none.
pub async fn public_of(node: &Node, token: &str) -> Result<Option<Arc<PublicKey>>, Fault> {
    let Ok(peeked) = jwt::peek(token) else { return Ok(None) };
    let kid = peeked.kid();
    // What anyone may write there is not worth a question to the store. None takes a text with NUL.
    if kid.len() > KID_MOST || kid.contains('\0') {
        return Ok(None);
    }
    // One by one, not as a set: a node that has not heard of another's new key yet looks for it.
    let load = async || {
        let row = node.store.read(async |tx| Ok::<_, Fault>(identity_token_keys::find(tx, kid).await?)).await?;
        row.map(|row| public(&row).map(PublicKey).map_err(Fault::internal)).transpose()
    };
    node.caches.of::<PublicKey>().get_or_load(&node.store, kid, load).await
}

/// The key set document at `ISSUER/.well-known/jwks_uri`: the keys of every region that sign, will sign, or signed what still counts.
///
/// # Errors
/// An internal fault.
pub async fn jwks(node: &Node) -> Result<String, Fault> {
    let load = async || {
        let rows = node.store.read(async |tx| Ok::<_, Fault>(identity_token_keys::all(tx).await?)).await?;
        let keys = rows.iter().map(public).collect::<Result<Vec<_>, _>>().map_err(Fault::internal)?;
        Ok::<_, Fault>(Some(Published(jwt::jwks(&keys).to_string())))
    };
    let published = node.caches.of::<Published>().get_or_load(&node.store, "", load).await?;
    published.map(|published| published.0.clone()).ok_or_else(|| Fault::internal("no key set"))
}

/// The discovery document of the issuer of every identity pool. The issuer's name is AWS's; `address` says where this copy of
/// the document was found, and so where the keys are: a URL without a slash at its end.
pub fn openid_configuration(address: &str) -> String {
    let document = json!({
        "issuer": ISSUER,
        "jwks_uri": format!("{address}/.well-known/jwks_uri"),
        "response_types_supported": ["id_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS512"],
    });
    document.to_string()
}

/// The key set document.
#[derive(Debug)]
struct Published(String);

/// A region's keys that sign, now or later; whose turn it is depends on the time alone, so they are kept together.
#[derive(Debug)]
struct RegionKeys {
    times: Vec<TokenKeyTimes>,
    keys: Vec<Arc<TokenKey>>,
}

async fn signing(node: &Node, region: &Region, now: Timestamp) -> Result<Option<Arc<TokenKey>>, Fault> {
    let load = async || {
        let rows =
            node.store.read(async |tx| Ok::<_, Fault>(identity_token_keys::of_region(tx, region).await?)).await?;
        let Some(signer) = token_keys::signer(&times(&rows), now) else { return Ok(None) };
        // Those before it never sign again.
        let rows: Vec<_> = rows.into_iter().filter(|row| row.number >= signer).collect();
        let keys = rows.iter().map(|row| {
            let private = node.vault.open(KIND, &row.key_id, &row.sealed_private)?;
            let key = SigningKey::from_pkcs8(&row.key_id, Algorithm::Rs512, &private).map_err(Fault::internal)?;
            Ok(Arc::new(TokenKey(key)))
        });
        let keys = keys.collect::<Result<_, Fault>>()?;
        Ok::<_, Fault>(Some(RegionKeys { times: times(&rows), keys }))
    };
    let found = node.caches.of::<RegionKeys>().get_or_load(&node.store, region.as_str(), load).await?;
    Ok(found.and_then(|found| {
        let signer = token_keys::signer(&found.times, now)?;
        let mut keys = found.times.iter().zip(&found.keys);
        keys.find(|(times, _)| times.number == signer).map(|(_, key)| Arc::clone(key))
    }))
}

/// A new key of a region, to be written down.
fn row(
    node: &Node,
    region: &Region,
    number: u32,
    private: &[u8],
    now: Timestamp,
    nonce: [u8; 12],
) -> Result<IdentityTokenKey, Fault> {
    let kid = identity_token::kid(region, number);
    let key = SigningKey::from_pkcs8(&kid, Algorithm::Rs512, private).map_err(Fault::internal)?;
    Ok(IdentityTokenKey {
        region: region.clone(),
        number: number.into(),
        sealed_private: node.vault.seal(KIND, &kid, private, nonce)?,
        public_modulus: key.verifying_key().modulus().to_vec(),
        public_exponent: key.verifying_key().exponent().to_vec(),
        key_id: kid,
        created_ms: now,
    })
}

fn times(rows: &[IdentityTokenKey]) -> Vec<TokenKeyTimes> {
    rows.iter().map(|row| TokenKeyTimes { number: row.number, created: row.created_ms }).collect()
}

fn public(row: &IdentityTokenKey) -> Result<VerifyingKey, JwtError> {
    VerifyingKey::new(&row.key_id, Algorithm::Rs512, &row.public_modulus, &row.public_exponent)
}

/// What the private half is sealed as; its owner is the key's id.
const KIND: &str = "identity-token-key";

/// A region's first key.
const FIRST: u32 = 1;

/// Numbers that are tried in turn: a `kid` may be taken by a region whose name ends in digits.
const TRIES: u32 = 4;

/// Longer than any key id of ours, in bytes: a region's name and a number.
const KID_MOST: usize = 80;
