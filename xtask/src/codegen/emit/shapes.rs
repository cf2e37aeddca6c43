//! Plain structs, their conversions, and a `Debug` that hides what is sensitive.

use std::fmt::Write as _;

use super::{Reachable, header};
use crate::codegen::load::Shape;
use crate::codegen::names;

pub fn emit(shapes: &Reachable<'_>) -> Result<String, String> {
    let mut structs = String::new();
    let mut conversions = String::new();
    let mut veils = String::new();
    for (name, shape) in shapes.iter().filter(|(_, shape)| shape.kind == "structure") {
        let mut fields = String::new();
        let mut words = String::new();
        let (mut shown, mut hidden) = (String::new(), String::new());
        let mut sensitive = false;
        for (member, target) in &shape.members.0 {
            let field = names::field(member);
            let required = shape.required.contains(member) && !shape.union;
            let inner = shapes.shape(&target.shape)?;
            let kind = rust_type(shapes, &target.shape)?;
            let kind = if required { kind } else { format!("Option<{kind}>") };
            let _ = writeln!(fields, "pub {field}: {kind},");
            let how = match (required, inner.kind == "timestamp") {
                (true, false) => "required",
                (false, false) => "optional",
                (true, true) => "required_time",
                (false, true) => "optional_time",
            };
            let _ = writeln!(words, "{field} = {member:?} {how},");
            if shape.sensitive || is_sensitive(shapes, inner)? {
                sensitive = true;
                let _ = write!(hidden, "{field}, ");
            } else {
                let _ = write!(shown, "{field}, ");
            }
        }
        let debug = if sensitive { "" } else { "Debug, " };
        let _ = writeln!(structs, "#[derive(Clone, {debug}Default, PartialEq)]\npub struct {name} {{\n{fields}}}\n");
        let _ = writeln!(conversions, "    {name} {{\n{words}}}");
        if sensitive {
            let _ = writeln!(veils, "    {name} {{ {shown} }} hidden {{ {hidden} }}");
        }
    }
    let enums = "#![allow(missing_docs, clippy::upper_case_acronyms)]\n#![allow(unused_imports)]";
    Ok(format!(
        "{}\n{enums}\n\nuse std::collections::BTreeMap;\n\nuse contract::EpochMillis;\n\n{structs}\n\
         contract::convert! {{\n{conversions}}}\n\ncontract::veil! {{\n{veils}}}\n",
        header("The structs: required members plain, all others optional.")
    ))
}

/// The Rust type of a shape; a structure that contains itself other than through a list or map is refused by
/// the compiler.
fn rust_type(shapes: &Reachable<'_>, name: &str) -> Result<String, String> {
    let shape = shapes.shape(name)?;
    let inner = |member: &Option<crate::codegen::load::Member>| match member {
        Some(member) if shapes.shape(&member.shape)?.kind == "timestamp" => {
            Err(format!("{name} holds timestamps: the conversions do not know that yet"))
        }
        Some(member) => rust_type(shapes, &member.shape),
        None => Err(format!("{name} does not say what it holds")),
    };
    Ok(match shape.kind.as_str() {
        "structure" => name.to_owned(),
        "list" => format!("Vec<{}>", inner(&shape.member)?),
        "map" => format!("BTreeMap<String, {}>", inner(&shape.value)?),
        "string" => "String".to_owned(),
        "integer" | "long" => "i64".to_owned(),
        "float" | "double" => "f64".to_owned(),
        "boolean" => "bool".to_owned(),
        "timestamp" => "EpochMillis".to_owned(),
        "blob" => "Vec<u8>".to_owned(),
        other => return Err(format!("{name}: unknown kind {other}")),
    })
}

/// Lists and maps are as sensitive as what they hold; structures look after themselves.
fn is_sensitive(shapes: &Reachable<'_>, shape: &Shape) -> Result<bool, String> {
    if shape.sensitive {
        return Ok(true);
    }
    for inner in [&shape.member, &shape.key, &shape.value].into_iter().flatten() {
        let inner = shapes.shape(&inner.shape)?;
        if inner.kind != "structure" && is_sensitive(shapes, inner)? {
            return Ok(true);
        }
    }
    Ok(false)
}
