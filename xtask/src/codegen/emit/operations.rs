//! The service's static, and a static and a type per operation.

use std::fmt::Write as _;

use super::header;
use crate::codegen::load::{Operation, Service, Source};
use crate::codegen::names;

pub fn emit(service: &Service) -> Result<String, String> {
    let model = &service.model;
    let (protocol, dialect) = match (model.protocol.as_str(), service.name.as_str()) {
        ("json", "cognito-idp") => ("Json11", "InvalidParameter"),
        ("json", _) => ("Json11", "Validation"),
        ("query", "iam") => ("Query", "QueryBrief"),
        ("query", _) => ("Query", "Query"),
        (other, _) => return Err(format!("unknown protocol {other}")),
    };
    let mut operations: Vec<_> = model.operations.0.iter().collect();
    operations.sort_by(|(one, _), (other, _)| one.cmp(other));
    let mut list = String::new();
    let mut each = String::new();
    for (name, operation) in &operations {
        let _ = write!(list, "&{}, ", names::upper_snake(name));
        each.push_str(&one(service, name, operation).map_err(|error| format!("{name}: {error}"))?);
    }
    Ok(format!(
        "{header}\n#![allow(missing_docs, clippy::upper_case_acronyms)]\n\n\
         #[allow(unused_imports)]\nuse contract::{{Binding, Call, Dialect, Operation, Protocol, ResourceTemplate, Service, Variable}};\n\n\
         use super::{{schemas, shapes}};\n\n\
         /// The service.\npub static SERVICE: Service = Service {{\n\
         name: {name:?}, protocol: Protocol::{protocol}, dialect: Dialect::{dialect}, target_prefix: {prefix:?},\n\
         xml_namespace: {namespace:?}, api_version: {version:?}, operations: &[{list}],\n}};\n{each}",
        header = header("The operations: a static with the facts and a type that says what goes in and out."),
        name = service.name,
        prefix = model.target_prefix.as_deref().unwrap_or(""),
        namespace = model.xml_namespace.as_deref().unwrap_or(""),
        version = model.api_version,
    ))
}

fn one(service: &Service, name: &str, operation: &Operation) -> Result<String, String> {
    let constant = names::upper_snake(name);
    let schema = |shape: &Option<String>| match shape {
        Some(shape) => format!("Some(&schemas::{})", names::upper_snake(shape)),
        None => "None".to_owned(),
    };
    let plain = |shape: &Option<String>| match shape {
        Some(shape) => format!("shapes::{shape}"),
        None => "()".to_owned(),
    };
    let action = service.actions.actions.get(name);
    Ok(format!(
        "\npub struct {name};\n\nimpl Call for {name} {{\ntype Input = {input_type};\ntype Output = {output_type};\n\
         const OPERATION: &'static Operation = &{constant};\n}}\n\n\
         pub static {constant}: Operation = Operation {{\n\
         name: {name:?}, service: &SERVICE, input: {input}, output: {output}, result_wrapper: {wrapper:?},\n\
         unsigned: {unsigned}, action: \"{service}:{name}\", access_level: {access:?}, resources: &[{resources}],\n\
         dependent_actions: &{dependent:?},\n}};\n",
        input_type = plain(&operation.input),
        output_type = plain(&operation.output),
        input = schema(&operation.input),
        output = schema(&operation.output),
        wrapper = operation.result_wrapper,
        unsigned = operation.unsigned,
        service = service.name,
        access = action.map_or("", |action| &action.access),
        resources = resources(service, name, operation)?,
        dependent = action.map_or(&[][..], |action| &action.dependent),
    ))
}

fn resources(service: &Service, name: &str, operation: &Operation) -> Result<String, String> {
    let mut out = String::new();
    let Some(action) = service.actions.actions.get(name) else {
        return Ok(out);
    };
    for (kind, resource) in action.resources.iter().filter(|(kind, _)| *kind != "*") {
        let arn = service.actions.resources.get(kind).ok_or(format!("no resource type {kind}"))?;
        let binding = binding(service, name, operation, kind, arn)?;
        let _ = write!(
            out,
            "ResourceTemplate {{ name: {kind:?}, arn: {arn:?}, required: {}, binding: {binding}, condition_keys: &{:?} }}, ",
            resource.required, resource.condition_keys
        );
    }
    Ok(out)
}

fn binding(service: &Service, name: &str, operation: &Operation, kind: &str, arn: &str) -> Result<String, String> {
    if let Some(word) = service.overrides.operations.get(name).and_then(|patch| patch.bind.get(kind)) {
        return match word.as_str() {
            "caller" => Ok("Binding::Caller".to_owned()),
            "unknown" => Ok("Binding::Unknown".to_owned()),
            other => Err(format!("overrides.json: unknown binding {other}")),
        };
    }
    let input = operation.input.as_ref().and_then(|shape| service.model.shapes.get(shape));
    let has = |member: &str| input.is_some_and(|shape| shape.members.get(member).is_some());
    let arns = service.overrides.arns.get(kind).map_or(&[][..], Vec::as_slice);
    if let Some(member) = arns.iter().find(|member| has(member)) {
        return Ok(format!("Binding::Arn({member:?})"));
    }
    let mut variables = String::new();
    for variable in template_variables(arn) {
        let sources = service.overrides.variables.get(variable).map_or(&[][..], Vec::as_slice);
        let source = sources.iter().find_map(|source| match source {
            Source::Member(member) if has(member) => Some(format!("Variable::Member({member:?})")),
            Source::Url(member) if has(member) => Some(format!("Variable::UrlWithoutScheme({member:?})")),
            Source::Name(member) if has(member) => {
                let path = if has("Path") { "Some(\"Path\")" } else { "None" };
                Some(format!("Variable::NameWithPath {{ name: {member:?}, path: {path} }}"))
            }
            _ => None,
        });
        let source = source.ok_or(format!("overrides.json does not say where {variable} of {kind} comes from"))?;
        let _ = write!(variables, "({variable:?}, {source}), ");
    }
    Ok(format!("Binding::Fill(&[{variables}])"))
}

/// The variables of an ARN template besides those every ARN has.
fn template_variables(arn: &str) -> Vec<&str> {
    let mut out = Vec::new();
    for part in arn.split("${").skip(1) {
        let name = part.split('}').next().unwrap_or_default();
        if !["Partition", "Region", "Account"].contains(&name) {
            out.push(name);
        }
    }
    out
}
