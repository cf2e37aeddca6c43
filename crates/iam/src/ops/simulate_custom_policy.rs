//! SimulateCustomPolicy: what given policies would decide.

use crate::simulation::Simulation;
use crate::simulation_input::{self, Caller};
use contract::Fault;
use model::iam::shapes::{OrderedOrganizationPolicyType, SimulateCustomPolicyRequest, SimulatePolicyResponse};
use service::Cx;

/// Checks what was given, and decides each action on each resource.
///
/// # Errors
/// `InvalidInput`, `ValidationError`.
pub async fn run(cx: &Cx, input: SimulateCustomPolicyRequest) -> Result<SimulatePolicyResponse, Fault> {
    let account = cx.account().as_str();
    let resources = simulation_input::resources(input.resource_arns.as_deref())?;
    simulation_input::actions(&input.action_names, &resources, input.resource_handling_option.as_deref())?;
    let caller = input.caller_arn.as_deref().map(|arn| Caller::parse(arn, "")).transpose()?;
    let (context, given) = simulation_input::context(input.context_entries.as_deref(), caller.as_ref(), account)?;
    let level = |level: &OrderedOrganizationPolicyType| {
        let documents = level.service_control_policy_input_list.as_deref().unwrap_or_default();
        simulation_input::policies("ServiceControlPolicyInputList", documents)
    };
    let levels = input.ordered_organization_policy_input_list.as_deref();
    let simulation = Simulation {
        principal: simulation_input::principal(caller.as_ref(), account),
        identity: simulation_input::policies("PolicyInputList", &input.policy_input_list)?,
        boundary: simulation_input::boundary(input.permissions_boundary_policy_input_list.as_deref())?,
        organization: levels.map(|levels| levels.iter().map(level).collect::<Result<_, _>>()).transpose()?,
        resource_policy: simulation_input::resource_policy(
            input.resource_policy.as_deref(),
            caller.as_ref(),
            &resources,
        )?,
        resource_owner: simulation_input::resource_owner(input.resource_owner.as_deref())?,
        resources,
        context,
        given,
    };
    simulation_input::page(&simulation, &input.action_names, input.marker.as_deref(), input.max_items)
}
