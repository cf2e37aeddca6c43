//! Phase two: the signature against the secret (row 16).

use subtle::ConstantTimeEq;

use crate::canonical;
use crate::key::{SigningKey, sha256};
use crate::payload::PayloadClaim;
use crate::presented::Presented;
use crate::refusal::Refusal;
use crate::request::{Payload, Request};

/// Whether `presented`, read from this very request, was made with `secret`. The comparison takes the same time
/// wherever the signatures differ.
pub fn verify(request: &Request<'_>, presented: &Presented<'_>, secret: &[u8]) -> Result<(), Refusal> {
    let key = SigningKey::derive(secret, presented.date(), presented.region(), presented.service());
    verify_with_key(request, presented, &key)
}

/// The same with a key derived before, for the scope's date, region and service.
pub fn verify_with_key(request: &Request<'_>, presented: &Presented<'_>, key: &SigningKey) -> Result<(), Refusal> {
    let string_to_sign = canonical::string_to_sign(request, presented)?;
    check_signature(key, string_to_sign.as_bytes(), presented.signature())?;
    // The signature covers what was declared; with the body at hand, the body must be that.
    let computed = match request.body {
        Payload::Bytes(bytes) if matches!(presented.claim, Some(PayloadClaim::Sha256(_))) => sha256(bytes),
        Payload::Sha256(digest) => digest,
        _ => return Ok(()),
    };
    match presented.claim {
        Some(PayloadClaim::Sha256(declared)) if declared != computed => {
            Err(Refusal::ContentSha256Mismatch { declared, computed })
        }
        _ => Ok(()),
    }
}

/// Constant-time comparison with the signature of a string.
pub(crate) fn check_signature(key: &SigningKey, string_to_sign: &[u8], signature: &str) -> Result<(), Refusal> {
    if bool::from(key.sign_hex(string_to_sign).ct_eq(signature.as_bytes())) {
        Ok(())
    } else {
        Err(Refusal::SignatureMismatch)
    }
}
