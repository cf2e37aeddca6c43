//! On what: the ARNs that an operation's input names, from the contract's templates.

use crate::{Caller, Gate};
use contract::{Binding, Fault, Operation, ResourceTemplate, Value, Variable};
use domain::{AccountId, IdentityPoolId, Region, UserPoolId};

impl Gate {
    /// The resources a call is decided on: every required one, else those optional ones that the input names, else
    /// none (`None`: the action is decided on `*`).
    pub(crate) async fn resources(
        &self,
        caller: &Caller,
        operation: &Operation,
        input: &Value,
        region: &Region,
    ) -> Result<Vec<Option<String>>, Fault> {
        let account = caller.account().unwrap_or(&self.account).clone();
        let mut found: Vec<(bool, String)> = Vec::new();
        for template in operation.resources {
            let arn = self.resource(template, caller, &account, input, region).await?;
            if let Some(arn) = arn
                && found.iter().all(|(_, known)| *known != arn)
            {
                found.push((template.required, arn));
            }
        }
        let any_required = found.iter().any(|(required, _)| *required);
        let arns: Vec<Option<String>> =
            found.into_iter().filter(|(required, _)| *required || !any_required).map(|(_, arn)| Some(arn)).collect();
        Ok(if arns.is_empty() { vec![None] } else { arns })
    }

    async fn resource(
        &self,
        template: &ResourceTemplate,
        caller: &Caller,
        account: &AccountId,
        input: &Value,
        region: &Region,
    ) -> Result<Option<String>, Fault> {
        let variables = match &template.binding {
            Binding::Unknown => return Ok(None),
            Binding::Caller => return Ok(Some(caller.arn())),
            Binding::Arn(member) => return Ok(input.get(member).and_then(Value::as_str).map(str::to_owned)),
            Binding::Fill(variables) => variables,
        };
        let mut region = region.clone();
        let mut arn = template.arn.replace("${Partition}", "aws").replace("${Account}", account.as_str());
        for (name, variable) in *variables {
            let Some(value) = self.variable(template.name, variable, account, input).await? else {
                // An optional member that is absent names the caller itself (spec/sts-and-iam.md C4, GetUser).
                return Ok(Some(caller.arn()));
            };
            if let Some(own) = region_of(name, &value) {
                region = own;
            }
            arn = arn.replace(&format!("${{{name}}}"), &value);
        }
        Ok(Some(arn.replace("${Region}", region.as_str())))
    }

    async fn variable(
        &self,
        kind: &str,
        variable: &Variable,
        account: &AccountId,
        input: &Value,
    ) -> Result<Option<String>, Fault> {
        let text = |member: &str| input.get(member).and_then(Value::as_str);
        Ok(match variable {
            Variable::Member(member) => text(member).map(str::to_owned),
            Variable::UrlWithoutScheme(member) => {
                text(member).map(|url| url.split_once("://").map_or(url, |(_, rest)| rest).to_owned())
            }
            Variable::NameWithPath { name, path } => {
                let Some(name) = text(name) else { return Ok(None) };
                let path = match path {
                    Some(member) => text(member).unwrap_or("/").to_owned(),
                    None => self.path_of(kind, account, name).await?,
                };
                // `/team/` and `Fan` are `team/Fan` in an ARN.
                Some(format!("{}{name}", path.strip_prefix('/').unwrap_or(&path)))
            }
        })
    }

    /// The path of an entity that exists; `/` for one that does not, so that asking reveals nothing.
    async fn path_of(&self, kind: &str, account: &AccountId, name: &str) -> Result<String, Fault> {
        // The input is not checked yet: no entity has such a name, and no store takes it.
        if name.contains('\0') {
            return Ok("/".to_owned());
        }
        let path = match kind {
            "role" => self.role(account, name).await?.map(|role| role.path.clone()),
            "user" => self.user(account, name).await?.map(|user| user.facts.path.clone()),
            "group" => self.group_path(account, name).await?,
            "instance-profile" => self.instance_profile_path(account, name).await?,
            _ => None,
        };
        Ok(path.unwrap_or_else(|| "/".to_owned()))
    }
}

/// A pool's id names its region. The ARN must not depend on the region that the caller chose to sign for, or a Deny on a
/// pool's ARN could be walked around.
fn region_of(variable: &str, value: &str) -> Option<Region> {
    match variable {
        "UserPoolId" => UserPoolId::from(value).region(),
        "IdentityPoolId" => IdentityPoolId::from(value).region(),
        _ => None,
    }
}
