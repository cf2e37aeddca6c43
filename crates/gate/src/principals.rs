//! What the gate knows of those who call: access keys, users, roles and their compiled policies, cached with the catalog.

use crate::last_use::LastUses;
use crate::managed_policies;
use crate::revocations::Revocations;
use crate::{Cache, UserFacts};
use contract::Fault;
use domain::iam_password::AccountPasswordPolicy;
use domain::seal::KeyRing;
use domain::secret::SecretText;
use domain::{AccountId, IamUserId, RoleId};
use iam_policy::{Policy, PolicyKind, PolicyRef};
use moka::sync::Cache as Moka;
use sigv4::{Presented, SigningKey};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::table::iam_access_keys::{self, OwnerKind};
use store::table::{
    iam_accounts, iam_attachments, iam_groups, iam_inline_policies, iam_instance_profiles, iam_policies,
    iam_policy_versions, iam_roles, iam_users,
};
use store::{Store, Tx};
use zeroize::Zeroizing;

/// Opens what is sealed. The gate is given this rather than the keys.
pub trait Secrets: Send + Sync {
    /// The key ring, for sealed sessions.
    fn ring(&self) -> Arc<KeyRing>;

    /// Opens a stored secret, bound to its kind and owner.
    ///
    /// # Errors
    /// An internal fault: changed, moved, or sealed by a key that is not there.
    fn open(&self, kind: &str, owner: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Fault>;
}

/// Verifies callers and decides permissions.
pub struct Gate {
    pub(crate) secrets: Arc<dyn Secrets>,
    pub(crate) account: AccountId,
    store: Store,
    keys: Cache<AccessKeyFacts>,
    users: Cache<UserRecord>,
    roles: Cache<RoleFacts>,
    /// Policies of AWS's own never change while we run.
    managed: Moka<String, Arc<Policy>>,
    /// Customer-managed policies by ARN: their default versions.
    customer_managed: Cache<Policy>,
    /// Session policies by their text.
    texts: Moka<String, Arc<Policy>>,
    /// Derived signing keys, by generation, key id and scope.
    derived: Moka<String, Arc<SigningKey>>,
    /// When keys and roles were last used, until it is kept.
    pub(crate) last_uses: LastUses,
    /// Whose sessions are refused before they expire.
    pub(crate) revocations: Revocations,
}

/// A long-term access key.
pub struct AccessKeyFacts {
    /// The account it belongs to.
    pub account: AccountId,
    /// The user it belongs to; `None`: the root user.
    pub user: Option<Arc<UserFacts>>,
    /// The secret.
    pub secret: SecretText,
    /// Whether its status is `Active`.
    pub active: bool,
}

/// A user with what decides about it.
pub struct UserRecord {
    /// Who it is.
    pub facts: Arc<UserFacts>,
    /// What it may do.
    pub policies: Arc<IdentityPolicies>,
}

/// A role with what decides about it.
pub struct RoleFacts {
    /// The account it belongs to.
    pub account: AccountId,
    /// `AROA…`.
    pub id: RoleId,
    /// The name, as created.
    pub name: String,
    /// Begins and ends with `/`.
    pub path: String,
    /// Who may assume it.
    pub trust: Policy,
    /// What its sessions may do.
    pub policies: Arc<IdentityPolicies>,
    /// Tags by key.
    pub tags: BTreeMap<String, String>,
    /// The longest session that may be asked for, in seconds.
    pub max_session_seconds: i64,
}

impl RoleFacts {
    /// `arn:aws:iam::ACCOUNT:role/PATH/NAME`.
    pub fn arn(&self) -> String {
        format!("arn:aws:iam::{}:role{}{}", self.account, self.path, self.name)
    }
}

/// The identity layer and the boundary of a user or role.
#[derive(Debug, Default)]
pub struct IdentityPolicies {
    /// Inline and attached policies.
    pub policies: Vec<NamedPolicy>,
    /// The permissions boundary, if one is set.
    pub boundary: Option<NamedPolicy>,
}

/// A compiled policy with the name that reasons call it by.
#[derive(Clone, Debug)]
pub struct NamedPolicy {
    /// What kind of policy it is.
    pub kind: PolicyKind,
    /// An inline policy's name, or an ARN.
    pub name: String,
    /// The policy.
    pub policy: Arc<Policy>,
}

impl NamedPolicy {
    /// As the policy engine takes it.
    pub fn reference(&self) -> PolicyRef<'_> {
        PolicyRef::new(self.kind, &self.name, &self.policy)
    }
}

impl Gate {
    /// A gate over this store; `account` is the server's own.
    pub fn new(store: Store, secrets: Arc<dyn Secrets>, account: AccountId) -> Self {
        Self {
            secrets,
            account,
            store,
            keys: Cache::new(10_000),
            users: Cache::new(10_000),
            roles: Cache::new(10_000),
            managed: Moka::new(2_000),
            customer_managed: Cache::new(10_000),
            texts: Moka::new(1_000),
            derived: Moka::new(10_000),
            last_uses: LastUses::default(),
            revocations: Revocations::default(),
        }
    }

    /// Where the rows are.
    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    /// A long-term access key by its id.
    ///
    /// # Errors
    /// The store fails, or the secret does not open.
    pub async fn access_key(&self, id: &str) -> Result<Option<Arc<AccessKeyFacts>>, Fault> {
        self.keys.get_or_load(&self.store, id, async || self.load_access_key(id).await).await
    }

    /// A user by name, spelled as created.
    ///
    /// # Errors
    /// The store fails, or a stored policy does not parse (then nothing is allowed).
    pub async fn user(&self, account: &AccountId, name: &str) -> Result<Option<Arc<UserRecord>>, Fault> {
        let load = async || {
            let key = name.to_lowercase();
            let row = self.store.read(async |tx| Ok::<_, Fault>(iam_users::find(tx, account, &key).await?)).await?;
            let Some(row) = row.filter(|row| row.name == name) else { return Ok(None) };
            let policies =
                self.load_policies(account, OwnerKind::User, row.id.as_str(), row.boundary_arn.as_deref()).await?;
            Ok(Some(UserRecord { facts: Arc::new(user_facts(row)?), policies: Arc::new(policies) }))
        };
        self.users.get_or_load(&self.store, &format!("{account}/{name}"), load).await
    }

    /// A user by unique id, whatever its name is now: sessions outlive a change of name.
    ///
    /// # Errors
    /// As [`Gate::user`].
    pub async fn user_by_id(&self, account: &AccountId, id: &IamUserId) -> Result<Option<Arc<UserRecord>>, Fault> {
        let load = async || {
            let row = self.store.read(async |tx| Ok::<_, Fault>(iam_users::find_by_id(tx, id).await?)).await?;
            let Some(row) = row.filter(|row| row.account_id == *account) else { return Ok(None) };
            let policies =
                self.load_policies(account, OwnerKind::User, row.id.as_str(), row.boundary_arn.as_deref()).await?;
            Ok(Some(UserRecord { facts: Arc::new(user_facts(row)?), policies: Arc::new(policies) }))
        };
        // No name holds a colon, so an id is never taken for one.
        self.users.get_or_load(&self.store, &format!("{account}:{id}"), load).await
    }

    /// A role by name, spelled as created.
    ///
    /// # Errors
    /// As [`Gate::user`].
    pub async fn role(&self, account: &AccountId, name: &str) -> Result<Option<Arc<RoleFacts>>, Fault> {
        let load = async || {
            let key = name.to_lowercase();
            let row = self.store.read(async |tx| Ok::<_, Fault>(iam_roles::find(tx, account, &key).await?)).await?;
            let Some(row) = row.filter(|row| row.name == name) else { return Ok(None) };
            let policies =
                self.load_policies(account, OwnerKind::Role, row.id.as_str(), row.boundary_arn.as_deref()).await?;
            Ok(Some(RoleFacts {
                account: account.clone(),
                id: row.id,
                name: row.name,
                path: row.path,
                trust: Policy::parse(&row.trust).map_err(Fault::internal)?,
                policies: Arc::new(policies),
                tags: tags(&row.tags)?,
                max_session_seconds: row.max_session_seconds,
            }))
        };
        self.roles.get_or_load(&self.store, &format!("{account}/{name}"), load).await
    }

    /// A policy of AWS's own, compiled.
    ///
    /// # Errors
    /// There is none with this ARN: a policy that is named but not known must not be taken for one that allows nothing
    /// less than it says.
    pub fn managed(&self, arn: &str) -> Result<Arc<Policy>, Fault> {
        self.find_managed(arn)?.ok_or_else(|| Fault::internal(format!("no managed policy {arn}")))
    }

    fn find_managed(&self, arn: &str) -> Result<Option<Arc<Policy>>, Fault> {
        if let Some(policy) = self.managed.get(arn) {
            return Ok(Some(policy));
        }
        let Some(found) = managed_policies::find(arn) else { return Ok(None) };
        let policy = Arc::new(Policy::parse(&found.document.to_string()).map_err(Fault::internal)?);
        self.managed.insert(arn.to_owned(), Arc::clone(&policy));
        Ok(Some(policy))
    }

    /// A managed policy, AWS's own or the account's, compiled: the version in force.
    ///
    /// # Errors
    /// As [`Gate::managed`].
    pub async fn managed_policy(&self, account: &AccountId, arn: &str) -> Result<Arc<Policy>, Fault> {
        let found = self.find_managed_policy(account, arn).await?;
        found.ok_or_else(|| Fault::internal(format!("no managed policy {arn}")))
    }

    /// The same, where there may be none.
    ///
    /// # Errors
    /// The store fails, or the policy does not parse.
    pub async fn find_managed_policy(&self, account: &AccountId, arn: &str) -> Result<Option<Arc<Policy>>, Fault> {
        if managed_policies::is_aws_managed(arn) {
            return self.find_managed(arn);
        }
        let load = async || {
            let text = self.store.read(async |tx| customer_managed(tx, account, arn).await).await?;
            text.map(|text| Policy::parse(&text).map_err(Fault::internal)).transpose()
        };
        self.customer_managed.get_or_load(&self.store, &format!("{account} {arn}"), load).await
    }

    /// The path of an IAM group; `None` when there is no such group.
    pub(crate) async fn group_path(&self, account: &AccountId, name: &str) -> Result<Option<String>, Fault> {
        let key = name.to_lowercase();
        let row = self.store.read(async |tx| Ok::<_, Fault>(iam_groups::find(tx, account, &key).await?)).await?;
        Ok(row.filter(|row| row.name == name).map(|row| row.path))
    }

    /// The path of an instance profile; `None` when there is no such profile.
    pub(crate) async fn instance_profile_path(&self, account: &AccountId, name: &str) -> Result<Option<String>, Fault> {
        let key = name.to_lowercase();
        let find = async |tx: &mut Tx| Ok::<_, Fault>(iam_instance_profiles::find(tx, account, &key).await?);
        Ok(self.store.read(find).await?.filter(|row| row.name == name).map(|row| row.path))
    }

    /// A session policy, compiled.
    ///
    /// # Errors
    /// It does not parse, which the operation that sealed it has ruled out.
    pub(crate) fn compiled(&self, text: &str) -> Result<Arc<Policy>, Fault> {
        if let Some(policy) = self.texts.get(text) {
            return Ok(policy);
        }
        let policy = Arc::new(Policy::parse(text).map_err(Fault::internal)?);
        self.texts.insert(text.to_owned(), Arc::clone(&policy));
        Ok(policy)
    }

    /// The derived key of a long-term secret for the scope of a signature: four HMACs saved per request.
    pub(crate) fn signing_key(&self, secret: &SecretText, presented: &Presented<'_>) -> Arc<SigningKey> {
        // The generation is part of the name: a key id that came back with another secret must not find the old one.
        let name = format!("{} {} {}", self.store.generation(), presented.access_key_id(), presented.scope());
        self.derived.get_with(name, || {
            let (date, region, service) = (presented.date(), presented.region(), presented.service());
            Arc::new(SigningKey::derive(secret.reveal().as_bytes(), date, region, service))
        })
    }

    async fn load_access_key(&self, id: &str) -> Result<Option<AccessKeyFacts>, Fault> {
        let found = self
            .store
            .read(async |tx| {
                let Some(key) = iam_access_keys::find(tx, &id.into()).await? else { return Ok::<_, Fault>(None) };
                let user = match key.owner_kind {
                    OwnerKind::User => iam_users::find_by_id(tx, &IamUserId::from(key.owner_id.as_str())).await?,
                    _ => None,
                };
                Ok(Some((key, user)))
            })
            .await?;
        let Some((key, user)) = found else { return Ok(None) };
        if key.owner_kind != OwnerKind::Root && user.is_none() {
            return Ok(None);
        }
        let secret = self.secrets.open("access-key", id, &key.sealed_secret)?;
        let secret = SecretText::new(String::from_utf8(secret.to_vec()).map_err(Fault::internal)?);
        let user = user.map(user_facts).transpose()?.map(Arc::new);
        Ok(Some(AccessKeyFacts { account: key.account_id, user, secret, active: key.status == "Active" }))
    }

    async fn load_policies(
        &self,
        account: &AccountId,
        kind: OwnerKind,
        id: &str,
        boundary: Option<&str>,
    ) -> Result<IdentityPolicies, Fault> {
        let held = self.store.read(async |tx| held(tx, account, kind, id).await).await?;
        let mut policies = Vec::with_capacity(held.inline.len() + held.attached.len() + 1);
        if held.may_change_password {
            let (name, policy) = ("account password policy".to_owned(), self.compiled(MAY_CHANGE_PASSWORD)?);
            policies.push(NamedPolicy { kind: PolicyKind::Managed, name, policy });
        }
        for (row, kind) in held.inline {
            let policy = Arc::new(Policy::parse(&row.document).map_err(Fault::internal)?);
            policies.push(NamedPolicy { kind, name: row.name, policy });
        }
        for (row, kind) in held.attached {
            let policy = self.managed_policy(account, &row.policy_arn).await?;
            policies.push(NamedPolicy { kind, name: row.policy_arn, policy });
        }
        let boundary = match boundary {
            None => None,
            Some(arn) => {
                let policy = self.managed_policy(account, arn).await?;
                Some(NamedPolicy { kind: PolicyKind::Boundary, name: arn.to_owned(), policy })
            }
        };
        Ok(IdentityPolicies { policies, boundary })
    }
}

/// Far above every quota (spec/sts-and-iam.md C6).
const MOST: i64 = 1_000;

/// What every user may do in an account whose password policy says `AllowUsersToChangePassword` (IAM API reference,
/// `PasswordPolicy`). Nobody's password but the caller's own is changed by the call. Like any policy of the user's own it
/// yields to a denial, and reaches no further than the boundary.
const MAY_CHANGE_PASSWORD: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["iam:ChangePassword","iam:GetAccountPasswordPolicy"],"Resource":"*"}}"#;

/// What a user or role holds, a user's groups included.
#[derive(Default)]
struct Held {
    may_change_password: bool,
    inline: Vec<(iam_inline_policies::InlinePolicy, PolicyKind)>,
    attached: Vec<(iam_attachments::Attachment, PolicyKind)>,
}

async fn held(tx: &mut Tx, account: &AccountId, kind: OwnerKind, id: &str) -> Result<Held, Fault> {
    let mut owners = vec![(kind, id.to_owned())];
    if kind == OwnerKind::User {
        let groups = iam_groups::list_of_user(tx, account, &IamUserId::from(id), "", MOST).await?;
        owners.extend(groups.into_iter().map(|group| (OwnerKind::Group, group.id)));
    }
    let may_change_password = kind == OwnerKind::User && users_may_change_password(tx, account).await?;
    let mut held = Held { may_change_password, ..Held::default() };
    for (kind, id) in owners {
        let (inline, managed) = match kind {
            OwnerKind::Group => (PolicyKind::Group, PolicyKind::Group),
            _ => (PolicyKind::Inline, PolicyKind::Managed),
        };
        let rows = iam_inline_policies::list(tx, account, kind, &id, "", MOST).await?;
        held.inline.extend(rows.into_iter().map(|row| (row, inline)));
        let rows = iam_attachments::list(tx, account, kind, &id, "", MOST).await?;
        held.attached.extend(rows.into_iter().map(|row| (row, managed)));
    }
    Ok(held)
}

async fn users_may_change_password(tx: &mut Tx, account: &AccountId) -> Result<bool, Fault> {
    let Some(policy) = iam_accounts::find(tx, account).await?.password_policy else { return Ok(false) };
    let policy: AccountPasswordPolicy = serde_json::from_str(&policy).map_err(Fault::internal)?;
    Ok(policy.users_may_change)
}

/// The document in force of a customer-managed policy of this account.
async fn customer_managed(tx: &mut Tx, account: &AccountId, arn: &str) -> Result<Option<String>, Fault> {
    let resource = arn.strip_prefix(&format!("arn:aws:iam::{account}:policy"));
    let Some((path, name)) = resource.and_then(|resource| resource.rsplit_once('/')) else { return Ok(None) };
    let found = iam_policies::find(tx, account, &name.to_lowercase()).await?;
    let is_meant = |row: &iam_policies::IamPolicy| row.name == name && row.path.strip_suffix('/') == Some(path);
    let Some(row) = found.filter(is_meant) else { return Ok(None) };
    let version = iam_policy_versions::find(tx, &row.id, row.default_version).await?;
    Ok(version.map(|version| version.document))
}

fn user_facts(row: iam_users::IamUser) -> Result<UserFacts, Fault> {
    let tags = tags(&row.tags)?;
    Ok(UserFacts { account: row.account_id, id: row.id, name: row.name, path: row.path, tags })
}

fn tags(json: &str) -> Result<BTreeMap<String, String>, Fault> {
    serde_json::from_str(json).map_err(Fault::internal)
}
