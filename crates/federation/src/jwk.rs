//! Key sets of other providers (RFC 7517), and the six signature algorithms that are accepted from them.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ECDSA_P521_SHA512_FIXED, EcdsaVerificationAlgorithm,
    ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, RsaParameters,
    RsaPublicKeyComponents,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// The usable keys of a key set document.
#[derive(Debug, Default)]
pub struct KeySet {
    keys: Vec<Jwk>,
}

impl KeySet {
    /// Reads a `{"keys":[…]}` document: at most 100 RSA and 100 EC keys (spec/sts-and-iam.md B8). Keys of other kinds,
    /// for encryption, or too weak are passed over, as RFC 7517 5 asks.
    pub fn parse(document: &Value) -> Result<Self, KeySetFault> {
        let members = document.get("keys").and_then(Value::as_array).ok_or(KeySetFault::NotAKeySet)?;
        for kind in ["RSA", "EC"] {
            if members.iter().filter(|member| text(member, "kty") == Some(kind)).count() > MAX_KEYS_OF_A_KIND {
                return Err(KeySetFault::TooManyKeys);
            }
        }
        Ok(Self { keys: members.iter().filter_map(Jwk::parse).collect() })
    }

    /// Whether a key has this id.
    pub fn has(&self, kid: &str) -> bool {
        self.keys.iter().any(|key| key.kid.as_deref() == Some(kid))
    }

    /// How many keys are usable.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether no key is usable.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Checks a signature with the keys that the token's `kid` names and that are made for its algorithm.
    ///
    /// A token without a `kid` is checked only if exactly one key can be meant.
    pub fn verify(
        &self,
        kid: Option<&str>,
        algorithm: Algorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), SignatureFault> {
        let mut fitting = self.keys.iter().filter(|key| key.fits(algorithm));
        let verified = match kid {
            Some(kid) => {
                let mut named = fitting.filter(|key| key.kid.as_deref() == Some(kid)).peekable();
                if named.peek().is_none() {
                    return Err(SignatureFault::NoSuchKey);
                }
                named.any(|key| key.verifies(algorithm, message, signature))
            }
            None => match (fitting.next(), fitting.next()) {
                (Some(only), None) => only.verifies(algorithm, message, signature),
                _ => return Err(SignatureFault::NoSuchKey),
            },
        };
        if verified { Ok(()) } else { Err(SignatureFault::BadSignature) }
    }
}

/// The accepted algorithms (spec/sts-and-iam.md B8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    Rs384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    Rs512,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// ECDSA on P-384 with SHA-384.
    Es384,
    /// ECDSA on P-521 with SHA-512.
    Es512,
}

impl Algorithm {
    /// From an `alg` value.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "RS256" => Self::Rs256,
            "RS384" => Self::Rs384,
            "RS512" => Self::Rs512,
            "ES256" => Self::Es256,
            "ES384" => Self::Es384,
            "ES512" => Self::Es512,
            _ => return None,
        })
    }

    /// The parameters, if this is an RSA algorithm.
    fn rsa(self) -> Option<&'static RsaParameters> {
        match self {
            Self::Rs256 => Some(&RSA_PKCS1_2048_8192_SHA256),
            Self::Rs384 => Some(&RSA_PKCS1_2048_8192_SHA384),
            Self::Rs512 => Some(&RSA_PKCS1_2048_8192_SHA512),
            Self::Es256 | Self::Es384 | Self::Es512 => None,
        }
    }
}

/// Why a document is not a key set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeySetFault {
    /// No `keys` array.
    #[error("the document has no list of keys")]
    NotAKeySet,
    /// More than 100 RSA or 100 EC keys.
    #[error("the key set has too many keys")]
    TooManyKeys,
}

/// Why a signature was not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureFault {
    /// No key has the token's `kid` and fits its algorithm.
    NoSuchKey,
    /// A key was found, but did not make this signature.
    BadSignature,
}

/// The bound of spec/sts-and-iam.md B8.
const MAX_KEYS_OF_A_KIND: usize = 100;

#[derive(Debug)]
struct Jwk {
    kid: Option<String>,
    /// The one algorithm the set names for this key.
    algorithm: Option<Algorithm>,
    material: Material,
}

#[derive(Debug)]
enum Material {
    Rsa { modulus: Vec<u8>, exponent: Vec<u8> },
    Ec { algorithm: Algorithm, key: ParsedPublicKey },
}

impl Jwk {
    fn parse(member: &Value) -> Option<Self> {
        if text(member, "use").is_some_and(|usage| usage != "sig") {
            return None;
        }
        let verifies = |operation: &Value| operation.as_str() == Some("verify");
        if member.get("key_ops").is_some_and(|all| !all.as_array().is_some_and(|all| all.iter().any(verifies))) {
            return None;
        }
        let algorithm = match member.get("alg") {
            None => None,
            Some(name) => Some(Algorithm::from_name(name.as_str()?)?),
        };
        let material = match text(member, "kty")? {
            "RSA" => rsa(member)?,
            "EC" => ec(member)?,
            _ => return None,
        };
        let key = Self { kid: text(member, "kid").map(str::to_owned), algorithm, material };
        match algorithm {
            Some(algorithm) if !key.fits(algorithm) => None,
            _ => Some(key),
        }
    }

    /// An RSA key without `alg` serves the three RSA algorithms, which cannot be confused; an EC key serves its curve's.
    fn fits(&self, wanted: Algorithm) -> bool {
        let by_kind = match &self.material {
            Material::Rsa { .. } => wanted.rsa().is_some(),
            Material::Ec { algorithm, .. } => *algorithm == wanted,
        };
        by_kind && self.algorithm.is_none_or(|only| only == wanted)
    }

    fn verifies(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        match (&self.material, algorithm.rsa()) {
            (Material::Rsa { modulus, exponent }, Some(parameters)) => {
                RsaPublicKeyComponents { n: modulus, e: exponent }.verify(parameters, message, signature).is_ok()
            }
            (Material::Ec { algorithm: own, key }, None) if *own == algorithm => {
                key.verify_sig(message, signature).is_ok()
            }
            _ => false,
        }
    }
}

fn rsa(member: &Value) -> Option<Material> {
    let (modulus, exponent) = (number(member, "n", 1024)?, number(member, "e", 8)?);
    let key = RsaPublicKeyComponents { n: &modulus, e: &exponent };
    key.to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256).ok()?;
    (modulus.len() >= 256).then_some(Material::Rsa { modulus, exponent })
}

fn ec(member: &Value) -> Option<Material> {
    let (algorithm, parameters, width): (_, &'static EcdsaVerificationAlgorithm, _) = match text(member, "crv")? {
        "P-256" => (Algorithm::Es256, &ECDSA_P256_SHA256_FIXED, 32),
        "P-384" => (Algorithm::Es384, &ECDSA_P384_SHA384_FIXED, 48),
        "P-521" => (Algorithm::Es512, &ECDSA_P521_SHA512_FIXED, 66),
        _ => return None,
    };
    let mut point = vec![4];
    for name in ["x", "y"] {
        let coordinate = number(member, name, width)?;
        point.resize(point.len() + width - coordinate.len(), 0);
        point.extend(coordinate);
    }
    // Refuses a point that is not on the curve.
    Some(Material::Ec { algorithm, key: ParsedPublicKey::new(parameters, point).ok()? })
}

/// A base64url number of at most `max` bytes without its leading zeros, which some sets carry.
fn number(member: &Value, name: &str, max: usize) -> Option<Vec<u8>> {
    let text = text(member, name)?.trim_end_matches('=');
    if text.len() > 2048 {
        return None;
    }
    let mut bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    bytes.drain(..zeros);
    (!bytes.is_empty() && bytes.len() <= max).then_some(bytes)
}

fn text<'a>(member: &'a Value, name: &str) -> Option<&'a str> {
    member.get(name).and_then(Value::as_str)
}
