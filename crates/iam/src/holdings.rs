//! What a user, group or role holds: its policies as texts, a user's groups' included, and its permissions boundary.

use crate::owner::OwnerKind;
use crate::{name, role, user};
use contract::Fault;
use domain::{AccountId, IamUserId};
use gate::managed_policies::{self, ManagedPolicy};
use iam_policy::Arn;
use model::iam::error;
use service::Cx;
use store::Tx;
use store::table::{iam_attachments, iam_groups, iam_inline_policies, iam_policies, iam_policy_versions};

/// More than any quota allows.
const ALL: i64 = 1000;

/// An entity and all that decides what it may do.
#[derive(Debug)]
pub struct Holdings {
    /// The unique id.
    pub id: String,
    /// Its own policies, then those of its groups; a managed policy that is attached more than once stands once.
    pub policies: Vec<Held>,
    /// The permissions boundary.
    pub boundary: Option<Held>,
}

/// One policy.
#[derive(Clone, Debug)]
pub struct Held {
    /// Who holds it: the entity itself, or a group of the user.
    pub owner_kind: OwnerKind,
    /// The holder's name.
    pub owner_name: String,
    /// The policy's name.
    pub name: String,
    /// The ARN of a managed policy; `None`: it is inline.
    pub arn: Option<String>,
    /// The document, of a managed policy that of the version in force.
    pub document: String,
}

/// What the entity behind an ARN holds.
///
/// # Errors
/// `InvalidInput`: the ARN is of something else; `NoSuchEntity`.
pub async fn of_arn(cx: &Cx, arn: &str) -> Result<Holdings, Fault> {
    let source = Source::parse(arn).ok_or_else(|| {
        error::invalid_input(format!("Invalid Entity Arn: {arn} does not clearly define entity type and name."))
    })?;
    let account = cx.account();
    let found = cx.read(async |tx| find(tx, account, &source).await).await?;
    let mut policies = found.inline;
    for (owner_kind, owner_name, arn) in found.attached {
        if policies.iter().all(|held| held.arn.as_deref() != Some(&arn)) {
            policies.push(managed(cx, owner_kind, owner_name, &arn).await?);
        }
    }
    let boundary = match found.boundary_arn {
        Some(arn) => Some(managed(cx, source.kind, source.name.to_owned(), &arn).await?),
        None => None,
    };
    Ok(Holdings { id: found.id, policies, boundary })
}

/// What an ARN of a user, group or role says.
#[derive(Debug, PartialEq, Eq)]
pub struct Source<'a> {
    /// User, group or role.
    pub kind: OwnerKind,
    /// The account.
    pub account: &'a str,
    /// Begins and ends with `/`.
    pub path: &'a str,
    /// The last segment.
    pub name: &'a str,
}

impl<'a> Source<'a> {
    /// Takes the ARN apart; `None` when it is of something else.
    pub fn parse(arn: &'a str) -> Option<Self> {
        let fields = Arn::parse(arn)?;
        let is_account = fields.account.len() == 12 && fields.account.bytes().all(|byte| byte.is_ascii_digit());
        if fields.service != "iam" || !fields.region.is_empty() || !is_account {
            return None;
        }
        let kind = match fields.resource.split_once('/')?.0 {
            "user" => OwnerKind::User,
            "group" => OwnerKind::Group,
            "role" => OwnerKind::Role,
            _ => return None,
        };
        let (path, name) = name::split(fields.resource)?;
        Some(Self { kind, account: fields.account, path, name })
    }
}

/// What the store knows of an entity.
struct Found {
    id: String,
    inline: Vec<Held>,
    attached: Vec<(OwnerKind, String, String)>,
    boundary_arn: Option<String>,
}

async fn find(tx: &mut Tx, account: &AccountId, source: &Source<'_>) -> Result<Found, Fault> {
    let name = source.name;
    let absent = || error::no_such_entity(format!("The {} with name {name} cannot be found.", source.kind.as_str()));
    if source.account != account.as_str() {
        return Err(absent());
    }
    // The path must be right too: the gate has decided on the whole ARN.
    let (id, boundary_arn) = match source.kind {
        OwnerKind::User => {
            let found = user::find(tx, account, name).await?;
            (found.path == source.path).then(|| (found.id.to_string(), found.boundary_arn))
        }
        OwnerKind::Role => {
            let found = role::find(tx, account, name).await?;
            (found.path == source.path).then(|| (found.id.to_string(), found.boundary_arn))
        }
        _ => {
            let found = iam_groups::find(tx, account, &name::key(name)).await?;
            found.filter(|group| group.name == name && group.path == source.path).map(|group| (group.id, None))
        }
    }
    .ok_or_else(absent)?;
    let mut owners = vec![(source.kind, id.clone(), name.to_owned())];
    if source.kind == OwnerKind::User {
        let groups = iam_groups::list_of_user(tx, account, &IamUserId::from(id.as_str()), "", ALL).await?;
        owners.extend(groups.into_iter().map(|group| (OwnerKind::Group, group.id, group.name)));
    }
    let mut found = Found { id, inline: Vec::new(), attached: Vec::new(), boundary_arn };
    for (owner_kind, id, owner_name) in owners {
        for row in iam_inline_policies::list(tx, account, owner_kind, &id, "", ALL).await? {
            let (name, document) = (row.name, row.document);
            found.inline.push(Held { owner_kind, owner_name: owner_name.clone(), name, arn: None, document });
        }
        let attached = iam_attachments::list(tx, account, owner_kind, &id, "", ALL).await?;
        found.attached.extend(attached.into_iter().map(|row| (owner_kind, owner_name.clone(), row.policy_arn)));
    }
    Ok(found)
}

async fn managed(cx: &Cx, owner_kind: OwnerKind, owner_name: String, arn: &str) -> Result<Held, Fault> {
    let document = if managed_policies::is_aws_managed(arn) {
        let load = async || Ok::<_, Fault>(managed_policies::find(arn));
        let found = cx.node.caches.of::<ManagedPolicy>().get_or_load(&cx.node.store, arn, load).await?;
        found.map(|policy| policy.document.to_string())
    } else {
        cx.read(async |tx| customer_managed(tx, cx.account(), arn).await).await?
    };
    let document = document.ok_or_else(|| Fault::internal(format!("no managed policy {arn}")))?;
    let name = arn.rsplit('/').next().unwrap_or_default().to_owned();
    Ok(Held { owner_kind, owner_name, name, arn: Some(arn.to_owned()), document })
}

/// The version in force of a customer-managed policy.
async fn customer_managed(tx: &mut Tx, account: &AccountId, arn: &str) -> Result<Option<String>, Fault> {
    let name = arn.rsplit('/').next().unwrap_or_default();
    let Some(policy) = iam_policies::find(tx, account, &name::key(name)).await? else { return Ok(None) };
    if name::arn(account, "policy", &policy.path, &policy.name) != arn {
        return Ok(None);
    }
    Ok(iam_policy_versions::find(tx, &policy.id, policy.default_version).await?.map(|version| version.document))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_entities_are_sources() {
        let user = Source { kind: OwnerKind::User, account: "123456789012", path: "/a/", name: "ana" };
        assert_eq!(Source::parse("arn:aws:iam::123456789012:user/a/ana"), Some(user));
        for other in [
            "ana",
            "arn:aws:iam::123456789012:root",
            "arn:aws:iam::123456789012:policy/p",
            "arn:aws:iam::12345678901:user/ana",
            "arn:aws:sts::123456789012:assumed-role/Fan/x",
            "arn:aws:iam::123456789012:user/",
        ] {
            assert_eq!(Source::parse(other), None, "{other}");
        }
    }
}
