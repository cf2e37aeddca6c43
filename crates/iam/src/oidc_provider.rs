//! OpenID Connect providers: found by ARN, their lists of client ids and thumbprints kept as JSON.

use crate::provider_arn::{self, ProviderKind};
use crate::quota;
use contract::{Call, Fault};
use domain::AccountId;
use model::iam::error;
use service::Cx;
use store::Tx;
use store::table::iam_oidc_providers::{self, OidcProvider};

/// The URL, without its scheme, that an ARN of the caller's account names.
///
/// # Errors
/// As [`provider_arn::own_name`].
pub fn url_of<'a, C: Call>(cx: &Cx, arn: &'a str) -> Result<&'a str, Fault> {
    provider_arn::own_name::<C>(cx, ProviderKind::Oidc, arn)
}

/// The provider with this URL.
///
/// # Errors
/// `NoSuchEntity`.
pub async fn find(tx: &mut Tx, account: &AccountId, url: &str) -> Result<OidcProvider, Fault> {
    let found = iam_oidc_providers::find_by_url(tx, account, url).await?;
    found
        .ok_or_else(|| error::no_such_entity(format!("OpenIDConnect Provider not found for arn {}", arn(account, url))))
}

/// Changes the provider that an ARN of the caller's account names.
///
/// # Errors
/// As [`url_of`] and [`find`], or what `change` refuses.
pub async fn change<C: Call>(
    cx: &Cx,
    arn: &str,
    change: impl Fn(OidcProvider) -> Result<OidcProvider, Fault>,
) -> Result<(), Fault> {
    let url = url_of::<C>(cx, arn)?;
    cx.write(async |tx| {
        let found = find(tx, cx.account(), url).await?;
        iam_oidc_providers::update(tx, &change(found)?).await?;
        Ok(tx.touch_catalog().await?)
    })
    .await
}

/// `arn:aws:iam::ACCOUNT:oidc-provider/URL`.
pub fn arn(account: &AccountId, url: &str) -> String {
    format!("arn:aws:iam::{account}:{}/{url}", ProviderKind::Oidc.resource())
}

/// The URL as it is kept: without its scheme (spec/sts-and-iam.md C8). What remains must be a host, perhaps with a port and
/// a path; a query cannot be part of an issuer (OpenID Connect Discovery, section 3).
///
/// # Errors
/// `InvalidInput`: it does not begin with `https://`; `ValidationError`: it is no URL of an issuer.
pub fn check_url(url: &str) -> Result<&str, Fault> {
    let Some(rest) = url.strip_prefix("https://") else {
        return Err(error::invalid_input("Invalid Open ID Connect Provider URL. The URL must begin with https://."));
    };
    let host = rest.split(['/', ':']).next().unwrap_or_default();
    let is_plain = |c: char| c.is_ascii_graphic() && !matches!(c, '?' | '#' | '@' | '\\' | '"' | '<' | '>');
    if host.is_empty() || !rest.chars().all(is_plain) {
        return Err(error::validation_error("Invalid Open ID Connect Provider URL"));
    }
    Ok(rest)
}

/// Client ids for a row, each once.
///
/// # Errors
/// `LimitExceeded`.
pub fn store_client_ids(given: impl IntoIterator<Item = String>) -> Result<String, Fault> {
    let mut kept: Vec<String> = Vec::new();
    for client_id in given {
        if !kept.contains(&client_id) {
            kept.push(client_id);
        }
        if kept.len() > quota::CLIENT_IDS_PER_OIDC_PROVIDER {
            return Err(quota::exceeded("ClientIdsPerOpenIdConnectProvider", quota::CLIENT_IDS_PER_OIDC_PROVIDER));
        }
    }
    serde_json::to_string(&kept).map_err(Fault::internal)
}

/// Thumbprints for a row, in lower case. An empty list stands for itself: whether a provider's certificate holds is decided
/// when its keys are fetched.
///
/// # Errors
/// `InvalidInput`: there are too many.
pub fn store_thumbprints(given: &[String]) -> Result<String, Fault> {
    if given.len() > quota::THUMBPRINTS_PER_OIDC_PROVIDER {
        return Err(error::invalid_input("Thumbprint list must contain fewer than 5 entries."));
    }
    let kept: Vec<String> = given.iter().map(|thumbprint| thumbprint.to_ascii_lowercase()).collect();
    serde_json::to_string(&kept).map_err(Fault::internal)
}

/// A row's client ids or thumbprints.
///
/// # Errors
/// The stored list does not parse.
pub fn texts(stored: &str) -> Result<Vec<String>, Fault> {
    serde_json::from_str(stored).map_err(Fault::internal)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_url_is_kept_without_its_scheme() {
        for rest in ["idp.example", "idp.example/", "idp.example:8443/a/b", "[::1]/a"] {
            assert_eq!(check_url(&format!("https://{rest}")).unwrap(), rest);
        }
    }

    #[test]
    fn what_cannot_be_an_issuer_is_refused() {
        for url in ["http://idp.example", "idp.example", "HTTPS://idp.example", ""] {
            assert_eq!(check_url(url).unwrap_err().code, "InvalidInput", "{url}");
        }
        for rest in ["", "/a", ":443", "a?b", "a#b", "user@a", "a b", "a\0", "é.example"] {
            assert_eq!(check_url(&format!("https://{rest}")).unwrap_err().code, "ValidationError", "{rest}");
        }
    }

    #[test]
    fn a_client_id_is_kept_once() {
        let ids = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        assert_eq!(store_client_ids(ids(&["b", "a", "b"])).unwrap(), r#"["b","a"]"#);
        assert!(store_client_ids((0..100).map(|n| n.to_string())).is_ok());
        assert_eq!(store_client_ids((0..101).map(|n| n.to_string())).unwrap_err().code, "LimitExceeded");
    }
}
