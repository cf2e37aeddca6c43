//! StringEquals, StringEqualsIgnoreCase, StringLike and their negations.

use crate::context::Context;
use crate::variable::{Literal, Pattern};

#[derive(Debug, Clone)]
pub(crate) enum StringTest {
    Equals(Vec<Literal>),
    EqualsIgnoringCase(Vec<Literal>),
    Like(Vec<Pattern>),
}

impl StringTest {
    pub fn equals(wanted: &[String], variables: bool) -> StringTest {
        StringTest::Equals(wanted.iter().map(|text| Literal::new(text, variables)).collect())
    }

    pub fn equals_ignoring_case(wanted: &[String], variables: bool) -> StringTest {
        StringTest::EqualsIgnoringCase(wanted.iter().map(|text| Literal::new(text, variables)).collect())
    }

    pub fn like(wanted: &[String], variables: bool) -> StringTest {
        StringTest::Like(wanted.iter().map(|text| Pattern::new(text, variables)).collect())
    }

    /// Whether any policy value matches; one whose variable has no value does not.
    pub fn any(&self, given: &str, context: &Context) -> bool {
        match self {
            StringTest::Equals(values) => {
                values.iter().any(|value| value.test(context, |text| text == given) == Some(true))
            }
            StringTest::EqualsIgnoringCase(values) => {
                values.iter().any(|value| value.test(context, |text| same_ignoring_case(text, given)) == Some(true))
            }
            StringTest::Like(values) => values.iter().any(|value| value.matches(given, context) == Some(true)),
        }
    }

    pub fn keys(&self) -> Vec<&str> {
        match self {
            StringTest::Equals(values) | StringTest::EqualsIgnoringCase(values) => {
                values.iter().flat_map(Literal::keys).collect()
            }
            StringTest::Like(values) => values.iter().flat_map(Pattern::keys).collect(),
        }
    }
}

/// Lower-cased texts are equal; no full case folding (spec/sts-and-iam.md D, rule 16).
fn same_ignoring_case(a: &str, b: &str) -> bool {
    a.chars().flat_map(char::to_lowercase).eq(b.chars().flat_map(char::to_lowercase))
}
