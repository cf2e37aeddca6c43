//! What the operator says about S3: where the objects are, and under which host names buckets have their own.

use crate::cli::S3Args;
use crate::config::{Config, ConfigError};
use domain::secret::SecretText;
use domain::{Region, Timestamp};
use s3::folder::{Folder, Keep};
use s3::settings::PublicAccessBlock;
use s3::{Backend, Guard, S3, Upstream, UpstreamSettings};
use service::Node;
use std::path::PathBuf;
use std::sync::Arc;

/// What a server needs to know of S3 before it starts.
#[derive(Clone, Debug)]
pub struct S3Config {
    /// The server behind us; `None`: a folder of our own.
    pub upstream: Option<UpstreamSettings>,
    /// Host names of which `BUCKET.DOMAIN` names a bucket, in lower case.
    pub domains: Vec<String>,
    /// Whether buckets are made without a public access block.
    pub public_buckets: bool,
}

impl S3Config {
    /// Takes the flags, and where there is none the file's word; secrets come from the environment alone. `region` is the
    /// server's own.
    ///
    /// # Errors
    /// The first setting that cannot be used.
    pub fn of(args: &S3Args, file: &S3Args, region: &str) -> Result<Self, ConfigError> {
        let domains = if args.s3_domain.is_empty() { &file.s3_domain } else { &args.s3_domain };
        let domains = domains.iter().map(|domain| check_domain(domain)).collect::<Result<_, _>>()?;
        let upstream = match args.s3_upstream.as_ref().or(file.s3_upstream.as_ref()) {
            None => None,
            Some(url) => Some(upstream(url, args, file, region)?),
        };
        Ok(Self { upstream, domains, public_buckets: args.s3_public_buckets || file.s3_public_buckets })
    }
}

fn upstream(url: &str, args: &S3Args, file: &S3Args, region: &str) -> Result<UpstreamSettings, ConfigError> {
    let address = url.parse().map_err(|error| ConfigError(format!("--s3-upstream: {error}")))?;
    let value = |name: &str| std::env::var(name).ok().filter(|text| !text.is_empty());
    let needed = |name: &str| {
        value(name)
            .ok_or_else(|| ConfigError(format!("{name}: set it; --s3-upstream needs an access key of that server")))
    };
    let authorities = args.s3_upstream_ca.as_ref().or(file.s3_upstream_ca.as_ref());
    let authorities_pem = match authorities {
        None => Vec::new(),
        Some(path) => std::fs::read(path)
            .map_err(|error| ConfigError(format!("--s3-upstream-ca: cannot read `{}`: {error}", path.display())))?,
    };
    let named = args.s3_upstream_region.as_ref().or(file.s3_upstream_region.as_ref());
    Ok(UpstreamSettings {
        address,
        access_key_id: needed("SEKISHO_S3_UPSTREAM_ACCESS_KEY_ID")?,
        secret_access_key: SecretText::new(needed("SEKISHO_S3_UPSTREAM_SECRET_ACCESS_KEY")?),
        session_token: value("SEKISHO_S3_UPSTREAM_SESSION_TOKEN").map(SecretText::new),
        region: Region::from(named.map_or(region, String::as_str)),
        authorities_pem,
    })
}

fn check_domain(domain: &str) -> Result<String, ConfigError> {
    let name = domain.trim_matches('.').to_ascii_lowercase();
    let letters = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'));
    // An address has no names under it.
    if name.is_empty() || !letters || name.parse::<std::net::IpAddr>().is_ok() {
        return Err(ConfigError(format!("--s3-domain: `{domain}` is not a host name, without a port")));
    }
    Ok(name)
}

/// S3 as it is configured: the guard, and what it stands before.
///
/// # Errors
/// The folder or the upstream's authorities cannot be used.
pub async fn start(config: &Config, node: &Arc<Node>, now: Timestamp) -> Result<S3, String> {
    let backend = match &config.s3.upstream {
        Some(settings) => Backend::Upstream(Upstream::new(settings.clone())?),
        None => {
            let (root, keep) = match &config.data {
                Some(data) => (data.join("s3"), Keep::Always),
                None => (temporary(), Keep::WhileOpen),
            };
            let shown = root.display().to_string();
            let folder = Folder::open(root, node.store.clone(), keep, now).await;
            Backend::Folder(folder.map_err(|error| format!("cannot use the folder of S3 `{shown}`: {error}"))?)
        }
    };
    let new_buckets = if config.s3.public_buckets { PublicAccessBlock::NONE } else { PublicAccessBlock::ALL };
    Ok(S3::new(Arc::clone(node), Guard::new(Arc::clone(node), new_buckets), backend, config.s3.domains.clone()))
}

/// A folder that goes with the process.
fn temporary() -> PathBuf {
    let name: String = crate::clock::fresh::<8>().iter().map(|byte| format!("{byte:02x}")).collect();
    std::env::temp_dir().join(format!("sekisho-s3-{name}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn args(domains: &[&str], upstream: Option<&str>) -> S3Args {
        let s3_domain = domains.iter().map(|domain| (*domain).to_owned()).collect();
        S3Args { s3_domain, s3_upstream: upstream.map(str::to_owned), ..S3Args::default() }
    }

    #[test]
    fn flags_come_before_the_file() {
        let found = S3Config::of(&args(&["S3.Example.com."], None), &args(&["other"], None), "us-east-1").unwrap();
        assert_eq!(found.domains, ["s3.example.com"]);
        let found = S3Config::of(&args(&[], None), &args(&["localhost"], None), "us-east-1").unwrap();
        assert_eq!(found.domains, ["localhost"]);
        assert!(found.upstream.is_none());
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        let refused = |flags: S3Args| S3Config::of(&flags, &S3Args::default(), "us-east-1").unwrap_err().to_string();
        for domain in ["", "127.0.0.1", "localhost:4566", "a b", "https://s3.example.com"] {
            assert!(refused(args(&[domain], None)).starts_with("--s3-domain: "), "{domain}");
        }
        assert!(refused(args(&[], Some("127.0.0.1:9000"))).starts_with("--s3-upstream: "));
    }
}
