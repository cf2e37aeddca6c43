//! cognito-identity.
