//! Identifiers as types, so that two of them cannot be swapped.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! text_ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Wraps text as it came; format checks belong to whoever reads it from outside.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The text itself.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
    )*};
}

text_ids! {
    /// An AWS account: twelve digits.
    AccountId;
    /// A region name, such as `eu-west-1`.
    Region;
    /// A user pool: `REGION_` and nine alphanumerics.
    UserPoolId;
    /// An app client of a user pool: 26 characters.
    ClientId;
    /// A user's immutable id within a user pool (the `sub` claim).
    UserSub;
    /// An identity pool: `REGION:UUID`.
    IdentityPoolId;
    /// An identity of an identity pool: `REGION:UUID`.
    IdentityId;
    /// An IAM role's unique id: `AROA…`.
    RoleId;
    /// An IAM user's unique id: `AIDA…`.
    IamUserId;
    /// An access key: `AKIA…` (long-term) or `ASIA…` (temporary).
    AccessKeyId;
    /// One key of the key ring: 16 hex digits.
    SealingKeyId;
}

impl UserPoolId {
    /// The region before the underscore, if there is one.
    pub fn region(&self) -> Option<Region> {
        self.0.split_once('_').map(|(region, _)| Region::from(region))
    }

    /// The part after the underscore: what SRP calls the pool name (spec/user-pools-api.md 2).
    pub fn srp_name(&self) -> &str {
        self.0.split_once('_').map_or("", |(_, name)| name)
    }
}

impl IdentityPoolId {
    /// The region before the colon, if there is one.
    pub fn region(&self) -> Option<Region> {
        self.0.split_once(':').map(|(region, _)| Region::from(region))
    }
}

impl IdentityId {
    /// The region before the colon, if there is one.
    pub fn region(&self) -> Option<Region> {
        self.0.split_once(':').map(|(region, _)| Region::from(region))
    }
}
