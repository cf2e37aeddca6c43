//! GetAccountAuthorizationDetails: who there is in the account, and everything that decides what they may do.

use super::list_policies::usages;
use crate::managed_policy::{ManagedPolicy, Usage};
use crate::page::Page;
use crate::{aws_catalogue, details};
use contract::Fault;
use model::iam::enums::entity_type;
use model::iam::shapes::{GetAccountAuthorizationDetailsRequest, GetAccountAuthorizationDetailsResponse as Response};
use service::Cx;
use store::Tx;
use store::table::iam_groups::{self, IamGroup};
use store::table::iam_policies;
use store::table::iam_roles::{self, IamRole};
use store::table::iam_users::{self, IamUser};

/// More than the quotas let an account have.
const ALL: i64 = 20_000;

enum Entity {
    User(Box<IamUser>),
    Group(Box<IamGroup>),
    Role(Box<IamRole>),
    Policy(Box<ManagedPolicy>, Usage),
}

/// One page of users, groups, roles and policies together: one marker pages over all four lists.
///
/// # Errors
/// `ValidationError`.
pub async fn run(cx: &Cx, input: GetAccountAuthorizationDetailsRequest) -> Result<Response, Fault> {
    let page = Page::of(input.marker.as_deref(), input.max_items)?;
    let filter = input.filter.unwrap_or_default();
    cx.read(async |tx| {
        let entities = page.slice(entities(tx, cx, &filter).await?, key);
        let (mut users, mut groups, mut roles, mut policies) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for entity in &entities.items {
            match entity {
                Entity::User(row) => users.push(details::of_user(tx, row).await?),
                Entity::Group(row) => groups.push(details::of_group(tx, row).await?),
                Entity::Role(row) => roles.push(details::of_role(tx, cx, row).await?),
                Entity::Policy(policy, usage) => policies.push(details::of_policy(tx, policy, *usage).await?),
            }
        }
        Ok(Response {
            user_detail_list: Some(users),
            group_detail_list: Some(groups),
            role_detail_list: Some(roles),
            policies: Some(policies),
            is_truncated: entities.is_truncated,
            marker: entities.marker,
        })
    })
    .await
}

/// The rows alone; their details are read for one page.
async fn entities(tx: &mut Tx, cx: &Cx, filter: &[String]) -> Result<Vec<Entity>, Fault> {
    let account = cx.account();
    let wants = |kind: &str| filter.is_empty() || filter.iter().any(|wanted| wanted == kind);
    let mut all = Vec::new();
    if wants(entity_type::USER) {
        all.extend(iam_users::list(tx, account, "", ALL).await?.into_iter().map(|row| Entity::User(Box::new(row))));
    }
    if wants(entity_type::GROUP) {
        all.extend(iam_groups::list(tx, account, "", ALL).await?.into_iter().map(|row| Entity::Group(Box::new(row))));
    }
    if wants(entity_type::ROLE) {
        all.extend(iam_roles::list(tx, account, "", ALL).await?.into_iter().map(|row| Entity::Role(Box::new(row))));
    }
    let usages = usages(tx, account).await?;
    let mut policies = Vec::new();
    if wants(entity_type::LOCAL_MANAGED_POLICY) {
        let rows = iam_policies::list(tx, account, "", ALL).await?;
        policies.extend(rows.into_iter().map(ManagedPolicy::Customer));
    }
    if wants(entity_type::AWS_MANAGED_POLICY) {
        // Of AWS's own only those that the account uses.
        policies.extend(usages.keys().filter_map(|arn| aws_catalogue::find(arn)).map(ManagedPolicy::Aws));
    }
    all.extend(policies.into_iter().map(|policy| {
        let usage = usages.get(&policy.arn()).copied().unwrap_or_default();
        Entity::Policy(Box::new(policy), usage)
    }));
    Ok(all)
}

fn key(entity: &Entity) -> String {
    match entity {
        Entity::User(row) => format!("1{}", row.name_key),
        Entity::Group(row) => format!("2{}", row.name_key),
        Entity::Role(row) => format!("3{}", row.name_key),
        Entity::Policy(policy, _) => match &**policy {
            ManagedPolicy::Customer(row) => format!("4{}", row.name_key),
            ManagedPolicy::Aws(policy) => format!("5{}\n{}", policy.name, policy.path),
        },
    }
}
