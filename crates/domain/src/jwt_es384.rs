//! JWTs signed with ECDSA on P-384: those that STS gives out about an account's principals.

use crate::jwt::{Claims, JwtError};
use aws_lc_rs::agreement::{ECDH_P384, PrivateKey};
// ECDSA draws its own entropy inside aws-lc, whatever is passed; no two tokens are alike, and none needs to be.
#[allow(clippy::disallowed_types)]
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use std::fmt;

/// A private key with its public half.
pub struct Es384Key {
    kid: String,
    pair: EcdsaKeyPair,
    x: String,
    y: String,
}

impl Es384Key {
    /// The key of these random bytes.
    ///
    /// # Errors
    /// [`JwtError::BadKey`]: they are no number below the curve's order, which does not happen to random ones.
    pub fn from_scalar(kid: &str, scalar: &[u8; 48]) -> Result<Self, JwtError> {
        let private = PrivateKey::from_private_key(&ECDH_P384, scalar).map_err(|_| JwtError::BadKey)?;
        let public = private.compute_public_key().map_err(|_| JwtError::BadKey)?;
        let point = public.as_ref();
        let pair = EcdsaKeyPair::from_private_key_and_public_key(&ECDSA_P384_SHA384_FIXED_SIGNING, scalar, point)
            .map_err(|_| JwtError::BadKey)?;
        let coordinate =
            |from: usize| point.get(from..from + 48).map(|bytes| URL_SAFE_NO_PAD.encode(bytes)).ok_or(JwtError::BadKey);
        // After a byte that says "uncompressed".
        Ok(Self { kid: kid.to_owned(), pair, x: coordinate(1)?, y: coordinate(49)? })
    }

    /// The token of these claims.
    ///
    /// # Errors
    /// [`JwtError::BadClaims`], [`JwtError::BadKey`]: there was no entropy.
    pub fn sign(&self, claims: &Claims) -> Result<String, JwtError> {
        let header = json!({ "kid": self.kid, "typ": "JWT", "alg": "ES384" }).to_string();
        let payload = serde_json::to_vec(claims).map_err(|_| JwtError::BadClaims)?;
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
        #[allow(clippy::disallowed_types)]
        let random = SystemRandom::new();
        let signature = self.pair.sign(&random, signed.as_bytes()).map_err(|_| JwtError::BadKey)?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref())))
    }

    /// The public half as a member of a key set.
    pub fn jwk(&self) -> Value {
        json!({ "alg": "ES384", "crv": "P-384", "kid": self.kid, "kty": "EC", "use": "sig", "x": self.x, "y": self.y })
    }
}

impl fmt::Debug for Es384Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Es384Key({})", self.kid)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use aws_lc_rs::signature::{ECDSA_P384_SHA384_FIXED, UnparsedPublicKey};

    #[test]
    fn the_public_half_verifies_a_token() {
        let key = Es384Key::from_scalar("k1", &[7; 48]).unwrap();
        let token = key.sign(json!({ "sub": "ana" }).as_object().unwrap()).unwrap();
        let jwk = key.jwk();
        let number = |name: &str| URL_SAFE_NO_PAD.decode(jwk[name].as_str().unwrap()).unwrap();
        let point = [vec![4], number("x"), number("y")].concat();
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        let public = UnparsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, point);
        public.verify(signed.as_bytes(), &signature).unwrap();
        assert!(public.verify(format!("{signed}x").as_bytes(), &signature).is_err());
        assert!(Es384Key::from_scalar("k1", &[0xff; 48]).is_err());
        assert!(Es384Key::from_scalar("k1", &[0; 48]).is_err());
    }
}
