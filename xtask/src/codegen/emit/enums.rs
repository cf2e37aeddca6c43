//! One module of constants per enumeration; the values themselves stay strings.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::{Reachable, header};
use crate::codegen::names;

pub fn emit(shapes: &Reachable<'_>) -> Result<String, String> {
    let mut out = format!("{}\n#![allow(missing_docs)]\n", header("The values of enumerations."));
    for (name, shape) in shapes.iter().filter(|(_, shape)| !shape.values.is_empty()) {
        let _ = writeln!(out, "\n/// `{name}`.\npub mod {} {{", names::field(name));
        let mut seen = BTreeSet::new();
        for value in &shape.values {
            let constant = constant(value);
            if !seen.insert(constant.clone()) {
                return Err(format!("{name}: two values are called {constant}"));
            }
            let _ = writeln!(out, "pub const {constant}: &str = {value:?};");
        }
        out.push_str("}\n");
    }
    Ok(out)
}

fn constant(value: &str) -> String {
    if value.chars().any(|letter| letter.is_ascii_lowercase()) {
        return names::upper_snake(value);
    }
    value.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' }).collect()
}
