//! SAML providers: found by ARN, their metadata read, their private keys sealed.

use crate::name;
use crate::provider_arn::{self, ProviderKind};
use crate::quota;
use contract::{Call, Fault};
use domain::{AccountId, Timestamp};
use federation::saml::DecryptionKey;
use federation::saml_metadata::IdpMetadata;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp as Moment};
use model::iam::{error, shapes};
use service::{Cx, saml_key};
use store::Tx;
use store::table::iam_saml_keys::{self, SamlKey};
use store::table::iam_saml_providers::{self, SamlProvider};

/// The name that an ARN of the caller's account names.
///
/// # Errors
/// As [`provider_arn::own_name`].
pub fn name_of<'a, C: Call>(cx: &Cx, arn: &'a str) -> Result<&'a str, Fault> {
    provider_arn::own_name::<C>(cx, ProviderKind::Saml, arn)
}

/// The provider of this name, spelled as created.
///
/// # Errors
/// `NoSuchEntity`.
pub async fn find(tx: &mut Tx, account: &AccountId, provider_name: &str) -> Result<SamlProvider, Fault> {
    let found = iam_saml_providers::find(tx, account, &name::key(provider_name)).await?;
    found
        .filter(|provider| provider.name == provider_name)
        .ok_or_else(|| error::no_such_entity(format!("Manifest not found for arn {}", arn(account, provider_name))))
}

/// `arn:aws:iam::ACCOUNT:saml-provider/NAME`.
pub fn arn(account: &AccountId, provider_name: &str) -> String {
    format!("arn:aws:iam::{account}:{}/{provider_name}", ProviderKind::Saml.resource())
}

/// Writes the provider that an ARN names with other tags.
///
/// # Errors
/// As [`name_of`] and [`find`], or what `change` refuses.
pub async fn change_tags<C: Call>(
    cx: &Cx,
    arn: &str,
    change: impl Fn(&str) -> Result<String, Fault>,
) -> Result<(), Fault> {
    let provider_name = name_of::<C>(cx, arn)?;
    cx.write(async |tx| {
        let found = find(tx, cx.account(), provider_name).await?;
        let tags = change(&found.tags)?;
        iam_saml_providers::update(tx, &SamlProvider { tags, ..found }).await?;
        Ok(tx.touch_catalog().await?)
    })
    .await
}

/// Until when a provider with this document is valid: as the document says, else a hundred years from its creation
/// (spec/sts-and-iam.md C8). Slow for a large document: not inside a store closure.
///
/// # Errors
/// `InvalidInput`: the document is not the metadata of one identity provider with usable signing certificates.
pub fn valid_until(document: &str, created: Timestamp) -> Result<Timestamp, Fault> {
    let metadata = IdpMetadata::parse(document)
        .map_err(|refusal| error::invalid_input("Could not parse metadata").with_cause(refusal))?;
    metadata.valid_until.map_or_else(|| a_century_after(created), Ok)
}

fn a_century_after(created: Timestamp) -> Result<Timestamp, Fault> {
    let created = Moment::from_millisecond(created.millis()).map_err(Fault::internal)?.to_zoned(TimeZone::UTC);
    let end = created.checked_add(Span::new().years(100)).map_err(Fault::internal)?;
    Ok(Timestamp::from_millis(end.timestamp().as_millisecond()))
}

/// A new private key of a provider, sealed.
///
/// # Errors
/// `InvalidInput`: not a private RSA key in PEM.
pub fn new_key(cx: &Cx, provider_id: &str, pem: &str) -> Result<SamlKey, Fault> {
    DecryptionKey::from_pem(pem)
        .map_err(|refusal| error::invalid_input("The private key is not valid.").with_cause(refusal))?;
    let id = new_id(cx);
    let sealed_private = saml_key::seal(cx, &id, pem)?;
    Ok(SamlKey { provider_id: provider_id.to_owned(), id, sealed_private, added_ms: cx.now() })
}

/// A unique id of a provider or of a private key: the model allows 22 to 64 of `[A-Z0-9]`.
pub fn new_id(cx: &Cx) -> String {
    format!("{:032X}", u128::from_be_bytes(cx.random()))
}

/// The private keys of a provider.
///
/// # Errors
/// The store fails.
pub async fn keys(tx: &mut Tx, provider_id: &str) -> Result<Vec<SamlKey>, Fault> {
    Ok(iam_saml_keys::list(tx, provider_id, "", quota::KEYS_PER_SAML_PROVIDER).await?)
}

/// A private key as replies carry it: never the key itself.
pub fn key_shown(key: SamlKey) -> shapes::SAMLPrivateKey {
    shapes::SAMLPrivateKey { key_id: Some(key.id), timestamp: Some(key.added_ms.millis()) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_century_has_its_leap_days() {
        // 2016-12-22T17:16:03Z and 2116-12-22T17:16:03Z, as in the samples of the AWS CLI.
        let created = Timestamp::from_seconds(1_482_426_963);
        assert_eq!(a_century_after(created).unwrap(), Timestamp::from_seconds(4_638_100_563));
    }
}
