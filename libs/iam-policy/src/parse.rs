//! From a document's text to its compiled form, and where in the text it went wrong.

use crate::arn::ResourcePattern;
use crate::condition::{Condition, Operator};
use crate::json::{self, Kind, Node};
use crate::policy::{Policy, Version};
use crate::principal::{Entry, PrincipalClause};
use crate::statement::{ActionClause, ActionPattern, Effect, ResourceClause, Span, Statement};

/// Why a text is no policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message} (line {}, column {})", position.line, position.column)]
pub struct SyntaxError {
    /// What was wrong, in our words.
    pub message: String,
    /// Where.
    pub position: Position,
}

/// A place in a document's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Bytes before it.
    pub offset: usize,
    /// From 1; a line feed starts a new line.
    pub line: usize,
    /// From 1, counted in characters.
    pub column: usize,
}

impl SyntaxError {
    pub(crate) fn at(text: &str, offset: usize, message: &str) -> SyntaxError {
        SyntaxError { message: message.to_owned(), position: Locator::new(text).locate(offset) }
    }
}

/// Turns byte offsets into lines and columns; cheap when asked in ascending order.
pub(crate) struct Locator<'a> {
    text: &'a str,
    position: Position,
}

impl<'a> Locator<'a> {
    pub fn new(text: &'a str) -> Locator<'a> {
        Locator { text, position: Position { offset: 0, line: 1, column: 1 } }
    }

    pub fn locate(&mut self, offset: usize) -> Position {
        if offset < self.position.offset {
            *self = Locator::new(self.text);
        }
        let rest = self.text.get(self.position.offset..).unwrap_or_default();
        for character in rest.chars() {
            if self.position.offset >= offset {
                break;
            }
            self.position.offset += character.len_utf8();
            if character == '\n' {
                self.position.line += 1;
                self.position.column = 1;
            } else {
                self.position.column += 1;
            }
        }
        self.position
    }
}

/// Reads and compiles a document.
pub(crate) fn parse(text: &str) -> Result<Policy, SyntaxError> {
    compile(text, &json::read(text)?)
}

/// Compiles a document that has been read.
pub(crate) fn compile(text: &str, document: &Node) -> Result<Policy, SyntaxError> {
    Compiler { text }.policy(document)
}

struct Compiler<'a> {
    text: &'a str,
}

type Compiled<T> = Result<T, SyntaxError>;

impl Compiler<'_> {
    fn policy(&self, document: &Node) -> Compiled<Policy> {
        let members = document.members().ok_or_else(|| self.error(document, "a policy is a JSON object"))?;
        let mut version = Version::V2008;
        let mut id = None;
        let mut statement = None;
        for member in members {
            match member.name.as_str() {
                "Version" => {
                    version = match member.value.text() {
                        Some("2012-10-17") => Version::V2012,
                        Some("2008-10-17") => Version::V2008,
                        _ => return Err(self.error(&member.value, "Version is `2012-10-17` or `2008-10-17`")),
                    }
                }
                "Id" => id = Some(self.string(&member.value, "Id")?.into()),
                "Statement" => statement = Some(&member.value),
                // AWS lets this one through (spec/policy.md 1.1).
                "Conditions" => {}
                other => {
                    let message = format!("unknown member `{other}` in the policy");
                    return Err(SyntaxError::at(self.text, member.start, &message));
                }
            }
        }
        let node = statement.ok_or_else(|| self.error(document, "the policy has no Statement"))?;
        let nodes = node.one_or_many();
        if nodes.is_empty() {
            return Err(self.error(node, "Statement is empty"));
        }
        let mut locator = Locator::new(self.text);
        // The simulator counts a listed statement from the end of what precedes it (spec/policy.md 8.2).
        let mut previous_end = node.items().map(|_| node.start + 1);
        let mut statements = Vec::with_capacity(nodes.len());
        for (index, node) in nodes.iter().enumerate() {
            let start = locator.locate(node.start);
            let simulator_start = locator.locate(previous_end.unwrap_or(node.start + 1));
            let end = locator.locate(node.end);
            previous_end = previous_end.map(|_| node.end);
            let span = Span { start, simulator_start, end };
            statements.push(self.statement(node, index, version, span)?);
        }
        Ok(Policy { version, id, statements: statements.into() })
    }

    fn statement(&self, node: &Node, index: usize, version: Version, span: Span) -> Compiled<Statement> {
        let members = node.members().ok_or_else(|| self.error(node, "a statement is a JSON object"))?;
        let variables = version == Version::V2012;
        let (mut sid, mut effect, mut principal, mut actions, mut resources) = (None, None, None, None, None);
        let mut conditions = Vec::new();
        for member in members {
            let value = &member.value;
            let name = member.name.as_str();
            let twice = |taken: bool| {
                let message = format!("`{name}` cannot stand beside its counterpart");
                if taken { Err(SyntaxError::at(self.text, member.start, &message)) } else { Ok(()) }
            };
            match name {
                "Sid" => sid = Some(self.string(value, "Sid")?).filter(|sid| !sid.is_empty()).map(Into::into),
                "Effect" => {
                    effect = match value.text() {
                        Some("Allow") => Some(Effect::Allow),
                        Some("Deny") => Some(Effect::Deny),
                        _ => return Err(self.error(value, "Effect is `Allow` or `Deny`")),
                    }
                }
                "Principal" | "NotPrincipal" => {
                    twice(principal.is_some())?;
                    principal =
                        Some(PrincipalClause { negated: name == "NotPrincipal", entries: self.principals(value)? });
                }
                "Action" | "NotAction" => {
                    twice(actions.is_some())?;
                    let patterns = self.strings(value, name)?.into_iter().map(ActionPattern::new).collect();
                    actions = Some(ActionClause::new(name == "NotAction", patterns));
                }
                "Resource" | "NotResource" => {
                    twice(resources.is_some())?;
                    let texts = self.strings(value, name)?;
                    let patterns = texts.into_iter().map(|text| ResourcePattern::new(text, variables)).collect();
                    resources = Some(ResourceClause { negated: name == "NotResource", patterns });
                }
                "Condition" => conditions = self.conditions(value, variables)?,
                other => {
                    let message = format!("unknown member `{other}` in a statement");
                    return Err(SyntaxError::at(self.text, member.start, &message));
                }
            }
        }
        Ok(Statement {
            index,
            sid,
            effect: effect.ok_or_else(|| self.error(node, "the statement has no Effect"))?,
            principal,
            actions: actions.ok_or_else(|| self.error(node, "the statement has no Action"))?,
            resources,
            conditions: conditions.into(),
            span,
        })
    }

    fn principals(&self, node: &Node) -> Compiled<Vec<Entry>> {
        match &node.kind {
            Kind::String(text) if text == "*" => Ok(vec![Entry::everyone()]),
            Kind::Object(members) => {
                let mut entries = Vec::new();
                for member in members {
                    for text in self.strings(&member.value, &member.name)? {
                        let entry = Entry::parse(&member.name, text).ok_or_else(|| {
                            let message = format!("unknown kind of principal `{}`", member.name);
                            SyntaxError::at(self.text, member.start, &message)
                        })?;
                        entries.push(entry);
                    }
                }
                Ok(entries)
            }
            _ => Err(self.error(node, "Principal is `\"*\"` or an object")),
        }
    }

    fn conditions(&self, node: &Node, variables: bool) -> Compiled<Vec<Condition>> {
        let blocks = node.members().ok_or_else(|| self.error(node, "Condition is an object"))?;
        let mut conditions = Vec::new();
        for block in blocks {
            let keys = block.value.members().ok_or_else(|| self.error(&block.value, "an operator holds an object"))?;
            if keys.is_empty() {
                // An operator without keys is never looked up (spec/policy.md 1.2).
                continue;
            }
            let operator = Operator::parse(&block.name).ok_or_else(|| {
                let message = format!("unknown condition operator `{}`", block.name);
                SyntaxError::at(self.text, block.start, &message)
            })?;
            for key in keys {
                let mut wanted = Vec::new();
                for value in key.value.one_or_many() {
                    let text = value.scalar().ok_or_else(|| self.error(value, "a condition value is a scalar"))?;
                    wanted.push(text.to_owned());
                }
                conditions.push(Condition::new(&block.name, operator, &key.name, wanted, variables));
            }
        }
        Ok(conditions)
    }

    fn string<'n>(&self, node: &'n Node, name: &str) -> Compiled<&'n str> {
        node.text().ok_or_else(|| self.error(node, &format!("{name} is a string")))
    }

    /// A string or a list of strings; `null` in a list is tolerated (spec/policy.md 1.2).
    fn strings<'n>(&self, node: &'n Node, name: &str) -> Compiled<Vec<&'n str>> {
        let listed = node.items().is_some();
        let items = node.one_or_many().iter().filter(|item| !(listed && matches!(item.kind, Kind::Null)));
        items.map(|item| self.string(item, name)).collect()
    }

    fn error(&self, node: &Node, message: &str) -> SyntaxError {
        SyntaxError::at(self.text, node.start, message)
    }
}
