//! SimulatePrincipalPolicy: what the policies of a user, group or role would decide.

use crate::exclusion;
use crate::holdings::{self, Held};
use crate::simulation::{Simulation, Source};
use crate::simulation_input::{self, Caller};
use contract::Fault;
use iam_policy::Policy;
use model::iam::shapes::{SimulatePolicyResponse, SimulatePrincipalPolicyRequest};
use service::Cx;

/// Finds what the entity holds, adds what was given, and decides each action on each resource.
///
/// # Errors
/// `NoSuchEntity`, `InvalidInput`, `ValidationError`.
pub async fn run(cx: &Cx, input: SimulatePrincipalPolicyRequest) -> Result<SimulatePolicyResponse, Fault> {
    let account = cx.account().as_str();
    let resources = simulation_input::resources(input.resource_arns.as_deref())?;
    simulation_input::actions(&input.action_names, &resources, input.resource_handling_option.as_deref())?;
    let mut held = holdings::of_arn(cx, &input.policy_source_arn).await?;
    exclusion::apply(&mut held, input.policy_exclusion_list.as_deref().unwrap_or_default())?;

    let caller = match input.caller_arn.as_deref() {
        Some(arn) if arn != input.policy_source_arn => Caller::parse(arn, "")?,
        _ => Caller::parse(&input.policy_source_arn, &held.id)?,
    };
    let (context, given) = simulation_input::context(input.context_entries.as_deref(), Some(&caller), account)?;
    let mut identity = held.policies.iter().map(compiled).collect::<Result<Vec<_>, _>>()?;
    let extra = input.policy_input_list.as_deref().unwrap_or_default();
    identity.extend(simulation_input::policies("PolicyInputList", extra)?);
    // One that is given takes the place of the attached one.
    let boundary = match simulation_input::boundary(input.permissions_boundary_policy_input_list.as_deref())? {
        Some(given) => Some(given),
        None => held.boundary.as_ref().map(compiled).transpose()?,
    };
    let simulation = Simulation {
        principal: simulation_input::principal(Some(&caller), account),
        identity,
        boundary,
        // No organisation stands above the account, so none forbids anything.
        organization: Some(Vec::new()),
        resource_policy: simulation_input::resource_policy(
            input.resource_policy.as_deref(),
            Some(&caller),
            &resources,
        )?,
        resource_owner: simulation_input::resource_owner(input.resource_owner.as_deref())?,
        resources,
        context,
        given,
    };
    simulation_input::page(&simulation, &input.action_names, input.marker.as_deref(), input.max_items)
}

/// A policy that is held, under the name that results give it.
fn compiled(held: &Held) -> Result<Source, Fault> {
    let id = match held.arn {
        Some(_) => held.name.clone(),
        None => format!("{}_{}_{}", held.owner_kind.as_str(), held.owner_name, held.name),
    };
    Ok(Source { id, policy: Policy::parse(&held.document).map_err(Fault::internal)? })
}
