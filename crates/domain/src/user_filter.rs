//! The filter of ListUsers (spec/user-pools-api.md 9): one condition, `name = "value"` or `name ^= "value"`.

/// A parsed filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserFilter {
    /// What is looked at.
    pub attribute: FilterAttribute,
    /// How it is compared.
    pub op: FilterOp,
    /// What it is compared with, unescaped.
    pub value: String,
}

/// The attributes one can search by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FilterAttribute {
    /// The username, as case-sensitive as the pool.
    Username,
    /// `email`.
    Email,
    /// `phone_number`.
    PhoneNumber,
    /// `name`.
    Name,
    /// `given_name`.
    GivenName,
    /// `family_name`.
    FamilyName,
    /// `preferred_username`.
    PreferredUsername,
    /// `cognito:user_status`: `CONFIRMED` and so on, in any case.
    UserStatus,
    /// `status`: `Enabled` or `Disabled`, exactly.
    Status,
    /// `sub`.
    Sub,
}

impl FilterAttribute {
    const ALL: [Self; 10] = [
        Self::Username,
        Self::Email,
        Self::PhoneNumber,
        Self::Name,
        Self::GivenName,
        Self::FamilyName,
        Self::PreferredUsername,
        Self::UserStatus,
        Self::Status,
        Self::Sub,
    ];

    /// The name in a filter.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Username => "username",
            Self::Email => "email",
            Self::PhoneNumber => "phone_number",
            Self::Name => "name",
            Self::GivenName => "given_name",
            Self::FamilyName => "family_name",
            Self::PreferredUsername => "preferred_username",
            Self::UserStatus => "cognito:user_status",
            Self::Status => "status",
            Self::Sub => "sub",
        }
    }
}

/// How a filter compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FilterOp {
    /// `=`.
    Equals,
    /// `^=`.
    StartsWith,
}

impl UserFilter {
    /// Whether a value of the attribute passes; folds case only where the attribute always does.
    pub fn accepts(&self, value: &str) -> bool {
        let fold = |text: &str| match self.attribute {
            FilterAttribute::UserStatus => text.to_ascii_uppercase(),
            _ => text.to_owned(),
        };
        let (value, wanted) = (fold(value), fold(&self.value));
        match self.op {
            FilterOp::Equals => value == wanted,
            FilterOp::StartsWith => value.starts_with(&wanted),
        }
    }
}

/// Why a filter is refused: `InvalidParameterException` with [`Self::message`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FilterError {
    /// Not of the form.
    Syntax,
    /// Not an attribute one can search by.
    Attribute(String),
}

impl FilterError {
    /// Cognito's sentence.
    pub fn message(&self) -> String {
        match self {
            Self::Syntax => "Error while parsing filter".into(),
            Self::Attribute(name) => format!("Invalid search attribute: {name}"),
        }
    }
}

/// Parses a filter; blank text is no filter.
pub fn parse(filter: &str) -> Result<Option<UserFilter>, FilterError> {
    let filter = filter.trim();
    if filter.is_empty() {
        return Ok(None);
    }
    if filter.chars().count() > MAX_LENGTH {
        return Err(FilterError::Syntax);
    }
    let (name, rest) = if filter.starts_with('"') {
        quoted(filter).ok_or(FilterError::Syntax)?
    } else {
        let end =
            filter.find(|c: char| c.is_whitespace() || matches!(c, '=' | '^' | '"')).ok_or(FilterError::Syntax)?;
        let (name, rest) = filter.split_at_checked(end).ok_or(FilterError::Syntax)?;
        (name.to_owned(), rest)
    };
    let rest = rest.trim_start();
    let (op, rest) = if let Some(rest) = rest.strip_prefix("^=") {
        (FilterOp::StartsWith, rest)
    } else {
        (FilterOp::Equals, rest.strip_prefix('=').ok_or(FilterError::Syntax)?)
    };
    let (value, rest) = quoted(rest.trim_start()).ok_or(FilterError::Syntax)?;
    if name.is_empty() || !rest.trim().is_empty() {
        return Err(FilterError::Syntax);
    }
    let attribute = FilterAttribute::ALL.into_iter().find(|attribute| attribute.as_str() == name);
    let attribute = attribute.ok_or(FilterError::Attribute(name))?;
    Ok(Some(UserFilter { attribute, op, value }))
}

/// A text in double quotes, with `\"` and `\\` unescaped, and what follows it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut characters = text.strip_prefix('"')?.chars();
    loop {
        match characters.next()? {
            '"' => return Some((value, characters.as_str())),
            '\\' => match characters.next()? {
                escaped @ ('"' | '\\') => value.push(escaped),
                other => value.extend(['\\', other]),
            },
            other => value.push(other),
        }
    }
}

const MAX_LENGTH: usize = 256;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn parsed(filter: &str) -> (FilterAttribute, FilterOp, String) {
        let filter = parse(filter).unwrap().unwrap();
        (filter.attribute, filter.op, filter.value)
    }

    #[test]
    fn the_documented_forms_are_understood() {
        let ana = |op| (FilterAttribute::GivenName, op, "Ana".to_owned());
        for filter in
            ["given_name = \"Ana\"", "given_name=\"Ana\"", "\"given_name\" = \"Ana\"", " given_name =\"Ana\" "]
        {
            assert_eq!(parsed(filter), ana(FilterOp::Equals), "{filter}");
        }
        assert_eq!(parsed("given_name ^= \"Ana\""), ana(FilterOp::StartsWith));
        assert_eq!(parsed("given_name^=\"Ana\""), ana(FilterOp::StartsWith));
        assert_eq!(parsed(r#"name = "say \"hi\"""#).2, r#"say "hi""#);
        assert_eq!(parse("  "), Ok(None));
    }

    #[test]
    fn anything_else_is_refused() {
        let long = format!("name = \"{}\"", "x".repeat(300));
        for filter in [
            "name",
            "name = Ana",
            "name = \"Ana",
            "name > \"Ana\"",
            "name = \"Ana\" and sub = \"1\"",
            "= \"Ana\"",
            "\"\" = \"Ana\"",
            "name == \"Ana\"",
            &long,
        ] {
            assert_eq!(parse(filter).unwrap_err().message(), "Error while parsing filter", "{filter}");
        }
        assert_eq!(parse("custom:foo = \"x\"").unwrap_err().message(), "Invalid search attribute: custom:foo");
    }

    #[test]
    fn case_counts_except_for_the_user_status() {
        let accepts = |filter: &str, value: &str| parse(filter).unwrap().unwrap().accepts(value);
        assert!(accepts("cognito:user_status = \"confirmed\"", "CONFIRMED"));
        assert!(!accepts("status = \"enabled\"", "Enabled"));
        assert!(accepts("email ^= \"ana@\"", "ana@example.com"));
        assert!(!accepts("email = \"ana@\"", "ana@example.com"));
    }

    proptest! {
        #[test]
        fn any_value_survives_its_quotes(value in "[^\\\\]{0,100}") {
            let filter = format!("email = \"{}\"", value.replace('"', "\\\""));
            prop_assert_eq!(parsed(&filter).2, value);
        }

        #[test]
        fn any_text_is_parsed_without_panic(text: String) {
            let _ = parse(&text);
        }
    }
}
