//! How the keys that sign a region's OpenID tokens take turns: published, signing, only verifying, removed.

use crate::Timestamp;

/// What the turns of a region's keys follow from. The functions here take all keys of one region, by rising number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenKeyTimes {
    /// The how manieth key of its region it is; numbers are never used again.
    pub number: i64,
    /// When it was made, and so published.
    pub created: Timestamp,
}

/// What a key is for at some moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// In the key set, so that everybody has it by the time it signs.
    Published {
        /// From then on it signs.
        signs_from: Timestamp,
    },
    /// The one that signs.
    Signs,
    /// Another signs; what this one signed still counts.
    Verifies {
        /// Then it is removed.
        until: Timestamp,
    },
    /// Nothing that it signed lasts any longer.
    Over,
}

/// How long a key is published before it signs: verifiers elsewhere keep a key set for a while.
pub const PUBLICATION_SECONDS: i64 = 3_600;

/// When a key gets a successor by itself: after 90 days.
pub const MOST_AGE_SECONDS: i64 = 90 * 86_400;

/// How long a key goes on verifying when another signs: the longest token lasts a day (spec/identity-pools.md 10), and an hour
/// more covers STS's leeway and clocks that differ.
pub const VERIFIES_SECONDS: i64 = 86_400 + 3_600;

/// Each key's standing, in the order of the keys.
pub fn standings(keys: &[TokenKeyTimes], now: Timestamp) -> Vec<Standing> {
    let signer = signer(keys, now);
    let standing = |(place, key): (usize, &TokenKeyTimes)| match signer {
        Some(signer) if key.number == signer => Standing::Signs,
        Some(signer) if key.number > signer => Standing::Published { signs_from: signs_from(place, key) },
        _ => match verifies_until(keys, place) {
            Some(until) if now < until => Standing::Verifies { until },
            _ => Standing::Over,
        },
    };
    keys.iter().enumerate().map(standing).collect()
}

/// The number of the key that signs: the newest that was published long enough, or else the oldest. `None`: there is no key.
pub fn signer(keys: &[TokenKeyTimes], now: Timestamp) -> Option<i64> {
    let ready = keys.iter().enumerate().rev().find(|(place, key)| signs_from(*place, key) <= now);
    ready.map(|(_, key)| key).or_else(|| keys.first()).map(|key| key.number)
}

/// The number below which keys are removed; `None`: none is.
pub fn removed_below(keys: &[TokenKeyTimes], now: Timestamp) -> Option<i64> {
    let over = standings(keys, now).iter().take_while(|standing| **standing == Standing::Over).count();
    keys.get(over).filter(|_| over > 0).map(|key| key.number)
}

/// Whether a new key is due: the newest one is old, or somebody asks for it; never while the newest one waits for its turn.
pub fn successor_due(keys: &[TokenKeyTimes], now: Timestamp, asked: bool) -> bool {
    let Some(newest) = keys.last() else { return false };
    signer(keys, now) == Some(newest.number) && (asked || newest.created.plus_seconds(MOST_AGE_SECONDS) <= now)
}

/// The oldest key signs from the beginning: whatever went before it is gone, or there was nothing.
fn signs_from(place: usize, key: &TokenKeyTimes) -> Timestamp {
    if place == 0 { key.created } else { key.created.plus_seconds(PUBLICATION_SECONDS) }
}

fn verifies_until(keys: &[TokenKeyTimes], place: usize) -> Option<Timestamp> {
    let later = keys.iter().enumerate().skip(place.saturating_add(1));
    later.map(|(place, key)| signs_from(place, key)).min().map(|other_signs| other_signs.plus_seconds(VERIFIES_SECONDS))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HOUR: i64 = 3_600;
    const DAY: i64 = 86_400;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    fn key(number: i64, created_seconds: i64) -> TokenKeyTimes {
        TokenKeyTimes { number, created: at(created_seconds) }
    }

    #[test]
    fn a_first_key_signs_at_once_and_for_ever() {
        let keys = [key(1, 100)];
        // Also where the clock is behind that of whoever made it.
        for now in [0, 100, 100 + 1_000 * DAY] {
            assert_eq!(standings(&keys, at(now)), [Standing::Signs]);
            assert_eq!(removed_below(&keys, at(now)), None);
        }
        assert_eq!((signer(&[], at(0)), removed_below(&[], at(0))), (None, None));
        assert!(standings(&[], at(0)).is_empty());
    }

    #[test]
    fn a_successor_waits_an_hour_and_the_old_key_verifies_for_a_day_and_an_hour_more() {
        let keys = [key(1, 0), key(2, DAY)];
        let signs = DAY + HOUR;
        let end = signs + DAY + HOUR;
        let waits = Standing::Published { signs_from: at(signs) };
        let verifies = Standing::Verifies { until: at(end) };
        for (now, expected) in [
            (DAY, [Standing::Signs, waits]),
            (signs - 1, [Standing::Signs, waits]),
            (signs, [verifies, Standing::Signs]),
            (end - 1, [verifies, Standing::Signs]),
            (end, [Standing::Over, Standing::Signs]),
        ] {
            assert_eq!(standings(&keys, at(now)), expected, "{now}");
            assert_eq!(removed_below(&keys, at(now)), (now >= end).then_some(2), "{now}");
        }
        // Alone, it signs; so it does after the others were removed before their time.
        assert_eq!(standings(&keys[1..], at(DAY)), [Standing::Signs]);
    }

    #[test]
    fn several_old_keys_end_one_after_the_other() {
        let keys = [key(3, 0), key(4, 10 * HOUR), key(7, 20 * HOUR)];
        let ends = [10 * HOUR + HOUR + 25 * HOUR, 20 * HOUR + HOUR + 25 * HOUR];
        let verifies = |until| Standing::Verifies { until: at(until) };
        assert_eq!(standings(&keys, at(21 * HOUR)), [verifies(ends[0]), verifies(ends[1]), Standing::Signs]);
        assert_eq!(removed_below(&keys, at(ends[0] - 1)), None);
        assert_eq!(removed_below(&keys, at(ends[0])), Some(4));
        assert_eq!(removed_below(&keys, at(ends[1])), Some(7));
    }

    #[test]
    fn a_successor_is_due_after_ninety_days_or_when_asked_for_and_only_one_waits() {
        let old = [key(1, 0)];
        assert!(!successor_due(&old, at(90 * DAY - 1), false));
        assert!(successor_due(&old, at(90 * DAY), false));
        assert!(successor_due(&old, at(0), true));
        let waiting = [key(1, 0), key(2, 90 * DAY)];
        assert!(!successor_due(&waiting, at(90 * DAY + HOUR - 1), true));
        assert!(successor_due(&waiting, at(90 * DAY + HOUR), true));
        assert!(!successor_due(&waiting, at(90 * DAY + HOUR), false));
        assert!(!successor_due(&[], at(0), true));
    }

    proptest! {
        /// Whatever the clocks of those who made the keys said: one key signs, it is never removed, and whoever signed within
        /// the longest token's life is still there.
        #[test]
        fn one_signs_and_who_signed_lately_stays(
            created in proptest::collection::vec(0..400 * HOUR, 1..6), now in 0..500 * HOUR, back in 0..=DAY,
        ) {
            let keys: Vec<_> = (1..).zip(&created).map(|(number, created)| key(number, *created)).collect();
            let standings = standings(&keys, at(now));
            prop_assert_eq!(standings.iter().filter(|standing| **standing == Standing::Signs).count(), 1);
            let signed_lately = signer(&keys, at(now - back));
            prop_assert!(removed_below(&keys, at(now)) <= signed_lately);
            // What is removed changes nothing about who signs now.
            let rest: Vec<_> =
                keys.iter().filter(|key| Some(key.number) >= removed_below(&keys, at(now))).copied().collect();
            prop_assert_eq!(signer(&rest, at(now)), signer(&keys, at(now)));
        }
    }
}
