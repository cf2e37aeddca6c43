//! The keys of OpenID Connect providers: found by discovery, kept for a while, renewed when a token names a new one.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::Timestamp;
use serde_json::Value;

use crate::fetch::{FetchError, Fetcher, Thumbprint};
use crate::id_token::{Expected, IdToken, TokenRefusal, peek};
use crate::jwk::{KeySet, KeySetFault};

/// The key sets of all providers in use. One per process: shared by every worker.
#[derive(Debug)]
pub struct ProviderKeys {
    fetcher: Fetcher,
    settings: KeySettings,
    elsewhere: HashMap<String, String>,
    providers: Mutex<HashMap<ProviderId, Arc<Provider>>>,
}

impl ProviderKeys {
    /// No keys yet.
    pub fn new(fetcher: Fetcher, settings: KeySettings) -> Self {
        Self { fetcher, settings, elsewhere: HashMap::new(), providers: Mutex::default() }
    }

    /// Looks for an issuer's discovery document below this URL, without a slash at its end, instead of below the issuer. The
    /// document must name the issuer all the same.
    #[must_use]
    pub fn discovering(mut self, issuer: &str, at: &str) -> Self {
        self.elsewhere.insert(issuer.to_owned(), at.to_owned());
        self
    }

    /// What everything is fetched with.
    pub fn fetcher(&self) -> &Fetcher {
        &self.fetcher
    }

    /// Checks a token of a registered provider with that provider's keys, fetching them if need be.
    ///
    /// What needs no key is checked first, so that a token for somebody else causes no fetch.
    pub async fn verify_id_token(
        &self,
        token: &str,
        expected: &Expected<'_>,
        now: Timestamp,
    ) -> Result<IdToken, TokenRefusal> {
        let token = peek(token)?.expect(expected)?;
        let keys = self.keys(expected.issuer, expected.thumbprints, token.kid(), now).await;
        let keys = keys.map_err(TokenRefusal::KeysUnavailable)?;
        token.verify(&keys, now)
    }

    /// The keys of a provider: those at hand if they are young and have `kid`, otherwise freshly fetched ones, otherwise
    /// those at hand as long as they are not too stale.
    ///
    /// Callers that ask at once share one fetch. `issuer` must be a registered provider's, never just what a token says.
    pub async fn keys(
        &self,
        issuer: &str,
        thumbprints: &[Thumbprint],
        kid: Option<&str>,
        now: Timestamp,
    ) -> Result<Arc<KeySet>, KeyFault> {
        let provider = self.provider(issuer, thumbprints, now);
        if let Some(keys) = provider.young(kid, now, &self.settings) {
            return Ok(keys);
        }
        let _turn = provider.turn.lock().await;
        // Whoever had the turn before may have fetched what is needed.
        if let Some(keys) = provider.young(kid, now, &self.settings) {
            return Ok(keys);
        }
        if provider.may_try(now, &self.settings) {
            let outcome = self.fetch(issuer, thumbprints).await;
            provider.learn(outcome, now);
        }
        provider.at_hand(now, &self.settings)
    }

    /// Puts keys in place as if fetched now: for providers whose keys are known otherwise.
    pub fn put(&self, issuer: &str, keys: KeySet, now: Timestamp) {
        self.provider(issuer, &[], now).learn(Ok(keys), now);
    }

    async fn fetch(&self, issuer: &str, thumbprints: &[Thumbprint]) -> Result<KeySet, KeyFault> {
        let place = self.elsewhere.get(issuer).map_or(issuer, String::as_str);
        let url = format!("{}/.well-known/openid-configuration", place.trim_end_matches('/'));
        let document = self.fetcher.get_json(&url, thumbprints).await.map_err(KeyFault::Discovery)?;
        // Otherwise one provider could speak for another (OpenID Connect Discovery 4.3).
        if document.get("issuer").and_then(Value::as_str) != Some(issuer) {
            return Err(KeyFault::OtherIssuer);
        }
        let url = document.get("jwks_uri").and_then(Value::as_str).ok_or(KeyFault::NoKeysUrl)?;
        let document = self.fetcher.get_json(url, thumbprints).await.map_err(KeyFault::Keys)?;
        KeySet::parse(&document).map_err(KeyFault::BadKeys)
    }

    /// The entry of a provider; a new one takes the place of the longest unused.
    fn provider(&self, issuer: &str, thumbprints: &[Thumbprint], now: Timestamp) -> Arc<Provider> {
        let mut pins = thumbprints.to_vec();
        pins.sort_unstable();
        let id = (issuer.to_owned(), pins);
        let mut providers = locked(&self.providers);
        if let Some(provider) = providers.get(&id) {
            locked(&provider.state).used = now;
            return Arc::clone(provider);
        }
        if providers.len() >= self.settings.max_providers.max(1) {
            let oldest = providers.iter().min_by_key(|(_, provider)| locked(&provider.state).used);
            if let Some(oldest) = oldest.map(|(id, _)| id.clone()) {
                providers.remove(&oldest);
            }
        }
        let provider = Arc::new(Provider::default());
        locked(&provider.state).used = now;
        providers.insert(id, Arc::clone(&provider));
        provider
    }
}

/// For how long keys serve.
#[derive(Clone, Copy, Debug)]
pub struct KeySettings {
    /// How many providers' keys are kept.
    pub max_providers: usize,
    /// Keys older than this are fetched anew.
    pub max_age_seconds: i64,
    /// If that fails, keys up to this age still serve.
    pub max_stale_seconds: i64,
    /// A provider is asked at most this often, whatever tokens name and however it answers.
    pub pause_seconds: i64,
}

impl Default for KeySettings {
    /// 1000 providers, an hour, a day, 30 seconds.
    fn default() -> Self {
        Self { max_providers: 1000, max_age_seconds: 3600, max_stale_seconds: 86_400, pause_seconds: 30 }
    }
}

/// Why a provider's keys cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    /// The discovery document was not fetched.
    #[error("discovery: {0}")]
    Discovery(FetchError),
    /// The discovery document belongs to another issuer.
    #[error("the discovery document names another issuer")]
    OtherIssuer,
    /// The discovery document has no `jwks_uri`.
    #[error("the discovery document names no key set")]
    NoKeysUrl,
    /// The key set was not fetched.
    #[error("key set: {0}")]
    Keys(FetchError),
    /// The key set is malformed.
    #[error("key set: {0}")]
    BadKeys(KeySetFault),
    /// The keys at hand are too old, and it is too soon to ask again.
    #[error("the keys at hand are too old")]
    TooStale,
}

/// Keys fetched under different pins are kept apart: they were vouched for differently.
type ProviderId = (String, Vec<Thumbprint>);

#[derive(Debug, Default)]
struct Provider {
    state: Mutex<State>,
    /// Held by whoever fetches.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct State {
    keys: Option<(Arc<KeySet>, Timestamp)>,
    tried: Option<Timestamp>,
    fault: Option<KeyFault>,
    used: Timestamp,
}

impl Provider {
    fn young(&self, kid: Option<&str>, now: Timestamp, settings: &KeySettings) -> Option<Arc<KeySet>> {
        let state = locked(&self.state);
        let (keys, fetched) = state.keys.as_ref()?;
        let young = now < fetched.plus_seconds(settings.max_age_seconds);
        (young && kid.is_none_or(|kid| keys.has(kid))).then(|| Arc::clone(keys))
    }

    fn may_try(&self, now: Timestamp, settings: &KeySettings) -> bool {
        locked(&self.state).tried.is_none_or(|tried| now >= tried.plus_seconds(settings.pause_seconds))
    }

    fn learn(&self, outcome: Result<KeySet, KeyFault>, now: Timestamp) {
        let mut state = locked(&self.state);
        state.tried = Some(now);
        match outcome {
            Ok(keys) => (state.keys, state.fault) = (Some((Arc::new(keys), now)), None),
            Err(fault) => state.fault = Some(fault),
        }
    }

    fn at_hand(&self, now: Timestamp, settings: &KeySettings) -> Result<Arc<KeySet>, KeyFault> {
        let state = locked(&self.state);
        match &state.keys {
            Some((keys, fetched)) if now < fetched.plus_seconds(settings.max_stale_seconds) => Ok(Arc::clone(keys)),
            _ => Err(state.fault.clone().unwrap_or(KeyFault::TooStale)),
        }
    }
}

/// Nothing that is done under these locks can leave them half-changed.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
