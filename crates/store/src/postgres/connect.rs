//! Where the server is, and how a connection to it is made.

use super::value;
use crate::error::StoreError;
use deadpool_postgres::Connect;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio_postgres::config::SslMode;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{Client, Config, NoTls, Socket};
use tokio_postgres_rustls::MakeRustlsConnect;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// A peer that is gone without a word (a cut cable) is noticed after about this long.
const SILENCE: Duration = Duration::from_secs(10);

/// What every connection is told first. A closure's statements are small: one that takes this long holds others up,
/// and a transaction left open by a node that hangs must not hold its locks for ever.
const SETTINGS: &str = "SET statement_timeout = 15000; SET idle_in_transaction_session_timeout = 30000";

/// A parsed URL.
#[derive(Clone)]
pub(super) struct Target {
    pub(super) config: Config,
    /// `None`: plain text.
    tls: Option<MakeRustlsConnect>,
}

impl Target {
    pub(super) fn parse(url: &str) -> Result<Self, StoreError> {
        let (url, root_certificates) = ours(url);
        let mut config: Config =
            url.parse().map_err(|error: tokio_postgres::Error| StoreError::Config(value::say(&error)))?;
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_TIMEOUT);
        }
        if config.get_application_name().is_none() {
            config.application_name("sekisho");
        }
        config.keepalives(true).keepalives_idle(SILENCE).keepalives_interval(SILENCE / 5).keepalives_retries(3);
        config.tcp_user_timeout(SILENCE);
        let tls = match config.get_ssl_mode() {
            SslMode::Require => Some(MakeRustlsConnect::new(tls_config(root_certificates.as_deref())?)),
            _ => {
                config.ssl_mode(SslMode::Disable);
                None
            }
        };
        Ok(Self { config, tls })
    }
}

/// Makes connections on the store's own runtime: the socket and its task live there, whoever asks.
pub(super) struct OnBackground {
    pub(super) target: Target,
    pub(super) handle: Handle,
}

type Connected = Result<(Client, JoinHandle<()>), tokio_postgres::Error>;

impl Connect for OnBackground {
    fn connect(&self, _: &Config) -> Pin<Box<dyn Future<Output = Connected> + Send + '_>> {
        let target = self.target.clone();
        let task = self.handle.spawn(async move {
            match target.tls {
                Some(tls) => connect(&target.config, tls).await,
                None => connect(&target.config, NoTls).await,
            }
        });
        Box::pin(async move {
            match task.await {
                Ok(connected) => connected,
                // The runtime is shutting down: the pool's own time limit answers.
                Err(_) => std::future::pending().await,
            }
        })
    }
}

async fn connect<T>(config: &Config, tls: T) -> Connected
where
    T: MakeTlsConnect<Socket>,
    T::Stream: Send + 'static,
{
    let (client, connection) = config.connect(tls).await?;
    let task = tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::warn!(error = value::say(&error), "a database connection ended");
        }
    });
    client.batch_execute(SETTINGS).await?;
    // Acknowledged means on disk. A server that says `off` for everybody does not mean us; other levels are the
    // operator's choice.
    if let Ok(row) = client.query_one("SHOW synchronous_commit", &[]).await
        && row.try_get::<_, &str>(0).is_ok_and(|level| level == "off")
    {
        client.batch_execute("SET synchronous_commit = on").await?;
    }
    Ok((client, task))
}

/// Takes the parameters out of the URL that the driver does not know: `sslrootcert`, and `sslmode`s that verify, as
/// `require` does here.
fn ours(url: &str) -> (String, Option<String>) {
    let Some((address, query)) = url.split_once('?') else {
        return (url.to_owned(), None);
    };
    let mut root_certificates = None;
    let mut kept = Vec::new();
    for pair in query.split('&') {
        match pair.split_once('=') {
            Some(("sslrootcert", path)) => root_certificates = Some(path.to_owned()),
            Some(("sslmode", "verify-ca" | "verify-full")) => kept.push("sslmode=require"),
            _ => kept.push(pair),
        }
    }
    (format!("{address}?{}", kept.join("&")), root_certificates)
}

/// Certificates are always verified, by name too: against `sslrootcert`, or else the public authorities.
fn tls_config(root_certificates: Option<&str>) -> Result<rustls::ClientConfig, StoreError> {
    use rustls::pki_types::{CertificateDer, pem::PemObject};
    let mut roots = rustls::RootCertStore::empty();
    match root_certificates {
        None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        Some(path) => {
            let unreadable = |cause: String| StoreError::Config(format!("cannot read `{path}`: {cause}"));
            for certificate in CertificateDer::pem_file_iter(path).map_err(|error| unreadable(error.to_string()))? {
                let certificate = certificate.map_err(|error| unreadable(error.to_string()))?;
                roots.add(certificate).map_err(|error| unreadable(error.to_string()))?;
            }
            if roots.is_empty() {
                return Err(unreadable("it holds no certificate".to_owned()));
            }
        }
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    Ok(rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| StoreError::Config(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn our_own_parameters_are_taken_out() {
        assert_eq!(ours("postgres://h/d"), ("postgres://h/d".to_owned(), None));
        assert_eq!(
            ours("postgres://h/d?sslmode=verify-full&a=b&sslrootcert=/x.pem"),
            ("postgres://h/d?sslmode=require&a=b".to_owned(), Some("/x.pem".to_owned()))
        );
    }

    #[test]
    fn plain_text_unless_tls_is_required() {
        assert!(Target::parse("postgres://u@h/d").unwrap().tls.is_none());
        assert!(Target::parse("postgres://u@h/d?sslmode=prefer").unwrap().tls.is_none());
        assert!(Target::parse("postgres://u@h/d?sslmode=require").unwrap().tls.is_some());
        assert!(Target::parse("postgres://u@h/d?sslmode=require&sslrootcert=/nowhere.pem").is_err());
    }
}
