//! Roles of a pool: as requests name them, who may set them, and how they are found when they are needed.

use crate::fault;
use contract::Fault;
use domain::AccountId;
use domain::role_choice::PoolRoles;
use domain::role_mapping::{MatchType, RoleMapping, RoleMappingInput, Rule};
use model::cognito_identity::{MappingRule, RoleMapping as MappingShape, RulesConfigurationType, error};
use service::{Cx, RoleFacts};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The role of this ARN in this account; `None`: another account's, not there, or not the ARN of a role.
///
/// # Errors
/// An internal fault.
pub async fn find(cx: &Cx, account: &AccountId, arn: &str) -> Result<Option<Arc<RoleFacts>>, Fault> {
    let resource = arn.strip_prefix("arn:aws:iam::").and_then(|rest| rest.strip_prefix(account.as_str()));
    let Some(path_and_name) = resource.and_then(|rest| rest.strip_prefix(":role/")) else { return Ok(None) };
    let name = path_and_name.rsplit('/').next().unwrap_or_default();
    let role = cx.node.gate.role(account, name).await?;
    // The path is part of the ARN, though not of the name.
    Ok(role.filter(|role| role.arn() == arn))
}

/// Why [`find`] finds none, for the operator.
pub fn why_not_found(account: &AccountId, arn: &str) -> String {
    let mut parts = arn.splitn(6, ':');
    let is_role = arn.starts_with("arn:aws:iam::") && parts.nth(5).is_some_and(|part| part.starts_with("role/"));
    let owner = arn.split(':').nth(4).unwrap_or_default();
    match is_role {
        false => format!("`{arn}` is not the ARN of a role"),
        true if owner != account.as_str() => format!("`{arn}` is of another account than {account}"),
        true => format!("there is no role `{arn}` in account {account}"),
    }
}

/// Checks that every role is there, of the caller's account, and that the caller may pass it to Cognito.
///
/// # Errors
/// `NotAuthorizedException`: one text for all of these, so that nobody learns which roles there are.
pub async fn check_pass_role(
    cx: &Cx,
    roles: &PoolRoles,
    mappings: &BTreeMap<String, RoleMapping>,
) -> Result<(), Fault> {
    let defaults = roles.authenticated.iter().chain(&roles.unauthenticated).map(String::as_str);
    let arns: BTreeSet<&str> = defaults.chain(mappings.values().flat_map(RoleMapping::role_arns)).collect();
    for arn in arns {
        let allowed = match find(cx, cx.account(), arn).await? {
            Some(_) => cx.may_pass_role(arn, "cognito-identity.amazonaws.com").await?.is_ok(),
            None => {
                cx.decision().failed("role", why_not_found(cx.account(), arn));
                false
            }
        };
        if !allowed {
            return Err(fault::role_forbidden(arn));
        }
    }
    Ok(())
}

/// The default roles of a request; the contract has checked the keys.
pub fn of_request(roles: &BTreeMap<String, String>) -> PoolRoles {
    PoolRoles { authenticated: roles.get(AUTHENTICATED).cloned(), unauthenticated: roles.get(UNAUTHENTICATED).cloned() }
}

/// The default roles as GetIdentityPoolRoles shows them.
pub fn shown(roles: &PoolRoles) -> BTreeMap<String, String> {
    let entries = [(AUTHENTICATED, &roles.authenticated), (UNAUTHENTICATED, &roles.unauthenticated)];
    entries.into_iter().filter_map(|(key, arn)| Some((key.to_owned(), arn.clone()?))).collect()
}

/// The mappings of a request, before they are known to make sense.
///
/// # Errors
/// `InvalidParameterException`.
pub fn mapping_inputs(shapes: BTreeMap<String, MappingShape>) -> Result<BTreeMap<String, RoleMappingInput>, Fault> {
    let read = |(key, shape): (String, MappingShape)| {
        let rules = shape.rules_configuration.map(|rules| rules.rules.into_iter().map(rule).collect()).transpose()?;
        Ok((key, RoleMappingInput { mapping_type: shape.r#type, ambiguous: shape.ambiguous_role_resolution, rules }))
    };
    shapes.into_iter().map(read).collect()
}

/// The mappings as GetIdentityPoolRoles shows them.
pub fn mappings_shown(mappings: &BTreeMap<String, RoleMapping>) -> BTreeMap<String, MappingShape> {
    mappings.iter().map(|(key, mapping)| (key.clone(), mapping_shown(mapping))).collect()
}

fn mapping_shown(mapping: &RoleMapping) -> MappingShape {
    let rules = match mapping {
        RoleMapping::Token { .. } => None,
        RoleMapping::Rules { rules, .. } => Some(rules.iter().map(rule_shown).collect()),
    };
    MappingShape {
        r#type: mapping.type_name().to_owned(),
        ambiguous_role_resolution: Some(mapping.ambiguous().as_str().to_owned()),
        rules_configuration: rules.map(|rules| RulesConfigurationType { rules }),
    }
}

fn rule(shape: MappingRule) -> Result<Rule, Fault> {
    let unknown = || error::invalid_parameter(format!("{} is not a valid MatchType.", shape.match_type));
    let match_type = MatchType::parse(&shape.match_type).ok_or_else(unknown)?;
    Ok(Rule { claim: shape.claim, match_type, value: shape.value, role_arn: shape.role_arn })
}

fn rule_shown(rule: &Rule) -> MappingRule {
    MappingRule {
        claim: rule.claim.clone(),
        match_type: rule.match_type.as_str().to_owned(),
        value: rule.value.clone(),
        role_arn: rule.role_arn.clone(),
    }
}

const AUTHENTICATED: &str = "authenticated";
const UNAUTHENTICATED: &str = "unauthenticated";
