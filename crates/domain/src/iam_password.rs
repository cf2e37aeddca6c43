//! Password policies of an account's IAM users (spec/sts-and-iam.md C2; IAM user guide, "Set an account password policy").

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// An account's own policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountPasswordPolicy {
    /// Shortest length in characters, 6–128.
    pub minimum_length: u32,
    /// At least one of [`SYMBOLS`].
    pub require_symbols: bool,
    /// At least one of `0`–`9`.
    pub require_numbers: bool,
    /// At least one of `A`–`Z`.
    pub require_uppercase: bool,
    /// At least one of `a`–`z`.
    pub require_lowercase: bool,
    /// Whether every user may change its own password.
    pub users_may_change: bool,
    /// After how many days a password expires; `None`: never.
    pub max_age_days: Option<u32>,
    /// How many of a user's last passwords are refused, 1–24.
    pub reuse_prevention: Option<u32>,
    /// Whether a user whose password expired needs an administrator to sign in to the console again. By the API it may still
    /// change it (IAM API reference, `PasswordPolicy`).
    pub hard_expiry: Option<bool>,
}

impl Default for AccountPasswordPolicy {
    /// What a policy says of which nothing was given.
    fn default() -> Self {
        Self {
            minimum_length: 6,
            require_symbols: false,
            require_numbers: false,
            require_uppercase: false,
            require_lowercase: false,
            users_may_change: false,
            max_age_days: None,
            reuse_prevention: None,
            hard_expiry: None,
        }
    }
}

impl AccountPasswordPolicy {
    /// The first rule this password breaks.
    pub fn check(&self, password: &str) -> Result<(), Violation> {
        let classes = Classes::of(password);
        if password.chars().count() < self.minimum_length as usize {
            return Err(Violation::TooShort { minimum_length: self.minimum_length });
        }
        if self.require_uppercase && !classes.uppercase {
            return Err(Violation::NoUppercase);
        }
        if self.require_lowercase && !classes.lowercase {
            return Err(Violation::NoLowercase);
        }
        if self.require_numbers && !classes.number {
            return Err(Violation::NoNumber);
        }
        if self.require_symbols && !classes.symbol {
            return Err(Violation::NoSymbol);
        }
        Ok(())
    }

    /// When a password that was set then expires.
    pub fn expires(&self, set: Timestamp) -> Option<Timestamp> {
        self.max_age_days.map(|days| set.plus_seconds(i64::from(days) * 86_400))
    }
}

/// The rules of an account without a policy: eight characters, of three kinds, not the account's name or the user's.
pub fn check_default(password: &str, account: &str, user_name: &str) -> Result<(), Violation> {
    if password.chars().count() < DEFAULT_MINIMUM_LENGTH as usize {
        return Err(Violation::TooShort { minimum_length: DEFAULT_MINIMUM_LENGTH });
    }
    if Classes::of(password).count() < 3 || password == account || password.eq_ignore_ascii_case(user_name) {
        return Err(Violation::TooSimple);
    }
    Ok(())
}

/// The rule a password breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Violation {
    /// Fewer characters than the minimum.
    TooShort {
        /// The minimum.
        minimum_length: u32,
    },
    /// No upper-case letter.
    NoUppercase,
    /// No lower-case letter.
    NoLowercase,
    /// No digit.
    NoNumber,
    /// No symbol.
    NoSymbol,
    /// Against the rules of an account without a policy.
    TooSimple,
    /// It is one of the user's last passwords.
    Reused,
}

impl Violation {
    /// The `PasswordPolicyViolation` sentence.
    pub fn message(self) -> String {
        match self {
            Self::TooShort { minimum_length } => format!("Password should have a minimum length of {minimum_length}"),
            Self::NoUppercase => "Password should have at least one uppercase letter".to_owned(),
            Self::NoLowercase => "Password should have at least one lowercase letter".to_owned(),
            Self::NoNumber => "Password should have at least one number".to_owned(),
            Self::NoSymbol => "Password should have at least one symbol".to_owned(),
            Self::TooSimple => "Password does not conform to the account password policy.".to_owned(),
            Self::Reused => {
                "Policy constraint violation with password reuse prevention during password change.".to_owned()
            }
        }
    }
}

/// What IAM counts as a symbol.
pub const SYMBOLS: &str = "!@#$%^&*()_+-=[]{}|'";

const DEFAULT_MINIMUM_LENGTH: u32 = 8;

struct Classes {
    uppercase: bool,
    lowercase: bool,
    number: bool,
    symbol: bool,
}

impl Classes {
    fn of(password: &str) -> Self {
        let has = |wanted: fn(char) -> bool| password.chars().any(wanted);
        Self {
            uppercase: has(|c| c.is_ascii_uppercase()),
            lowercase: has(|c| c.is_ascii_lowercase()),
            number: has(|c| c.is_ascii_digit()),
            symbol: has(|c| SYMBOLS.contains(c)),
        }
    }

    fn count(&self) -> usize {
        [self.uppercase, self.lowercase, self.number, self.symbol].into_iter().filter(|has| *has).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_broken_rule_is_named() {
        let policy = AccountPasswordPolicy {
            minimum_length: 8,
            require_symbols: true,
            require_numbers: true,
            require_uppercase: true,
            require_lowercase: true,
            ..AccountPasswordPolicy::default()
        };
        let cases = [
            ("short", Err(Violation::TooShort { minimum_length: 8 })),
            ("longenough", Err(Violation::NoUppercase)),
            ("LONGENOUGH", Err(Violation::NoLowercase)),
            ("LongEnough", Err(Violation::NoNumber)),
            ("LongEnough1", Err(Violation::NoSymbol)),
            ("LongEnough1?", Err(Violation::NoSymbol)),
            ("LongEnough1!", Ok(())),
        ];
        for (password, expected) in cases {
            assert_eq!(policy.check(password), expected, "{password}");
        }
        assert_eq!(AccountPasswordPolicy::default().check("simple"), Ok(()));
    }

    #[test]
    fn without_a_policy_three_kinds_of_characters_are_asked_for() {
        let cases = [
            ("Short1!", Err(Violation::TooShort { minimum_length: 8 })),
            ("longenough1", Err(Violation::TooSimple)),
            ("LongEnough1", Ok(())),
            ("longenough1!", Ok(())),
            ("Ana-Bea-1", Err(Violation::TooSimple)),
            ("123456789012", Err(Violation::TooSimple)),
        ];
        for (password, expected) in cases {
            assert_eq!(check_default(password, "123456789012", "ana-bea-1"), expected, "{password}");
        }
    }

    #[test]
    fn a_password_expires_days_after_it_was_set() {
        let policy = AccountPasswordPolicy { max_age_days: Some(2), ..AccountPasswordPolicy::default() };
        let set = Timestamp::from_seconds(1000);
        assert_eq!(policy.expires(set), Some(Timestamp::from_seconds(1000 + 2 * 86_400)));
        assert_eq!(AccountPasswordPolicy::default().expires(set), None);
    }
}
