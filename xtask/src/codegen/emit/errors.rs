//! One constructor per error: `error::resource_not_found("…")`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::header;
use crate::codegen::load::{ErrorFacts, Service};
use crate::codegen::names;

pub fn emit(service: &Service) -> Result<String, String> {
    let mut functions: BTreeMap<String, ErrorFacts> = BTreeMap::new();
    let modelled = service.model.shapes.0.iter().filter_map(|(name, shape)| Some((name, shape.error.clone()?)));
    let ours = service.overrides.errors.iter().map(|(name, facts)| (name, facts.clone()));
    for (name, facts) in modelled.chain(ours) {
        let function = names::field(name.strip_suffix("Exception").unwrap_or(name));
        if functions.insert(function.clone(), facts).is_some() {
            return Err(format!("two errors are called {function}"));
        }
    }
    let mut out = format!("{}\n\nuse contract::Fault;\n", header("Every error, with its code and status on the wire."));
    for (function, ErrorFacts { code, status, .. }) in &functions {
        let _ = writeln!(
            out,
            "\n/// `{code}`, {status}.\npub fn {function}(message: impl Into<String>) -> Fault {{\n\
             Fault::new({code:?}, {status}, message)\n}}"
        );
    }
    Ok(out)
}
