//! A compiled policy document.

use crate::parse::{self, SyntaxError};
use crate::principal::PrincipalClause;
use crate::statement::Statement;
use std::collections::HashSet;

/// A policy document, compiled once and then evaluated any number of times. It is immutable, `Send` and `Sync`:
/// share it behind an `Arc`.
#[derive(Debug, Clone)]
pub struct Policy {
    pub(crate) version: Version,
    pub(crate) id: Option<Box<str>>,
    pub(crate) statements: Box<[Statement]>,
}

/// The language version of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// `2008-10-17`, also when none is written: `${…}` is literal text.
    V2008,
    /// `2012-10-17`.
    V2012,
}

impl Policy {
    /// Reads a document of any kind, demanding its shape only; the rules of each kind of policy are in
    /// [`validate_identity`](crate::validate_identity), [`validate_trust`](crate::validate_trust) and
    /// [`validate_bucket`](crate::validate_bucket).
    pub fn parse(text: &str) -> Result<Policy, SyntaxError> {
        parse::parse(text)
    }

    /// The language version.
    pub fn version(&self) -> Version {
        self.version
    }

    /// The document's Id.
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// The statements in the order of the text.
    pub fn statements(&self) -> &[Statement] {
        &self.statements
    }

    /// Every condition key and variable the document uses, each once (ignoring case), as first spelt, in the order
    /// of the text: resources before conditions within a statement (spec/policy.md 8.3).
    pub fn context_keys(&self) -> Vec<&str> {
        let mut seen = HashSet::new();
        let mut keys = Vec::new();
        for key in self.statements.iter().flat_map(Statement::context_keys) {
            if seen.insert(key.to_ascii_lowercase()) {
                keys.push(key);
            }
        }
        keys
    }

    /// Every principal named, as written, with its kind (`AWS`, `Federated`, `Service`, `CanonicalUser`), in order.
    /// Whether users, roles and providers exist is for the caller to check.
    pub fn principals(&self) -> Vec<NamedPrincipal<'_>> {
        let clauses = self.statements.iter().filter_map(|statement| statement.principal.as_ref());
        clauses
            .flat_map(|clause| &clause.entries)
            .map(|entry| NamedPrincipal { kind: entry.kind(), name: entry.source() })
            .collect()
    }

    /// The same policy with user and role ARNs bound to the unique ids that `id_of` knows, as IAM does when a trust
    /// or bucket policy is saved: a user or role made anew under the old name no longer matches (spec/policy.md 1.3).
    #[must_use]
    pub fn bind_principals(mut self, id_of: impl Fn(&str) -> Option<String>) -> Policy {
        for statement in &mut self.statements {
            if let Some(PrincipalClause { entries, .. }) = &mut statement.principal {
                for entry in entries {
                    entry.bind(&id_of);
                }
            }
        }
        self
    }
}

/// A principal as a document names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NamedPrincipal<'a> {
    /// `AWS`, `Federated`, `Service`, `CanonicalUser`; `*` for the bare star.
    pub kind: &'a str,
    /// As written.
    pub name: &'a str,
}
