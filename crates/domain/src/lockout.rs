//! Password lockout: after five wrong passwords each further one costs twice the wait (spec/user-pools-auth.md 9).

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// A user's failed attempts; the default is a clean slate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lockout {
    /// Consecutive wrong passwords.
    pub failures: u32,
    /// When the last of them came.
    pub last_failure_at: Timestamp,
}

/// The password is not even compared: `NotAuthorizedException` with [`LockedOut::MESSAGE`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LockedOut {
    /// The first moment at which an attempt counts again.
    pub until: Timestamp,
}

impl LockedOut {
    /// Cognito's sentence.
    pub const MESSAGE: &'static str = "Password attempts exceeded";
}

impl Lockout {
    /// Whether an attempt may be made now. A refused attempt changes nothing: it neither counts nor extends the wait.
    pub fn admit(&self, now: Timestamp) -> Result<(), LockedOut> {
        let until = self.last_failure_at.plus_seconds(self.wait_seconds());
        if self.failures >= FREE_FAILURES && now < until { Err(LockedOut { until }) } else { Ok(()) }
    }

    /// The state after a wrong password.
    #[must_use]
    pub fn after_failure(&self, now: Timestamp) -> Self {
        let forgotten = now >= self.last_failure_at.plus_seconds(MAX_WAIT_SECONDS);
        let earlier = if forgotten { 0 } else { self.failures };
        Self { failures: earlier.saturating_add(1), last_failure_at: now }
    }

    /// The state after a right password or a password reset.
    #[must_use]
    pub fn after_success(&self) -> Self {
        Self::default()
    }

    fn wait_seconds(&self) -> i64 {
        let doublings = self.failures.saturating_sub(FREE_FAILURES).min(10);
        (1_i64 << doublings).min(MAX_WAIT_SECONDS)
    }
}

const FREE_FAILURES: u32 = 5;
const MAX_WAIT_SECONDS: i64 = 15 * 60;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn failed(times: u32, at: Timestamp) -> Lockout {
        (0..times).fold(Lockout::default(), |state, _| state.after_failure(at))
    }

    #[test]
    fn the_wait_starts_at_five_and_doubles() {
        let at = Timestamp::from_seconds(1_000_000);
        assert_eq!(failed(4, at).admit(at), Ok(()));
        for (failures, seconds) in [(5, 1), (6, 2), (7, 4), (10, 32), (14, 512), (15, 900), (99, 900)] {
            let state = failed(failures, at);
            let until = at.plus_seconds(seconds);
            assert_eq!(state.admit(until.plus_millis(-1)), Err(LockedOut { until }), "{failures}");
            assert_eq!(state.admit(until), Ok(()));
        }
    }

    #[test]
    fn a_quarter_of_an_hour_without_attempts_forgets() {
        let at = Timestamp::from_seconds(1_000_000);
        let state = failed(9, at);
        assert_eq!(state.after_failure(at.plus_seconds(899)).failures, 10);
        assert_eq!(state.after_failure(at.plus_seconds(900)).failures, 1);
        assert_eq!(state.after_success(), Lockout::default());
    }

    proptest! {
        #[test]
        fn no_state_locks_for_longer_than_the_cap(failures: u32, last: i64, now: i64) {
            let state = Lockout { failures, last_failure_at: Timestamp::from_millis(last) };
            if let Err(locked) = state.admit(Timestamp::from_millis(now)) {
                prop_assert!(locked.until <= state.last_failure_at.plus_seconds(900));
            }
            prop_assert!(state.after_failure(Timestamp::from_millis(now)).failures >= 1);
        }
    }
}
