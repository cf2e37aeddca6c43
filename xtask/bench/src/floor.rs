//! What cryptography costs on this machine, in this run: the part of a call's cost that cannot be saved.
//!
//! A loop over one piece on an idle machine flatters it: its code and data stay in the nearest caches, and nobody shares the
//! processor. A server's cryptography has neither. So each piece is done once after each no-op request to the running server,
//! by as many threads as there are connections in the larger load; what is told is the median. The plain loop is shown beside.

use crate::client::{Connection, get};
use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair};
use aws_lc_rs::{digest, hmac};
use domain::srp::PasswordVerifier;
use std::fmt;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// The cryptography of a call.
#[derive(Clone, Copy, Debug, Default)]
pub struct Work {
    /// RS256 verifications.
    pub verifications: u32,
    /// RS256 signatures.
    pub signatures: u32,
    /// Modular exponentiations of SRP (3072 bits, exponent of 256).
    pub exponentiations: u32,
    /// SigV4 checks of a small body, the key's derivation included.
    pub request_signatures: u32,
    /// Sealed records of half a kilobyte opened or made.
    pub seals: u32,
}

/// The cost of each piece, in µs, and that of a plain loop over verifications.
pub struct Floor {
    in_a_loop: f64,
    verification: f64,
    signature: f64,
    exponentiation: f64,
    request_signature: f64,
    seal: f64,
}

/// Keys and texts to do the pieces with.
pub struct Pieces {
    key: RsaKeyPair,
    public: ParsedPublicKey,
    message: [u8; 900],
    signature: Vec<u8>,
    random: SystemRandom,
    seal: LessSafeKey,
}

impl Pieces {
    /// Makes the keys.
    pub fn new() -> Result<Self, String> {
        let broken = |_| "cryptography is not available".to_owned();
        let key = RsaKeyPair::generate(KeySize::Rsa2048).map_err(broken)?;
        let public = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key.public_key().as_ref())
            .map_err(|error| error.to_string())?;
        // About the length of an ID token without its signature.
        let message = [b'x'; 900];
        let mut signature = vec![0; key.public_modulus_len()];
        let random = SystemRandom::new();
        key.sign(&RSA_PKCS1_SHA256, &random, &message, &mut signature).map_err(broken)?;
        let seal = LessSafeKey::new(UnboundKey::new(&AES_256_GCM_SIV, &[7; 32]).map_err(broken)?);
        Ok(Self { key, public, message, signature, random, seal })
    }

    /// Does all that a call cannot do without.
    pub fn all(&self, work: Work) {
        (0..work.verifications).for_each(|_| self.verify());
        (0..work.signatures).for_each(|_| self.sign());
        (0..work.exponentiations).for_each(|_| self.exponentiate());
        (0..work.request_signatures).for_each(|_| self.check_request());
        (0..work.seals).for_each(|_| self.seal());
    }

    fn verify(&self) {
        let _ = black_box(self.public.verify_sig(&self.message, &self.signature));
    }

    fn sign(&self) {
        let mut signature = [0; 256];
        let _ = black_box(self.key.sign(&RSA_PKCS1_SHA256, &self.random, &self.message, &mut signature));
    }

    fn exponentiate(&self) {
        let _ = black_box(PasswordVerifier::from_password("pool", "ana", "Perman3nt!", [9; 16]));
    }

    fn check_request(&self) {
        let secret = b"a/secret/of/forty/characters/as/usual/aws";
        black_box(&sigv4::SigningKey::derive(secret, "20260102", "us-east-1", "sts"));
        black_box(digest::digest(&digest::SHA256, &[b'b'; 43])); // the body
        black_box(digest::digest(&digest::SHA256, &[b'c'; 400])); // the canonical request
        let key = hmac::Key::new(hmac::HMAC_SHA256, &[1; 32]);
        black_box(hmac::sign(&key, &[b's'; 140])); // the string to sign
    }

    fn seal(&self) {
        let mut record = vec![b'r'; 512];
        let nonce = Nonce::assume_unique_for_key([3; 12]);
        let _ = black_box(self.seal.seal_in_place_append_tag(nonce, Aad::from(b"session"), &mut record));
    }
}

impl Floor {
    /// Measures each piece beside the work of the server at this address.
    pub fn measure(address: &str) -> Result<Self, String> {
        let pieces = Pieces::new()?;
        let cost = |piece: &(dyn Fn() + Sync)| cost(address, piece);
        Ok(Self {
            in_a_loop: in_a_loop(&|| pieces.verify()),
            verification: cost(&|| pieces.verify())?,
            signature: cost(&|| pieces.sign())?,
            exponentiation: cost(&|| pieces.exponentiate())?,
            request_signature: cost(&|| pieces.check_request())?,
            seal: cost(&|| pieces.seal())?,
        })
    }

    /// The cost of a call's cryptography, in µs.
    pub fn of(&self, work: Work) -> f64 {
        f64::from(work.verifications) * self.verification
            + f64::from(work.signatures) * self.signature
            + f64::from(work.exponentiations) * self.exponentiation
            + f64::from(work.request_signatures) * self.request_signature
            + f64::from(work.seals) * self.seal
    }
}

impl fmt::Display for Floor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "cryptography here, µs: RS256 verify {:.1} ({:.1} in a loop by itself), RS256 sign {:.1}, SRP exponentiation {:.1}, \
             SigV4 check {:.1}, seal {:.1}",
            self.verification, self.in_a_loop, self.signature, self.exponentiation, self.request_signature, self.seal
        )
    }
}

/// The median cost of a piece, in µs, done between no-op requests by many threads for a third of a second.
fn cost(address: &str, piece: &(dyn Fn() + Sync)) -> Result<f64, String> {
    let nothing = get(address, "/_sekisho/health");
    let rounds: Result<Vec<Vec<f64>>, String> = std::thread::scope(|scope| {
        let worker = || {
            let mut connection = Connection::open(address)?;
            let (mut rounds, begun) = (Vec::new(), Instant::now());
            while begun.elapsed() < Duration::from_millis(333) {
                connection.send(&nothing)?;
                let round = Instant::now();
                piece();
                rounds.push(round.elapsed().as_secs_f64() * 1e6);
            }
            Ok(rounds)
        };
        let workers: Vec<_> = (0..THREADS).map(|_| scope.spawn(worker)).collect();
        let joined = |worker: std::thread::ScopedJoinHandle<'_, _>| worker.join().map_err(|_| "a thread was lost")?;
        workers.into_iter().map(joined).collect()
    });
    Ok(median(rounds?.concat()))
}

/// The median cost of a piece that is done over and over, in µs.
fn in_a_loop(piece: &dyn Fn()) -> f64 {
    let (mut rounds, begun) = (Vec::new(), Instant::now());
    while begun.elapsed() < Duration::from_millis(250) {
        let round = Instant::now();
        for _ in 0..10 {
            piece();
        }
        rounds.push(round.elapsed().as_secs_f64() * 1e6 / 10.0);
    }
    median(rounds)
}

fn median(mut rounds: Vec<f64>) -> f64 {
    rounds.sort_by(f64::total_cmp);
    rounds.get(rounds.len() / 2).copied().unwrap_or_default()
}

/// As many as there are connections in the larger load.
const THREADS: usize = 16;
