//! Groups: found by name, shown as replies carry them.

use crate::name;
use contract::Fault;
use domain::AccountId;
use model::iam::{error, shapes};
use store::Tx;
use store::table::iam_groups::{self, IamGroup};

/// The group of this name, spelled as created.
///
/// # Errors
/// `NoSuchEntity`.
pub async fn find(tx: &mut Tx, account: &AccountId, group_name: &str) -> Result<IamGroup, Fault> {
    let found = iam_groups::find(tx, account, &name::key(group_name)).await?;
    found
        .filter(|group| group.name == group_name)
        .ok_or_else(|| error::no_such_entity(format!("The group with name {group_name} cannot be found.")))
}

/// There is such a group already.
pub fn taken(group_name: &str) -> Fault {
    error::entity_already_exists(format!("Group with name {group_name} already exists."))
}

/// The group as every reply shows it.
pub fn shown(group: &IamGroup) -> shapes::Group {
    shapes::Group {
        path: group.path.clone(),
        group_name: group.name.clone(),
        group_id: group.id.clone(),
        arn: name::arn(&group.account_id, "group", &group.path, &group.name),
        create_date: group.created_ms.millis(),
    }
}
