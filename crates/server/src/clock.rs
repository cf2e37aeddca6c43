//! The one place with a clock and entropy: every request gets one reading and one seed from here.

use domain::Timestamp;
use std::time::{SystemTime, UNIX_EPOCH};

/// Where a server takes the time and the randomness of a request from.
pub trait Ambient: Send + Sync {
    /// The present moment.
    fn now(&self) -> Timestamp;
    /// A fresh seed for one request's random bytes.
    fn seed(&self) -> [u8; 32];
}

/// The machine's clock and the operating system's entropy.
#[derive(Clone, Copy, Debug, Default)]
pub struct Machine;

impl Ambient for Machine {
    #[allow(clippy::disallowed_methods)]
    fn now(&self) -> Timestamp {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
    }

    #[allow(clippy::disallowed_methods, clippy::expect_used)]
    fn seed(&self) -> [u8; 32] {
        let mut seed = [0; 32];
        // INVARIANT: without entropy nothing secret can be made; stopping is the only safe answer.
        aws_lc_rs::rand::fill(&mut seed).expect("the operating system gives entropy");
        seed
    }
}

/// The present moment, for what a command does itself.
pub fn now() -> Timestamp {
    Machine.now()
}

/// Random bytes for what a command itself makes up (a demo's passwords, a first key).
pub fn fresh<const N: usize>() -> [u8; N] {
    use rand_core::{RngCore, SeedableRng};
    let mut bytes = [0; N];
    rand_chacha::ChaCha20Rng::from_seed(Machine.seed()).fill_bytes(&mut bytes);
    bytes
}
