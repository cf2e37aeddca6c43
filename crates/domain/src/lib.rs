//! Pure rules: values in, values out. No I/O, no clock, no randomness: the caller brings the time and the random bytes.

pub mod access_key;
pub mod challenge_session;
pub mod claims;
pub mod iam_password;
pub mod id;
pub mod identity_linking;
pub mod identity_token;
pub mod jwt;
pub mod jwt_es384;
pub mod lockout;
pub mod login_token;
pub mod modexp;
pub mod named_policies;
pub mod new_id;
pub mod password;
pub mod principal_tags;
pub mod refresh_token;
pub mod role_choice;
pub mod role_mapping;
pub mod seal;
pub mod secret;
pub mod secret_hash;
pub mod session;
pub mod srp;
pub mod time;
pub mod token_keys;
pub mod totp;
pub mod user_attributes;
pub mod user_filter;
pub mod user_token;
mod verdicts;

pub use id::*;
pub use time::Timestamp;
