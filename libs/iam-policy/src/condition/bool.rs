//! Bool: `true` or `false` in any case, with variables (spec/policy.md 3.3 takes the wider of two readings).

use crate::context::Context;
use crate::variable::Literal;

#[derive(Debug, Clone)]
pub(crate) struct BoolTest {
    values: Vec<Literal>,
}

impl BoolTest {
    pub fn new(wanted: &[String], variables: bool) -> BoolTest {
        BoolTest { values: wanted.iter().map(|text| Literal::new(text, variables)).collect() }
    }

    pub fn any(&self, given: &str, context: &Context) -> bool {
        let Some(given) = parse(given) else { return false };
        self.values.iter().any(|value| value.test(context, |text| parse(text) == Some(given)) == Some(true))
    }

    pub fn keys(&self) -> Vec<&str> {
        self.values.iter().flat_map(Literal::keys).collect()
    }
}

/// Reads a boolean in any case.
pub(crate) fn parse(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}
