//! SRP-6a as Cognito speaks it (spec/user-pools-auth.md 4): not RFC 5054, but padding, key and proof of its own.

use aws_lc_rs::{digest, hmac};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::fmt;
use std::sync::LazyLock;
use zeroize::Zeroizing;

use crate::modexp::{ArithmeticError, FixedBase, Modulus, Residue, WIDTH};
use crate::secret::constant_time_eq;

/// What the server keeps instead of a password: a salt and `g^x`, from which the password can only be guessed.
///
/// Pool name and user name are part of `x`, so a verifier is good for one user of one pool.
#[derive(Clone)]
pub struct PasswordVerifier {
    salt: Vec<u8>,
    verifier: Box<Residue>,
}

impl PasswordVerifier {
    /// The verifier of a password; `pool_name` is the pool id after the underscore (for a device: its group key),
    /// `user_id` the real username (for a device: its key), `salt` sixteen fresh random bytes.
    pub fn from_password(pool_name: &str, user_id: &str, password: &str, salt: [u8; 16]) -> Result<Self, SrpError> {
        let x = private_key(&salt, pool_name, user_id, password);
        Ok(Self { salt: salt.to_vec(), verifier: Box::new(generator_pow(&x)?) })
    }

    /// A verifier made elsewhere, such as a device's: salt 1–64 bytes; a leading zero byte is accepted in both.
    pub fn from_parts(salt: &[u8], verifier: &[u8]) -> Result<Self, SrpError> {
        let verifier = residue(verifier).filter(|verifier| GROUP.add(verifier, &GENERATOR).is_ok());
        let verifier = verifier.ok_or(SrpError::Malformed)?;
        if salt.is_empty() || salt.len() > 64 || is_zero(&verifier) {
            return Err(SrpError::Malformed);
        }
        Ok(Self { salt: salt.to_vec(), verifier: Box::new(verifier) })
    }

    /// The stand-in shown for a user that does not exist: the same for the same name, and no password matches it.
    pub fn decoy(seed: &[u8; 32], pool_name: &str, user_id: &str) -> Result<Self, SrpError> {
        let key = hmac::Key::new(hmac::HMAC_SHA256, seed);
        let tagged = |tag: &str| hmac::sign(&key, [tag, "\0", pool_name, "\0", user_id].concat().as_bytes());
        let salt = tagged("salt").as_ref().first_chunk::<16>().copied().unwrap_or_default();
        let exponent = tagged("verifier").as_ref().try_into().map_err(|_| SrpError::Malformed)?;
        let verifier = generator_pow(&exponent)?;
        Ok(Self { salt: salt.to_vec(), verifier: Box::new(verifier) })
    }

    /// Whether this is the verifier of that password; compares in constant time.
    pub fn matches(&self, pool_name: &str, user_id: &str, password: &str) -> bool {
        let x = private_key(&self.salt, pool_name, user_id, password);
        generator_pow(&x).is_ok_and(|verifier| constant_time_eq(&verifier, self.verifier.as_slice()))
    }

    /// The salt as the `SALT` parameter of the challenge: hex.
    pub fn salt_hex(&self) -> String {
        hex(&self.salt)
    }

    /// Bytes to seal: the salt's length, the salt, the verifier.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(1 + self.salt.len() + WIDTH));
        bytes.push(u8::try_from(self.salt.len()).unwrap_or_default());
        bytes.extend_from_slice(&self.salt);
        bytes.extend_from_slice(self.verifier.as_slice());
        bytes
    }

    /// What [`Self::to_bytes`] made.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SrpError> {
        let (&length, rest) = bytes.split_first().ok_or(SrpError::Malformed)?;
        let (salt, verifier) = rest.split_at_checked(length.into()).ok_or(SrpError::Malformed)?;
        let verifier: Residue = verifier.try_into().map_err(|_| SrpError::Malformed)?;
        Ok(Self { salt: salt.to_vec(), verifier: Box::new(verifier) })
    }
}

impl PartialEq for PasswordVerifier {
    fn eq(&self, other: &Self) -> bool {
        self.salt == other.salt && constant_time_eq(self.verifier.as_slice(), other.verifier.as_slice())
    }
}

impl Eq for PasswordVerifier {}

impl fmt::Debug for PasswordVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordVerifier(..)")
    }
}

/// The server's side between its two messages; it travels sealed inside `SECRET_BLOCK`.
pub struct ServerHandshake {
    client_public: Vec<u8>,
    server_public: Box<Residue>,
    server_secret: Zeroizing<[u8; 32]>,
}

impl ServerHandshake {
    /// Answers `SRP_A` (hex) with `SRP_B`; `server_secret` is 32 fresh random bytes.
    pub fn begin(verifier: &PasswordVerifier, srp_a: &str, server_secret: [u8; 32]) -> Result<Self, SrpError> {
        let server_secret = Zeroizing::new(server_secret);
        let client_public = unhex(srp_a)?;
        // A multiple of N would make the shared secret zero, whatever the password.
        if is_zero(&GROUP.reduce(&client_public)?) {
            return Err(SrpError::Malformed);
        }
        let shared = generator_pow(&server_secret)?;
        let masked = GROUP.mul(&MULTIPLIER, &verifier.verifier)?;
        let server_public = Box::new(GROUP.add(&masked, &shared)?);
        Ok(Self { client_public, server_public, server_secret })
    }

    /// The `SRP_B` parameter: hex without leading zeros.
    pub fn srp_b(&self) -> String {
        hex(self.server_public.as_slice()).trim_start_matches('0').to_owned()
    }

    /// Whether the client's `PASSWORD_CLAIM_SIGNATURE` (base64) proves the password behind `verifier`.
    ///
    /// `secret_block` is the decoded `PASSWORD_CLAIM_SECRET_BLOCK`, `timestamp` the received `TIMESTAMP`, verbatim.
    pub fn verify(&self, verifier: &PasswordVerifier, claim: &PasswordClaim<'_>) -> bool {
        let Ok(key) = self.session_key(verifier) else {
            return false;
        };
        let Ok(given) = STANDARD.decode(claim.signature) else {
            return false;
        };
        hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, key.as_slice()), &claim.message(), &given).is_ok()
    }

    /// Bytes to seal into the secret block.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(32 + WIDTH + self.client_public.len()));
        bytes.extend_from_slice(self.server_secret.as_slice());
        bytes.extend_from_slice(self.server_public.as_slice());
        bytes.extend_from_slice(&self.client_public);
        bytes
    }

    /// What [`Self::to_bytes`] made.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SrpError> {
        let (secret, rest) = bytes.split_first_chunk::<32>().ok_or(SrpError::Malformed)?;
        let (public, client) = rest.split_first_chunk::<WIDTH>().ok_or(SrpError::Malformed)?;
        Ok(Self {
            client_public: client.to_vec(),
            server_public: Box::new(*public),
            server_secret: Zeroizing::new(*secret),
        })
    }

    fn session_key(&self, verifier: &PasswordVerifier) -> Result<Zeroizing<[u8; 16]>, SrpError> {
        let u = scrambler(&self.client_public, self.server_public.as_slice())?;
        let client_public = GROUP.reduce(&self.client_public)?;
        let masked = GROUP.pow(&verifier.verifier, &u)?;
        let secret = Zeroizing::new(GROUP.pow(&GROUP.mul(&client_public, &masked)?, self.server_secret.as_slice())?);
        Ok(derive_key(secret.as_slice(), &u))
    }
}

impl fmt::Debug for ServerHandshake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServerHandshake(..)")
    }
}

/// What the client signs, and its signature.
#[derive(Clone, Copy, Debug)]
pub struct PasswordClaim<'a> {
    /// The pool id after the underscore, or the device's group key.
    pub pool_name: &'a str,
    /// The real username, or the device key.
    pub user_id: &'a str,
    /// The decoded secret block.
    pub secret_block: &'a [u8],
    /// The `TIMESTAMP` text.
    pub timestamp: &'a str,
    /// Base64 of the signature.
    pub signature: &'a str,
}

impl PasswordClaim<'_> {
    fn message(&self) -> Vec<u8> {
        [self.pool_name.as_bytes(), self.user_id.as_bytes(), self.secret_block, self.timestamp.as_bytes()].concat()
    }
}

/// The client's side, for tests and tools that sign in.
pub struct ClientHandshake {
    secret: Zeroizing<[u8; 32]>,
    public: Box<Residue>,
}

impl ClientHandshake {
    /// Starts with 32 fresh random bytes.
    pub fn begin(secret: [u8; 32]) -> Result<Self, SrpError> {
        let public = Box::new(generator_pow(&secret)?);
        Ok(Self { secret: Zeroizing::new(secret), public })
    }

    /// The `SRP_A` parameter: hex without leading zeros.
    pub fn srp_a(&self) -> String {
        hex(self.public.as_slice()).trim_start_matches('0').to_owned()
    }

    /// The `PASSWORD_CLAIM_SIGNATURE`; `claim.signature` is not looked at.
    pub fn sign(
        &self,
        salt_hex: &str,
        srp_b: &str,
        password: &str,
        claim: &PasswordClaim<'_>,
    ) -> Result<String, SrpError> {
        let key = self.session_key(salt_hex, srp_b, password, claim)?;
        let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_slice());
        Ok(STANDARD.encode(hmac::sign(&key, &claim.message())))
    }

    fn session_key(
        &self,
        salt_hex: &str,
        srp_b: &str,
        password: &str,
        claim: &PasswordClaim<'_>,
    ) -> Result<Zeroizing<[u8; 16]>, SrpError> {
        let server_public = unhex(srp_b)?;
        let u = scrambler(self.public.as_slice(), &server_public)?;
        let x = private_key(&unhex(salt_hex)?, claim.pool_name, claim.user_id, password);
        let masked = GROUP.mul(&MULTIPLIER, &generator_pow(&x)?)?;
        let base = GROUP.sub(&GROUP.reduce(&server_public)?, &masked)?;
        // base^(a + u·x) without an integer product: base^a · (base^u)^x.
        let direct = GROUP.pow(&base, self.secret.as_slice())?;
        let scrambled = GROUP.pow(&GROUP.pow(&base, &u)?, x.as_slice())?;
        Ok(derive_key(&GROUP.mul(&direct, &scrambled)?, &u))
    }
}

/// Why an exchange cannot go on; a wrong password is not one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SrpError {
    /// Not hex, out of range, or zero where the protocol forbids it.
    #[error("a malformed SRP value")]
    Malformed,
    /// The arithmetic could not be done.
    #[error(transparent)]
    Arithmetic(#[from] ArithmeticError),
}

/// The 3072-bit MODP prime of RFC 3526 group 15, most significant byte first.
pub const PRIME: Residue = match const_hex::const_decode_to_array(
    b"ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404dd\
      ef9519b3cd3a431b302b0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7ed\
      ee386bfb5a899fa5ae9f24117c4b1fe649286651ece45b3dc2007cb8a163bf0598da48361c55d39a69163fa8fd24cf5f\
      83655d23dca3ad961c62f356208552bb9ed529077096966d670c354e4abc9804f1746c08ca18217c32905e462e36ce3b\
      e39e772c180e86039b2783a2ec07a28fb5c55df06f4c52c9de2bcbf6955817183995497cea956ae515d2261898fa0510\
      15728e5a8aaac42dad33170d04507a33a85521abdf1cba64ecfb850458dbef0a8aea71575d060c7db3970f85a6e1e4c7\
      abf5ae8cdb0933d71e8c94e04a25619dcee3d2261ad2ee6bf12ffa06d98a0864d87602733ec86a64521f2b18177b200c\
      bbe117577a615d6c770988c0bad946e208e24fa074e5ab3143db5bfce0fd108e4b82d120a93ad2caffffffffffffffff",
) {
    Ok(prime) => prime,
    Err(_) => [0; WIDTH],
};

static GROUP: LazyLock<Modulus> = LazyLock::new(|| {
    // INVARIANT: the prime is odd and of full width; only memory exhaustion can fail here.
    #[allow(clippy::expect_used)]
    Modulus::new(&PRIME).expect("the SRP group")
});

static GENERATOR_POWERS: LazyLock<Result<FixedBase, ArithmeticError>> =
    LazyLock::new(|| FixedBase::new(&GROUP, &GENERATOR));

fn generator_pow(exponent: &[u8; 32]) -> Result<Residue, ArithmeticError> {
    GENERATOR_POWERS.as_ref().map_err(|error| *error)?.pow(&GROUP, exponent)
}

static MULTIPLIER: LazyLock<Residue> = LazyLock::new(|| {
    let k = sha256(&[&pad(&PRIME), &pad(&GENERATOR)]);
    residue(&k).unwrap_or([0; WIDTH])
});

const GENERATOR: Residue = {
    let mut two = [0; WIDTH];
    two[WIDTH - 1] = 2;
    two
};

/// x = H(PAD(salt) ‖ H(pool name ‖ user id ‖ ":" ‖ password)).
fn private_key(salt: &[u8], pool_name: &str, user_id: &str, password: &str) -> Zeroizing<[u8; 32]> {
    let inner = Zeroizing::new(sha256(&[pool_name.as_bytes(), user_id.as_bytes(), b":", password.as_bytes()]));
    Zeroizing::new(sha256(&[&pad(salt), inner.as_slice()]))
}

/// u = H(PAD(A) ‖ PAD(B)), never zero.
fn scrambler(client_public: &[u8], server_public: &[u8]) -> Result<[u8; 32], SrpError> {
    let u = sha256(&[&pad(client_public), &pad(server_public)]);
    if is_zero(&u) { Err(SrpError::Malformed) } else { Ok(u) }
}

/// HKDF-SHA256 of PAD(S) with salt PAD(u), sixteen bytes.
fn derive_key(secret: &[u8], u: &[u8]) -> Zeroizing<[u8; 16]> {
    let extracted = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &pad(u)), &Zeroizing::new(pad(secret)));
    let expanded = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, extracted.as_ref()), b"Caldera Derived Key\x01");
    Zeroizing::new(expanded.as_ref().first_chunk::<16>().copied().unwrap_or_default())
}

/// Minimal big-endian two's-complement bytes, as Java's `BigInteger.toByteArray` makes them; not a fixed width.
fn pad(number: &[u8]) -> Vec<u8> {
    let start = number.iter().position(|&byte| byte != 0).unwrap_or(number.len());
    let digits = number.get(start..).unwrap_or_default();
    let mut padded = Vec::with_capacity(digits.len() + 1);
    if digits.first().is_none_or(|&first| first >= 0x80) {
        padded.push(0);
    }
    padded.extend_from_slice(digits);
    padded
}

/// A number of at most 384 bytes, after leading zeros, at full width.
fn residue(number: &[u8]) -> Option<Residue> {
    let start = number.iter().position(|&byte| byte != 0).unwrap_or(number.len());
    let digits = number.get(start..)?;
    let mut wide = [0; WIDTH];
    wide.get_mut(WIDTH.checked_sub(digits.len())?..)?.copy_from_slice(digits);
    Some(wide)
}

/// Hex of any case and of odd length too, at most 1024 digits.
fn unhex(text: &str) -> Result<Vec<u8>, SrpError> {
    if text.is_empty() || text.len() > 1024 || !text.is_ascii() {
        return Err(SrpError::Malformed);
    }
    let even = if text.len().is_multiple_of(2) { text.to_owned() } else { format!("0{text}") };
    // The decoder would swallow a `0x` prefix, which is not a number here.
    if even.bytes().any(|byte| !byte.is_ascii_hexdigit()) {
        return Err(SrpError::Malformed);
    }
    const_hex::decode(even).map_err(|_| SrpError::Malformed)
}

fn hex(bytes: &[u8]) -> String {
    const_hex::encode(bytes)
}

fn is_zero(number: &[u8]) -> bool {
    number.iter().fold(0, |all, byte| all | byte) == 0
}

fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in parts {
        context.update(part);
    }
    context.finish().as_ref().try_into().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    /// One column of the table in spec/user-pools-auth.md 4.4.
    struct Vector {
        pool_name: &'static str,
        user_id: &'static str,
        password: &'static str,
        x: &'static str,
        verifier_sum: &'static str,
        b_digits: usize,
        b_sum: &'static str,
        u: &'static str,
        key: &'static str,
        signature: &'static str,
    }

    const USER: Vector = Vector {
        pool_name: "AbCdEf123",
        user_id: "34c84488-e0e1-70ae-1111-222233334444",
        password: "Passw0rd!",
        x: "9310973cac900b23c55d971afc9204c6f30f4c2a8a3f239cdf40c9d9de995bc5",
        verifier_sum: "5e81a18859ade0c9a8b17d02cdb404bdc08a202538aff1ec46e8eeeffc907580",
        b_digits: 768,
        b_sum: "011a1de502dce7b6f4670689f05c3a6806062799189440cd291cd1c6a5ad08be",
        u: "2d4f6f37b24a65aa8bdb751f7ad23522dcea3d5dc76a9a3879aa291d6f478f12",
        key: "ffd99dd930b4a5a8a362c68c14c546cd",
        signature: "m5mJRNTKuFYi3sOvILIYsDNMbrtwTKn6//pUH45YipE=",
    };

    const DEVICE: Vector = Vector {
        pool_name: "-v7w9UcY6",
        user_id: "us-west-2_a1b2c3d4-5678-90ab-cdef-111122223333",
        password: "ZGV2aWNlLXNlY3JldA==",
        x: "db892df76800d6a702620451c6a0fa47e6936d618a4d303f5eead24602fe79f3",
        verifier_sum: "c8498e3730a0b0fe3edab5e991ddafb4f5a3966e996e675a0030af1dcac4923a",
        b_digits: 767,
        b_sum: "cb0301e86dfcbdbe68ab773b5d1cad6124ab23a6e17a1dc143f243efad7c4ea5",
        u: "d140927172173ca0862d7630564082dfeae28d4713d62df66d60e85a27876fcd",
        key: "61f747725ed41c1c44439b9e6b216253",
        signature: "RiLe1a43lhh/lXeznMM4ug6+zgo9ulrJpW5h44altL8=",
    };

    const A_SUM: &str = "32ac2a168fdaac488a11d60fa06a42d8dba62cc32d709333bf0c603f7c680dc2";
    const SALT: &str = "9f1e2d3c4b5a69788796a5b4c3d2e1f0";
    const TIMESTAMP: &str = "Tue May 7 00:09:40 UTC 2024";

    fn counting_from(first: u8) -> [u8; 32] {
        std::array::from_fn(|at| first + u8::try_from(at).unwrap())
    }

    fn hexsum(text: &str) -> String {
        hex(&sha256(&[text.as_bytes()]))
    }

    fn check(vector: &Vector) {
        let salt: [u8; 16] = const_hex::decode_to_array(SALT).unwrap();
        let verifier =
            PasswordVerifier::from_password(vector.pool_name, vector.user_id, vector.password, salt).unwrap();
        let x = private_key(&salt, vector.pool_name, vector.user_id, vector.password);
        assert_eq!(hex(x.as_slice()), vector.x);
        assert_eq!(hexsum(hex(verifier.verifier.as_slice()).trim_start_matches('0')), vector.verifier_sum);

        let client = ClientHandshake::begin(counting_from(1)).unwrap();
        assert_eq!(hexsum(&client.srp_a()), A_SUM);
        let server = ServerHandshake::begin(&verifier, &client.srp_a(), counting_from(101)).unwrap();
        assert_eq!(server.srp_b().len(), vector.b_digits);
        assert_eq!(hexsum(&server.srp_b()), vector.b_sum);
        let u = scrambler(&server.client_public, server.server_public.as_slice()).unwrap();
        assert_eq!(hex(&u), vector.u);
        assert_eq!(hex(server.session_key(&verifier).unwrap().as_slice()), vector.key);

        let claim = PasswordClaim {
            pool_name: vector.pool_name,
            user_id: vector.user_id,
            secret_block: b"secret-block-bytes",
            timestamp: TIMESTAMP,
            signature: vector.signature,
        };
        assert_eq!(client.sign(SALT, &server.srp_b(), vector.password, &claim).unwrap(), vector.signature);
        assert!(server.verify(&verifier, &claim));
        assert!(!server.verify(&verifier, &PasswordClaim { timestamp: "Tue May 7 00:09:41 UTC 2024", ..claim }));
        assert!(!server.verify(&verifier, &PasswordClaim { secret_block: b"other", ..claim }));
        let wrong = client.sign(SALT, &server.srp_b(), "wrong", &claim).unwrap();
        assert!(!server.verify(&verifier, &PasswordClaim { signature: &wrong, ..claim }));
    }

    #[test]
    fn the_group_is_the_one_named() {
        assert_eq!(hex(&sha256(&[&PRIME])), "48cf8b092fbce4359d9871abf74f98e25b6163379eaa15cd9087e800c6d1c55c");
        let k = &MULTIPLIER[WIDTH - 32..];
        assert_eq!(hex(k), "538282c4354742d7cbbde2359fcf67f9f5b3a6b08791e5011b43b8a5b66d9ee6");
    }

    #[test]
    fn the_user_vector_holds() {
        check(&USER);
    }

    #[test]
    fn the_device_vector_with_an_odd_b_holds() {
        check(&DEVICE);
    }

    #[test]
    fn a_verifier_matches_its_own_password_user_and_pool_only() {
        let verifier = PasswordVerifier::from_password("Pool", "ana", "Passw0rd!", [7; 16]).unwrap();
        assert!(verifier.matches("Pool", "ana", "Passw0rd!"));
        assert!(!verifier.matches("Pool", "ana", "Passw0rd"));
        assert!(!verifier.matches("Pool", "bob", "Passw0rd!"));
        assert!(!verifier.matches("Pond", "ana", "Passw0rd!"));
        assert_eq!(PasswordVerifier::from_bytes(&verifier.to_bytes()).unwrap(), verifier);
    }

    #[test]
    fn a_handshake_survives_its_secret_block() {
        let verifier = PasswordVerifier::from_password("Pool", "ana", "Passw0rd!", [7; 16]).unwrap();
        let client = ClientHandshake::begin([3; 32]).unwrap();
        let server = ServerHandshake::begin(&verifier, &client.srp_a(), [4; 32]).unwrap();
        let resumed = ServerHandshake::from_bytes(&server.to_bytes()).unwrap();
        let claim = PasswordClaim {
            pool_name: "Pool",
            user_id: "ana",
            secret_block: b"block",
            timestamp: TIMESTAMP,
            signature: "",
        };
        let signature = client.sign(&verifier.salt_hex(), &server.srp_b(), "Passw0rd!", &claim).unwrap();
        assert!(resumed.verify(&verifier, &PasswordClaim { signature: &signature, ..claim }));
    }

    #[test]
    fn multiples_of_the_prime_are_refused() {
        let verifier = PasswordVerifier::from_password("Pool", "ana", "Passw0rd!", [7; 16]).unwrap();
        // Twice the prime: 2^3073 - …, one digit longer.
        let mut twice = PRIME
            .iter()
            .rev()
            .scan(0_u16, |carry, &byte| {
                let sum = u16::from(byte) * 2 + *carry;
                *carry = sum >> 8;
                Some((sum & 0xff) as u8)
            })
            .collect::<Vec<_>>();
        twice.push(1);
        twice.reverse();
        for zero in ["0".to_owned(), "00".to_owned(), hex(&PRIME), hex(&twice)] {
            assert_eq!(ServerHandshake::begin(&verifier, &zero, [1; 32]).err(), Some(SrpError::Malformed), "{zero}");
        }
    }

    #[test]
    fn a_decoy_is_stable_and_refuses_passwords() {
        let decoy = PasswordVerifier::decoy(&[1; 32], "Pool", "ghost").unwrap();
        assert_eq!(decoy, PasswordVerifier::decoy(&[1; 32], "Pool", "ghost").unwrap());
        assert_ne!(decoy, PasswordVerifier::decoy(&[1; 32], "Pool", "other").unwrap());
        assert_eq!(decoy.salt_hex().len(), 32);
        assert!(!decoy.matches("Pool", "ghost", "Passw0rd!"));
    }

    #[test]
    fn a_device_verifier_is_taken_with_and_without_a_sign_byte() {
        let verifier = PasswordVerifier::from_password("-grp", "device", "secret", [0x9f; 16]).unwrap();
        let signed = [&[0][..], verifier.verifier.as_slice()].concat();
        let taken = PasswordVerifier::from_parts(&[0x9f; 16], &signed).unwrap();
        assert!(taken.matches("-grp", "device", "secret"));
        assert!(PasswordVerifier::from_parts(&[], &signed).is_err());
        assert!(PasswordVerifier::from_parts(&[1], &[0; 10]).is_err());
        assert!(PasswordVerifier::from_parts(&[1], &PRIME).is_err());
        assert!(PasswordVerifier::from_parts(&[1], &[1; 400]).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn padding_is_minimal(number: Vec<u8>) {
            let padded = pad(&number);
            prop_assert!(padded[0] < 0x80);
            prop_assert!(padded.len() == 1 || padded[0] != 0 || padded[1] >= 0x80);
            prop_assert_eq!(residue(&padded), residue(&number));
        }

        #[test]
        fn junk_is_refused_without_panic(a: String, bytes: Vec<u8>) {
            let verifier = PasswordVerifier::decoy(&[1; 32], "Pool", "ghost").unwrap();
            let _ = ServerHandshake::begin(&verifier, &a, [1; 32]);
            let _ = PasswordVerifier::from_bytes(&bytes);
            let _ = PasswordVerifier::from_parts(&bytes, &bytes);
            let _ = ServerHandshake::from_bytes(&bytes);
        }
    }
}
