//! Policy variables: `${key}`, `${key, 'default'}` and the escapes `${*}`, `${?}`, `${$}` (spec/policy.md 3.3).

use crate::context::Context;
use crate::pattern::{Glob, Tokens};

/// Text with places to fill from the context.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Template {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq)]
enum Part {
    /// Text as written; `*` and `?` in it are wildcards where wildcards work.
    Written(String),
    /// `${*}`, `${?}`, `${$}`: the character itself.
    Escaped(&'static str),
    Variable {
        key: String,
        default: Option<String>,
    },
}

impl Template {
    /// Splits `text`. With `variables` off (version 2008-10-17) everything is literal.
    pub fn parse(text: &str, variables: bool) -> Template {
        let mut parts = Vec::new();
        let mut written = String::new();
        let mut rest = text;
        while let Some(at) = rest.find("${").filter(|_| variables) {
            let (before, opened) = rest.split_at(at);
            let Some((content, after)) = split_content(&opened[2..]) else { break };
            written.push_str(before);
            if !written.is_empty() {
                parts.push(Part::Written(std::mem::take(&mut written)));
            }
            parts.push(part(content));
            rest = after;
        }
        written.push_str(rest);
        if !written.is_empty() || parts.is_empty() {
            parts.push(Part::Written(written));
        }
        Template { parts }
    }

    /// The text when nothing needs the context.
    fn constant(&self) -> Option<String> {
        self.render(&Context::default()).filter(|_| self.keys().next().is_none())
    }

    /// Keys of the variables, as spelt.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Variable { key, .. } => Some(key.as_str()),
            _ => None,
        })
    }

    /// Whether every variable has a value or default.
    pub fn resolves(&self, context: &Context) -> bool {
        self.parts.iter().all(|part| match part {
            Part::Variable { key, default } => value(key, default, context).is_some(),
            Part::Written(_) | Part::Escaped(_) => true,
        })
    }

    /// The filled text, or `None` when a variable has neither value nor default.
    pub fn render(&self, context: &Context) -> Option<String> {
        let mut out = String::new();
        for part in &self.parts {
            match part {
                Part::Written(text) => out.push_str(text),
                Part::Escaped(text) => out.push_str(text),
                Part::Variable { key, default } => out.push_str(value(key, default, context)?),
            }
        }
        Some(out)
    }

    /// Whether `text` may match at all: it starts with the literal start of the template. Spares filling in most
    /// templates.
    fn starts(&self, text: &str) -> bool {
        let Some(Part::Written(start)) = self.parts.first() else { return true };
        let literal = start.find(['*', '?']).map_or(start.as_str(), |end| start.get(..end).unwrap_or_default());
        text.as_bytes().starts_with(literal.as_bytes())
    }

    /// The filled pattern: written `*` and `?` are wild, substituted ones are not.
    pub fn tokens(&self, context: &Context) -> Option<Tokens> {
        let mut tokens = Tokens::with_capacity(64);
        for part in &self.parts {
            match part {
                Part::Written(text) => tokens.push_pattern(text),
                Part::Escaped(text) => tokens.push_literal(text),
                Part::Variable { key, default } => tokens.push_literal(value(key, default, context)?),
            }
        }
        Some(tokens)
    }
}

fn value<'a>(key: &str, default: &'a Option<String>, context: &'a Context) -> Option<&'a str> {
    // A multi-valued key cannot be a variable: it has no value here.
    context.single(key).or(default.as_deref())
}

/// Splits what follows `${` into the content up to its `}` and the rest.
fn split_content(opened: &str) -> Option<(&str, &str)> {
    let (content, after) = opened.split_once('}')?;
    if content.contains(", '") && !content.ends_with('\'') {
        // A `}` inside the quoted default.
        if let Some(end) = opened.find("'}") {
            return Some((opened.get(..=end)?, opened.get(end + 2..)?));
        }
    }
    Some((content, after))
}

fn part(content: &str) -> Part {
    match content {
        "*" => return Part::Escaped("*"),
        "?" => return Part::Escaped("?"),
        "$" => return Part::Escaped("$"),
        _ => {}
    }
    let with_default = content.split_once(", '").and_then(|(key, rest)| Some((key, rest.strip_suffix('\'')?)));
    match with_default {
        Some((key, default)) => Part::Variable { key: key.to_owned(), default: Some(default.to_owned()) },
        None => Part::Variable { key: content.to_owned(), default: None },
    }
}

/// A pattern that may need the context.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Pattern {
    Fixed(Glob),
    Variable(Template),
}

impl Pattern {
    pub fn new(text: &str, variables: bool) -> Pattern {
        if !variables || !text.contains("${") {
            return Pattern::Fixed(Glob::new(text));
        }
        let template = Template::parse(text, true);
        if template.keys().next().is_none()
            && let Some(tokens) = template.tokens(&Context::default())
        {
            return Pattern::Fixed(Glob::Tokens(tokens));
        }
        Pattern::Variable(template)
    }

    /// `None` when a variable has no value and the text might match otherwise.
    pub fn matches(&self, text: &str, context: &Context) -> Option<bool> {
        match self {
            Pattern::Fixed(glob) => Some(glob.matches(text)),
            Pattern::Variable(template) if !template.starts(text) => Some(false),
            Pattern::Variable(template) => Some(template.tokens(context)?.matches(text)),
        }
    }

    /// Whether every variable has a value or default.
    pub fn resolves(&self, context: &Context) -> bool {
        match self {
            Pattern::Fixed(_) => true,
            Pattern::Variable(template) => template.resolves(context),
        }
    }

    pub fn keys(&self) -> impl Iterator<Item = &str> {
        let template = match self {
            Pattern::Fixed(_) => None,
            Pattern::Variable(template) => Some(template),
        };
        template.into_iter().flat_map(Template::keys)
    }
}

/// A literal that may need the context.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Literal {
    Fixed(String),
    Variable(Template),
}

impl Literal {
    pub fn new(text: &str, variables: bool) -> Literal {
        let template = Template::parse(text, variables);
        match template.constant() {
            Some(text) => Literal::Fixed(text),
            None => Literal::Variable(template),
        }
    }

    /// Whether the filled text satisfies `test`; `None` when a variable has no value.
    pub fn test(&self, context: &Context, test: impl Fn(&str) -> bool) -> Option<bool> {
        match self {
            Literal::Fixed(text) => Some(test(text)),
            Literal::Variable(template) => Some(test(&template.render(context)?)),
        }
    }

    pub fn keys(&self) -> impl Iterator<Item = &str> {
        let template = match self {
            Literal::Fixed(_) => None,
            Literal::Variable(template) => Some(template),
        };
        template.into_iter().flat_map(Template::keys)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn context() -> Context {
        let mut context = Context::default();
        context.set("aws:username", "a*b");
        context.set_list("aws:TagKeys", ["x"]);
        context
    }

    #[test]
    fn variables_are_filled() {
        for (text, expected) in [
            ("home/${aws:username}/x", Some("home/a*b/x")),
            ("${AWS:UserName}", Some("a*b")),
            ("${aws:none}", None),
            ("${aws:none, 'all'}", Some("all")),
            ("${aws:none, ''}", Some("")),
            ("${aws:none, 'a}b'}!", Some("a}b!")),
            ("${aws:TagKeys}", None),
            ("${ aws:username}", None),
            ("${*}${?}${$}", Some("*?$")),
            ("a${b", Some("a${b")),
            ("$5", Some("$5")),
        ] {
            assert_eq!(Template::parse(text, true).render(&context()).as_deref(), expected, "{text}");
        }
        assert_eq!(Template::parse("${aws:username}", false).render(&context()).unwrap(), "${aws:username}");
    }

    #[test]
    fn a_substituted_star_is_no_wildcard() {
        let pattern = Pattern::new("${aws:username}/*", true);
        assert_eq!(pattern.matches("a*b/c", &context()), Some(true));
        assert_eq!(pattern.matches("axb/c", &context()), Some(false));
        assert_eq!(Pattern::new("a${*}", true).matches("ab", &context()), Some(false));
    }
}
