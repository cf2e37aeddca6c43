//! Configuration: flags, then environment, then `sekisho.toml`, then defaults; checked before anything starts.

use crate::cli::{ProviderArgs, S3Args, ServeArgs};
use crate::providers::Providers;
use crate::s3_settings::S3Config;
use domain::secret::SecretText;
use domain::{AccountId, Region};
use door::authorize::ProxyTrust;
use serde::Deserialize;
use service::Issuer;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use store::StoreConfig;

/// What a server needs to know before it starts.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    /// The data folder; absent for an ephemeral server.
    pub data: Option<PathBuf>,
    /// The storage engine.
    pub store: StoreConfig,
    /// The account, if one was named: that of a new store, or the one a store must belong to.
    pub account: Option<AccountId>,
    /// The region of requests that name none.
    pub region: Region,
    /// Who issues user-pool tokens.
    pub issuer: Issuer,
    /// The URL clients use, without a trailing slash; `None`: made from the listener's address.
    pub base_url: Option<String>,
    /// Hosts of OpenID Connect providers that may have internal addresses.
    pub internal_providers: Vec<String>,
    /// Whether providers' keys are fetched over `http://` too.
    pub http_providers: bool,
    /// Where the public providers are asked.
    pub providers: Providers,
    /// Where the objects of S3 are, and under which names.
    pub s3: S3Config,
    /// Which reverse proxies may ask for authorisation.
    pub proxies: ProxyTrust,
    /// Number of worker threads.
    pub workers: usize,
    /// Log format and filter.
    pub log: LogConfig,
}

/// How to log.
#[derive(Clone, Debug)]
pub struct LogConfig {
    /// Human, JSON or by terminal.
    pub format: LogFormat,
    /// A `tracing` filter directive.
    pub filter: String,
}

/// The shape of log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// Human on a terminal, JSON otherwise.
    Auto,
    /// For reading.
    Human,
    /// For collecting.
    Json,
}

/// A setting that cannot be used, in words that name it and say what would do.
#[derive(Debug)]
pub struct ConfigError(pub String);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ConfigError {}

/// `sekisho.toml`: the same names as the flags.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    listen: Option<String>,
    data: Option<PathBuf>,
    store: Option<String>,
    ephemeral: Option<bool>,
    account_id: Option<String>,
    region: Option<String>,
    issuer: Option<String>,
    base_url: Option<String>,
    internal_provider: Option<Vec<String>>,
    http_providers: Option<bool>,
    facebook_endpoint: Option<String>,
    amazon_endpoint: Option<String>,
    twitter_endpoint: Option<String>,
    google_endpoint: Option<String>,
    apple_endpoint: Option<String>,
    s3_upstream: Option<String>,
    s3_upstream_region: Option<String>,
    s3_upstream_ca: Option<PathBuf>,
    s3_domain: Option<Vec<String>>,
    s3_public_buckets: Option<bool>,
    workers: Option<usize>,
    log_format: Option<String>,
    log: Option<String>,
}

impl Config {
    /// Merges the sources and checks every value.
    ///
    /// # Errors
    /// The first setting that cannot be used.
    pub fn load(args: &ServeArgs) -> Result<Self, ConfigError> {
        let file = read_file(args.config.as_deref())?;
        let pick = |flag: &Option<String>, file: Option<String>, default: &str| -> String {
            flag.clone().or(file).unwrap_or_else(|| default.to_owned())
        };
        let listen = pick(&args.listen, file.listen, "127.0.0.1:4566");
        let listen: SocketAddr = listen.parse().map_err(|_| {
            ConfigError(format!("--listen: `{listen}` is not ADDRESS:PORT, for example 127.0.0.1:4566"))
        })?;
        let account = args.account_id.clone().or(file.account_id);
        if let Some(account) = &account
            && (account.len() != 12 || !account.bytes().all(|b| b.is_ascii_digit()))
        {
            return Err(ConfigError(format!("--account-id: `{account}` is not twelve digits")));
        }
        let region = pick(&args.region, file.region, "us-east-1");
        let issuer = match pick(&args.issuer, file.issuer, "self").as_str() {
            "self" => Issuer::Own,
            "aws" => Issuer::Aws,
            other => return Err(ConfigError(format!("--issuer: `{other}` is neither `self` nor `aws`"))),
        };
        let ephemeral = args.ephemeral || (args.store.is_none() && file.ephemeral.unwrap_or(false));
        let folder = args.data.clone().or(file.data).unwrap_or_else(|| PathBuf::from("sekisho-data"));
        let store = match args.store.clone().or(file.store) {
            _ if ephemeral => StoreConfig::Memory,
            None => StoreConfig::Sqlite(folder.join("sekisho.db")),
            Some(url) => url.parse().map_err(|error| ConfigError(format!("--store: {error}")))?,
        };
        let base_url = args.base_url.clone().or(file.base_url).map(|url| check_base_url(&url)).transpose()?;
        let internal_providers = match args.internal_provider.as_slice() {
            [] => file.internal_provider.unwrap_or_default(),
            hosts => hosts.to_vec(),
        };
        if let Some(host) = internal_providers.iter().find(|host| host.is_empty() || host.contains(['/', ' '])) {
            return Err(ConfigError(format!("--internal-provider: `{host}` is not HOST or HOST:PORT")));
        }
        let http_providers = args.http_providers || file.http_providers.unwrap_or(false);
        let in_file = ProviderArgs {
            facebook_endpoint: file.facebook_endpoint,
            amazon_endpoint: file.amazon_endpoint,
            twitter_endpoint: file.twitter_endpoint,
            google_endpoint: file.google_endpoint,
            apple_endpoint: file.apple_endpoint,
        };
        let providers = Providers::of(&args.providers, &in_file, http_providers)?;
        let in_file = S3Args {
            s3_upstream: file.s3_upstream,
            s3_upstream_region: file.s3_upstream_region,
            s3_upstream_ca: file.s3_upstream_ca,
            s3_domain: file.s3_domain.unwrap_or_default(),
            s3_public_buckets: file.s3_public_buckets.unwrap_or(false),
        };
        let s3 = S3Config::of(&args.s3, &in_file, &region)?;
        let workers = args.workers.or(file.workers).unwrap_or_else(cores);
        if workers == 0 || workers > 1024 {
            return Err(ConfigError(format!("--workers: `{workers}` is not between 1 and 1024")));
        }
        let format = match pick(&args.log_format, file.log_format, "auto").as_str() {
            "auto" => LogFormat::Auto,
            "human" => LogFormat::Human,
            "json" => LogFormat::Json,
            other => return Err(ConfigError(format!("--log-format: `{other}` is not `auto`, `human` or `json`"))),
        };
        Ok(Self {
            listen,
            data: (!ephemeral).then_some(folder),
            store,
            account: account.map(AccountId::new),
            region: Region::new(region),
            issuer,
            base_url,
            internal_providers,
            http_providers,
            providers,
            s3,
            proxies: proxies()?,
            workers,
            log: LogConfig { format, filter: pick(&args.log, file.log, "info") },
        })
    }
}

impl Config {
    /// The engine's name, for the log: a database URL may hold a password.
    pub fn engine(&self) -> &'static str {
        match self.store {
            StoreConfig::Memory => "memory",
            StoreConfig::Sqlite(_) => "sqlite",
            StoreConfig::Postgres(_) => "postgres",
        }
    }
}

/// The secret comes from the environment alone.
fn proxies() -> Result<ProxyTrust, ConfigError> {
    match std::env::var("SEKISHO_AUTHORIZE_SECRET").ok().filter(|secret| !secret.is_empty()) {
        None => Ok(ProxyTrust::Loopback),
        Some(secret) if secret.len() < 16 => {
            Err(ConfigError("SEKISHO_AUTHORIZE_SECRET: at least 16 characters, please".to_owned()))
        }
        Some(secret) => Ok(ProxyTrust::Secret(SecretText::new(secret))),
    }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn check_base_url(url: &str) -> Result<String, ConfigError> {
    let trimmed = url.trim_end_matches('/');
    let host = trimmed.strip_prefix("https://").or_else(|| trimmed.strip_prefix("http://"));
    match host {
        Some(host) if !host.is_empty() && !host.contains(['?', '#', ' ']) => Ok(trimmed.to_owned()),
        _ => Err(ConfigError(format!("--base-url: `{url}` is not an http:// or https:// URL"))),
    }
}

fn read_file(named: Option<&Path>) -> Result<File, ConfigError> {
    let path = named.unwrap_or(Path::new("sekisho.toml"));
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => return Ok(File::default()),
        Err(error) => return Err(ConfigError(format!("cannot read `{}`: {error}", path.display()))),
    };
    toml::from_str(&text).map_err(|error| ConfigError(format!("`{}`: {error}", path.display())))
}
