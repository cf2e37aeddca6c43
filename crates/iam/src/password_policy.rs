//! The account's password policy: kept as JSON, shown as replies carry it.

use contract::Fault;
use domain::AccountId;
use domain::iam_password::{self, AccountPasswordPolicy};
use model::iam::{error, shapes};
use store::table::iam_accounts::IamAccount;

/// The account's policy, if it has one.
///
/// # Errors
/// The stored policy does not parse.
pub fn of(account: &IamAccount) -> Result<Option<AccountPasswordPolicy>, Fault> {
    account.password_policy.as_deref().map(serde_json::from_str).transpose().map_err(Fault::internal)
}

/// A policy for the row.
///
/// # Errors
/// None in practice: a policy has nothing that JSON lacks.
pub fn store(policy: &AccountPasswordPolicy) -> Result<String, Fault> {
    serde_json::to_string(policy).map_err(Fault::internal)
}

/// The account has no policy of its own.
pub fn not_found(account: &AccountId) -> Fault {
    error::no_such_entity(format!("The Password Policy with domain name {account} cannot be found."))
}

/// The password keeps the account's rules.
///
/// # Errors
/// `PasswordPolicyViolation`.
pub fn demand(
    policy: Option<&AccountPasswordPolicy>,
    account: &AccountId,
    user_name: &str,
    password: &str,
) -> Result<(), Fault> {
    let checked = match policy {
        Some(policy) => policy.check(password),
        None => iam_password::check_default(password, account.as_str(), user_name),
    };
    checked.map_err(|violation| error::password_policy_violation(violation.message()))
}

/// The policy that a call asks for: what is left out takes its default, whatever it was before.
///
/// # Errors
/// None in practice: the model bounds the numbers.
pub fn asked_for(input: &shapes::UpdateAccountPasswordPolicyRequest) -> Result<AccountPasswordPolicy, Fault> {
    let number = |given: Option<i64>| given.map(u32::try_from).transpose().map_err(Fault::internal);
    let default = AccountPasswordPolicy::default();
    Ok(AccountPasswordPolicy {
        minimum_length: number(input.minimum_password_length)?.unwrap_or(default.minimum_length),
        require_symbols: input.require_symbols.unwrap_or_default(),
        require_numbers: input.require_numbers.unwrap_or_default(),
        require_uppercase: input.require_uppercase_characters.unwrap_or_default(),
        require_lowercase: input.require_lowercase_characters.unwrap_or_default(),
        users_may_change: input.allow_users_to_change_password.unwrap_or_default(),
        max_age_days: number(input.max_password_age)?,
        reuse_prevention: number(input.password_reuse_prevention)?,
        hard_expiry: input.hard_expiry,
    })
}

/// As `GetAccountPasswordPolicy` answers it.
pub fn shown(policy: &AccountPasswordPolicy) -> shapes::PasswordPolicy {
    shapes::PasswordPolicy {
        minimum_password_length: Some(policy.minimum_length.into()),
        require_symbols: Some(policy.require_symbols),
        require_numbers: Some(policy.require_numbers),
        require_uppercase_characters: Some(policy.require_uppercase),
        require_lowercase_characters: Some(policy.require_lowercase),
        allow_users_to_change_password: Some(policy.users_may_change),
        expire_passwords: Some(policy.max_age_days.is_some()),
        max_password_age: policy.max_age_days.map(i64::from),
        password_reuse_prevention: policy.reuse_prevention.map(i64::from),
        hard_expiry: policy.hard_expiry,
    }
}
