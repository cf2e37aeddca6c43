//! ArnEquals and ArnLike (one behaviour): six fields, each with wildcards, case-sensitive.

use crate::arn::Arn;
use crate::context::Context;
use crate::variable::Pattern;

#[derive(Debug, Clone)]
pub(crate) struct ArnTest {
    /// `None` for a value with fewer than six fields.
    values: Vec<Option<[Pattern; 6]>>,
}

impl ArnTest {
    pub fn new(wanted: &[String], variables: bool) -> ArnTest {
        ArnTest { values: wanted.iter().map(|text| split(text, variables)).collect() }
    }

    /// One outcome per policy value; a variable without value does not match, which satisfies a negated operator.
    pub fn compare(&self, given: &str, context: &Context) -> impl Iterator<Item = Option<bool>> {
        let given = Arn::parse(given);
        self.values.iter().map(move |value| {
            let (value, given) = (value.as_ref()?, given?);
            let fields = ["arn", given.partition, given.service, given.region, given.account, given.resource];
            Some(value.iter().zip(fields).all(|(pattern, field)| pattern.matches(field, context) == Some(true)))
        })
    }

    pub fn keys(&self) -> Vec<&str> {
        self.values.iter().flatten().flatten().flat_map(Pattern::keys).collect()
    }
}

/// Splits at five colons that stand outside `${…}`.
fn split(text: &str, variables: bool) -> Option<[Pattern; 6]> {
    let mut fields: Vec<&str> = Vec::with_capacity(6);
    let mut rest = text;
    while fields.len() < 5 {
        let at = field_end(rest, variables)?;
        fields.push(rest.get(..at)?);
        rest = rest.get(at + 1..)?;
    }
    fields.push(rest);
    let patterns: Vec<Pattern> = fields.into_iter().map(|field| Pattern::new(field, variables)).collect();
    patterns.try_into().ok()
}

fn field_end(text: &str, variables: bool) -> Option<usize> {
    let mut from = 0;
    loop {
        let colon = from + text.get(from..)?.find(':')?;
        let opened = text.get(from..colon)?.rfind("${").filter(|_| variables);
        match opened.and_then(|opened| text.get(from + opened..)?.find('}').map(|close| from + opened + close)) {
            Some(close) if close > colon => from = close + 1,
            _ => return Some(colon),
        }
    }
}
