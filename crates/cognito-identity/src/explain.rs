//! The steps of a role's choice in words, for the decision record.

use domain::principal_tags::{TagChoice, TagFound, TagStep};
use domain::role_choice::{Decision as Choice, Step};
use service::Decision;

/// Records every step of a choice, and its refusal if there is one.
pub fn role_choice(decision: &mut Decision, choice: &Choice) {
    for step in &choice.steps {
        record(decision, step);
    }
    if let Err(refusal) = &choice.outcome {
        decision.failed("role", refusal.message());
    }
}

/// Records which tags came from where, and which did not come.
pub fn tag_choice(decision: &mut Decision, choice: &TagChoice) {
    for TagStep { provider, tag, claim, found } in &choice.steps {
        let from = match claim {
            Some(claim) => format!("claim `{claim}` of `{provider}`"),
            None => "the developer's token".to_owned(),
        };
        match found {
            TagFound::Taken(value) => decision.passed("tags", format!("`{tag}` = `{value}`, from {from}")),
            TagFound::Absent => decision.note("tags", format!("no `{tag}`: {from} is absent")),
            TagFound::NotPlain => decision.note("tags", format!("no `{tag}`: {from} is a list or an object")),
            TagFound::Overruled => decision.note("tags", format!("`{tag}` is set already, not from {from}")),
        }
    }
}

fn record(decision: &mut Decision, step: &Step) {
    let text = match step {
        Step::Guest => "no login: a guest".to_owned(),
        Step::Login { provider, subject, mapping_key, mapping_type } => {
            let mapping = match (mapping_key, mapping_type) {
                (Some(key), Some(kind)) => format!("the {kind} mapping of `{key}`"),
                (Some(key), None) => format!("no role mapping for `{key}`"),
                (None, _) => "no role mapping".to_owned(),
            };
            format!("login of `{subject}` at `{provider}`: {mapping}")
        }
        Step::CustomRoleIgnored { role_arn } => format!("CustomRoleArn `{role_arn}` has no effect without a mapping"),
        Step::CustomRole { role_arn, in_token } => {
            let text = format!("CustomRoleArn `{role_arn}` is {}in the token", if *in_token { "" } else { "not " });
            return if *in_token { decision.passed("role", text) } else { decision.failed("role", text) };
        }
        Step::TokenRoles { preferred_role, roles } => {
            let preferred = preferred_role.as_deref().unwrap_or("none");
            format!("in the token: preferred role {preferred}, roles [{}]", roles.join(", "))
        }
        Step::Rule { position, claim, match_type, value, claim_value, matched, role_arn } => {
            let found = claim_value.as_deref().map_or_else(|| "absent".to_owned(), |found| format!("`{found}`"));
            let text =
                format!("rule {position}: `{claim}` {} `{value}`, which is {found}: {role_arn}", match_type.as_str());
            return if *matched { decision.passed("role", text) } else { decision.failed("role", text) };
        }
        Step::Ambiguous { resolution } => format!("the mapping gives no role: {}", resolution.as_str()),
        Step::DefaultRole { name, role_arn: Some(role_arn) } => format!("the pool's {name} role is {role_arn}"),
        Step::DefaultRole { name, role_arn: None } => {
            return decision.failed("role", format!("the pool has no {name} role"));
        }
        Step::Disagreement { role_arns } => {
            return decision.failed("role", format!("the logins give different roles: {}", role_arns.join(", ")));
        }
        Step::Chosen { role_arn } => return decision.passed("role", format!("chosen: {role_arn}")),
    };
    decision.note("role", text);
}
