//! Password policies: what a user pool asks of a password (spec/user-pools-api.md 7).

use serde::{Deserialize, Serialize};

use crate::secret::SecretText;

/// A pool's password policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordPolicy {
    /// Shortest length in characters, 6–99.
    pub minimum_length: u32,
    /// At least one of `A`–`Z`.
    pub require_uppercase: bool,
    /// At least one of `a`–`z`.
    pub require_lowercase: bool,
    /// At least one of `0`–`9`.
    pub require_numbers: bool,
    /// At least one of [`is_symbol`], or a space that is neither first nor last.
    pub require_symbols: bool,
    /// How many earlier passwords are refused, 0–24.
    pub history_size: u32,
    /// How long a temporary password can be used, in days.
    pub temporary_validity_days: u32,
}

impl Default for PasswordPolicy {
    /// What a pool made without a policy gets (spec/user-pools-api.md 4.1).
    fn default() -> Self {
        Self {
            minimum_length: 8,
            require_uppercase: true,
            require_lowercase: true,
            require_numbers: true,
            require_symbols: true,
            history_size: 0,
            temporary_validity_days: 7,
        }
    }
}

impl PasswordPolicy {
    /// The first rule this password breaks, in Cognito's order.
    pub fn check(&self, password: &str) -> Result<(), PolicyViolation> {
        let has = |wanted: fn(char) -> bool| password.chars().any(wanted);
        if password.chars().count() < self.minimum_length as usize {
            return Err(PolicyViolation::TooShort);
        }
        if self.require_uppercase && !has(|c| c.is_ascii_uppercase()) {
            return Err(PolicyViolation::NoUppercase);
        }
        if self.require_lowercase && !has(|c| c.is_ascii_lowercase()) {
            return Err(PolicyViolation::NoLowercase);
        }
        if self.require_numbers && !has(|c| c.is_ascii_digit()) {
            return Err(PolicyViolation::NoNumber);
        }
        if self.require_symbols && !has(is_symbol) && !password.trim_matches(' ').contains(' ') {
            return Err(PolicyViolation::NoSymbol);
        }
        Ok(())
    }

    /// A random password that keeps every rule of any policy of this length, for an invitation; at least 12 characters.
    pub fn temporary_password(&self, random: &[u8; 128]) -> SecretText {
        let length = (self.minimum_length as usize).clamp(12, 99);
        let mut characters: Vec<char> = CLASSES
            .into_iter()
            .cycle()
            .zip(random)
            .take(length)
            .map(|(class, &byte)| char::from(pick(class, byte)))
            .collect();
        // The classes take turns; a shuffle hides which place has which.
        for (place, &byte) in (1..length).rev().zip(random.iter().rev()) {
            characters.swap(place, usize::from(byte) % (place + 1));
        }
        SecretText::new(characters.into_iter().collect::<String>())
    }
}

/// The rule a password breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyViolation {
    /// Fewer characters than the minimum.
    TooShort,
    /// No upper-case letter.
    NoUppercase,
    /// No lower-case letter.
    NoLowercase,
    /// No digit.
    NoNumber,
    /// No symbol.
    NoSymbol,
}

impl PolicyViolation {
    /// What follows the prefix in Cognito's sentence.
    pub fn tail(self) -> &'static str {
        match self {
            Self::TooShort => "Password not long enough",
            Self::NoUppercase => "Password must have uppercase characters",
            Self::NoLowercase => "Password must have lowercase characters",
            Self::NoNumber => "Password must have numeric characters",
            Self::NoSymbol => "Password must have symbol characters",
        }
    }

    /// The `InvalidPasswordException` sentence of SignUp.
    pub fn sign_up_message(self) -> String {
        format!("Password did not conform with policy: {}", self.tail())
    }

    /// The `InvalidPasswordException` sentence of every other operation.
    pub fn message(self) -> String {
        format!("Password does not conform to policy: {}", self.tail())
    }
}

/// Whether Cognito counts this character as a symbol.
pub fn is_symbol(character: char) -> bool {
    SYMBOLS.contains(character)
}

const SYMBOLS: &str = "^$*.[]{}()?\"!@#%&/\\,><':;|_~`=+-";

/// Without characters that are easily taken for one another.
const CLASSES: [&[u8]; 4] = [b"ABCDEFGHJKLMNPQRSTUVWXYZ", b"abcdefghijkmnopqrstuvwxyz", b"23456789", b"!@#%&*-+=?"];

fn pick(class: &[u8], byte: u8) -> u8 {
    // INVARIANT: no class is empty, so the remainder is a place in it.
    class.get(usize::from(byte) % class.len().max(1)).copied().unwrap_or(b'x')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_first_broken_rule_is_named() {
        let policy = PasswordPolicy::default();
        let cases = [
            ("short", Err(PolicyViolation::TooShort)),
            ("longenough", Err(PolicyViolation::NoUppercase)),
            ("LONGENOUGH", Err(PolicyViolation::NoLowercase)),
            ("LongEnough", Err(PolicyViolation::NoNumber)),
            ("LongEnough1", Err(PolicyViolation::NoSymbol)),
            ("LongEnough1 ", Err(PolicyViolation::NoSymbol)),
            ("Long Enough1", Ok(())),
            ("LongEnough1£", Err(PolicyViolation::NoSymbol)),
            ("LongEnough1!", Ok(())),
        ];
        for (password, expected) in cases {
            assert_eq!(policy.check(password), expected, "{password}");
        }
    }

    #[test]
    fn the_sentences_are_cognitos() {
        let violation = PolicyViolation::NoSymbol;
        assert_eq!(violation.message(), "Password does not conform to policy: Password must have symbol characters");
        assert_eq!(
            violation.sign_up_message(),
            "Password did not conform with policy: Password must have symbol characters"
        );
    }

    #[test]
    fn thirty_two_symbols_count() {
        assert_eq!((0_u8..128).map(char::from).filter(|&c| is_symbol(c)).count(), 32);
        assert_eq!(SYMBOLS.len(), 32);
    }

    proptest! {
        #[test]
        fn a_temporary_password_keeps_the_policy(random: Vec<u8>, minimum_length in 6_u32..100) {
            let mut bytes = [0; 128];
            for (to, from) in bytes.iter_mut().zip(random) { *to = from }
            let policy = PasswordPolicy { minimum_length, ..PasswordPolicy::default() };
            prop_assert_eq!(policy.check(policy.temporary_password(&bytes).reveal()), Ok(()));
        }
    }
}
