//! An app client as operations see it: its row parsed, its secret opened, kept until the catalog changes.

use crate::pool::Pool;
use crate::{document, fault};
use contract::Fault;
use domain::secret::SecretText;
use domain::{ClientId, Timestamp, UserPoolId};
use model::cognito_idp::UserPoolClientType;
use service::{Cx, Node};
use std::collections::BTreeSet;
use std::sync::Arc;
use store::table::user_pool_clients::{self, UserPoolClient};

/// An app client.
#[derive(Clone)]
pub struct Client {
    /// 26 characters.
    pub id: ClientId,
    /// Whose it is.
    pub pool_id: UserPoolId,
    /// Its name.
    pub name: String,
    /// The secret, if it has one.
    pub secret: Option<SecretText>,
    /// Everything that was configured, as `DescribeUserPoolClient` shows it, without ids, name, secret and dates.
    pub settings: UserPoolClientType,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last changed.
    pub modified: Timestamp,
}

/// The client of this id, in whichever pool; from memory if it is there.
///
/// # Errors
/// An internal fault.
pub async fn find(node: &Node, id: &ClientId) -> Result<Option<Arc<Client>>, Fault> {
    let load = async || {
        let row = node.store.read(async |tx| user_pool_clients::find(tx, id).await).await?;
        row.map(|row| Client::from_row(node, row)).transpose()
    };
    node.caches.of::<Client>().get_or_load(&node.store, id.as_str(), load).await
}

/// The client of this id, if it is one of this pool.
///
/// # Errors
/// `ResourceNotFoundException`.
pub async fn of_pool(node: &Node, pool: &Pool, id: &str) -> Result<Arc<Client>, Fault> {
    let id = ClientId::from(id);
    let client = find(node, &id).await?;
    client.filter(|client| client.pool_id == pool.id).ok_or_else(|| fault::no_such_client(&id))
}

impl Client {
    /// Reads the row and opens the secret.
    ///
    /// # Errors
    /// An internal fault: the document is not one of ours, or the secret does not open.
    pub fn from_row(node: &Node, row: UserPoolClient) -> Result<Self, Fault> {
        let secret = match &row.sealed_secret {
            None => None,
            Some(sealed) => {
                let plain = node.vault.open(SECRET_KIND, row.id.as_str(), sealed)?;
                Some(SecretText::new(std::str::from_utf8(&plain).map_err(Fault::internal)?))
            }
        };
        Ok(Self {
            settings: document::from_text(&row.config)?,
            id: row.id,
            pool_id: row.pool_id,
            name: row.name,
            secret,
            created: row.created_ms,
            modified: row.modified_ms,
        })
    }

    /// The row, with the secret sealed.
    ///
    /// # Errors
    /// An internal fault: the settings cannot be written, or the secret cannot be sealed.
    pub fn to_row(&self, cx: &Cx) -> Result<UserPoolClient, Fault> {
        let seal = |secret: &SecretText| cx.seal(SECRET_KIND, self.id.as_str(), secret.reveal().as_bytes());
        Ok(UserPoolClient {
            id: self.id.clone(),
            pool_id: self.pool_id.clone(),
            name: self.name.clone(),
            sealed_secret: self.secret.as_ref().map(seal).transpose()?,
            config: document::to_text(self.settings.clone())?,
            created_ms: self.created,
            modified_ms: self.modified,
        })
    }

    /// The client as CreateUserPoolClient and DescribeUserPoolClient answer it, secret included.
    pub fn describe(&self) -> UserPoolClientType {
        UserPoolClientType {
            user_pool_id: Some(self.pool_id.to_string()),
            client_name: Some(self.name.clone()),
            client_id: Some(self.id.to_string()),
            client_secret: self.secret.as_ref().map(|secret| secret.reveal().to_owned()),
            last_modified_date: Some(self.modified.millis()),
            creation_date: Some(self.created.millis()),
            ..self.settings.clone()
        }
    }

    /// Whether this flow may be used (spec/user-pools-auth.md 1.3).
    pub fn allows(&self, flow: Flow) -> bool {
        let flows = self.settings.explicit_auth_flows.as_deref().unwrap_or_default();
        let has = |name: &str| flows.iter().any(|flow| flow == name);
        if flows.is_empty() {
            return matches!(flow, Flow::Srp | Flow::Custom | Flow::Refresh);
        }
        let legacy = !flows.iter().any(|flow| flow.starts_with("ALLOW_"));
        match flow {
            Flow::AdminPassword => has("ALLOW_ADMIN_USER_PASSWORD_AUTH") || has("ADMIN_NO_SRP_AUTH"),
            Flow::UserPassword => has("ALLOW_USER_PASSWORD_AUTH") || has("USER_PASSWORD_AUTH"),
            Flow::Refresh => has("ALLOW_REFRESH_TOKEN_AUTH") || legacy,
            Flow::Srp => has("ALLOW_USER_SRP_AUTH") || legacy && !has("CUSTOM_AUTH_FLOW_ONLY"),
            Flow::Custom => has("ALLOW_CUSTOM_AUTH") || legacy,
            Flow::Choice => has("ALLOW_USER_AUTH"),
        }
    }

    /// Whether callers of unsigned operations must not learn which users exist.
    pub fn hides_users(&self) -> bool {
        self.settings.prevent_user_existence_errors.as_deref() == Some("ENABLED")
    }

    /// Whether tokens can be revoked, and so carry the id of their sign-in; on unless it was turned off.
    pub fn revokes_tokens(&self) -> bool {
        self.settings.enable_token_revocation.unwrap_or(true)
    }

    /// How long a challenge may be answered, in seconds.
    pub fn session_seconds(&self) -> i64 {
        self.settings.auth_session_validity.unwrap_or(3).saturating_mul(60)
    }

    /// How long access tokens last, in seconds.
    pub fn access_token_seconds(&self) -> i64 {
        let unit = self.settings.token_validity_units.as_ref().and_then(|units| units.access_token.as_deref());
        token_seconds(self.settings.access_token_validity, unit)
    }

    /// How long ID tokens last, in seconds.
    pub fn id_token_seconds(&self) -> i64 {
        let unit = self.settings.token_validity_units.as_ref().and_then(|units| units.id_token.as_deref());
        token_seconds(self.settings.id_token_validity, unit)
    }

    /// How long refresh tokens last, in seconds.
    pub fn refresh_token_seconds(&self) -> i64 {
        let unit = self.settings.token_validity_units.as_ref().and_then(|units| units.refresh_token.as_deref());
        self.settings.refresh_token_validity.unwrap_or(30).saturating_mul(unit_seconds(unit.unwrap_or("days")))
    }

    /// The attributes that ID tokens may show; `None`: all.
    pub fn readable(&self) -> Option<BTreeSet<String>> {
        self.settings.read_attributes.as_ref().map(|names| names.iter().cloned().collect())
    }

    /// Whether users may write this attribute through this client (spec/user-pools-api.md 5.3).
    pub fn may_write(&self, attribute: &str) -> bool {
        if matches!(attribute, "sub" | "email_verified" | "phone_number_verified" | "identities") {
            return false;
        }
        let names = self.settings.write_attributes.as_ref();
        names.is_none_or(|names| names.iter().any(|name| name == attribute))
    }
}

/// The ways to sign in, as a client allows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// The server of the application sends the password.
    AdminPassword,
    /// The user's device sends the password.
    UserPassword,
    /// A refresh token instead of a password.
    Refresh,
    /// SRP: the password stays on the device.
    Srp,
    /// Challenges made by Lambda functions.
    Custom,
    /// The user chooses.
    Choice,
}

/// What client secrets are sealed as.
const SECRET_KIND: &str = "client-secret";

/// Unset or zero is an hour (spec/user-pools-api.md 11.1).
fn token_seconds(validity: Option<i64>, unit: Option<&str>) -> i64 {
    match validity {
        None | Some(0) => 3600,
        Some(validity) => validity.saturating_mul(unit_seconds(unit.unwrap_or("hours"))),
    }
}

fn unit_seconds(unit: &str) -> i64 {
    match unit {
        "seconds" => 1,
        "minutes" => 60,
        "hours" => 3600,
        _ => 86400,
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("id", &self.id).field("pool_id", &self.pool_id).finish_non_exhaustive()
    }
}
