//! What can be configured on an identity pool, as its row keeps it, and what a configuration must satisfy.

use contract::Fault;
use domain::login_token::user_pool_of_provider;
use domain::principal_tags::{TagMap, TagProvider};
use domain::{AccountId, ClientId, IdentityPoolId};
use federation::social::{AMAZON, FACEBOOK};
use model::cognito_identity::{CognitoIdentityProvider, CreateIdentityPoolInput, IdentityPool, error};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::Tx;
use store::table::iam_oidc_providers;

/// The configuration of a pool, besides its name and roles. The row's JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", default)]
pub struct Settings {
    /// AllowUnauthenticatedIdentities.
    pub guests: bool,
    /// AllowClassicFlow; never set is not the same as `false` (spec/identity-pools.md 5).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub classic_flow: Option<bool>,
    /// CognitoIdentityProviders.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub user_pools: Vec<UserPoolProvider>,
    /// SupportedLoginProviders: the app's id at each public provider.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub public_providers: BTreeMap<String, String>,
    /// DeveloperProviderName.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub developer_provider: Option<String>,
    /// OpenIdConnectProviderARNs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub oidc_provider_arns: Vec<String>,
    /// SamlProviderARNs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub saml_provider_arns: Vec<String>,
    /// IdentityPoolTags.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// The attribute maps of SetPrincipalTagAttributeMap, by Logins key. None is empty.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub principal_tags: BTreeMap<String, TagMap>,
}

/// A user pool, through one of its app clients.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserPoolProvider {
    /// `cognito-idp.REGION.amazonaws.com/POOL`.
    pub name: String,
    /// The audience that is accepted.
    pub client_id: ClientId,
    /// ServerSideTokenCheck: ask the user pool about the user each time.
    #[serde(default)]
    pub server_side_check: bool,
}

impl Settings {
    /// The settings of a request to make or replace a pool of this account; empty lists are absent ones.
    ///
    /// # Errors
    /// What the service would not take (spec/identity-pools.md 4, 5 and 17).
    pub fn of_request(account: &AccountId, input: CreateIdentityPoolInput) -> Result<Self, Fault> {
        let given = input.cognito_identity_providers.unwrap_or_default();
        if given.len() > USER_POOLS_MOST {
            let sentence =
                format!("An identity pool cannot have more than {USER_POOLS_MOST} Cognito identity providers.");
            return Err(error::limit_exceeded(sentence));
        }
        let settings = Self {
            guests: input.allow_unauthenticated_identities,
            classic_flow: input.allow_classic_flow,
            user_pools: given.into_iter().map(user_pool).collect::<Result<_, _>>()?,
            public_providers: input.supported_login_providers.unwrap_or_default(),
            developer_provider: input.developer_provider_name,
            oidc_provider_arns: input.open_id_connect_provider_arns.unwrap_or_default(),
            saml_provider_arns: input.saml_provider_arns.unwrap_or_default(),
            tags: input.identity_pool_tags.unwrap_or_default(),
            principal_tags: BTreeMap::new(),
        };
        settings.check(account)?;
        check_tags(&settings.tags)?;
        Ok(settings)
    }

    fn check(&self, account: &AccountId) -> Result<(), Fault> {
        if let Some(key) = self.public_providers.keys().find(|key| !PUBLIC_PROVIDERS.contains(&key.as_str())) {
            return Err(error::invalid_parameter(format!("{key} is not a supported login provider.")));
        }
        for arn in &self.oidc_provider_arns {
            // One of another account is taken too (measured).
            if provider_name(arn, "oidc-provider").is_none() {
                return Err(error::invalid_parameter(format!("{arn} is not a valid OpenID Connect provider ARN.")));
            }
        }
        for arn in &self.saml_provider_arns {
            if provider_name(arn, "saml-provider").is_none_or(|(owner, _)| owner != account.as_str()) {
                return Err(invalid_provider(account));
            }
        }
        Ok(())
    }

    /// The OpenID Connect providers of this account must be registered in IAM when they are first listed. Another account's are
    /// taken unseen (spec/identity-pools.md 5).
    ///
    /// # Errors
    /// `InvalidParameterException`.
    pub async fn demand_registered(&self, tx: &mut Tx, account: &AccountId, known: &[String]) -> Result<(), Fault> {
        for arn in self.oidc_provider_arns.iter().filter(|arn| !known.contains(arn)) {
            let Some((owner, name)) = provider_name(arn, "oidc-provider") else { continue };
            if owner == account.as_str() && iam_oidc_providers::find_by_url(tx, account, name).await?.is_none() {
                return Err(invalid_provider(account));
            }
        }
        Ok(())
    }

    /// Whether the pool knows any way to log in.
    pub fn has_providers(&self) -> bool {
        !self.user_pools.is_empty()
            || !self.public_providers.is_empty()
            || self.developer_provider.is_some()
            || !self.oidc_provider_arns.is_empty()
            || !self.saml_provider_arns.is_empty()
    }

    /// Whether a RoleMappings key names a configured provider (spec/identity-pools.md 7): a user pool with its client.
    pub fn is_mapping_key(&self, key: &str) -> bool {
        let user_pool = key.rsplit_once(':').is_some_and(|(name, client)| {
            self.user_pools.iter().any(|provider| provider.name == name && provider.client_id.as_str() == client)
        });
        user_pool
            || self.public_providers.contains_key(key)
            || self.oidc_provider_arns.iter().chain(&self.saml_provider_arns).any(|arn| arn == key)
    }

    /// The Logins key and the kind of a provider that an attribute map may be for: an OpenID Connect provider goes by its issuer
    /// and by its ARN, a user pool by its name without a client, and the developer's has none (spec/identity-pools.md 14).
    pub fn tag_provider(&self, name: &str) -> Option<(String, TagProvider)> {
        let issuer = |arn: &String| {
            let (_, issuer) = provider_name(arn, "oidc-provider")?;
            (issuer == name || arn == name).then(|| issuer.to_owned())
        };
        if self.saml_provider_arns.iter().any(|arn| arn == name) {
            Some((name.to_owned(), TagProvider::Saml))
        } else if self.public_providers.contains_key(name) {
            let kind = if name == AMAZON { TagProvider::Amazon } else { TagProvider::OpenId };
            Some((name.to_owned(), kind))
        } else if self.user_pools.iter().any(|provider| provider.name == name) {
            Some((name.to_owned(), TagProvider::OpenId))
        } else {
            self.oidc_provider_arns.iter().find_map(issuer).map(|issuer| (issuer, TagProvider::OpenId))
        }
    }

    /// The pool as Create, Update and Describe answer it.
    pub fn describe(&self, id: &IdentityPoolId, name: &str) -> IdentityPool {
        let user_pools = self.user_pools.iter().map(|provider| CognitoIdentityProvider {
            provider_name: Some(provider.name.clone()),
            client_id: Some(provider.client_id.to_string()),
            server_side_token_check: Some(provider.server_side_check),
        });
        IdentityPool {
            identity_pool_id: id.to_string(),
            identity_pool_name: name.to_owned(),
            allow_unauthenticated_identities: self.guests,
            allow_classic_flow: self.classic_flow,
            supported_login_providers: some_map(&self.public_providers),
            developer_provider_name: self.developer_provider.clone(),
            open_id_connect_provider_arns: some_list(self.oidc_provider_arns.clone()),
            cognito_identity_providers: some_list(user_pools.collect()),
            saml_provider_arns: some_list(self.saml_provider_arns.clone()),
            identity_pool_tags: some_map(&self.tags),
        }
    }
}

/// What a pool's tags must satisfy (spec/identity-pools.md 3 and 17). The service's texts are not known.
///
/// # Errors
/// `InvalidParameterException`.
pub fn check_tags(tags: &BTreeMap<String, String>) -> Result<(), Fault> {
    if tags.len() > TAGS_MOST {
        return Err(error::invalid_parameter(format!("An identity pool cannot have more than {TAGS_MOST} tags.")));
    }
    match tags.keys().find(|key| key.to_ascii_lowercase().starts_with("aws:")) {
        Some(key) => Err(error::invalid_parameter(format!("{key} is not a valid tag key: aws: is reserved."))),
        None => Ok(()),
    }
}

fn invalid_provider(account: &AccountId) -> Fault {
    error::invalid_parameter(format!("Identity provider ARN is not valid for account {account}"))
}

/// Account and name in `arn:aws:iam::ACCOUNT:KIND/NAME`. IAM gives no provider a name with a space or a line break, nor do we take
/// one.
pub fn provider_name<'a>(arn: &'a str, kind: &str) -> Option<(&'a str, &'a str)> {
    let (account, resource) = arn.strip_prefix("arn:aws:iam::")?.split_once(':')?;
    let name = resource.strip_prefix(kind)?.strip_prefix('/')?;
    let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic());
    (is_account && is_name).then_some((account, name))
}

// Whether user pool and client exist is not asked (spec/identity-pools.md 5).
fn user_pool(given: CognitoIdentityProvider) -> Result<UserPoolProvider, Fault> {
    let name = given.provider_name.filter(|name| user_pool_of_provider(name).is_some());
    match (name, given.client_id) {
        (Some(name), Some(client_id)) => Ok(UserPoolProvider {
            name,
            client_id: ClientId::from(client_id),
            server_side_check: given.server_side_token_check.unwrap_or(false),
        }),
        _ => Err(error::invalid_parameter("Invalid Cognito Identity Provider")),
    }
}

fn some_list<T>(list: Vec<T>) -> Option<Vec<T>> {
    (!list.is_empty()).then_some(list)
}

fn some_map(map: &BTreeMap<String, String>) -> Option<BTreeMap<String, String>> {
    (!map.is_empty()).then(|| map.clone())
}

/// spec/identity-pools.md 5.
const PUBLIC_PROVIDERS: [&str; 6] =
    [FACEBOOK, "accounts.google.com", "appleid.apple.com", AMAZON, "api.twitter.com", "www.digits.com"];
/// spec/identity-pools.md 17.
const USER_POOLS_MOST: usize = 50;
const TAGS_MOST: usize = 50;
