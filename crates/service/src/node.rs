//! The shared parts of one server process.

use crate::{Caches, KeySource, Vault};
use domain::{AccountId, Region, UserPoolId};
use federation::oidc::ProviderKeys;
use federation::social::SocialEndpoints;
use gate::{Decisions, Gate};
use std::sync::Arc;
use store::Store;

/// Whose name user-pool tokens carry in `iss` (design, section 7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Issuer {
    /// This server's base URL, so that any OIDC library can fetch the keys.
    Own,
    /// `https://cognito-idp.REGION.amazonaws.com/POOL`, for code that insists.
    Aws,
}

/// What every request of a process shares.
pub struct Node {
    /// The storage engine.
    pub store: Store,
    /// The key ring: seals and opens secrets, sessions, tokens.
    pub vault: Arc<Vault>,
    /// Verifies signatures and decides permissions.
    pub gate: Gate,
    /// The decisions of the last requests.
    pub decisions: Decisions,
    /// Where signing keys of new user pools come from.
    pub key_source: Arc<dyn KeySource>,
    /// Held by whoever makes a key that signs tokens, so that those who come at once share one.
    pub key_turn: tokio::sync::Mutex<()>,
    /// The keys of other OpenID Connect providers, fetched when a token asks for them.
    pub provider_keys: Arc<ProviderKeys>,
    /// Where the public providers are asked whose their tokens are.
    pub social: SocialEndpoints,
    /// The account of the root key, and of unsigned requests.
    pub account: AccountId,
    /// The region of requests that name none.
    pub region: Region,
    /// The URL clients use, without a trailing slash.
    pub base_url: String,
    /// Who issues user-pool tokens.
    pub issuer: Issuer,
    /// Caches of parsed configuration that rooms keep here, by type.
    pub caches: Caches,
}

/// What a [`Node`] is made of.
pub struct NodeParts {
    /// See [`Node::store`].
    pub store: Store,
    /// See [`Node::vault`].
    pub vault: Arc<Vault>,
    /// See [`Node::key_source`].
    pub key_source: Arc<dyn KeySource>,
    /// See [`Node::provider_keys`].
    pub provider_keys: Arc<ProviderKeys>,
    /// See [`Node::social`].
    pub social: SocialEndpoints,
    /// See [`Node::account`].
    pub account: AccountId,
    /// See [`Node::region`].
    pub region: Region,
    /// See [`Node::base_url`].
    pub base_url: String,
    /// See [`Node::issuer`].
    pub issuer: Issuer,
}

impl Node {
    /// Puts the parts together.
    pub fn new(parts: NodeParts) -> Self {
        let gate =
            Gate::new(parts.store.clone(), Arc::clone(&parts.vault) as Arc<dyn gate::Secrets>, parts.account.clone());
        Self {
            store: parts.store,
            vault: parts.vault,
            gate,
            decisions: Decisions::new(2048),
            key_source: parts.key_source,
            key_turn: tokio::sync::Mutex::default(),
            provider_keys: parts.provider_keys,
            social: parts.social,
            account: parts.account,
            region: parts.region,
            base_url: parts.base_url,
            issuer: parts.issuer,
            caches: Caches::default(),
        }
    }

    /// The issuer that this server writes into a pool's tokens.
    pub fn issuer_of(&self, pool: &UserPoolId) -> String {
        match self.issuer {
            Issuer::Own => self.own_issuer_of(pool),
            Issuer::Aws => aws_issuer_of(pool),
        }
    }

    /// Both names this server may have written into a pool's tokens: a change of `--issuer` must not end sign-ins.
    pub fn issuers_of(&self, pool: &UserPoolId) -> [String; 2] {
        [self.own_issuer_of(pool), aws_issuer_of(pool)]
    }

    fn own_issuer_of(&self, pool: &UserPoolId) -> String {
        format!("{}/{pool}", self.base_url)
    }
}

fn aws_issuer_of(pool: &UserPoolId) -> String {
    let region = pool.region().unwrap_or_else(|| Region::from("us-east-1"));
    format!("https://cognito-idp.{region}.amazonaws.com/{pool}")
}
