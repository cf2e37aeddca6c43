//! cognito-idp.
