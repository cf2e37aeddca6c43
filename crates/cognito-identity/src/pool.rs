//! An identity pool as operations see it: its row, parsed once and kept until the catalog changes.

use crate::fault;
use crate::settings::Settings;
use contract::Fault;
use domain::role_choice::PoolRoles;
use domain::role_mapping::RoleMapping;
use domain::{AccountId, IdentityPoolId, Region, Timestamp};
use model::cognito_identity::{IdentityPool as Description, error};
use serde::{Deserialize, Serialize};
use service::{Cx, Node};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::Tx;
use store::table::identity_pools::{self, IdentityPool};

/// An identity pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pool {
    /// `REGION:UUID`.
    pub id: IdentityPoolId,
    /// Whose it is. Its roles are of this account too, whoever calls.
    pub account: AccountId,
    /// Where it is.
    pub region: Region,
    /// Its name; several may share one.
    pub name: String,
    /// Providers, guests, tags.
    pub settings: Settings,
    /// The default roles.
    pub roles: PoolRoles,
    /// The role mappings, by provider key.
    pub mappings: BTreeMap<String, RoleMapping>,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last changed.
    pub modified: Timestamp,
}

/// The pool of this id, in whichever account and region; from memory if it is there.
///
/// # Errors
/// An internal fault.
pub async fn find(node: &Node, id: &IdentityPoolId) -> Result<Option<Arc<Pool>>, Fault> {
    let load = async || {
        let row = node.store.read(async |tx| Ok::<_, Fault>(identity_pools::find(tx, id).await?)).await?;
        row.map(Pool::from_row).transpose()
    };
    node.caches.of::<Pool>().get_or_load(&node.store, id.as_str(), load).await
}

/// The pool a signed request names: of the caller's account, and of the region that was asked.
///
/// # Errors
/// `ResourceNotFoundException`.
pub async fn of_caller(cx: &Cx, id: &str) -> Result<Arc<Pool>, Fault> {
    let id = IdentityPoolId::from(id);
    let pool = find(&cx.node, &id).await?;
    pool.filter(|pool| is_callers(cx, pool)).ok_or_else(|| fault::no_such_pool(&id))
}

/// The same, read inside a transaction.
///
/// # Errors
/// `ResourceNotFoundException`.
pub async fn of_caller_in(cx: &Cx, tx: &mut Tx, id: &str) -> Result<Pool, Fault> {
    let id = IdentityPoolId::from(id);
    let row = identity_pools::find(tx, &id).await?;
    let pool = row.map(Pool::from_row).transpose()?;
    pool.filter(|pool| is_callers(cx, pool)).ok_or_else(|| fault::no_such_pool(&id))
}

/// The pool of this ARN, read inside a transaction; the caller's, in the region that was asked.
///
/// # Errors
/// `ResourceNotFoundException`.
pub async fn of_arn_in(cx: &Cx, tx: &mut Tx, arn: &str) -> Result<Pool, Fault> {
    let id = IdentityPoolId::from(arn.split_once("identitypool/").map_or("", |(_, id)| id));
    let row = identity_pools::find(tx, &id).await?;
    let pool = row.map(Pool::from_row).transpose()?;
    pool.filter(|pool| is_callers(cx, pool) && pool.arn() == arn)
        .ok_or_else(|| error::resource_not_found(format!("Resource '{arn}' not found.")))
}

/// Whether the pool is still there, seen from inside a transaction that adds something to it.
///
/// # Errors
/// `ResourceNotFoundException`: it was deleted meanwhile.
pub async fn hold(tx: &mut Tx, pool: &Pool) -> Result<(), Fault> {
    identity_pools::find(tx, &pool.id).await?.map(drop).ok_or_else(|| fault::no_such_pool(&pool.id))
}

/// Whether a pool belongs to the account and region of a signed request.
pub fn is_callers(cx: &Cx, pool: &Pool) -> bool {
    pool.account == *cx.account() && pool.region == *cx.region()
}

impl Pool {
    /// Reads the row.
    ///
    /// # Errors
    /// An internal fault: a document is not one of ours.
    pub fn from_row(row: IdentityPool) -> Result<Self, Fault> {
        let roles: RolesDocument = serde_json::from_str(&row.roles).map_err(Fault::internal)?;
        Ok(Self {
            settings: serde_json::from_str(&row.config).map_err(Fault::internal)?,
            roles: PoolRoles { authenticated: roles.authenticated, unauthenticated: roles.unauthenticated },
            mappings: roles.mappings,
            id: row.id,
            account: row.account_id,
            region: row.region,
            name: row.name,
            created: row.created_ms,
            modified: row.modified_ms,
        })
    }

    /// The row again.
    ///
    /// # Errors
    /// An internal fault: a document cannot be written.
    pub fn to_row(&self) -> Result<IdentityPool, Fault> {
        let roles = RolesDocument {
            authenticated: self.roles.authenticated.clone(),
            unauthenticated: self.roles.unauthenticated.clone(),
            mappings: self.mappings.clone(),
        };
        Ok(IdentityPool {
            id: self.id.clone(),
            account_id: self.account.clone(),
            region: self.region.clone(),
            name: self.name.clone(),
            config: serde_json::to_string(&self.settings).map_err(Fault::internal)?,
            roles: serde_json::to_string(&roles).map_err(Fault::internal)?,
            created_ms: self.created,
            modified_ms: self.modified,
        })
    }

    /// Writes a changed pool, as of now, and tells the nodes.
    ///
    /// # Errors
    /// An internal fault.
    pub async fn save(&mut self, cx: &Cx, tx: &mut Tx) -> Result<(), Fault> {
        self.modified = cx.now();
        identity_pools::update(tx, &self.to_row()?).await?;
        Ok(tx.touch_catalog().await?)
    }

    /// The pool as Create, Update and Describe answer it.
    pub fn describe(&self) -> Description {
        self.settings.describe(&self.id, &self.name)
    }

    /// `arn:aws:cognito-identity:REGION:ACCOUNT:identitypool/ID`.
    pub fn arn(&self) -> String {
        format!("arn:aws:cognito-identity:{}:{}:identitypool/{}", self.region, self.account, self.id)
    }
}

/// The row's JSON of roles.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct RolesDocument {
    #[serde(skip_serializing_if = "Option::is_none")]
    authenticated: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unauthenticated: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    mappings: BTreeMap<String, RoleMapping>,
}
