//! From configuration to a node that can answer: store, master key, key ring, account, root access key.

use crate::clock::fresh;
use crate::commands::env::root_key_from_environment;
use crate::config::Config;
use crate::data_dir::{DataDir, RootKey};
use crate::spare_keys::SpareKeys;
use contract::Fault;
use domain::access_key::{AccessKeyKind, new_access_key_id, new_secret_access_key};
use domain::seal::{KeyPurpose, KeyRing, MasterKey, SealingKey};
use domain::{AccountId, Timestamp};
use federation::fetch::{FetchSettings, Fetcher, InternalHosts};
use federation::oidc::{KeySettings, ProviderKeys};
use service::{Node, NodeParts, Vault};
use std::sync::Arc;
use store::table::iam_access_keys::{self, AccessKey, OwnerKind};
use store::table::sealing_keys;
use store::table::settings;
use store::{Store, StoreError, Tx};
use zeroize::Zeroizing;

/// A node ready to serve, and what its process keeps beside it.
pub struct Started {
    /// The shared parts.
    pub node: Arc<Node>,
    /// The root access key.
    pub root: RootKey,
    /// The stock of signing keys.
    pub spare_keys: Arc<SpareKeys>,
}

/// Opens everything.
///
/// # Errors
/// In words that name what cannot be used and what to do.
pub async fn start(config: &Config, base_url: &str) -> Result<Started, String> {
    let data = config.data.as_deref().map(DataDir::open).transpose()?;
    let store = Store::open(&config.store).await.map_err(|error| error.to_string())?;
    let master = master_key(&store, data.as_ref()).await?;
    let parts = prepare(&store, &master, config, data.as_ref()).await?;
    let spare_keys = Arc::new(SpareKeys::default());
    let node = Node::new(NodeParts {
        store,
        vault: parts.vault,
        key_source: Arc::clone(&spare_keys) as Arc<dyn service::KeySource>,
        provider_keys: Arc::new(provider_keys(config)?),
        social: config.providers.social.clone(),
        account: parts.account,
        region: config.region.clone(),
        base_url: base_url.to_owned(),
        issuer: config.issuer,
    });
    Ok(Started { node: Arc::new(node), root: parts.root, spare_keys })
}

/// The keys of other providers, Google's and Apple's found where the operator says.
fn provider_keys(config: &Config) -> Result<ProviderKeys, String> {
    let mut keys = ProviderKeys::new(fetcher(config)?, KeySettings::default());
    for (issuer, url) in &config.providers.discovery {
        keys = keys.discovering(issuer, url);
    }
    Ok(keys)
}

/// The fetcher of other providers' keys: public addresses over HTTPS, and what the operator allows beside.
fn fetcher(config: &Config) -> Result<Fetcher, String> {
    // Whoever names a place for a provider wants it to be reached.
    let named = config.internal_providers.iter().chain(&config.providers.hosts);
    let hosts = named.map(|host| host.to_ascii_lowercase()).collect();
    let settings = FetchSettings {
        internal: InternalHosts::Listed(hosts),
        allow_http: config.http_providers,
        ..FetchSettings::default()
    };
    Fetcher::new(settings).map_err(|error| error.to_string())
}

struct Prepared {
    vault: Arc<Vault>,
    account: AccountId,
    root: RootKey,
}

async fn prepare(
    store: &Store,
    master: &MasterKey,
    config: &Config,
    data: Option<&DataDir>,
) -> Result<Prepared, String> {
    let account = account(store, config).await.map_err(said)?;
    if config.account.as_ref().is_some_and(|wanted| *wanted != account) {
        return Err(format!("--account-id: this store belongs to account {account}; it cannot be changed afterwards"));
    }
    let ring = key_ring(store, master).await?;
    let vault = Arc::new(Vault::new(ring));
    let root = root_key(store, &vault, &account, data).await?;
    Ok(Prepared { vault, account, root })
}

/// The master key of this store: from the environment, from the data folder, or made now if the store is new.
async fn master_key(store: &Store, data: Option<&DataDir>) -> Result<MasterKey, String> {
    let known = store.read(async |tx| Ok::<_, Fault>(settings::find(tx, CHECK).await?)).await.map_err(said)?;
    let from_environment = std::env::var("SEKISHO_MASTER_KEY").ok().filter(|text| !text.is_empty()).map(Zeroizing::new);
    let (text, place) = match from_environment {
        Some(text) => (Some(text), "SEKISHO_MASTER_KEY".to_owned()),
        None => match data {
            Some(data) => (data.master_key()?, data.path().join("master.key").display().to_string()),
            None => (None, "memory".to_owned()),
        },
    };
    let given = text
        .map(|text| {
            MasterKey::parse(&text).ok_or_else(|| format!("{place}: not a master key (32 bytes, in base64 or hex)"))
        })
        .transpose()?;
    let master = match (given, &known) {
        (Some(master), Some(check)) if master.check_value() != *check => {
            return Err(format!(
                "wrong master key ({place}): this store was made with another one, and nothing in it can be opened \
                 without that; bring the right key in SEKISHO_MASTER_KEY or in master.key"
            ));
        }
        (None, Some(_)) => {
            return Err(format!(
                "no master key: this store was made with one, and it is neither in SEKISHO_MASTER_KEY nor in {place}"
            ));
        }
        (Some(master), _) => master,
        (None, None) => {
            let master = MasterKey::new(fresh());
            if let Some(data) = data {
                // On disk before anything is sealed with it.
                data.write_master_key(&master.to_text())?;
            }
            master
        }
    };
    let check = master.check_value();
    let kept = store.write(async |tx| keep(tx, CHECK, &check).await).await;
    if kept.map_err(said)? != check {
        return Err("another node has just given this store a different master key".to_owned());
    }
    Ok(master)
}

/// Keeps the value that is there, or this one if there is none; answers what is kept.
async fn keep(tx: &mut Tx, name: &str, value: &str) -> Result<String, Fault> {
    if settings::insert(tx, name, value).await? {
        return Ok(value.to_owned());
    }
    settings::find(tx, name).await?.ok_or_else(|| Fault::internal(format!("setting {name} vanished")))
}

const CHECK: &str = "master-key-check";
const ACCOUNT: &str = "account-id";

async fn account(store: &Store, config: &Config) -> Result<AccountId, Fault> {
    let default = AccountId::from("123456789012");
    let wanted = config.account.as_ref().unwrap_or(&default);
    let kept = store.write(async |tx| keep(tx, ACCOUNT, wanted.as_str()).await).await?;
    Ok(AccountId::from(kept))
}

/// The key ring of the store; keys that are missing are made, once, whichever node comes first.
async fn key_ring(store: &Store, master: &MasterKey) -> Result<KeyRing, String> {
    let made: Vec<(SealingKey, Vec<u8>)> = KeyPurpose::ALL
        .into_iter()
        .map(|purpose| {
            let key = SealingKey::new(purpose, fresh(), fresh());
            let wrapped = key.wrap(master, fresh());
            (key, wrapped)
        })
        .collect();
    let now = crate::clock::now();
    let rows = store
        .write(async |tx| {
            let mut rows = sealing_keys::all(tx).await?;
            for (key, wrapped) in &made {
                let purpose = key.purpose().as_str();
                if rows.iter().any(|row| row.purpose == purpose) {
                    continue;
                }
                let row = sealing_keys::SealingKey {
                    id: key.id(),
                    purpose: purpose.to_owned(),
                    wrapped: wrapped.clone(),
                    created_ms: now,
                    retired_ms: None,
                };
                sealing_keys::insert(tx, &row).await?;
                rows.push(row);
            }
            Ok::<_, Fault>(rows)
        })
        .await
        .map_err(said)?;
    let mut keys = Vec::with_capacity(rows.len());
    for row in &rows {
        let purpose = KeyPurpose::parse(&row.purpose)
            .ok_or_else(|| format!("the store holds a key for `{}`, which this binary does not know", row.purpose))?;
        let key = SealingKey::unwrap(master, purpose, &row.id, &row.wrapped)
            .map_err(|error| format!("key {} of the store does not open: {error}", row.id))?;
        keys.push(key);
    }
    Ok(KeyRing::new(keys))
}

/// The root access key: fixed by the environment, known to the store, or made now.
async fn root_key(
    store: &Store,
    vault: &Vault,
    account: &AccountId,
    data: Option<&DataDir>,
) -> Result<RootKey, String> {
    let fixed = root_key_from_environment()?;
    let in_folder = data.map(DataDir::root_key).transpose()?.flatten();
    let made = RootKey {
        access_key_id: new_access_key_id(AccessKeyKind::LongTerm, account, fresh())
            .ok_or("the account id cannot be part of an access key id")?
            .to_string(),
        secret_access_key: Zeroizing::new(new_secret_access_key(fresh()).reveal().to_owned()),
    };
    let wanted = fixed.clone().or(in_folder).unwrap_or(made);
    let sealed = vault.seal("access-key", &wanted.access_key_id, wanted.secret_access_key.as_bytes(), fresh());
    let row = root_key_row(&wanted, account, sealed.map_err(said)?, crate::clock::now());
    let is_fixed = fixed.is_some();
    let kept = store
        .write(async |tx| {
            let known = iam_access_keys::list(tx, account, account.as_str(), "", 10).await?;
            if let (false, Some(first)) = (is_fixed, known.first()) {
                return Ok::<_, Fault>(Some(first.clone()));
            }
            // What the environment says now is what counts now: the old root keys go.
            for old in &known {
                iam_access_keys::delete(tx, &old.access_key_id).await?;
            }
            iam_access_keys::insert(tx, &row).await?;
            tx.touch_catalog().await?;
            Ok(None)
        })
        .await
        .map_err(said)?;
    let root = match kept {
        None => wanted,
        Some(known) => {
            let id = known.access_key_id.as_str();
            let secret = vault.open("access-key", id, &known.sealed_secret).map_err(said)?;
            let secret = String::from_utf8(secret.to_vec()).map_err(|_| "the root key of the store is not text")?;
            RootKey { access_key_id: id.to_owned(), secret_access_key: Zeroizing::new(secret) }
        }
    };
    if let Some(data) = data {
        data.write_root_key(&root)?;
    }
    Ok(root)
}

/// Empties an ephemeral store; account, keys and root access key stay what they were.
///
/// # Errors
/// The store keeps its data, and says so; or it fails.
pub async fn reset(node: &Node, root: &RootKey, now: Timestamp) -> Result<(), Fault> {
    node.store.wipe().await.map_err(|error| match error {
        StoreError::NotEphemeral => Fault::new(
            "NotEphemeral",
            400,
            "This server keeps its data. Only one started with --ephemeral can be reset.",
        ),
        other => Fault::from(other),
    })?;
    let sealed = node.vault.seal("access-key", &root.access_key_id, root.secret_access_key.as_bytes(), fresh())?;
    let row = root_key_row(root, &node.account, sealed, now);
    node.store
        .write(async |tx| {
            settings::put(tx, ACCOUNT, node.account.as_str()).await?;
            iam_access_keys::insert(tx, &row).await?;
            tx.touch_catalog().await?;
            Ok::<_, Fault>(())
        })
        .await?;
    node.decisions.clear();
    Ok(())
}

fn root_key_row(key: &RootKey, account: &AccountId, sealed_secret: Vec<u8>, created: Timestamp) -> AccessKey {
    AccessKey {
        access_key_id: key.access_key_id.as_str().into(),
        account_id: account.clone(),
        owner_kind: OwnerKind::Root,
        owner_id: account.to_string(),
        sealed_secret,
        status: "Active".to_owned(),
        created_ms: created,
    }
}

fn said(error: impl std::error::Error) -> String {
    // A fault's own sentence hides its cause from clients; the operator at the terminal may see it.
    match std::error::Error::source(&error) {
        Some(cause) => cause.to_string(),
        None => error.to_string(),
    }
}
