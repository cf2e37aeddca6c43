//! A user pool as operations see it: its row, parsed once and kept until the catalog changes.

use crate::{document, fault, schema};
use contract::Fault;
use domain::password::PasswordPolicy;
use domain::user_attributes::SchemaAttribute;
use domain::{AccountId, Region, Timestamp, UserPoolId};
use model::cognito_idp::{PasswordPolicyType, UserPoolType};
use service::{Cx, Node};
use std::sync::Arc;
use store::Tx;
use store::table::user_pools::{self, UserPool};

/// A user pool.
#[derive(Clone, Debug)]
pub struct Pool {
    /// `REGION_…`.
    pub id: UserPoolId,
    /// Whose it is.
    pub account: AccountId,
    /// Where it is.
    pub region: Region,
    /// Its name.
    pub name: String,
    /// Everything that was configured, as `DescribeUserPool` shows it, without id, name, ARN and dates.
    pub settings: UserPoolType,
    /// The password policy among the settings.
    pub password_policy: PasswordPolicy,
    /// The schema among the settings: standard attributes first, then custom ones.
    pub schema: Vec<SchemaAttribute>,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last changed.
    pub modified: Timestamp,
}

/// The pool of this id, in whichever account and region; from memory if it is there.
///
/// # Errors
/// An internal fault.
pub async fn find(node: &Node, id: &UserPoolId) -> Result<Option<Arc<Pool>>, Fault> {
    let load = async || {
        let row = node.store.read(async |tx| user_pools::find(tx, id).await).await?;
        row.map(Pool::from_row).transpose()
    };
    node.caches.of::<Pool>().get_or_load(&node.store, id.as_str(), load).await
}

/// The pool a signed request names: of the caller's account, and of the region that was asked. Policies were decided on
/// an ARN of that region, so a pool of another region must stay out of reach.
///
/// # Errors
/// `ResourceNotFoundException`.
pub async fn of_caller(cx: &Cx, id: &str) -> Result<Arc<Pool>, Fault> {
    let id = UserPoolId::from(id);
    let pool = find(&cx.node, &id).await?;
    pool.filter(|pool| pool.account == *cx.account() && pool.region == *cx.region())
        .ok_or_else(|| fault::no_such_pool(&id))
}

/// Whether the pool is still there, seen from inside a transaction that adds something to it.
///
/// # Errors
/// `ResourceNotFoundException`: it was deleted meanwhile.
pub async fn hold(tx: &mut Tx, pool: &Pool) -> Result<(), Fault> {
    user_pools::find(tx, &pool.id).await?.map(drop).ok_or_else(|| fault::no_such_pool(&pool.id))
}

impl Pool {
    /// Reads the row.
    ///
    /// # Errors
    /// An internal fault: the document is not one of ours.
    pub fn from_row(row: UserPool) -> Result<Self, Fault> {
        let settings: UserPoolType = document::from_text(&row.config)?;
        let stored = settings.policies.as_ref().and_then(|policies| policies.password_policy.as_ref());
        Ok(Self {
            schema: schema_of(&settings)?,
            password_policy: stored.map_or_else(PasswordPolicy::default, password_policy),
            id: row.id,
            account: row.account_id,
            region: row.region,
            name: row.name,
            settings,
            created: row.created_ms,
            modified: row.modified_ms,
        })
    }

    /// The row again.
    ///
    /// # Errors
    /// An internal fault: the settings cannot be written.
    pub fn to_row(&self) -> Result<UserPool, Fault> {
        Ok(UserPool {
            id: self.id.clone(),
            account_id: self.account.clone(),
            region: self.region.clone(),
            name: self.name.clone(),
            config: document::to_text(self.settings.clone())?,
            created_ms: self.created,
            modified_ms: self.modified,
        })
    }

    /// The pool as CreateUserPool and DescribeUserPool answer it.
    pub fn describe(&self, users: i64) -> UserPoolType {
        UserPoolType {
            id: Some(self.id.to_string()),
            name: Some(self.name.clone()),
            arn: Some(self.arn()),
            creation_date: Some(self.created.millis()),
            last_modified_date: Some(self.modified.millis()),
            estimated_number_of_users: Some(users),
            ..self.settings.clone()
        }
    }

    /// `arn:PARTITION:cognito-idp:REGION:ACCOUNT:userpool/ID`.
    pub fn arn(&self) -> String {
        let partition = match self.region.as_str() {
            region if region.starts_with("cn-") => "aws-cn",
            region if region.starts_with("us-gov-") => "aws-us-gov",
            _ => "aws",
        };
        format!("arn:{partition}:cognito-idp:{}:{}:userpool/{}", self.region, self.account, self.id)
    }

    /// Whether names that differ in case alone are different names. Through the API that is the default
    /// (spec/user-pools-api.md 6).
    pub fn minds_case(&self) -> bool {
        self.settings.username_configuration.as_ref().is_none_or(|configuration| configuration.case_sensitive)
    }

    /// A user name (or an attribute that serves as one) as it is compared.
    pub fn key_of(&self, name: &str) -> String {
        if self.minds_case() { name.to_owned() } else { name.to_lowercase() }
    }

    /// Whether users of this pool sign in by this attribute besides their user name.
    pub fn has_alias(&self, attribute: &str) -> bool {
        contains(self.settings.alias_attributes.as_ref(), attribute)
    }

    /// Whether this attribute takes the place of a user name.
    pub fn has_username_attribute(&self, attribute: &str) -> bool {
        contains(self.settings.username_attributes.as_ref(), attribute)
    }

    /// Whether user names are e-mail addresses or phone numbers, and the real name is made up.
    pub fn has_username_attributes(&self) -> bool {
        self.settings.username_attributes.as_ref().is_some_and(|names| !names.is_empty())
    }

    /// Whether a one-time code may be the first factor, so that users need no password.
    pub fn allows_passwordless(&self) -> bool {
        let policy = self.settings.policies.as_ref().and_then(|policies| policies.sign_in_policy.as_ref());
        let factors = policy.and_then(|policy| policy.allowed_first_auth_factors.as_ref());
        ["EMAIL_OTP", "SMS_OTP"].iter().any(|factor| contains(factors, factor))
    }
}

fn contains(names: Option<&Vec<String>>, wanted: &str) -> bool {
    names.is_some_and(|names| names.iter().any(|name| name == wanted))
}

/// The rule behind the stored policy. CreateUserPool fills every member, so the defaults here are those of a bare pool.
fn password_policy(stored: &PasswordPolicyType) -> PasswordPolicy {
    let standard = PasswordPolicy::default();
    let number =
        |value: Option<i64>, standard: u32| value.and_then(|value| u32::try_from(value).ok()).unwrap_or(standard);
    PasswordPolicy {
        minimum_length: number(stored.minimum_length, standard.minimum_length),
        require_uppercase: stored.require_uppercase.unwrap_or(standard.require_uppercase),
        require_lowercase: stored.require_lowercase.unwrap_or(standard.require_lowercase),
        require_numbers: stored.require_numbers.unwrap_or(standard.require_numbers),
        require_symbols: stored.require_symbols.unwrap_or(standard.require_symbols),
        history_size: number(stored.password_history_size, standard.history_size),
        temporary_validity_days: number(stored.temporary_password_validity_days, standard.temporary_validity_days),
    }
}

fn schema_of(settings: &UserPoolType) -> Result<Vec<SchemaAttribute>, Fault> {
    let shapes = settings.schema_attributes.as_deref().unwrap_or_default();
    let attributes = shapes.iter().map(schema::from_shape).collect::<Option<Vec<_>>>();
    attributes.ok_or_else(|| Fault::internal("the pool's schema is not one of ours"))
}
