//! What other identity providers issued: OpenID Connect tokens and SAML assertions, and the guarded fetcher of their keys.
//!
//! This room knows nothing of services, the store or the wire. STS and the identity pools find the provider, hand its
//! configuration and the time in, and turn the typed refusals into their own sentences.

pub mod address;
pub mod fetch;
pub mod id_token;
pub mod jwk;
pub mod oidc;
pub mod saml;
pub mod saml_encryption;
pub mod saml_metadata;
pub mod session_claims;
pub mod social;
mod tls;
mod xml;
mod xml_bounds;
pub mod xml_signature;

#[cfg(feature = "testing")]
pub mod testing;
