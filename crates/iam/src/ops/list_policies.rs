//! ListPolicies: the managed policies of the account, of AWS, or both.

use crate::aws_catalogue;
use crate::managed_policy::{ManagedPolicy, Usage};
use crate::page::Page;
use contract::Fault;
use domain::AccountId;
use model::iam::enums::{policy_scope_type, policy_usage_type};
use model::iam::shapes::{ListPoliciesRequest, ListPoliciesResponse};
use service::Cx;
use std::collections::BTreeMap;
use store::Tx;
use store::table::{iam_attachments, iam_policies, iam_roles, iam_users};

/// More policies than the quota lets an account have.
const ALL: i64 = 10_000;

/// One page of policies: the account's own first, then AWS's, each by name.
///
/// # Errors
/// `ValidationError`.
pub async fn run(cx: &Cx, input: ListPoliciesRequest) -> Result<ListPoliciesResponse, Fault> {
    let page = Page::of(input.marker.as_deref(), input.max_items)?;
    let scope = input.scope.as_deref().unwrap_or(policy_scope_type::ALL);
    let found = cx.read(async |tx| {
        let usages = usages(tx, cx.account()).await?;
        let customer = match scope {
            policy_scope_type::AWS => Vec::new(),
            _ => iam_policies::list(tx, cx.account(), "", ALL).await?,
        };
        Ok((usages, customer))
    });
    let (usages, customer) = found.await?;
    let aws = if scope == policy_scope_type::LOCAL { &[] } else { aws_catalogue::all() };
    let policies = customer.into_iter().map(ManagedPolicy::Customer).chain(aws.iter().map(ManagedPolicy::Aws));
    let usage_of = |policy: &ManagedPolicy| usages.get(&policy.arn()).copied().unwrap_or_default();
    let wanted = policies
        .map(|policy| (usage_of(&policy), policy))
        .filter(|(usage, policy)| is_wanted(&input, policy, *usage))
        .collect();
    let policies = page.slice(wanted, |(_, policy)| key(policy)).map(|(usage, policy)| policy.listed(usage));
    Ok(ListPoliciesResponse {
        policies: Some(policies.items),
        is_truncated: policies.is_truncated,
        marker: policies.marker,
    })
}

fn is_wanted(input: &ListPoliciesRequest, policy: &ManagedPolicy, usage: Usage) -> bool {
    let is_used_so = match input.policy_usage_filter.as_deref() {
        Some(policy_usage_type::PERMISSIONS_POLICY) => usage.attached > 0,
        Some(policy_usage_type::PERMISSIONS_BOUNDARY) => usage.bounding > 0,
        _ => true,
    };
    let only_attached = input.only_attached.unwrap_or(false);
    is_used_so
        && (!only_attached || usage.is_used())
        && policy.path().starts_with(input.path_prefix.as_deref().unwrap_or("/"))
}

fn key(policy: &ManagedPolicy) -> String {
    match policy {
        ManagedPolicy::Customer(row) => format!("0{}", row.name_key),
        ManagedPolicy::Aws(policy) => format!("1{}\n{}", policy.name, policy.path),
    }
}

/// The uses of every policy that an account uses, by ARN.
///
/// # Errors
/// The store fails.
pub async fn usages(tx: &mut Tx, account: &AccountId) -> Result<BTreeMap<String, Usage>, Fault> {
    let mut usages: BTreeMap<String, Usage> = BTreeMap::new();
    for (arn, count) in iam_attachments::counts(tx, account).await? {
        usages.entry(arn).or_default().attached = count;
    }
    let of_users = iam_users::boundary_counts(tx, account).await?;
    let of_roles = iam_roles::boundary_counts(tx, account).await?;
    for (arn, count) in of_users.into_iter().chain(of_roles) {
        usages.entry(arn).or_default().bounding += count;
    }
    Ok(usages)
}
