//! Signatures that a key was seen to have made. A client shows the same token to one call after the other, and the check of
//! its signature is the dearest part of each.
//!
//! Only that arithmetic is spared. Expiry, audience, configuration and revocation are looked at every time, and a verdict is
//! gone with its key.

use aws_lc_rs::digest::{self, Digest, SHA256};
use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Most verdicts of one key.
const MOST_OF_KEY: usize = 4096;
/// Most verdicts of a process; beyond that none is added until a key goes or forgets. Each takes less than 100 bytes.
const MOST: usize = 65_536;

/// How many verdicts there are in this process.
static ALL: AtomicUsize = AtomicUsize::new(0);

/// What a key has signed, as far as it was seen lately.
#[derive(Default)]
pub(crate) struct Verdicts(Mutex<Seen>);

/// A verdict: the hash of the whole signature and of the digest of all that is signed.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Verdict([u8; 32]);

/// Verdicts are forgotten by halves, the older half first.
#[derive(Default)]
struct Seen {
    young: HashSet<Verdict>,
    old: HashSet<Verdict>,
}

impl Verdict {
    /// That this is a signature over what has this digest.
    pub fn new(digest: &Digest, signature: &[u8]) -> Self {
        let mut context = digest::Context::new(&SHA256);
        // The digest's length follows from the key's algorithm, so no other pair makes the same bytes.
        context.update(digest.as_ref());
        context.update(signature);
        let mut name = [0; 32];
        name.copy_from_slice(context.finish().as_ref());
        Self(name)
    }
}

impl Verdicts {
    /// Whether the signature is known to be the key's.
    pub fn holds(&self, verdict: &Verdict) -> bool {
        let seen = self.lock();
        seen.young.contains(verdict) || seen.old.contains(verdict)
    }

    /// Notes a signature that has just been verified with the key.
    pub fn add(&self, verdict: Verdict) {
        let mut seen = self.lock();
        if seen.young.len() >= MOST_OF_KEY / 2 {
            let young = std::mem::take(&mut seen.young);
            let forgotten = std::mem::replace(&mut seen.old, young);
            ALL.fetch_sub(forgotten.len(), Ordering::Relaxed);
        }
        if ALL.load(Ordering::Relaxed) < MOST && seen.young.insert(verdict) {
            ALL.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Verdicts {
    fn drop(&mut self) {
        let seen = self.lock();
        ALL.fetch_sub(seen.young.len() + seen.old.len(), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(text: &str, signature: &[u8]) -> Verdict {
        Verdict::new(&digest::digest(&SHA256, text.as_bytes()), signature)
    }

    #[test]
    fn a_verdict_is_about_every_byte() {
        let verdicts = Verdicts::default();
        verdicts.add(verdict("signed", b"signature"));
        assert!(verdicts.holds(&verdict("signed", b"signature")));
        for other in [verdict("Signed", b"signature"), verdict("signed", b"signaturf"), verdict("signed", b"")] {
            assert!(!verdicts.holds(&other));
        }
    }

    #[test]
    fn a_key_remembers_a_bounded_number_and_the_latest_for_certain() {
        let verdicts = Verdicts::default();
        for number in 0..MOST_OF_KEY * 3 {
            let verdict = verdict(&number.to_string(), b"");
            verdicts.add(verdict);
            assert!(verdicts.holds(&verdict));
        }
        assert!(!verdicts.holds(&verdict("0", b"")));
        let seen = verdicts.lock();
        assert!(seen.young.len() + seen.old.len() <= MOST_OF_KEY);
    }
}
